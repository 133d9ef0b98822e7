"""The orders of a demonstration customer, each a small consistent story."""

import random
from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import TypedDict

from panels.api import Address, DeliveryWord, LineItem, Method, Money, Order, PaymentWord
from panels.connectors.demo import catalogue
from panels.connectors.demo.parcels import choose_story, make_parcels, mark_shipped
from panels.connectors.demo.people import Person
from panels.connectors.demo.returns import cancel, is_cancelled, send_back

MANY = 120
_TAX = Decimal("0.08")
_FREE_SHIPPING_FROM = Decimal(90)
_SHIPPING = Decimal("4.90")
_DISCOUNT = Decimal("0.10")
_DISCOUNTED_SHARE = 0.2
_EDITED_SHARE = 0.06
_RISKY_SHARE = 0.04
_GIFT_SHARE = 0.1
_HELD_SHARE = 0.4


class _Sums(TypedDict):
    subtotal: Money
    discount: Money
    shipping: Money
    tax: Money
    total: Money


def make_orders(person: Person) -> tuple[Order, ...]:
    """Return the person's orders, newest first."""
    if "nodata" in person.words:
        return ()
    dice = person.dice("orders")
    ages = _ages(person, dice)
    # Numbers hang on the person alone, so that a chat can quote one and be right tomorrow.
    numbers = [1000 + dice.randrange(7000)]
    numbers.extend(numbers[0] + 37 * place + dice.randrange(30) for place in range(1, len(ages)))
    numbers.sort(reverse=True)
    return tuple(
        _order(person, place, str(number), age) for place, (number, age) in enumerate(zip(numbers, ages, strict=True))
    )


def received(order: Order) -> Money:
    """Return the money that came in for the order and stayed."""
    if order.pay not in {PaymentWord.PAID, PaymentWord.PART_REFUNDED, PaymentWord.REFUNDED}:
        return Money.zero(order.total.currency)
    return order.total - (order.refunded or Money.zero(order.total.currency))


def _ages(person: Person, dice: random.Random) -> list[int]:
    """Return how many days ago the orders were placed, newest first."""
    count = dice.choice((1, 2, 3, 3, 4, 5, 6, 7, 9, 12, 16))
    count = 1 if "oneorder" in person.words else count
    if person.words & {"dispute", "inquiry", "twocurrencies"}:
        count = max(count, 4)
    ages = [dice.choice((1, 1, 2, 2, 3, 4, 5, 7, 12, 30))]
    if person.words & {"problem", "delayed"}:
        ages = [6]
    gap = (3, 12) if "manyorders" in person.words else (9, 95)
    for _ in range((MANY if "manyorders" in person.words else count) - 1):
        ages.append(ages[-1] + dice.randrange(*gap))
    return ages


def _order(person: Person, place: int, number: str, age: int) -> Order:
    dice = person.dice(f"order {place}")
    hostile = "hostile" in person.words
    placed_at = person.today - timedelta(days=age) + timedelta(minutes=dice.randrange(7 * 60, 23 * 60))
    ship = choose_story(person, place, age, dice)
    cancelled = is_cancelled(place, dice)
    foreign = "twocurrencies" in person.words and place % 2 == 1
    currency = _other_currency(person.currency) if foreign else person.currency
    items = _items(person, ship, currency, dice)
    parcels = () if cancelled else make_parcels(person, ship, placed_at, items, dice)
    method, pay = _pay(person, ship, dice)
    sums = _sums(items, currency, dice, weightless=ship is DeliveryWord.NOT_NEEDED)
    order = Order(
        external_id=f"{dice.getrandbits(48):012x}",
        url=catalogue.HOSTILE_URL if hostile else f"https://shop.example/admin/orders/{number}",
        raw_status={"payment": pay.value.upper(), "delivery": ship.value.upper()},
        test="testmode" in person.words and place == 0,
        number=number,
        placed_at=placed_at,
        pay=pay,
        ship=ship,
        method=method,
        due=sums["total"] if pay is PaymentWord.PENDING else Money.zero(currency),
        refunded=Money.zero(currency),
        shop_total=catalogue.convert(sums["total"], person.currency) if foreign else None,
        codes=("SAVE10",) if sums["discount"] else (),
        ship_to=None if ship is DeliveryWord.NOT_NEEDED else address_of(person),
        email=person.email,
        phone=person.phone,
        items=mark_shipped(items, parcels, ship),
        fulfilments=parcels,
        guest="guest" in person.words,
        edited=dice.random() < _EDITED_SHARE,
        disputed=bool(person.words & {"dispute", "inquiry"}) and place == 1,
        risk=catalogue.RISK if dice.random() < _RISKY_SHARE else None,
        note=catalogue.HOSTILE_TEXT if hostile else dice.choice((None, None, None, "Please ring twice.")),
        tags=("gift",) if dice.random() < _GIFT_SHARE else (),
        **sums,
    )
    return cancel(order, dice) if cancelled else send_back(person, order, dice)


def _items(person: Person, ship: DeliveryWord, currency: str, dice: random.Random) -> tuple[LineItem, ...]:
    if ship is DeliveryWord.NOT_NEEDED:
        products = [catalogue.GIFT_CARD]
    else:
        least = 2 if ship is DeliveryWord.PART_SHIPPED else 1
        products = dice.sample(catalogue.PRODUCTS, max(least, dice.choice((1, 1, 1, 2, 2, 3, 4))))
    lines: list[LineItem] = []
    for product in products:
        quantity = dice.choice((1, 1, 1, 1, 2, 3))
        unit = catalogue.price(product.price, currency)
        variant = dice.choice(product.variants) if product.variants else None
        lines.append(
            LineItem(
                title=catalogue.HOSTILE_TEXT if "hostile" in person.words and not lines else product.title,
                variant=variant,
                sku=product.sku if variant is None else f"{product.sku}-{product.variants.index(variant) + 1}",
                quantity=quantity,
                unit=unit,
                total=unit * quantity,
                current=quantity,
                refundable=quantity,
            )
        )
    return tuple(lines)


def _sums(items: tuple[LineItem, ...], currency: str, dice: random.Random, *, weightless: bool) -> _Sums:
    (subtotal,) = Money.sum(item.total for item in items)
    discount = _share(subtotal, _DISCOUNT) if dice.random() < _DISCOUNTED_SHARE else Money.zero(currency)
    goods = subtotal - discount
    free = weightless or not goods < catalogue.price(_FREE_SHIPPING_FROM, currency)
    shipping = Money.zero(currency) if free else catalogue.price(_SHIPPING, currency)
    tax = _share(goods, _TAX)
    return _Sums(subtotal=subtotal, discount=discount, shipping=shipping, tax=tax, total=goods + shipping + tax)


def _share(money: Money, part: Decimal) -> Money:
    return Money(int((money.minor * part).quantize(Decimal(1), rounding=ROUND_HALF_UP)), money.currency)


def _pay(person: Person, ship: DeliveryWord, dice: random.Random) -> tuple[Method, PaymentWord]:
    kind = dice.choices(("card", "paypal", "cash_on_delivery"), (8, 2, 1))[0]
    if ship is DeliveryWord.ON_HOLD:
        return Method(kind="bank_transfer"), PaymentWord.PENDING
    if kind == "cash_on_delivery" and ship is not DeliveryWord.NOT_NEEDED:
        paid = ship in {DeliveryWord.DELIVERED, DeliveryWord.COMPLETED}
        return Method(kind=kind), PaymentWord.PAID if paid else PaymentWord.PENDING
    method = Method(kind="paypal") if kind == "paypal" else person.card
    authorised = ship is DeliveryWord.NOT_SHIPPED and dice.random() < _HELD_SHARE
    return method, PaymentWord.AUTHORISED if authorised else PaymentWord.PAID


def address_of(person: Person) -> Address:
    home = person.home
    house = person.dice("house").randrange(1, 120)
    street = catalogue.HOSTILE_TEXT if "hostile" in person.words else f"{home.street} {house}"
    return Address(
        name=person.name,
        lines=(street,),
        postcode=home.postcode,
        city=home.city,
        region=home.region,
        country=home.country,
    )


def _other_currency(currency: str) -> str:
    return "USD" if currency != "USD" else "EUR"
