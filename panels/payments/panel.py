"""The built-in panel of payments: what was paid, is owed and is contested."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from panels.api import (
    Dispute,
    Invoice,
    InvoiceWord,
    Money,
    Panel,
    PanelContext,
    Payment,
    Payments,
    PaymentWord,
    Subscription,
    SubscriptionWord,
    read_offset,
)

_PAGE = 20
_INVOICES = 3
# Alerts of a kind: the lists below have all of them.
_ALERTS = 5
_SECTIONS = (
    ("payments", _("Payments")),
    ("subscriptions", _("Subscriptions")),
    ("invoices", _("Invoices")),
    ("disputes", _("Disputes")),
    ("methods", _("Saved cards")),
)
# Lists that are asked for by their own name, page by page.
_LISTS = frozenset({"subscriptions", "invoices", "disputes", "methods"})
_RECEIVED = frozenset({PaymentWord.PAID, PaymentWord.PART_REFUNDED, PaymentWord.REFUNDED})
_OWING = frozenset({SubscriptionWord.PAST_DUE, SubscriptionWord.UNPAID})


class PaymentsSettingsForm(forms.Form):
    """How much the first view shows."""

    rows = forms.IntegerField(
        label=_("Payments shown at first"),
        initial=5,
        min_value=1,
        max_value=20,
        help_text=_("More come on demand."),
    )
    sections = forms.MultipleChoiceField(
        label=_("Sections"),
        choices=_SECTIONS,
        initial=[name for name, _label in _SECTIONS],
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Sections without anything in them are left out. Alerts always show."),
    )


@dataclass(frozen=True, slots=True)
class Summary:
    """What all the money comes to: received and given back, per currency; tests left out."""

    paid: tuple[Money, ...]
    refunded: tuple[Money, ...]
    next_charge: Subscription | None
    # When and how much, for the chart.
    points: tuple[tuple[datetime, Money], ...]


@dataclass(frozen=True, slots=True)
class Overdue:
    """An unpaid invoice, with the cause where a charge for it failed."""

    invoice: Invoice
    decline: str | None


@dataclass(frozen=True, slots=True)
class Alerts:
    """What is burning, each matter once."""

    disputes: tuple[Dispute, ...]
    owing: tuple[Subscription, ...]
    overdue: tuple[Overdue, ...]
    failed: Payment | None

    def __bool__(self) -> bool:
        return bool(self.disputes or self.owing or self.overdue or self.failed)


class PaymentsPanel(Panel):
    """Shows alerts, payments with their refunds, subscriptions, invoices, disputes and saved cards."""

    slug = "payments"
    title = _("Payments")
    capability = "payments"
    SettingsForm = PaymentsSettingsForm
    skeleton_lines = 6
    parts = {
        "payment": "payments/payment.html",
        "rows": "payments/rows.html",
        "invoices": "payments/invoice_rows.html",
        "subscriptions": "payments/subscription_rows.html",
        "disputes": "payments/dispute_rows.html",
        "methods": "payments/method_rows.html",
    }

    @property
    def empty_template(self) -> str:
        return "payments/empty.html"

    def get_context(self, ctx: PanelContext) -> dict[str, Any]:
        data: Payments = ctx.data
        rows = int(ctx.settings.get("rows") or 5)
        shown = set(ctx.settings.get("sections") or [name for name, _label in _SECTIONS])
        return {
            "summary": summarise(data),
            "alerts": find_alerts(data),
            "shows": {name: name in shown for name, _label in _SECTIONS},
            "windows": [window for window in data.windows if window.since],
            **_page(data, 0, rows),
            **_list_page("invoices", data.invoices, 0, _INVOICES),
            **_list_page("subscriptions", data.subscriptions, 0, _PAGE),
            **_list_page("disputes", data.disputes, 0, _PAGE),
            **_list_page("methods", data.methods, 0, _PAGE),
        }

    def get_part_context(self, ctx: PanelContext, part: str, params: Mapping[str, str]) -> dict[str, Any]:
        data: Payments = ctx.data
        if part == "rows":
            return _page(data, read_offset(params), _PAGE)
        if part in _LISTS:
            return _list_page(part, getattr(data, part), read_offset(params), _PAGE)
        payment = next((payment for payment in data.payments if payment.key == params.get("id")), None)
        if part != "payment" or payment is None:
            raise LookupError(part)
        return {"payment": payment}


def summarise(data: Payments) -> Summary:
    """Return what the payments come to."""
    received = [payment for payment in data.payments if payment.word in _RECEIVED and not payment.test]
    charges = [plan for plan in data.subscriptions if plan.next_at and plan.word is not SubscriptionWord.ENDED]
    return Summary(
        paid=Money.sum(payment.amount - payment.refunded for payment in received),
        refunded=Money.sum(payment.refunded for payment in received if payment.refunded),
        next_charge=min(charges, key=lambda plan: (plan.next_at, plan.key), default=None),
        points=tuple((payment.at, payment.amount - payment.refunded) for payment in received),
    )


def find_alerts(data: Payments) -> Alerts:
    """Return what an agent should know before anything else.

    An overdue invoice stands for the subscription and the failed charge behind it. A failure counts only
    as the last payment. Of each kind there are the first few.
    """
    declines = {(payment.source, payment.invoice): payment.decline for payment in reversed(data.payments)}
    overdue = [invoice for invoice in data.invoices if invoice.word is InvoiceWord.OVERDUE]
    stores = {invoice.source for invoice in overdue}
    last = data.payments[0] if data.payments else None
    failed = last if last and last.word is PaymentWord.FAILED and last.source not in stores else None
    return Alerts(
        disputes=tuple(dispute for dispute in data.disputes if dispute.word.is_open)[:_ALERTS],
        owing=tuple(plan for plan in data.subscriptions if plan.word in _OWING and plan.source not in stores)[:_ALERTS],
        overdue=tuple(
            Overdue(invoice, declines.get((invoice.source, invoice.number))) for invoice in overdue[:_ALERTS]
        ),
        failed=failed,
    )


def _page(data: Payments, offset: int, size: int) -> dict[str, Any]:
    return {
        "payments": _slice(data.payments, offset, size),
        "several_stores": len({payment.source for payment in data.payments}) > 1,
        "remaining": max(len(data.payments) - offset - size, 0),
        "next_offset": offset + size,
        "is_first_page": offset == 0,
    }


def _list_page(name: str, records: Sequence[Any], offset: int, size: int) -> dict[str, Any]:
    return {
        name: _slice(records, offset, size),
        f"{name}_remaining": max(len(records) - offset - size, 0),
        f"{name}_next": offset + size,
    }


def _slice(records: Sequence[Any], offset: int, size: int) -> Sequence[Any]:
    if offset and offset >= len(records):
        raise LookupError(offset)
    return records[offset : offset + size]
