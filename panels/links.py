"""Customer links: an agent's word that the contact is this customer of that system, and no other."""

from collections.abc import Collection, Iterable
from typing import Any

from django.db import transaction

from panels import snapshots
from panels.capabilities import CAPABILITIES, Answer, Customers
from panels.models import Connection, CustomerLink
from panels.snapshots import Source
from tenants import audit
from tenants.trust.confirmation import ConfirmedContext


class NotACandidate(Exception):
    """The customer is none of those that match the contact at present."""


def link_customer(context: ConfirmedContext, connection: Connection, external_id: str) -> None:
    """Link the context's contact to one of the customers that match it; whom it was linked to before, it is not.

    Raises `NotACandidate` for anybody who does not match: nobody can be made to see another's data by a link.
    What was fetched of the connection is forgotten.
    """
    if context.identity.contact_id is None or external_id not in _candidates(context, connection):
        raise NotACandidate
    _replace(context, connection, context.identity.contact_id, [external_id])


def unlink_customer(context: ConfirmedContext, connection: Connection) -> None:
    """Undo a link: whoever matches is looked for again."""
    if context.identity.contact_id is not None:
        _replace(context, connection, context.identity.contact_id, [])


def forget_links(account_id: int, contact_id: int) -> None:
    """Delete the links of a contact that the host has deleted."""
    CustomerLink.objects.for_account(account_id).filter(contact_id=contact_id).delete()


def _candidates(context: ConfirmedContext, connection: Connection) -> Collection[str]:
    """Return the ids of the customers that the connection found for the contact."""
    sources = _sources(connection)
    data = snapshots.read_data(context.account_id, sources, context.identity.digest())
    return {external_id for answer in data.values() for external_id in _ids(answer)}


def _ids(answer: Any) -> Iterable[str]:
    if isinstance(answer, Customers):
        yield from (customer.external_id for customer in answer.customers)
    if isinstance(answer, Answer):
        yield from (candidate.external_id for candidate in answer.candidates)


def _replace(context: ConfirmedContext, connection: Connection, contact_id: int, external_ids: list[str]) -> None:
    links = CustomerLink.objects.for_account(context.account_id).filter(connection=connection, contact_id=contact_id)
    with transaction.atomic():
        # Two agents may choose at the same moment: one after the other, so that one choice is left.
        Connection.objects.select_for_update().filter(pk=connection.pk).first()
        before = {"customer": sorted(links.values_list("external_id", flat=True))}
        links.delete()
        for external_id in external_ids:
            CustomerLink.objects.create(
                account_id=context.account_id,
                connection=connection,
                contact_id=contact_id,
                external_id=external_id,
                linked_by=context.agent_id,
            )
        with audit.acting(None, "frame", name=f"agent {context.agent_id}"):
            after = {"customer": external_ids, "contact": contact_id}
            audit.record("link" if external_ids else "unlink", connection, before=before, after=after)
    snapshots.forget_customers(context.account_id, _sources(connection), [context.identity.digest()])


def _sources(connection: Connection) -> list[Source]:
    return [
        Source.of_connection(connection.pk, capability, generation=connection.generation) for capability in CAPABILITIES
    ]
