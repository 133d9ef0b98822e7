"""Every word of Shopify's that we show, as the schema lists them."""

from typing import Any

import pytest
from graphql import GraphQLEnumType

from panels.api import DeliveryWord, DisputeWord, PaymentWord, RefundWord, ReturnWord
from panels.connectors.shopify import words
from panels.connectors.shopify.words import (
    delivery_word,
    dispute_word,
    parcel_word,
    payment_word,
    refund_word,
    return_word,
)
from tests.support.shopify import schema


def values_of(name: str) -> set[str]:
    kind = schema().type_map[name]
    assert isinstance(kind, GraphQLEnumType)
    return set(kind.values)


@pytest.mark.parametrize(
    ("enum", "known"),
    [
        ("OrderDisplayFinancialStatus", set(words.PAYMENT)),
        ("OrderDisplayFulfillmentStatus", set(words.ORDER)),
        ("FulfillmentDisplayStatus", set(words.PARCEL) | {"CANCELED", "LABEL_VOIDED"}),
        ("OrderReturnStatus", set(words.RETURN) | {"NO_RETURN"}),
        ("OrderTransactionStatus", set(words.TRANSACTION) | {"UNKNOWN"}),
        ("DisputeStatus", set(words.DISPUTE)),
    ],
)
def test_every_word_of_the_schema_has_one_of_ours(enum: str, known: set[str]) -> None:
    assert known == values_of(enum)


@pytest.mark.parametrize(
    ("status", "word"),
    [
        ("PENDING", PaymentWord.PENDING),
        ("AUTHORIZED", PaymentWord.AUTHORISED),
        ("PARTIALLY_PAID", PaymentWord.PART_PAID),
        ("PAID", PaymentWord.PAID),
        ("PARTIALLY_REFUNDED", PaymentWord.PART_REFUNDED),
        ("REFUNDED", PaymentWord.REFUNDED),
        ("VOIDED", PaymentWord.NOT_CHARGED),
        ("EXPIRED", PaymentWord.NOT_CHARGED),
        ("NEW_ONE", PaymentWord.UNKNOWN),
        (None, PaymentWord.UNKNOWN),
    ],
)
def test_payment(status: str | None, word: PaymentWord) -> None:
    assert payment_word(status) is word


@pytest.mark.parametrize(
    ("status", "word"),
    [
        ("UNFULFILLED", DeliveryWord.NOT_SHIPPED),
        ("OPEN", DeliveryWord.NOT_SHIPPED),
        ("RESTOCKED", DeliveryWord.NOT_SHIPPED),
        ("ON_HOLD", DeliveryWord.ON_HOLD),
        ("PENDING_FULFILLMENT", DeliveryWord.PREPARING),
        ("IN_PROGRESS", DeliveryWord.PREPARING),
        ("SCHEDULED", DeliveryWord.PREPARING),
        ("PARTIALLY_FULFILLED", DeliveryWord.PART_SHIPPED),
        ("FULFILLED", DeliveryWord.SHIPPED),
        ("REQUEST_DECLINED", DeliveryWord.PROBLEM),
        ("FULFILLMENT_NOT_REQUIRED", DeliveryWord.NOT_NEEDED),
        ("NEW_ONE", DeliveryWord.UNKNOWN),
        (None, DeliveryWord.UNKNOWN),
    ],
)
def test_an_order_without_parcels(status: str | None, word: DeliveryWord) -> None:
    assert delivery_word(status, ()) is word


@pytest.mark.parametrize(
    ("display", "word"),
    [
        ("SUBMITTED", DeliveryWord.PREPARING),
        ("CONFIRMED", DeliveryWord.PREPARING),
        ("LABEL_PURCHASED", DeliveryWord.PREPARING),
        ("LABEL_PRINTED", DeliveryWord.PREPARING),
        ("FULFILLED", DeliveryWord.SHIPPED),
        ("MARKED_AS_FULFILLED", DeliveryWord.SHIPPED),
        ("CARRIER_PICKED_UP", DeliveryWord.ON_ITS_WAY),
        ("IN_TRANSIT", DeliveryWord.ON_ITS_WAY),
        ("OUT_FOR_DELIVERY", DeliveryWord.ON_ITS_WAY),
        ("READY_FOR_PICKUP", DeliveryWord.READY_TO_COLLECT),
        ("DELIVERED", DeliveryWord.DELIVERED),
        ("PICKED_UP", DeliveryWord.DELIVERED),
        ("DELAYED", DeliveryWord.DELAYED),
        ("ATTEMPTED_DELIVERY", DeliveryWord.PROBLEM),
        ("NOT_DELIVERED", DeliveryWord.PROBLEM),
        ("FAILURE", DeliveryWord.PROBLEM),
        ("NEW_ONE", DeliveryWord.UNKNOWN),
        ("CANCELED", None),
        ("LABEL_VOIDED", None),
    ],
)
def test_a_parcel_speaks_for_an_order_that_is_sent(display: str, word: DeliveryWord | None) -> None:
    assert parcel_word(display, "SUCCESS") is word
    assert delivery_word("FULFILLED", [word] if word else []) is (word or DeliveryWord.SHIPPED)


@pytest.mark.parametrize(
    ("status", "word"),
    [
        ("SUCCESS", DeliveryWord.SHIPPED),
        ("OPEN", DeliveryWord.PREPARING),
        ("ERROR", DeliveryWord.PROBLEM),
        ("CANCELLED", None),
        (None, DeliveryWord.UNKNOWN),
    ],
)
def test_a_parcel_without_a_word_of_its_own(status: str | None, word: DeliveryWord | None) -> None:
    assert parcel_word(None, status) is word


def test_the_worst_parcel_speaks() -> None:
    delivered, moving, late, lost = (
        DeliveryWord.DELIVERED,
        DeliveryWord.ON_ITS_WAY,
        DeliveryWord.DELAYED,
        DeliveryWord.PROBLEM,
    )
    assert delivery_word("FULFILLED", [delivered, moving]) is moving
    assert delivery_word("FULFILLED", [delivered, late, moving]) is late
    assert delivery_word("FULFILLED", [late, lost]) is lost
    assert delivery_word("FULFILLED", [delivered, DeliveryWord.UNKNOWN]) is DeliveryWord.UNKNOWN
    assert delivery_word("PARTIALLY_FULFILLED", [delivered]) is DeliveryWord.PART_SHIPPED
    assert delivery_word("PARTIALLY_FULFILLED", [delivered, lost]) is lost


@pytest.mark.parametrize(
    ("status", "latest", "word"),
    [
        ("RETURN_REQUESTED", None, ReturnWord.REQUESTED),
        ("IN_PROGRESS", None, ReturnWord.IN_PROGRESS),
        ("INSPECTION_COMPLETE", None, ReturnWord.IN_PROGRESS),
        ("RETURNED", "CLOSED", ReturnWord.RETURNED),
        ("RETURN_FAILED", None, ReturnWord.FAILED),
        ("NO_RETURN", None, None),
        ("NO_RETURN", "DECLINED", ReturnWord.DECLINED),
        ("NO_RETURN", "CANCELED", None),
        ("NEW_ONE", None, ReturnWord.UNKNOWN),
        (None, None, None),
    ],
)
def test_returns(status: str | None, latest: str | None, word: ReturnWord | None) -> None:
    assert return_word(status, latest) is word


@pytest.mark.parametrize(
    ("statuses", "word"),
    [
        (["SUCCESS"], RefundWord.DONE),
        (["PENDING"], RefundWord.SENT),
        (["SUCCESS", "AWAITING_RESPONSE"], RefundWord.SENT),
        (["SUCCESS", "FAILURE"], RefundWord.FAILED),
        (["ERROR"], RefundWord.FAILED),
        (["UNKNOWN"], RefundWord.UNKNOWN),
        ([None], RefundWord.UNKNOWN),
        ([], RefundWord.RECORDED_ONLY),
    ],
)
def test_refunds(statuses: list[Any], word: RefundWord) -> None:
    assert refund_word(statuses) is word


@pytest.mark.parametrize(
    ("kind", "status", "word"),
    [
        ("CHARGEBACK", "PREVENTED", DisputeWord.CLOSED),
        ("CHARGEBACK", "CHARGE_REFUNDED", DisputeWord.CLOSED),
        ("CHARGEBACK", "NEEDS_RESPONSE", DisputeWord.ANSWER),
        ("CHARGEBACK", "UNDER_REVIEW", DisputeWord.IN_REVIEW),
        ("CHARGEBACK", "WON", DisputeWord.WON),
        ("CHARGEBACK", "LOST", DisputeWord.LOST),
        ("CHARGEBACK", "ACCEPTED", DisputeWord.LOST),
        ("INQUIRY", "NEEDS_RESPONSE", DisputeWord.INQUIRY),
        ("INQUIRY", "UNDER_REVIEW", DisputeWord.INQUIRY),
        ("INQUIRY", "WON", DisputeWord.WON),
        ("INQUIRY", "PREVENTED", DisputeWord.CLOSED),
        (None, "NEW_ONE", DisputeWord.UNKNOWN),
    ],
)
def test_disputes(kind: str | None, status: str, word: DisputeWord) -> None:
    assert dispute_word(kind, status) is word
