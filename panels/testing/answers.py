"""What connectors answer, for tests of panels: realistic, sparse, hostile, huge and empty."""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import msgspec
from msgspec import structs

from panels.capabilities import (
    CAPABILITIES,
    Address,
    Alert,
    AlertWord,
    Answer,
    AuthorWord,
    Caveat,
    Conversation,
    ConversationWord,
    Customer,
    DeliveryWord,
    Dispute,
    DisputeWord,
    Fulfilment,
    Invoice,
    InvoiceWord,
    ItemCount,
    Line,
    LineItem,
    Match,
    MatchWord,
    Method,
    Money,
    Note,
    Order,
    OrderSummary,
    Payment,
    PaymentWord,
    Record,
    Refund,
    RefundWord,
    ReturnWord,
    SavedMethod,
    Subscription,
    SubscriptionWord,
    TrackingEvent,
    Window,
    Word,
)
from panels.testing import hostile

NOON = dt.datetime(2026, 11, 20, 12, 0, tzinfo=dt.UTC)
_SHOP = "https://shop.example"
_VISA = Method(kind="card", brand="Visa", last4="4242", expiry="2027-03", wallet="Apple Pay", expires_soon=True)
_MUGS = ItemCount(title="Mug “Nordlicht”", quantity=1)
_ADDRESS = Address(
    name="Ada Okafor", lines=("Lindenstraße 5",), postcode="10969", city="Berlin", region="Berlin", country="DE"
)


def _days(count: int) -> dt.datetime:
    return NOON + dt.timedelta(days=count)


def _euros(amount: str) -> Money:
    return Money.of(amount, "EUR")


def make_order(number: int = 1042) -> Order:
    """Return an order of two mugs, one of them sent back, with everything that can be known of an order."""
    return Order(
        external_id=f"order-{number}",
        url=f"{_SHOP}/orders/{number}",
        raw_status={"payment": "PARTIALLY_REFUNDED", "delivery": "IN_TRANSIT"},
        number=str(number),
        placed_at=_days(-number % 300 - 300),
        pay=PaymentWord.PART_REFUNDED,
        ship=DeliveryWord.ON_ITS_WAY,
        returned=ReturnWord.REQUESTED,
        total=_euros("31.40"),
        shop_total=Money.of("34.10", "USD"),
        subtotal=_euros("29.00"),
        discount=_euros("2.50"),
        shipping=_euros("4.90"),
        tax=_euros("5.02"),
        tax_included=True,
        refunded=_euros("14.50"),
        due=_euros("0"),
        codes=("WELCOME",),
        method=_VISA,
        ship_to=_ADDRESS,
        email="ada@example.com",
        phone="+4930123456",
        items=(
            LineItem(
                title="Mug “Nordlicht”", quantity=2, unit=_euros("14.50"), total=_euros("29.00"), variant="Blue",
                sku="MUG-1", current=1, shipped=2, refundable=1, image=f"{_SHOP}/mug.png",
            ),
        ),
        fulfilments=(
            Fulfilment(
                external_id=f"parcel-{number}", word=DeliveryWord.ON_ITS_WAY, carrier="DHL", numbers=("00340434",),
                urls=("https://track.example/00340434",), shipped_at=_days(1), eta=_days(4), items=(_MUGS,),
                last_event=TrackingEvent(text="Arrived at the depot", at=_days(2), place="Leipzig"),
            ),
        ),
        refunds=(
            Refund(
                external_id=f"refund-{number}", amount=_euros("14.50"), at=_days(3), word=RefundWord.DONE,
                reason="Arrived broken", actor="Tom", destination=_VISA, reference="7421", items=(_MUGS,),
            ),
        ),
        guest=True,
        edited=True,
        disputed=True,
        risk="High",
        tags=("gift",),
        note="Please ring twice.",
    )  # fmt: skip


def make_customer(number: int = 7) -> Customer:
    """Return a customer of whom everything is known that can be."""
    return Customer(
        external_id=f"customer-{number}",
        url=f"{_SHOP}/customers/{number}",
        match=Match(by=MatchWord.EMAIL, value="ada@example.com", confirmed_by="Tom"),
        name="Ada Okafor",
        emails=("ada@example.com",),
        phones=("+4930123456",),
        orders=3,
        spent=(_euros("94.20"), Money.of(3000, "JPY")),
        since=_days(-700),
        first_at=_days(-600),
        last_at=_days(-number % 300 - 300),
        figures_since=_days(-650),
        credit=_euros("5"),
        past_due=True,
        last_orders=(
            OrderSummary(
                number="1042", placed_at=NOON, pay=PaymentWord.PAID, ship=DeliveryWord.DELIVERED, total=_euros("19.40")
            ),
        ),
        alerts=(Alert(word=AlertWord.DISPUTE, at=_days(8), amount=_euros("19.40"), reference="1042"),),
        locale="de-DE",
        time_zone="Europe/Berlin",
        address=_ADDRESS,
        marketing_consent=True,
        tags=("VIP",),
        note="Prefers to be called.",
    )


def make_payment(number: int = 1) -> Payment:
    """Return a payment by card, with everything that can be known of one."""
    return Payment(
        external_id=f"payment-{number}",
        url=f"{_SHOP}/payments/{number}",
        raw_status={"payment": "failed"},
        amount=_euros("19.40"),
        at=_days(-number % 300 - 300),
        word=PaymentWord.FAILED,
        refunded=_euros("5"),
        captured=_euros("19.40"),
        method=_VISA,
        decline="The bank refused.",
        decline_code="do_not_honor",
        gateway="Stripe",
        reference="pi_7421",
        receipt_url=f"{_SHOP}/receipts/{number}",
        statement="SHOP BERLIN",
        order="1042",
        invoice="F-1",
        refunds=make_order().refunds,
    )


def make_subscription(number: int = 1) -> Subscription:
    """Return a monthly plan that is past due, with everything that can be known of one."""
    return Subscription(
        external_id=f"subscription-{number}", url=f"{_SHOP}/subscriptions/{number}", plan="Pro", amount=_euros("29"),
        interval="month", count=1, word=SubscriptionWord.PAST_DUE, next_at=_days(13), trial_end=_days(-30),
        ends_at=_days(60), collection_paused=True, last_payment=PaymentWord.FAILED, last_payment_at=_days(-1),
    )  # fmt: skip


def make_invoice(number: int = 1) -> Invoice:
    """Return an overdue bill, with everything that can be known of one."""
    return Invoice(
        external_id=f"invoice-{number}", url=f"{_SHOP}/invoices/{number}", number=f"F-{number}", total=_euros("29"),
        paid=_euros("9"), remaining=_euros("20"), word=InvoiceWord.OVERDUE, issued_at=_days(-number % 300 - 300),
        due_at=_days(-3), next_attempt_at=_days(2), attempts=2,
    )  # fmt: skip


def make_dispute(number: int = 1) -> Dispute:
    """Return a chargeback to be answered, with everything that can be known of one."""
    return Dispute(
        external_id=f"dispute-{number}", url=f"{_SHOP}/disputes/{number}", kind="chargeback", amount=_euros("19.40"),
        reason="Product not received", word=DisputeWord.ANSWER, opened_at=_days(-number % 300 - 300),
        respond_by=_days(8), refundable=False, payment="payment-1", order="1042",
    )  # fmt: skip


def make_saved_method(number: int = 1) -> SavedMethod:
    """Return a card kept for next time."""
    return SavedMethod(external_id=f"method-{number}", method=_VISA, is_default=number == 1)


def make_conversation(number: int = 41) -> Conversation:
    """Return a resolved conversation, with everything that can be known of one."""
    return Conversation(
        external_id=str(number), url=f"https://voxys.example/app/accounts/4/conversations/{number}", number=number,
        word=ConversationWord.RESOLVED, begun_at=_days(-1), last_at=_days(-number % 300 - 300), inbox="Website",
        inbox_id=1, assignee="Tom", assignee_id=5, labels=("delivery",),
        last_line=Line(by=AuthorWord.CUSTOMER, text="Thank you!", name="Ada", at=NOON, attachments=1),
    )  # fmt: skip


def make_note(number: int = 1) -> Note:
    """Return what an agent wrote down."""
    return Note(external_id=f"note-{number}", text="Prefers to be called.", at=_days(-number), author="Tom")


# What each answer's records are made by, by the answer's field.
_MAKERS: Mapping[str, Mapping[str, Callable[[int], Record]]] = {
    "customer": {"customers": make_customer},
    "orders": {"orders": make_order},
    "payments": {
        "payments": make_payment,
        "subscriptions": make_subscription,
        "invoices": make_invoice,
        "disputes": make_dispute,
        "methods": make_saved_method,
    },
    "history": {"conversations": make_conversation, "notes": make_note},
}
_SOURCE = "Shop A"


def realistic(capability: str, rows: int = 3) -> Any:
    """Return the capability's answer with so many records of each kind, every field filled, merged."""
    records: dict[str, Any] = {
        field: tuple(make(number) for number in range(1, rows + 1)) for field, make in _MAKERS[capability].items()
    }
    rest: dict[str, Any] = {"labels": ("vip",)} if capability == "history" else {}
    rest["matched_by"] = MatchWord.EMAIL
    rest["windows"] = (Window(since=_days(-60)),)
    rest["caveats"] = (Caveat(text="Orders before the move are missing."),)
    return CAPABILITIES[capability].merge([(_SOURCE, CAPABILITIES[capability](**records, **rest))])


def sparse(capability: str) -> Any:
    """Return the capability's answer with one record of each kind of which nothing is known but what must be."""
    return bare(realistic(capability, 1))


def empty(capability: str) -> Any:
    """Return the capability's answer about somebody whom nobody knows."""
    return CAPABILITIES[capability].merge([(_SOURCE, CAPABILITIES[capability]())])


def huge(capability: str) -> Any:
    """Return the capability's answer with 2000 records of each kind."""
    return realistic(capability, hostile.MANY)


def is_known(capability: str | None) -> bool:
    """Return whether the kit has answers of the capability: of ours, and not of those that packages bring."""
    return capability in _MAKERS


def with_rows(answer: Answer, rows: int) -> Any:
    """Return the answer with so many records of each kind that it has, each with an id of its own."""
    return structs.replace(answer, **{
        field: tuple(
            structs.replace(records[number % len(records)], external_id=f"{records[0].external_id}-{number}")
            for number in range(rows)
        )
        for field, records in _records_of(answer)
    })  # fmt: skip


def bare(answer: Answer) -> Any:
    """Return the answer with one record of each kind of which nothing is known but what must be."""
    records: dict[str, Any] = {field: (_bare(records[0]),) for field, records in _records_of(answer)}
    return type(answer)(**records)


def with_every_word(answer: Answer) -> Iterator[hostile.Mutation]:
    """Yield the answer with one record alone, once for each word that its state may be."""
    for field, records in _records_of(answer):
        record = records[0]
        for name in record.__struct_fields__:
            word = getattr(record, name)
            for other in type(word) if isinstance(word, Word) else ():
                alone: dict[str, Any] = {field: (structs.replace(record, **{name: other}),)}
                yield hostile.Mutation(f"{field}: {name} is {other.name}", type(answer)(**alone))


def with_one_missing(data: Answer) -> Iterator[hostile.Mutation]:
    """Yield the answer without one thing at a time that may be unknown."""
    for mutation in hostile.with_one_missing(msgspec.to_builtins(data)):
        if (answer := _converted(mutation.data, type(data))) is not None:
            yield hostile.Mutation(mutation.change, answer, mutation.path)


def with_hostile_texts(data: Answer) -> Iterator[hostile.Mutation]:
    """Yield the answer with all its texts hostile, once for each of `HOSTILE`; then with one text at a time."""
    texts = list(hostile.HOSTILE.items())
    for name, text in texts:
        yield hostile.Mutation(f"all texts are hostile ({name})", with_texts(data, text))
    plain = msgspec.to_builtins(data)
    for number, path in enumerate(_text_paths(data)):
        name, text = texts[number % len(texts)]
        changed = _converted(hostile.changed(plain, path, text), type(data))
        yield hostile.Mutation(f"{hostile.spell(path)} is hostile ({name})", changed, path)


def with_texts(data: Answer, text: str) -> Any:
    """Return the answer with all its texts replaced by `text`, in which "{}" stands for what was there."""
    plain = msgspec.to_builtins(data)
    for path in _text_paths(data):
        before = _at(plain, path)
        plain = hostile.changed(plain, path, text.replace("{}", before) if "{}" in text else text)
    return msgspec.convert(plain, type(data))


def _text_paths(data: Answer) -> list[hostile.Path]:
    """Return where the answer has texts that may be anything: no words of ours, moments or currencies."""
    plain = msgspec.to_builtins(data)
    return [
        path
        for path, value in hostile.walk(plain)
        if isinstance(value, str)
        and _converted(hostile.changed(plain, path, "any \N{BULLET} text"), type(data)) is not None
    ]


def _at(data: Any, path: hostile.Path) -> Any:
    for step in path:
        data = data[step]
    return data


def _converted(plain: Any, kind: type[Answer]) -> Any:
    """Return the answer, or None where the data models let nobody see that."""
    try:
        return msgspec.convert(plain, kind)
    except (msgspec.ValidationError, ValueError):
        return None


def _records_of(answer: Answer) -> Iterator[tuple[str, tuple[Record, ...]]]:
    """Yield the answer's fields that have records, with these."""
    for field in answer.__struct_fields__:
        value = getattr(answer, field)
        if isinstance(value, tuple) and value and isinstance(value[0], Record):
            yield field, value


def _bare(record: Record) -> Record:
    required = {field.name for field in structs.fields(record) if field.required} | {"source"}
    return type(record)(**{name: getattr(record, name) for name in required})
