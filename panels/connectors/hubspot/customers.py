"""HubSpot's contacts as our customers, with figures from their orders."""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from zoneinfo import available_timezones

from panels.api import Address, Customer, Match, Money, Order, OrderSummary
from panels.connectors.hubspot.contacts import Contact
from panels.connectors.hubspot.links import CONTACT, link
from panels.connectors.hubspot.orders import received
from panels.connectors.hubspot.row import Row

# HubSpot's schema names deals by their number.
DEALS, TICKETS = "0-3", "tickets"
DEAL_PROPERTIES = ("dealname", "amount", "deal_currency_code", "hs_is_closed")
TICKET_PROPERTIES = ("subject", "hs_ticket_priority", "hs_is_closed", "closed_date")
_LATEST = 5
_MOST_SHOWN = 5
_CODE_LETTERS = 2


def make_customer(
    contact: Contact,
    orders: Sequence[Order],
    deals: Sequence[Row],
    tickets: Sequence[Row],
    *,
    account_id: str | None,
    figures_since: datetime | None,
) -> Customer:
    """Return the customer; `orders` are theirs, newest first, and `figures_since` is set if they are not all."""
    row = contact.row
    return Customer(
        external_id=contact.id,
        url=link(account_id, CONTACT, contact.id),
        match=Match(by=contact.by, value=contact.value),
        name=contact.name,
        emails=contact.emails,
        phones=contact.phones,
        orders=len(orders),
        spent=tuple(money for money in Money.sum(received(order) for order in orders) if money),
        since=row.instant("createdate") or row.created_at,
        first_at=orders[-1].placed_at if orders else None,
        last_at=orders[0].placed_at if orders else None,
        figures_since=figures_since,
        last_orders=tuple(_summary(order) for order in orders[:_LATEST]),
        locale=_locale(row.text("hs_language")),
        time_zone=_time_zones().get((row.text("hs_timezone") or "").replace("_slash_", "/").casefold()),
        address=_address(row),
        marketing_consent=False if row.is_true("hs_email_optout") else None,
        tags=(*_standing(row), *_open_deals(deals)),
        note=_open_tickets(tickets),
    )


def _summary(order: Order) -> OrderSummary:
    return OrderSummary(
        number=order.number,
        placed_at=order.placed_at,
        pay=order.pay,
        ship=order.ship,
        total=order.total,
        cancelled=order.cancelled_at is not None,
    )


def _standing(row: Row) -> tuple[str, ...]:
    """Return the contact's stage and lead status. Stages of an account's own making have numbers for names."""
    said = (row.text("lifecyclestage"), row.text("hs_lead_status"))
    return tuple(dict.fromkeys(text for text in said if text and not text.isdecimal()))


def _open_deals(deals: Sequence[Row]) -> tuple[str, ...]:
    names = [_deal(deal) for deal in deals if not deal.is_true("hs_is_closed")]
    return tuple(names[:_MOST_SHOWN])


def _deal(deal: Row) -> str:
    name = deal.text("dealname") or deal.id
    amount = " ".join(filter(None, (deal.text("amount"), deal.text("deal_currency_code"))))
    return f"Deal: {name} ({amount})" if deal.text("amount") else f"Deal: {name}"


def _open_tickets(tickets: Sequence[Row]) -> str | None:
    names = [
        _ticket(ticket) for ticket in tickets if not (ticket.is_true("hs_is_closed") or ticket.text("closed_date"))
    ]
    return "; ".join(names[:_MOST_SHOWN]) or None


def _ticket(ticket: Row) -> str:
    subject = ticket.text("subject") or ticket.id
    priority = ticket.text("hs_ticket_priority")
    return f"Ticket: {subject} ({priority})" if priority else f"Ticket: {subject}"


def _address(row: Row) -> Address | None:
    code = (row.text("hs_country_region_code") or "").upper()
    has_code = len(code) == _CODE_LETTERS and code.isascii() and code.isalpha()
    region = (row.text("state"), None if has_code else row.text("country"))
    address = Address(
        lines=tuple((row.text("address") or "").splitlines()),
        postcode=row.text("zip"),
        city=row.text("city"),
        region=", ".join(filter(None, region)) or None,
        country=code if has_code else None,
    )
    return address if address != Address() else None


def _locale(language: str | None) -> str | None:
    """Return HubSpot's "en-gb" as "en-GB"."""
    if language is None:
        return None
    first, *rest = language.replace("_", "-").split("-")
    return "-".join([first.lower(), *(part.upper() if len(part) == _CODE_LETTERS else part.title() for part in rest)])


@lru_cache(maxsize=1)
def _time_zones() -> dict[str, str]:
    return {name.casefold(): name for name in available_timezones()}
