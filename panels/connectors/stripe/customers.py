"""Customers: who they are, what they spent, and what is burning."""

from collections.abc import Iterable, Sequence

from panels.api import (
    Address,
    Alert,
    AlertWord,
    Candidate,
    Customer,
    Dispute,
    Invoice,
    Match,
    Money,
    Payment,
    PaymentWord,
    Window,
)
from panels.connectors.stripe.fields import Json, amount, is_test, moment, pick, text
from panels.connectors.stripe.links import dashboard

_RECEIVED = frozenset({PaymentWord.PAID, PaymentWord.PART_REFUNDED, PaymentWord.REFUNDED})


def make_customer(
    customer: Json,
    match: Match,
    *,
    payments: Sequence[Payment] = (),
    disputes: Iterable[Dispute] = (),
    owed: Iterable[Invoice] = (),
    window: Window | None = None,
) -> Customer:
    """Return a customer. `owed` are the invoices that make them delinquent; `window` is how far back was read."""
    customer_id = text(customer, "id") or ""
    delinquent = pick(customer, "delinquent")
    is_late = delinquent is True
    return Customer(
        external_id=customer_id,
        url=dashboard(customer, "customers", customer_id),
        test=is_test(customer),
        match=match,
        name=text(customer, "name"),
        emails=_given(text(customer, "email")),
        phones=_given(text(customer, "phone")),
        spent=tuple(total for total in _spent(payments) if total),
        since=moment(customer, "created"),
        figures_since=window.since if window else None,
        credit=_credit(customer),
        past_due=delinquent if isinstance(delinquent, bool) else None,
        alerts=(*_dispute_alerts(disputes), *(_past_due_alerts(owed) if is_late else ())),
        locale=_locale(customer),
        address=make_address(pick(customer, "address"), name=text(customer, "name")),
        note=text(customer, "description"),
    )


def make_candidate(customer: Json) -> Candidate:
    """Return what tells a customer apart from others who match; not the description, which is a note."""
    return Candidate(
        external_id=text(customer, "id") or "",
        name=text(customer, "name"),
        email=text(customer, "email"),
        phone=text(customer, "phone"),
    )


def make_address(address: object, *, name: str | None) -> Address | None:
    """Return an address, None for one of which nothing is filled in."""
    lines = tuple(line for key in ("line1", "line2") if (line := text(address, key)))
    postcode, city, region, country = (text(address, key) for key in ("postal_code", "city", "state", "country"))
    if not (lines or postcode or city or region or country):
        return None
    return Address(name=name, lines=lines, postcode=postcode, city=city, region=region, country=country)


def _given(value: str | None) -> tuple[str, ...]:
    return (value,) if value else ()


def _spent(payments: Iterable[Payment]) -> tuple[Money, ...]:
    return Money.sum(
        payment.amount - payment.refunded for payment in payments if payment.word in _RECEIVED and not payment.test
    )


def _credit(customer: Json) -> Money | None:
    """Return what will be taken off the next invoice; Stripe has it as a balance below zero."""
    balance = amount(customer, "balance")
    return -balance if balance is not None and balance.minor < 0 else None


def _locale(customer: Json) -> str | None:
    locales = pick(customer, "preferred_locales")
    first = locales[0] if isinstance(locales, list) and locales else None
    return first if isinstance(first, str) and first else None


def _dispute_alerts(disputes: Iterable[Dispute]) -> list[Alert]:
    return [
        Alert(word=AlertWord.DISPUTE, at=dispute.respond_by, amount=dispute.amount)
        for dispute in disputes
        if dispute.word.is_open
    ]


def _past_due_alerts(owed: Iterable[Invoice]) -> list[Alert]:
    """Return an alert for each unpaid invoice; one without any where Stripe only says that something is."""
    alerts = [
        Alert(word=AlertWord.PAST_DUE, at=invoice.due_at, amount=invoice.remaining, reference=invoice.number)
        for invoice in owed
        if invoice.remaining
    ]
    return alerts or [Alert(word=AlertWord.PAST_DUE)]
