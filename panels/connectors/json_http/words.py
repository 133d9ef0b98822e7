"""Their words for states become ours: by the operator's table, else by what most systems mean by them."""

import re
from collections.abc import Mapping
from functools import lru_cache

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from panels.api import (
    DeliveryWord,
    InvoiceWord,
    PaymentWord,
    RefundWord,
    ReturnWord,
    SubscriptionWord,
    Word,
)

VOCABULARIES: Mapping[str, type[Word]] = {
    "payment": PaymentWord,
    "delivery": DeliveryWord,
    "return": ReturnWord,
    "refund": RefundWord,
    "subscription": SubscriptionWord,
    "invoice": InvoiceWord,
}
MOST_LINES = 200
_LINE = re.compile(r"(?P<kind>[a-z]+)\s*:(?P<theirs>.+)=\s*(?P<ours>\w+)\s*")

# What is not named like our own word; written plainly (`plain`).
_USUAL: Mapping[str, Mapping[str, Word]] = {
    "payment": {
        "open": PaymentWord.PENDING,
        "unpaid": PaymentWord.PENDING,
        "authorized": PaymentWord.AUTHORISED,
        "partially_paid": PaymentWord.PART_PAID,
        "captured": PaymentWord.PAID,
        "settled": PaymentWord.PAID,
        "succeeded": PaymentWord.PAID,
        "completed": PaymentWord.PAID,
        "partially_refunded": PaymentWord.PART_REFUNDED,
        "voided": PaymentWord.NOT_CHARGED,
        "expired": PaymentWord.NOT_CHARGED,
        "declined": PaymentWord.FAILED,
        "error": PaymentWord.FAILED,
    },
    "delivery": {
        "unfulfilled": DeliveryWord.NOT_SHIPPED,
        "unshipped": DeliveryWord.NOT_SHIPPED,
        "pending": DeliveryWord.NOT_SHIPPED,
        "processing": DeliveryWord.PREPARING,
        "partially_fulfilled": DeliveryWord.PART_SHIPPED,
        "partially_shipped": DeliveryWord.PART_SHIPPED,
        "fulfilled": DeliveryWord.SHIPPED,
        "dispatched": DeliveryWord.SHIPPED,
        "in_transit": DeliveryWord.ON_ITS_WAY,
        "out_for_delivery": DeliveryWord.ON_ITS_WAY,
        "ready_for_pickup": DeliveryWord.READY_TO_COLLECT,
        "complete": DeliveryWord.COMPLETED,
        "failure": DeliveryWord.PROBLEM,
        "exception": DeliveryWord.PROBLEM,
        "lost": DeliveryWord.PROBLEM,
    },
    "return": {"open": ReturnWord.IN_PROGRESS, "completed": ReturnWord.RETURNED, "rejected": ReturnWord.DECLINED},
    "refund": {
        "pending": RefundWord.SENT,
        "succeeded": RefundWord.DONE,
        "completed": RefundWord.DONE,
        "settled": RefundWord.DONE,
    },
    "subscription": {
        "trialing": SubscriptionWord.TRIAL,
        "canceled": SubscriptionWord.ENDED,
        "cancelled": SubscriptionWord.ENDED,
        "expired": SubscriptionWord.ENDED,
    },
    "invoice": {
        "unpaid": InvoiceWord.OPEN,
        "sent": InvoiceWord.OPEN,
        "past_due": InvoiceWord.OVERDUE,
        "cancelled": InvoiceWord.VOID,
        "canceled": InvoiceWord.VOID,
    },
}


@lru_cache(maxsize=512)
def read_words(text: str) -> Mapping[tuple[str, str], str]:
    """Return our words by kind and their word. Raises ValidationError."""
    found: dict[tuple[str, str], str] = {}
    lines = [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#")]
    if len(lines) > MOST_LINES:
        raise ValidationError(_("These are more than %(number)d lines.") % {"number": MOST_LINES})
    for line in lines:
        match = _LINE.fullmatch(line)
        if match is None or match["kind"] not in VOCABULARIES:
            raise ValidationError(
                _("“%(line)s” is not of the form: kind: theirs = ours. Kinds are: %(kinds)s.")
                % {"line": line[:60], "kinds": ", ".join(VOCABULARIES)}
            )
        known = [word.value for word in VOCABULARIES[match["kind"]]]
        if match["ours"] not in known:
            raise ValidationError(
                _("“%(word)s” is none of our words. Those of “%(kind)s” are: %(known)s.")
                % {"word": match["ours"], "kind": match["kind"], "known": ", ".join(known)}
            )
        found[match["kind"], plain(match["theirs"])] = match["ours"]
    return found


def to_word(kind: str, theirs: str, table: Mapping[tuple[str, str], str]) -> Word:
    """Return our word for theirs, UNKNOWN for what nobody has told us."""
    vocabulary = VOCABULARIES[kind]
    word = plain(theirs)
    if (kind, word) in table:
        ours = table[kind, word]
        return next(one for one in vocabulary if one.value == ours)
    if word in _USUAL[kind]:
        return _USUAL[kind][word]
    return next((ours for ours in vocabulary if ours.value == word), vocabulary.__members__["UNKNOWN"])


def plain(text: str) -> str:
    """Return a word so that "In transit", "in-transit", "IN_TRANSIT" and "InTransit" are the same."""
    apart = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", text.strip())
    return re.sub(r"[\s_-]+", "_", apart).casefold()
