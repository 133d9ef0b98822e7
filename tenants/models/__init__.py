"""Accounts, dashboard apps, operators, and what happened."""

from tenants.models.accounts import (
    APP_KEY_BYTES,
    Account,
    AccountQuerySet,
    AccountSecret,
    DashboardApp,
    SignInMethod,
    Trust,
    new_app_key,
    new_hook_key,
)
from tenants.models.operators import ApiToken, AuditEntry, IdempotencyKey, Operator, Role, Scope
from tenants.models.preflight import Light, Preflight
from tenants.models.sealed import SealedSecret, clear_secrets
from tenants.models.viewing import AgentSession, Notice, ViewRecord

__all__ = [
    "APP_KEY_BYTES",
    "Account",
    "AccountQuerySet",
    "AccountSecret",
    "AgentSession",
    "ApiToken",
    "AuditEntry",
    "DashboardApp",
    "IdempotencyKey",
    "Light",
    "Notice",
    "Operator",
    "Preflight",
    "Role",
    "Scope",
    "SealedSecret",
    "SignInMethod",
    "Trust",
    "ViewRecord",
    "clear_secrets",
    "new_app_key",
    "new_hook_key",
]
