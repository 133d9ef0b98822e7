"""What is done to operators and API tokens."""

import hashlib
import secrets
from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone

from tenants import audit
from tenants.models import Account, ApiToken, Operator

TOKEN_PREFIX = "vxt_"  # noqa: S105 - what tokens begin with, so that they are recognised where they should not be
_TOKEN_BYTES = 32
_LAST_CHARACTERS = 4


def save_operator(operator: Operator, accounts: Iterable[Account]) -> None:
    """Save who works here, and let them sign in to the admin."""
    chosen = list(accounts)
    had = sorted(operator.accounts.values_list("name", flat=True)) if operator.pk else []
    before = {**audit.stored_values(operator), "accounts": had} if operator.pk else {}
    with transaction.atomic():
        operator.save()
        operator.accounts.set(chosen)
        if not operator.user.is_staff:
            operator.user.is_staff = True
            operator.user.save(update_fields=["is_staff"])
        after = {**audit.values(operator), "accounts": sorted(account.name for account in chosen)}
        audit.record("change" if before else "add", operator, before=before, after=after)


def delete_operator(operator: Operator) -> None:
    """Let somebody work here no longer. Their user stays, and with it what they did."""
    before = {**audit.values(operator), "accounts": sorted(operator.accounts.values_list("name", flat=True))}
    with transaction.atomic():
        audit.record("delete", operator, before=before)
        operator.delete()


def issue_token(token: ApiToken, accounts: Iterable[Account]) -> str:
    """Save a new API token and return its text, which is stored nowhere and never shown again."""
    text = TOKEN_PREFIX + secrets.token_urlsafe(_TOKEN_BYTES)
    token.token_digest, token.last4 = token_digest(text), text[-_LAST_CHARACTERS:]
    with transaction.atomic():
        token.save()
        token.accounts.set(accounts)
        audit.record("add", token, after=audit.values(token))
    return text


def revoke_token(token: ApiToken) -> bool:
    """End the token; return whether it was good until now."""
    if token.revoked_at is not None:
        return False
    token.revoked_at = timezone.now()
    with transaction.atomic():
        token.save(update_fields=["revoked_at"])
        audit.record("revoke", token)
    return True


def token_digest(text: str) -> str:
    """Return what is stored of a token: it has enough randomness to need no salt."""
    return hashlib.sha256(text.encode()).hexdigest()
