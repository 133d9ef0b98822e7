"""The built-in panel of the customer: who this is, at a glance."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from django import forms
from django.utils.translation import gettext_lazy as _

from panels.api import (
    Address,
    Alert,
    Customer,
    Customers,
    Match,
    MatchWord,
    Money,
    OrderSummary,
    Panel,
    PanelContext,
    Tone,
    read_offset,
)

_LATEST = 5
# Customers to choose from, a page.
_PAGE = 20
Thing = TypeVar("Thing")


class CustomerSettingsForm(forms.Form):
    """Which sections are shown besides name, alerts and figures."""

    contact = forms.BooleanField(label=_("Show email, phone and language"), initial=True, required=False)
    orders = forms.BooleanField(label=_("Show the last orders"), initial=True, required=False)
    more = forms.BooleanField(label=_("Show address, tags and notes"), initial=True, required=False)


@dataclass(frozen=True, slots=True)
class Profile:
    """One person, put together from the records of one or several stores, the surest match first.

    `average` has an amount only where one currency makes it mean something.
    """

    records: tuple[Customer, ...]
    name: str | None
    match: Match
    alerts: tuple[Alert, ...]
    last_orders: tuple[OrderSummary, ...]
    orders: int | None
    spent: tuple[Money, ...]
    average: Money | None
    first_at: datetime | None
    last_at: datetime | None
    since: datetime | None
    figures_since: datetime | None
    emails: tuple[str, ...]
    phones: tuple[str, ...]
    locale: str | None
    time_zone: str | None
    address: Address | None
    credit: tuple[Money, ...]
    consent: bool | None
    tags: tuple[str, ...]
    notes: tuple[str, ...]

    @property
    def guest(self) -> bool:
        """Whether no store knows them but as a guest."""
        return all(record.guest for record in self.records)

    @property
    def test(self) -> bool:
        """Whether a record is of a system's test mode."""
        return any(record.test for record in self.records)


class CustomerPanel(Panel):
    """Shows name, how sure the match is, alerts, the latest order and figures; a choice where several match."""

    slug = "customer"
    title = _("Customer")
    capability = "customer"
    SettingsForm = CustomerSettingsForm
    skeleton_lines = 5
    parts = {"customer": "customer/profile.html", "choices": "customer/choice_rows.html"}

    def get_context(self, ctx: PanelContext) -> dict[str, Any]:
        data: Customers = ctx.data
        if data.is_empty:
            return {}
        if is_ambiguous(data.customers):
            choices = _choices(data.customers, 0)
            return {"total": len(data.customers), "matched": _matched(data.customers), **choices, **_shows(ctx)}
        return {"profile": make_profile(data.customers), **_shows(ctx)}

    def get_part_context(self, ctx: PanelContext, part: str, params: Mapping[str, str]) -> dict[str, Any]:
        data: Customers = ctx.data
        if part == "choices":
            return {**_choices(data.customers, read_offset(params)), **_shows(ctx)}
        record = next((record for record in data.customers if record.key == params.get("id")), None)
        if part != "customer" or record is None:
            raise LookupError(part)
        return {"profile": make_profile((record,)), "is_part": True, **_shows(ctx)}


def is_ambiguous(records: Sequence[Customer]) -> bool:
    """Return whether the records may be several people: two in one store, or weak matches among several.

    Those whom an agent has chosen are the one.
    """
    if len(records) == 1 or all(record.match.by is MatchWord.LINK for record in records):
        return False
    stores = [record.source for record in records]
    return len(set(stores)) < len(stores) or any(record.match.by.is_weak for record in records)


def make_profile(records: Sequence[Customer]) -> Profile:
    """Return the records as one person. Figures add up, per currency; the first record's facts win."""
    counts = [record.orders for record in records if record.orders is not None]
    spent = Money.sum(amount for record in records for amount in record.spent)
    orders = sum(counts) if counts else None
    latest = sorted(
        (order for record in records for order in record.last_orders), key=lambda order: order.placed_at, reverse=True
    )
    return Profile(
        records=tuple(records),
        name=_first(record.name for record in records),
        match=records[0].match,
        alerts=_alerts(records),
        last_orders=tuple(latest[:_LATEST]),
        orders=orders,
        spent=spent,
        average=_average(spent, orders),
        first_at=min((record.first_at for record in records if record.first_at), default=None),
        last_at=max((record.last_at for record in records if record.last_at), default=None),
        since=min((record.since for record in records if record.since), default=None),
        figures_since=max((record.figures_since for record in records if record.figures_since), default=None),
        emails=_all(record.emails for record in records),
        phones=_all(record.phones for record in records),
        locale=_first(record.locale for record in records),
        time_zone=_first(record.time_zone for record in records),
        address=_first(record.address for record in records),
        credit=Money.sum(record.credit for record in records if record.credit),
        consent=_first(record.marketing_consent for record in records),
        tags=_all(record.tags for record in records),
        notes=_all((record.note,) for record in records if record.note),
    )


def _shows(ctx: PanelContext) -> dict[str, bool]:
    return {f"shows_{name}": bool(ctx.settings.get(name, True)) for name in CustomerSettingsForm.base_fields}


def _choices(records: Sequence[Customer], offset: int) -> dict[str, Any]:
    """Return a page of the customers to choose from. Raises LookupError where there is none."""
    if offset >= len(records):
        raise LookupError(offset)
    end = offset + _PAGE
    return {
        "choices": records[offset:end],
        "choices_next": end,
        "choices_remaining": max(len(records) - end, 0),
    }


def _matched(records: Sequence[Customer]) -> tuple[str, ...]:
    """Return what the records were matched by, each once."""
    return _all((record.match.value,) for record in records if record.match.value)


def _alerts(records: Sequence[Customer]) -> tuple[Alert, ...]:
    """Return all alerts, those to act on first."""
    alerts = [alert for record in records for alert in record.alerts]
    return tuple(sorted(alerts, key=lambda alert: alert.word.tone is not Tone.ACT))


def _average(spent: tuple[Money, ...], orders: int | None) -> Money | None:
    if len(spent) != 1 or not orders:
        return None
    # Half a smallest unit rounds up; whole numbers only.
    return Money((2 * spent[0].minor + orders) // (2 * orders), spent[0].currency)


def _first(values: Iterable[Thing | None]) -> Thing | None:
    return next((value for value in values if value is not None), None)


def _all(groups: Iterable[Iterable[str]]) -> tuple[str, ...]:
    """Return all the texts, each once, in the order given."""
    return tuple(dict.fromkeys(text for group in groups for text in group))
