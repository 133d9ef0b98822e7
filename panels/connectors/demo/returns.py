"""What becomes of demonstration orders afterwards: cancelled, sent back, refunded."""

import random
from datetime import datetime, timedelta

from django.utils.translation import gettext_noop
from msgspec.structs import replace

from panels.api import DeliveryWord, ItemCount, Money, Order, PaymentWord, Refund, RefundWord, ReturnWord
from panels.connectors.demo import catalogue
from panels.connectors.demo.people import Person

_CANCELLED_SHARE = 0.07
_RETURNED_SHARE = 0.22
# A return younger than this many days is still under way.
_SETTLED_AFTER = 14
_CANCELLED_FOR = (
    gettext_noop("Customer changed their mind"),
    gettext_noop("Out of stock"),
    gettext_noop("Ordered twice"),
)
_RETURNED_FOR = (gettext_noop("Wrong size"), gettext_noop("Arrived damaged"))


def is_cancelled(place: int, dice: random.Random) -> bool:
    """Return whether the order at that place, 0 the newest, is a cancelled one."""
    return dice.random() < _CANCELLED_SHARE and place > 0


def cancel(order: Order, dice: random.Random) -> Order:
    """Return the order as it is after its cancellation: nothing charged, or all of it given back."""
    at = order.placed_at + timedelta(hours=dice.randrange(1, 9))
    reason = dice.choice(_CANCELLED_FOR)
    gone = replace(
        order,
        cancelled_at=at,
        cancel_reason=reason,
        ship=DeliveryWord.NOT_SHIPPED,
        due=Money.zero(order.total.currency),
        items=tuple(replace(item, shipped=0, current=0, refundable=0) for item in order.items),
    )
    if order.pay is not PaymentWord.PAID:
        return replace(gone, pay=PaymentWord.NOT_CHARGED)
    refund = _refund(order, order.total, at, reason, dice)
    return replace(gone, pay=PaymentWord.REFUNDED, refunds=(refund,), refunded=order.total)


def send_back(person: Person, order: Order, dice: random.Random) -> Order:
    """Return the order, perhaps with one piece of its first item returned."""
    chance = dice.random()
    if order.ship is not DeliveryWord.DELIVERED or order.pay is not PaymentWord.PAID or chance > _RETURNED_SHARE:
        return order
    delivered_at = order.fulfilments[0].delivered_at or order.placed_at
    at = delivered_at + timedelta(days=dice.randrange(1, 9))
    if at > person.today:
        return replace(order, returned=ReturnWord.REQUESTED)
    item = order.items[0]
    amount = min(item.unit, order.total)
    refund = _refund(order, amount, at, dice.choice(_RETURNED_FOR), dice)
    settled = (person.today - at).days >= _SETTLED_AFTER
    left = item.quantity - 1
    return replace(
        order,
        returned=ReturnWord.RETURNED if settled else ReturnWord.IN_PROGRESS,
        pay=PaymentWord.REFUNDED if amount == order.total else PaymentWord.PART_REFUNDED,
        refunds=(
            replace(
                refund,
                word=RefundWord.DONE if settled else RefundWord.SENT,
                items=(ItemCount(title=item.title, quantity=1),),
            ),
        ),
        refunded=amount,
        items=(replace(item, current=left, refundable=left), *order.items[1:]),
    )


def _refund(order: Order, amount: Money, at: datetime, reason: str, dice: random.Random) -> Refund:
    return Refund(
        external_id=f"re-{order.number}",
        amount=amount,
        at=at,
        word=RefundWord.DONE,
        reason=reason,
        actor=dice.choice(catalogue.AGENTS),
        destination=order.method,
        reference=f"{dice.randrange(10**14, 10**15)}",
    )
