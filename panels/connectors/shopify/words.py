"""What Shopify's words are in ours. A word that is in no table is unknown, and shown as it is."""

from collections.abc import Iterable, Mapping

from panels.api import DeliveryWord, DisputeWord, PaymentWord, RefundWord, ReturnWord

# OrderDisplayFinancialStatus
PAYMENT: Mapping[str, PaymentWord] = {
    "PENDING": PaymentWord.PENDING,
    "AUTHORIZED": PaymentWord.AUTHORISED,
    "PARTIALLY_PAID": PaymentWord.PART_PAID,
    "PAID": PaymentWord.PAID,
    "PARTIALLY_REFUNDED": PaymentWord.PART_REFUNDED,
    "REFUNDED": PaymentWord.REFUNDED,
    "VOIDED": PaymentWord.NOT_CHARGED,
    "EXPIRED": PaymentWord.NOT_CHARGED,
}

# OrderDisplayFulfillmentStatus
ORDER: Mapping[str, DeliveryWord] = {
    "UNFULFILLED": DeliveryWord.NOT_SHIPPED,
    "OPEN": DeliveryWord.NOT_SHIPPED,
    "RESTOCKED": DeliveryWord.NOT_SHIPPED,
    "ON_HOLD": DeliveryWord.ON_HOLD,
    "PENDING_FULFILLMENT": DeliveryWord.PREPARING,
    "IN_PROGRESS": DeliveryWord.PREPARING,
    "SCHEDULED": DeliveryWord.PREPARING,
    "PARTIALLY_FULFILLED": DeliveryWord.PART_SHIPPED,
    "FULFILLED": DeliveryWord.SHIPPED,
    "REQUEST_DECLINED": DeliveryWord.PROBLEM,
    "FULFILLMENT_NOT_REQUIRED": DeliveryWord.NOT_NEEDED,
}

# FulfillmentDisplayStatus
PARCEL: Mapping[str, DeliveryWord] = {
    "SUBMITTED": DeliveryWord.PREPARING,
    "CONFIRMED": DeliveryWord.PREPARING,
    "LABEL_PURCHASED": DeliveryWord.PREPARING,
    "LABEL_PRINTED": DeliveryWord.PREPARING,
    "FULFILLED": DeliveryWord.SHIPPED,
    "MARKED_AS_FULFILLED": DeliveryWord.SHIPPED,
    "CARRIER_PICKED_UP": DeliveryWord.ON_ITS_WAY,
    "IN_TRANSIT": DeliveryWord.ON_ITS_WAY,
    "OUT_FOR_DELIVERY": DeliveryWord.ON_ITS_WAY,
    "READY_FOR_PICKUP": DeliveryWord.READY_TO_COLLECT,
    "DELIVERED": DeliveryWord.DELIVERED,
    "PICKED_UP": DeliveryWord.DELIVERED,
    "DELAYED": DeliveryWord.DELAYED,
    "ATTEMPTED_DELIVERY": DeliveryWord.PROBLEM,
    "NOT_DELIVERED": DeliveryWord.PROBLEM,
    "FAILURE": DeliveryWord.PROBLEM,
}
# Parcels that are none any longer, by either of their two words.
DROPPED = frozenset({"CANCELED", "CANCELLED", "LABEL_VOIDED"})
# FulfillmentStatus, for parcels that have no other word.
_PLAIN_PARCEL: Mapping[str, DeliveryWord] = {
    "SUCCESS": DeliveryWord.SHIPPED,
    "OPEN": DeliveryWord.PREPARING,
    "PENDING": DeliveryWord.PREPARING,
    "ERROR": DeliveryWord.PROBLEM,
    "FAILURE": DeliveryWord.PROBLEM,
}
# Parcels from the one that needs most attention to the one that needs none.
_WORST_FIRST = (
    DeliveryWord.PROBLEM,
    DeliveryWord.DELAYED,
    DeliveryWord.UNKNOWN,
    DeliveryWord.PREPARING,
    DeliveryWord.SHIPPED,
    DeliveryWord.ON_ITS_WAY,
    DeliveryWord.READY_TO_COLLECT,
    DeliveryWord.DELIVERED,
)
_ALARMING = frozenset({DeliveryWord.PROBLEM, DeliveryWord.DELAYED})

# OrderReturnStatus
RETURN: Mapping[str, ReturnWord] = {
    "RETURN_REQUESTED": ReturnWord.REQUESTED,
    "IN_PROGRESS": ReturnWord.IN_PROGRESS,
    "INSPECTION_COMPLETE": ReturnWord.IN_PROGRESS,
    "RETURNED": ReturnWord.RETURNED,
    "RETURN_FAILED": ReturnWord.FAILED,
}

# OrderTransactionStatus
TRANSACTION: Mapping[str, PaymentWord] = {
    "SUCCESS": PaymentWord.PAID,
    "PENDING": PaymentWord.PROCESSING,
    "AWAITING_RESPONSE": PaymentWord.PROCESSING,
    "FAILURE": PaymentWord.FAILED,
    "ERROR": PaymentWord.FAILED,
}

# DisputeStatus
DISPUTE: Mapping[str, DisputeWord] = {
    "PREVENTED": DisputeWord.CLOSED,
    "CHARGE_REFUNDED": DisputeWord.CLOSED,
    "NEEDS_RESPONSE": DisputeWord.ANSWER,
    "UNDER_REVIEW": DisputeWord.IN_REVIEW,
    "WON": DisputeWord.WON,
    "LOST": DisputeWord.LOST,
    "ACCEPTED": DisputeWord.LOST,
}


def payment_word(status: str | None) -> PaymentWord:
    return PAYMENT.get(status or "", PaymentWord.UNKNOWN)


def parcel_word(display: str | None, status: str | None) -> DeliveryWord | None:
    """Return where a parcel is; None for one that is none any longer."""
    if display in DROPPED or status in DROPPED:
        return None
    if display is None:
        return _PLAIN_PARCEL.get(status or "", DeliveryWord.UNKNOWN)
    return PARCEL.get(display, DeliveryWord.UNKNOWN)


def delivery_word(status: str | None, parcels: Iterable[DeliveryWord]) -> DeliveryWord:
    """Return where an order is: the worst of its parcels speaks once all is sent, and before that if it alarms."""
    word = ORDER.get(status or "", DeliveryWord.UNKNOWN)
    worst = min(parcels, key=_WORST_FIRST.index, default=None)
    if worst is not None and (word is DeliveryWord.SHIPPED or worst in _ALARMING):
        return worst
    return word


def return_word(status: str | None, latest: str | None) -> ReturnWord | None:
    """Return how far the order's return is; `latest` is the ReturnStatus of its latest one."""
    if status in {None, "NO_RETURN"}:
        return ReturnWord.DECLINED if latest == "DECLINED" else None
    return RETURN.get(status or "", ReturnWord.UNKNOWN)


def refund_word(statuses: Iterable[str | None]) -> RefundWord:
    """Return whether the money moved, by the statuses of the refund's transactions."""
    words = {TRANSACTION.get(status or "", PaymentWord.UNKNOWN) for status in statuses}
    if not words:
        return RefundWord.RECORDED_ONLY
    if PaymentWord.FAILED in words:
        return RefundWord.FAILED
    if PaymentWord.PROCESSING in words:
        return RefundWord.SENT
    return RefundWord.UNKNOWN if PaymentWord.UNKNOWN in words else RefundWord.DONE


def dispute_word(kind: str | None, status: str | None) -> DisputeWord:
    """Return whose move it is. What the bank only inquires about is not contested yet."""
    word = DISPUTE.get(status or "", DisputeWord.UNKNOWN)
    return DisputeWord.INQUIRY if kind == "INQUIRY" and word.is_open else word
