"""Disputes: payments contested at the bank."""

from panels.api import Dispute, DisputeWord
from panels.connectors.stripe.fields import Json, amount, id_of, is_test, moment, pick, text
from panels.connectors.stripe.links import dashboard

_CLOSED = frozenset({"warning_closed", "prevented", "charge_refunded"})


def dispute_word(status: str | None) -> DisputeWord:
    """Return whose move it is: the first of these that fits."""
    said = status or ""
    if said in _CLOSED:
        return DisputeWord.CLOSED
    if said.startswith("warning_"):
        return DisputeWord.INQUIRY
    if said.endswith("needs_response"):
        return DisputeWord.ANSWER
    if said.endswith("under_review"):
        return DisputeWord.IN_REVIEW
    return {"won": DisputeWord.WON, "lost": DisputeWord.LOST}.get(said, DisputeWord.UNKNOWN)


def make_dispute(dispute: Json) -> Dispute | None:
    """Return a dispute. Stripe does not say when one was closed."""
    dispute_id, contested = text(dispute, "id"), amount(dispute, "amount")
    if dispute_id is None or contested is None:
        return None
    status = text(dispute, "status")
    word = dispute_word(status)
    refundable = pick(dispute, "is_charge_refundable")
    return Dispute(
        external_id=dispute_id,
        url=dashboard(dispute, "disputes", dispute_id),
        raw_status={"dispute": status} if status else {},
        test=is_test(dispute),
        kind="inquiry" if _is_inquiry(dispute, status) else "chargeback",
        amount=contested,
        reason=(text(dispute, "reason") or "general").replace("_", " ").capitalize(),
        word=word,
        opened_at=moment(dispute, "created"),
        respond_by=moment(dispute, "evidence_details", "due_by") if word.is_open else None,
        refundable=refundable if isinstance(refundable, bool) and word.is_open else None,
        payment=id_of(dispute, "payment_intent") or id_of(dispute, "charge"),
    )


def _is_inquiry(dispute: Json, status: str | None) -> bool:
    """Return whether the bank only asks so far: no money has been taken back."""
    return (status or "").startswith("warning_") or text(
        dispute, "payment_method_details", "card", "case_type"
    ) == "inquiry"
