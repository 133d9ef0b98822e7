"""What panels listens to.

Whatever an operator changes moves the account's stamp, so that every process reads it again. What the host
says happened is planned from, and a contact that it deleted is forgotten.
"""

from typing import Any

from django.core.signals import request_finished
from django.db.models.signals import m2m_changed, post_delete, post_save, pre_delete

from panels import kept
from panels.actions.services import forget_contact
from panels.capabilities import CAPABILITIES
from panels.configuration import change_stamp
from panels.links import forget_links
from panels.models import Connection, ConnectionSecret, Placement, PlacementSecret
from panels.prefetch.tasks import on_host_event
from panels.prefetch.viewers import write_viewers
from panels.registry import host_connectors
from panels.selectors import list_attributes
from panels.snapshots import Source, forget_customers, note_change
from panels.statistics import write_openings
from tenants.models import Account, AccountSecret, DashboardApp, SealedSecret
from tenants.signals import contact_deleted, host_event
from tenants.trust import attributes
from tenants.webhooks.events import HostEvent


def connect() -> None:
    """Listen to the models that a plan is made of, and to what others tell."""
    for signal in (post_save, post_delete):
        signal.connect(_account_changed, sender=Account, dispatch_uid=f"panels.account.{id(signal)}")
        for model in (DashboardApp, Placement, Connection):
            signal.connect(_row_changed, sender=model, dispatch_uid=f"panels.{model.__name__}.{id(signal)}")
        for secret in (AccountSecret, ConnectionSecret, PlacementSecret):
            signal.connect(_secret_changed, sender=secret, dispatch_uid=f"panels.{secret.__name__}.{id(signal)}")
    pre_delete.connect(_forget_account, sender=Account, dispatch_uid="panels.account_deleted")
    attributes.register(list_attributes)
    request_finished.connect(write_openings, dispatch_uid="panels.statistics")
    request_finished.connect(write_viewers, dispatch_uid="panels.viewers")
    host_event.connect(on_host_event, dispatch_uid="panels.prefetch")
    host_event.connect(_something_went_on, dispatch_uid="panels.changed")
    contact_deleted.connect(_forget_customers, dispatch_uid="panels.contact_deleted")
    m2m_changed.connect(_connections_changed, sender=Placement.connections.through, dispatch_uid="panels.connections")


def _something_went_on(account_id: int, event: HostEvent, **kwargs: Any) -> None:
    """What the host had told about the contact is no longer all; of the notes about contacts it tells nothing."""
    if event.contact_id is not None:
        note_change(account_id, event.contact_id)


def _forget_customers(account_id: int, contact_id: int, customers: set[str], **kwargs: Any) -> None:
    forget_links(account_id, contact_id)
    forget_contact(account_id, contact_id)
    kept.forget_contact(account_id, contact_id)
    sources = [
        *(
            Source.of_connection(connection.pk, capability, generation=connection.generation)
            for connection in Connection.objects.for_account(account_id)
            for capability in CAPABILITIES
        ),
        *(Source.of_host(slug, one) for slug, kind in host_connectors().items() for one in kind.capabilities),
        *(
            Source.of_placement(placement.pk, generation=placement.generation)
            for placement in Placement.objects.for_account(account_id)
        ),
    ]
    forget_customers(account_id, sources, customers)


def _forget_account(instance: Account, **kwargs: Any) -> None:
    kept.forget_account(instance)


def _account_changed(instance: Account, **kwargs: Any) -> None:
    change_stamp(instance.pk)


def _row_changed(instance: DashboardApp | Placement | Connection, **kwargs: Any) -> None:
    change_stamp(instance.account_id)


def _secret_changed(instance: SealedSecret, **kwargs: Any) -> None:
    change_stamp(instance.owner_account_id)


def _connections_changed(instance: Placement | Connection, **kwargs: Any) -> None:
    change_stamp(instance.account_id)
