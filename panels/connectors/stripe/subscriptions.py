"""Subscriptions: what is charged again and again."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import get_args

from panels.api import Interval, Money, PaymentWord, Subscription, SubscriptionWord
from panels.connectors.stripe.fields import Json, amount, id_of, is_test, moment, money, pick, rows, text, whole
from panels.connectors.stripe.links import dashboard

_WORDS = {
    "active": SubscriptionWord.ACTIVE,
    "canceled": SubscriptionWord.ENDED,
    "incomplete": SubscriptionWord.WAITING,
    "incomplete_expired": SubscriptionWord.ENDED,
    "past_due": SubscriptionWord.PAST_DUE,
    "paused": SubscriptionWord.PAUSED,
    "trialing": SubscriptionWord.TRIAL,
    "unpaid": SubscriptionWord.UNPAID,
}
_INTERVALS: Mapping[str, Interval] = {name: name for name in get_args(Interval)}
_NAMELESS = "Subscription"
_LARGEST_PRICE = 10**15


@dataclass(frozen=True, slots=True)
class Known:
    """What subscriptions refer to: names of products, and invoices, by their ids."""

    products: Mapping[str, str] = field(default_factory=dict)
    invoices: Mapping[str, Json] = field(default_factory=dict)


def make_subscription(subscription: Json, known: Known) -> Subscription | None:
    """Return a subscription; None for one that does not say what it is, or what it costs."""
    subscription_id, items = text(subscription, "id"), rows(subscription, "items")
    every = next((found for item in items if (found := _every(item)) is not None), None)
    last = known.invoices.get(id_of(subscription, "latest_invoice") or "", {})
    costs = _costs(items) or amount(last, "total") or money(0, text(subscription, "currency"))
    if subscription_id is None or costs is None:
        return None
    status = text(subscription, "status")
    word = _WORDS.get(status or "", SubscriptionWord.UNKNOWN)
    is_paused = isinstance(pick(subscription, "pause_collection"), Mapping)
    period_end = _period_end(items)
    ends_at = _ends_at(subscription, word, period_end)
    charges_on = word not in {SubscriptionWord.ENDED, SubscriptionWord.PAUSED} and not is_paused
    if ends_at is not None and period_end is not None and ends_at <= period_end:
        charges_on = False
    last_word, last_at = _last_payment(last)
    return Subscription(
        external_id=subscription_id,
        url=dashboard(subscription, "subscriptions", subscription_id),
        raw_status={"subscription": status} if status else {},
        test=is_test(subscription),
        plan=_plan(subscription, items, known.products),
        amount=costs,
        interval=every[0] if every else None,
        count=every[1] if every else 1,
        word=word,
        next_at=period_end if charges_on else None,
        trial_end=moment(subscription, "trial_end") if word is SubscriptionWord.TRIAL else None,
        ends_at=ends_at,
        collection_paused=is_paused,
        last_payment=last_word,
        last_payment_at=last_at,
    )


def tells_costs(subscription: Json) -> bool:
    """Return whether the subscription tells whether and for what it charges, be it that tiers or use decide that."""
    prices = [_price(item) for item in rows(subscription, "items")]
    known = (text(price, "currency") and ("unit_amount" in price or "amount" in price) for price in prices)
    return bool(prices) and all(known) and "pause_collection" in subscription


def nameless_products(subscriptions: Iterable[Json]) -> tuple[str, ...]:
    """Return the ids of the products whose names are needed: a price's own nickname comes first."""
    found: dict[str, None] = {}
    for subscription in subscriptions:
        for item in rows(subscription, "items"):
            product = id_of(_price(item), "product")
            if product and not text(_price(item), "nickname"):
                found[product] = None
    return tuple(found)


def _price(item: Json) -> Json:
    """Return the price of an item, or the plan, which older subscriptions have in its place."""
    for name in ("price", "plan"):
        found = pick(item, name)
        if isinstance(found, Mapping):
            return found
    return {}


def _every(item: Json) -> tuple[Interval, int] | None:
    price = _price(item)
    recurring = pick(price, "recurring") or price
    interval = _INTERVALS.get(text(recurring, "interval") or "")
    count = whole(recurring, "interval_count")
    return (interval, max(count or 1, 1)) if interval else None


def _costs(items: Iterable[Json]) -> Money | None:
    """Return what one period costs; None where tiers or use decide that."""
    amounts = [_cost(item) for item in items]
    known = Money.sum(cost for cost in amounts if cost is not None)
    return known[0] if len(known) == 1 and None not in amounts else None


def _cost(item: Json) -> Money | None:
    price = _price(item)
    minor = next((found for name in ("unit_amount", "amount") if (found := whole(price, name)) is not None), None)
    each = minor if minor is not None else _decimal(text(price, "unit_amount_decimal"))
    quantity = whole(item, "quantity")
    return (
        None if each is None else money(Decimal(each) * (1 if quantity is None else quantity), text(price, "currency"))
    )


def _decimal(number: str | None) -> Decimal | None:
    """Return a price below a cent, such as "0.5"."""
    try:
        found = Decimal(number) if number else None
    except InvalidOperation:
        return None
    return found if found is not None and found.is_finite() and abs(found) < _LARGEST_PRICE else None


def _plan(subscription: Json, items: Iterable[Json], products: Mapping[str, str]) -> str:
    prices = [_price(item) for item in items]
    names = [text(price, "nickname") or products.get(id_of(price, "product") or "") for price in prices]
    return " + ".join(dict.fromkeys(filter(None, names))) or text(subscription, "description") or _NAMELESS


def _period_end(items: Iterable[Json]) -> datetime | None:
    """Return when the next period begins; Stripe says so of each item."""
    return min((end for item in items if (end := moment(item, "current_period_end"))), default=None)


def _ends_at(subscription: Json, word: SubscriptionWord, period_end: datetime | None) -> datetime | None:
    if word is SubscriptionWord.ENDED:
        return moment(subscription, "ended_at") or moment(subscription, "canceled_at")
    at = moment(subscription, "cancel_at")
    return period_end if at is None and pick(subscription, "cancel_at_period_end") is True else at


def _last_payment(invoice: Json) -> tuple[PaymentWord | None, datetime | None]:
    """Return what became of the last charge, and when, as far as its invoice tells."""
    status = text(invoice, "status")
    if status == "paid":
        at = moment(invoice, "status_transitions", "paid_at")
        return (PaymentWord.PAID, at) if at else (None, None)
    if status == "open" and pick(invoice, "attempted") is True:
        at = moment(invoice, "status_transitions", "finalized_at") or moment(invoice, "created")
        return (PaymentWord.FAILED, at) if at else (None, None)
    return None, None
