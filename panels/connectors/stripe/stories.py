"""Everything about one customer's money, put together from what is read."""

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from panels.api import LONG_AGO, Customer, Dispute, Invoice, Payments, Window
from panels.connectors.stripe.charges import Surroundings, make_payments
from panels.connectors.stripe.customers import make_customer
from panels.connectors.stripe.disputes import make_dispute
from panels.connectors.stripe.fields import Json, id_of, lacking_of, moment, pick, text
from panels.connectors.stripe.finding import Hit
from panels.connectors.stripe.invoices import is_whole, make_invoice, numbers_by_payment
from panels.connectors.stripe.methods import default_of, make_saved
from panels.connectors.stripe.subscriptions import Known, make_subscription, nameless_products, tells_costs

if TYPE_CHECKING:  # the SDK is imported by whoever asks
    from panels.connectors.stripe.reader import Listing, StripeReader

# Each takes a request of its own.
_MOST_DISPUTED = 5


def tell_payments(reader: "StripeReader", hit: Hit, *, now: datetime) -> Payments:
    """Return what the customer paid, owes and contests. Raises a `ConnectorError`."""
    customer_id = text(hit.customer, "id") or ""
    charges, intents = reader.charges(customer_id), reader.intents(customer_id)
    subscriptions, invoices = reader.subscriptions(customer_id), reader.invoices(customer_id)
    cards = reader.cards(customer_id)
    default_id = default_of(hit.customer)
    gaps = reader.gaps
    saved = gaps.kept(
        cards.rows,
        lambda card: make_saved(card, default_id=default_id, now=now),
        lacking=lambda card: "payment_method.type" if text(card, "id") else "payment_method.id",
    )
    around = Surroundings(
        now=now,
        gaps=gaps,
        methods={card.external_id: card.method for card in saved},
        invoices=numbers_by_payment(invoices.rows),
        since=_since(charges),
    )
    known = Known(
        products=reader.product_names(nameless_products(subscriptions.rows)),
        invoices={invoice_id: invoice for invoice in invoices.rows if (invoice_id := text(invoice, "id"))},
    )
    window = _window(charges, intents, subscriptions, invoices)
    if not all(tells_costs(row) for row in subscriptions.rows) or not all(is_whole(row) for row in invoices.rows):
        gaps.note()
    payments = Payments(
        payments=make_payments(charges.rows, intents.rows, around),
        subscriptions=gaps.kept(
            subscriptions.rows,
            lambda row: make_subscription(row, known),
            lacking=lambda row: "subscription.currency" if text(row, "id") else "subscription.id",
        ),
        invoices=_invoices(reader, invoices.rows, now=now),
        disputes=_disputes(reader, charges.rows),
        methods=saved,
        windows=(window,) if window else (),
        matched_by=hit.match.by,
    )
    # In the order that panels show.
    return Payments.merge([("", payments)])


def tell_customer(reader: "StripeReader", hit: Hit, *, now: datetime) -> Customer:
    """Return the customer with what they spent and what is burning."""
    customer_id = text(hit.customer, "id") or ""
    charges = reader.charges(customer_id)
    is_late = pick(hit.customer, "delinquent") is True
    owed = reader.open_invoices(customer_id).rows if is_late else ()
    around = Surroundings(now=now, gaps=reader.gaps)
    return make_customer(
        hit.customer,
        hit.match,
        payments=make_payments(charges.rows, (), around),
        disputes=_disputes(reader, charges.rows),
        owed=_invoices(reader, owed, now=now),
        window=_window(charges),
    )


def _invoices(reader: "StripeReader", rows: Iterable[Json], *, now: datetime) -> tuple[Invoice, ...]:
    return reader.gaps.kept(
        rows, lambda row: make_invoice(row, now=now), lacking=lambda row: f"invoice.{lacking_of(row, 'total')}"
    )


def _disputes(reader: "StripeReader", charges: Iterable[Json]) -> tuple[Dispute, ...]:
    """Return the disputes of the newest charges that have one."""
    disputed = [charge for charge in charges if pick(charge, "disputed") is True]
    disputed.sort(key=lambda charge: moment(charge, "created") or LONG_AGO, reverse=True)
    found = [row for charge in disputed[:_MOST_DISPUTED] for row in reader.disputes(id_of(charge, "id") or "").rows]
    if any(text(row, "status") is None for row in found):
        reader.gaps.note()  # one that waits for an answer is not seen to
    return reader.gaps.kept(found, make_dispute, lacking=lambda row: f"dispute.{lacking_of(row, 'amount')}")


def _window(*listings: "Listing") -> Window | None:
    """Return since when everything was read; None where all of it was."""
    since = max((end for listing in listings if (end := _since(listing)) is not None), default=None)
    return Window(since=since) if since else None


def _since(listing: "Listing") -> datetime | None:
    """Return how far back a listing goes; None for a complete one."""
    if listing.is_complete:
        return None
    return min((at for row in listing.rows if (at := moment(row, "created"))), default=None)
