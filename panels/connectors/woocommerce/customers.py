"""A person of the shop as one of our customers. What they ordered is summed up here: the shop no longer does."""

from collections.abc import Iterable, Sequence

from panels.api import Candidate, Customer, Match, Money, Order, OrderSummary
from panels.connectors.woocommerce.orders import money_received, read_address
from panels.connectors.woocommerce.people import Person
from panels.connectors.woocommerce.shop import Listing
from panels.connectors.woocommerce.values import Row, as_id, as_moment, as_row, as_text

_LATEST = 5


def make_customer(person: Person, listing: Listing, orders: Sequence[Order], *, shop: str) -> Customer:
    """Return the customer. `orders` are those of `listing`, newest first; `shop` is the shop's address."""
    account = person.account or {}
    known = _known(person, listing)
    number = as_id(account.get("id"))
    real = [order for order in orders if not order.test]
    billing = [as_row(row.get("billing")) for row in known]
    return Customer(
        external_id=person.external_id,
        url=f"{shop}/wp-admin/user-edit.php?user_id={number}" if number else None,
        match=Match(by=person.by, value=person.value),
        name=_name(person, listing),
        emails=_each([as_text(account.get("email")), *(as_text(row.get("email")) for row in billing)]),
        phones=_each(as_text(row.get("phone")) for row in billing),
        guest=not number and not any(as_id(row.get("customer_id")) for row in listing.rows),
        orders=len(real),
        spent=Money.sum(money_received(order) for order in real),
        since=as_moment(account.get("date_created_gmt")),
        first_at=real[-1].placed_at if real else None,
        last_at=real[0].placed_at if real else None,
        figures_since=listing.since,
        last_orders=tuple(_summary(order) for order in orders[:_LATEST]),
        address=next(filter(None, (read_address(as_row(row.get("billing"))) for row in known)), None),
    )


def make_candidate(person: Person) -> Candidate:
    """Return what tells the person apart from others who match, too."""
    known = _known(person, person.found)
    billing = [as_row(row.get("billing")) for row in known]
    emails = _each([as_text((person.account or {}).get("email")), *(as_text(row.get("email")) for row in billing)])
    phones = _each(as_text(row.get("phone")) for row in billing)
    return Candidate(
        external_id=person.external_id,
        name=_name(person, person.found),
        email=next(iter(emails), None),
        phone=next(iter(phones), None),
    )


def _known(person: Person, listing: Listing) -> list[Row]:
    """Return what has a billing address of the person, best first: the account, or else the orders."""
    return [person.account] if person.account else list(listing.rows)


def _name(person: Person, listing: Listing) -> str | None:
    rows = [
        *([person.account] if person.account else []),
        *(as_row(row.get("billing")) for row in _known(person, listing)),
    ]
    names = (" ".join(filter(None, (as_text(row.get("first_name")), as_text(row.get("last_name"))))) for row in rows)
    return next(filter(None, names), None)


def _each(texts: Iterable[str | None]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text for text in texts if text))


def _summary(order: Order) -> OrderSummary:
    return OrderSummary(
        number=order.number,
        placed_at=order.placed_at,
        pay=order.pay,
        ship=order.ship,
        total=order.total,
        cancelled=order.cancelled_at is not None,
    )
