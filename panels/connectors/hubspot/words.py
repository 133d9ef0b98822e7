"""HubSpot's states in our words. What is not here is shown as HubSpot says it."""

import re

from panels.api import DisputeWord, Interval, InvoiceWord, PaymentWord, SubscriptionWord

# Free text in HubSpot; these are what shops' synchronisations write.
ORDER_PAYMENTS = {
    "pending": PaymentWord.PENDING,
    "unpaid": PaymentWord.PENDING,
    "authorized": PaymentWord.AUTHORISED,
    "partially_paid": PaymentWord.PART_PAID,
    "paid": PaymentWord.PAID,
    "partially_refunded": PaymentWord.PART_REFUNDED,
    "refunded": PaymentWord.REFUNDED,
    "voided": PaymentWord.NOT_CHARGED,
    "failed": PaymentWord.FAILED,
}
PAYMENTS = {
    "processing": PaymentWord.PROCESSING,
    "succeeded": PaymentWord.PAID,
    "failed": PaymentWord.FAILED,
    "partially_refunded": PaymentWord.PART_REFUNDED,
    "refunded": PaymentWord.REFUNDED,
    # The money came in; what became of it then is said besides.
    "processing_refund": PaymentWord.PAID,
    "disputed_action_required": PaymentWord.PAID,
    "disputed_awaiting_decision": PaymentWord.PAID,
    "disputed_won": PaymentWord.PAID,
    "disputed_lost": PaymentWord.PAID,
}
DISPUTES = {
    "disputed_action_required": DisputeWord.ANSWER,
    "disputed_awaiting_decision": DisputeWord.IN_REVIEW,
    "disputed_won": DisputeWord.WON,
    "disputed_lost": DisputeWord.LOST,
}
INVOICES = {
    "draft": InvoiceWord.DRAFT,
    "open": InvoiceWord.OPEN,
    "paid": InvoiceWord.PAID,
    "voided": InvoiceWord.VOID,
}
SUBSCRIPTIONS = {
    "active": SubscriptionWord.ACTIVE,
    "past_due": SubscriptionWord.PAST_DUE,
    "unpaid": SubscriptionWord.UNPAID,
    "paused": SubscriptionWord.PAUSED,
    "scheduled": SubscriptionWord.WAITING,
    "canceled": SubscriptionWord.ENDED,
    "expired": SubscriptionWord.ENDED,
}
_FREQUENCIES: dict[str, tuple[int, Interval]] = {
    "weekly": (1, "week"),
    "biweekly": (2, "week"),
    "monthly": (1, "month"),
    "quarterly": (3, "month"),
    "per_six_months": (6, "month"),
    "annually": (1, "year"),
    "per_two_years": (2, "year"),
    "per_three_years": (3, "year"),
    "per_four_years": (4, "year"),
    "per_five_years": (5, "year"),
}
_PERIOD = re.compile(r"P([1-9][0-9]{0,2})([DWMY])")
_UNITS: dict[str, Interval] = {"D": "day", "W": "week", "M": "month", "Y": "year"}


def keyed(text: str | None) -> str:
    """Return a state as the tables have it: "Partially Paid" is "partially_paid"."""
    return re.sub(r"[\s_-]+", "_", (text or "").strip().casefold())


def frequency(text: str | None) -> tuple[int, Interval] | None:
    """Return how often a subscription charges: every so many of what. None for a frequency without a word."""
    if found := _PERIOD.fullmatch((text or "").upper()):
        return int(found[1]), _UNITS[found[2]]
    return _FREQUENCIES.get(keyed(text))
