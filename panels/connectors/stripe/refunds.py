"""Refunds, which stand below their charge."""

from django.utils.translation import gettext_noop

from panels.api import Method, Refund, RefundWord
from panels.connectors.stripe.fields import Json, amount, moment, pick, text

_WORDS = {
    "pending": RefundWord.SENT,
    "requires_action": RefundWord.WAITING,
    "succeeded": RefundWord.DONE,
    "failed": RefundWord.FAILED,
    # Called back before it was sent: no money moved, as with one that failed.
    "canceled": RefundWord.FAILED,
}
_FAILURES = {
    "charge_for_pending_refund_disputed": gettext_noop("The payment was disputed meanwhile"),
    "declined": gettext_noop("Declined by the bank"),
    "expired_or_canceled_card": gettext_noop("Card expired or cancelled"),
    "insufficient_funds": gettext_noop("Not enough funds in the Stripe balance"),
    "lost_or_stolen_card": gettext_noop("Card lost or stolen"),
    "merchant_request": gettext_noop("Cancelled on request"),
}
_REASONS = {
    "duplicate": gettext_noop("Charged twice"),
    "expired_uncaptured_charge": gettext_noop("Never captured"),
    "fraudulent": gettext_noop("Fraudulent"),
    "requested_by_customer": gettext_noop("Requested by the customer"),
}


def make_refund(refund: Json, *, method: Method | None) -> Refund | None:
    """Return a refund of a charge that was paid with `method`."""
    refund_id, given, at = text(refund, "id"), amount(refund, "amount"), moment(refund, "created")
    if refund_id is None or given is None or at is None:
        return None
    return Refund(
        external_id=refund_id,
        amount=given,
        at=at,
        word=_WORDS.get(text(refund, "status") or "", RefundWord.UNKNOWN),
        reason=_reason(refund),
        destination=method,
        reference=_bank_reference(refund),
    )


def _reason(refund: Json) -> str | None:
    if failure := text(refund, "failure_reason"):
        return _FAILURES.get(failure, failure.replace("_", " ").capitalize())
    reason = text(refund, "reason")
    return _REASONS.get(reason, reason.replace("_", " ").capitalize()) if reason else None


def _bank_reference(refund: Json) -> str | None:
    """Return what the customer's bank can search for; for cards the acquirer reference number (ARN)."""
    kind = text(refund, "destination_details", "type")
    return text(pick(refund, "destination_details", kind), "reference") if kind else None
