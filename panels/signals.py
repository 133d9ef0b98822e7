"""Whatever an operator changes moves the account's stamp, so that every process reads it again."""

from typing import Any

from django.db.models.signals import m2m_changed, post_delete, post_save

from panels.configuration import change_stamp
from panels.models import Connection, Placement
from tenants.models import Account, DashboardApp


def connect() -> None:
    """Listen to the models that a plan is made of."""
    for signal in (post_save, post_delete):
        signal.connect(_account_changed, sender=Account, dispatch_uid=f"panels.account.{id(signal)}")
        for model in (DashboardApp, Placement, Connection):
            signal.connect(_row_changed, sender=model, dispatch_uid=f"panels.{model.__name__}.{id(signal)}")
    m2m_changed.connect(_connections_changed, sender=Placement.connections.through, dispatch_uid="panels.connections")


def _account_changed(instance: Account, **kwargs: Any) -> None:
    change_stamp(instance.pk)


def _row_changed(instance: DashboardApp | Placement | Connection, **kwargs: Any) -> None:
    change_stamp(instance.account_id)


def _connections_changed(instance: Placement | Connection, **kwargs: Any) -> None:
    change_stamp(instance.account_id)
