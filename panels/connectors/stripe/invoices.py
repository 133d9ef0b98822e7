"""Invoices: what was billed, and what is still to pay."""

from collections.abc import Iterable
from datetime import datetime

from panels.api import Invoice, InvoiceWord
from panels.connectors.stripe.fields import Json, amount, id_of, is_test, moment, rows, text, whole
from panels.connectors.stripe.links import dashboard

_WORDS = {
    "draft": InvoiceWord.DRAFT,
    "open": InvoiceWord.OPEN,
    "paid": InvoiceWord.PAID,
    "uncollectible": InvoiceWord.WRITTEN_OFF,
    "void": InvoiceWord.VOID,
}


def make_invoice(invoice: Json, *, now: datetime) -> Invoice | None:
    """Return an invoice, overdue if it was to be paid before `now`.

    It opens in the Dashboard: the customer's own page of it shows their address to whoever has the link.
    """
    invoice_id, total, paid = text(invoice, "id"), amount(invoice, "total"), amount(invoice, "amount_paid")
    created = moment(invoice, "created")
    if invoice_id is None or total is None or created is None:
        return None
    remaining = amount(invoice, "amount_remaining")
    if paid is None:
        paid = total - (total if remaining is None else remaining)
    status, due_at = text(invoice, "status"), moment(invoice, "due_date")
    word = _WORDS.get(status or "", InvoiceWord.UNKNOWN)
    if word is InvoiceWord.OPEN and due_at is not None and due_at < now:
        word = InvoiceWord.OVERDUE
    is_open = word in {InvoiceWord.DRAFT, InvoiceWord.OPEN, InvoiceWord.OVERDUE}
    return Invoice(
        external_id=invoice_id,
        url=dashboard(invoice, "invoices", invoice_id),
        raw_status={"invoice": status} if status else {},
        test=is_test(invoice),
        number=text(invoice, "number"),
        total=total,
        paid=paid,
        remaining=remaining if remaining is not None else total - paid,
        word=word,
        issued_at=moment(invoice, "status_transitions", "finalized_at") or moment(invoice, "effective_at") or created,
        due_at=due_at,
        next_attempt_at=moment(invoice, "next_payment_attempt") if is_open else None,
        attempts=max(whole(invoice, "attempt_count") or 0, 0),
    )


def is_whole(invoice: Json) -> bool:
    """Return whether the invoice tells what decides how it stands: what is left to pay, and until when."""
    amounts = (amount(invoice, name) for name in ("amount_paid", "amount_remaining"))
    return "due_date" in invoice and any(one is not None for one in amounts)


def numbers_by_payment(invoices: Iterable[Json]) -> dict[str, str]:
    """Return by the id of each intent and charge the number of the invoice that it paid."""
    numbers: dict[str, str] = {}
    for invoice in invoices:
        number = text(invoice, "number") or text(invoice, "id")
        for part in rows(invoice, "payments"):
            for kind in ("payment_intent", "charge"):
                if number and (payment_id := id_of(part, "payment", kind)):
                    numbers[payment_id] = number
    return numbers
