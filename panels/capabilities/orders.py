"""The capability `orders`: what the customer bought and where it is."""

from collections.abc import Sequence
from typing import ClassVar, Self

import msgspec
from django.utils.translation import gettext_lazy as _

from panels.capabilities.customers import Address
from panels.capabilities.money import Money
from panels.capabilities.records import Answer, Instant, Record, merge_records, newest_first
from panels.capabilities.words import DeliveryWord, PaymentWord, RefundWord, ReturnWord


class Method(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A way to pay: `kind` such as "card", "paypal" or "invoice", and of a card only what may be shown.

    `expiry` is "2027-03"; `expires_soon` is true within 30 days of it or after it, as of the answer.
    """

    kind: str
    brand: str | None = None
    last4: str | None = None
    expiry: str | None = None
    wallet: str | None = None
    expires_soon: bool = False

    SENSITIVE: ClassVar = ("last4", "expiry")


class LineItem(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One line of an order. `quantity` was ordered, `current` is left after removals and refunds.

    `unit` is the price of one before discounts, `total` is `unit` times `quantity`.
    """

    title: str
    quantity: int
    unit: Money
    total: Money
    variant: str | None = None
    sku: str | None = None
    current: int | None = None
    shipped: int | None = None
    refundable: int | None = None
    image: str | None = None


class ItemCount(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """So many of an item, in a parcel or a refund."""

    title: str
    quantity: int


class TrackingEvent(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the carrier said last, in its words."""

    text: str
    at: Instant
    place: str | None = None

    SENSITIVE: ClassVar = ("place",)


class Fulfilment(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A parcel, or whatever else brings the goods. `numbers` and `urls` belong together in order."""

    external_id: str
    word: DeliveryWord
    carrier: str | None = None
    numbers: tuple[str, ...] = ()
    urls: tuple[str, ...] = ()
    shipped_at: Instant | None = None
    eta: Instant | None = None
    delivered_at: Instant | None = None
    last_event: TrackingEvent | None = None
    items: tuple[ItemCount, ...] = ()


class Refund(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Money given back. `reference` is what the customer's bank can search for."""

    external_id: str
    amount: Money
    at: Instant
    word: RefundWord
    reason: str | None = None
    actor: str | None = None
    destination: Method | None = None
    reference: str | None = None
    items: tuple[ItemCount, ...] = ()


class Order(Record, frozen=True, kw_only=True):
    """An order, in the currency the customer paid in.

    `total` = `subtotal` - `discount` + `shipping` + `tax`, without `tax` where `tax_included`;
    `subtotal` is the sum of the items. `refunded` adds up `refunds`; `due` is still to pay. `closed`: the
    store is done with it, whatever it knows of the parcels.
    """

    number: str
    placed_at: Instant
    pay: PaymentWord
    ship: DeliveryWord
    total: Money
    returned: ReturnWord | None = None
    cancelled_at: Instant | None = None
    cancel_reason: str | None = None
    shop_total: Money | None = None
    subtotal: Money | None = None
    discount: Money | None = None
    shipping: Money | None = None
    tax: Money | None = None
    tax_included: bool = False
    refunded: Money | None = None
    due: Money | None = None
    codes: tuple[str, ...] = ()
    method: Method | None = None
    ship_to: Address | None = None
    email: str | None = None
    phone: str | None = None
    items: tuple[LineItem, ...] = ()
    fulfilments: tuple[Fulfilment, ...] = ()
    refunds: tuple[Refund, ...] = ()
    guest: bool = False
    closed: bool = False
    edited: bool = False
    disputed: bool = False
    risk: str | None = None
    tags: tuple[str, ...] = ()
    note: str | None = None

    SENSITIVE: ClassVar = ("ship_to", "email", "phone", "note")

    @property
    def is_open(self) -> bool:
        """Whether goods are still to come."""
        return self.cancelled_at is None and not self.closed and not self.ship.is_finished

    @property
    def quantity(self) -> int:
        """How many pieces were ordered."""
        return sum(item.quantity for item in self.items)


class Orders(Answer, frozen=True, kw_only=True):
    """The orders of the contact, newest first."""

    TITLE: ClassVar = _("Orders")

    orders: tuple[Order, ...] = ()

    @classmethod
    def merge(cls, answers: Sequence[tuple[str, Self]]) -> Self:
        orders = merge_records((source, answer.orders) for source, answer in answers)
        orders.sort(key=lambda order: newest_first(order, order.placed_at))
        return cls(
            orders=tuple(orders),
            **cls.merge_rest(answers),
        )
