"""Payments: every charge, and the payment intents that never came to one."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from panels.api import Gaps, Method, Money, Payment, PaymentWord
from panels.connectors.stripe import declines
from panels.connectors.stripe.fields import Json, amount, id_of, is_test, lacking_of, moment, pick, present, rows, text
from panels.connectors.stripe.links import dashboard
from panels.connectors.stripe.methods import make_method
from panels.connectors.stripe.refunds import make_refund

_INTENT_WORDS = {
    "canceled": PaymentWord.NOT_CHARGED,
    "processing": PaymentWord.PROCESSING,
    "requires_action": PaymentWord.WAITING,
    "requires_capture": PaymentWord.AUTHORISED,
    "requires_confirmation": PaymentWord.WAITING,
    "requires_payment_method": PaymentWord.PENDING,
    "succeeded": PaymentWord.PAID,
}
# The intent has gone on since its last charge failed, so that charge does not tell how it stands.
_GONE_ON = frozenset({"requires_action", "requires_confirmation", "processing"})
_ORDER_KEYS = ("order_number", "order_id", "order")
_GATEWAY = "Stripe"


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What else is known: saved methods by their id, invoice numbers by the id of what paid them.

    `since` is set where older charges were not read: an older intent may have one that tells more. `gaps` takes
    what cannot be read.
    """

    now: datetime
    gaps: Gaps
    methods: Mapping[str, Method] = field(default_factory=dict)
    invoices: Mapping[str, str] = field(default_factory=dict)
    since: datetime | None = None


def make_payments(charges: Iterable[Json], intents: Iterable[Json], around: Surroundings) -> tuple[Payment, ...]:
    """Return a payment for each charge, and for each intent whose state no charge tells.

    Raises `OperatorError` where there are charges, and not one can be shown.
    """
    charges, intents = tuple(charges), tuple(intents)
    by_charge = _intents_by_charge(charges, intents)
    if not all(_is_whole(charge) for charge in charges):
        around.gaps.note()
    of_charges = around.gaps.shown(
        charges,
        lambda charge: _of_charge(charge, by_charge.get(text(charge, "id") or "", {}), around),
        lacking=lambda charge: f"charge.{lacking_of(charge, 'amount')}",
    )
    told = {text(intent, "id") for intent in by_charge.values()}
    left = [
        intent
        for intent in intents
        if text(intent, "status") in _GONE_ON
        or (text(intent, "id") not in told - {None} and not _is_before(intent, around.since))
    ]
    of_intents = around.gaps.kept(
        left,
        lambda intent: _of_intent(intent, around),
        lacking=lambda intent: f"payment_intent.{lacking_of(intent, 'amount')}",
    )
    return (*of_charges, *of_intents)


def _intents_by_charge(charges: Iterable[Json], intents: Iterable[Json]) -> dict[str, Json]:
    """Return by the id of each charge the intent that it belongs to, as one of both says."""
    by_id = {intent_id: intent for intent in intents if (intent_id := text(intent, "id"))}
    by_latest = {charge_id: intent for intent in by_id.values() if (charge_id := id_of(intent, "latest_charge"))}
    found = {
        charge_id: by_id.get(id_of(charge, "payment_intent") or "") or by_latest.get(charge_id, {})
        for charge in charges
        if (charge_id := text(charge, "id"))
    }
    return {charge_id: intent for charge_id, intent in found.items() if intent}


def _is_whole(charge: Json) -> bool:
    """Return whether the charge tells all that decides what it is shown as."""
    flags = (pick(charge, name) for name in ("captured", "disputed", "livemode"))
    has_flags = all(isinstance(flag, bool) for flag in flags)
    return has_flags and text(charge, "status") is not None and amount(charge, "amount_refunded") is not None


def charge_word(charge: Json, intent: Json) -> PaymentWord:
    """Return where the money of a charge is; `intent` is what it belongs to, empty for a charge on its own."""
    status = text(charge, "status")
    if status == "failed":
        return PaymentWord.FAILED
    if status == "pending":
        return PaymentWord.PROCESSING
    if status != "succeeded":
        return PaymentWord.UNKNOWN
    is_released = pick(charge, "refunded") is True or text(intent, "status") == "canceled"
    if pick(charge, "captured") is False:
        return PaymentWord.NOT_CHARGED if is_released else PaymentWord.AUTHORISED
    taken, refunded = _taken(charge), amount(charge, "amount_refunded")
    if not refunded:
        return PaymentWord.PAID
    return PaymentWord.REFUNDED if taken is None or not refunded < taken else PaymentWord.PART_REFUNDED


def intent_word(intent: Json) -> PaymentWord:
    """Return how an intent without a charge stands."""
    word = _INTENT_WORDS.get(text(intent, "status") or "", PaymentWord.UNKNOWN)
    if word is PaymentWord.PENDING and pick(intent, "last_payment_error"):
        return PaymentWord.FAILED
    return word


def _is_before(intent: Json, since: datetime | None) -> bool:
    at = moment(intent, "created")
    return since is not None and at is not None and at < since


def _taken(charge: Json) -> Money | None:
    """Return what was taken: of an authorised payment it may be a part, and the rest was never charged."""
    meant, captured = amount(charge, "amount"), amount(charge, "amount_captured")
    return captured if captured and meant and captured < meant else meant


def _of_charge(charge: Json, intent: Json, around: Surroundings) -> Payment | None:
    charge_id, meant, at = text(charge, "id"), amount(charge, "amount"), moment(charge, "created")
    if charge_id is None or meant is None or at is None:
        return None
    word = charge_word(charge, intent)
    zero = Money.zero(meant.currency)
    is_taken = word in {PaymentWord.PAID, PaymentWord.PART_REFUNDED, PaymentWord.REFUNDED}
    taken = (_taken(charge) or meant) if is_taken else meant
    method = make_method(pick(charge, "payment_method_details"), now=around.now) or _saved(charge, around)
    decline = declines.of_charge(charge) if word is PaymentWord.FAILED else (None, None)
    intent_id = id_of(charge, "payment_intent") or text(intent, "id")
    return Payment(
        external_id=charge_id,
        url=dashboard(charge, "payments", intent_id or charge_id),
        raw_status=_raw(charge, intent),
        test=is_test(charge),
        amount=taken,
        at=at,
        word=word,
        refunded=(amount(charge, "amount_refunded") or zero) if is_taken else zero,
        captured=taken if is_taken else None if word is PaymentWord.UNKNOWN else zero,
        method=method,
        decline=decline[0],
        decline_code=decline[1],
        gateway=_GATEWAY,
        reference=intent_id or charge_id,
        receipt_url=text(charge, "receipt_url"),
        statement=text(charge, "calculated_statement_descriptor") or text(charge, "statement_descriptor"),
        order=_order(charge) or _order(intent),
        invoice=around.invoices.get(intent_id or "") or around.invoices.get(charge_id),
        refunds=present(make_refund(refund, method=method) for refund in rows(charge, "refunds")),
    )


def _of_intent(intent: Json, around: Surroundings) -> Payment | None:
    intent_id, meant, at = text(intent, "id"), amount(intent, "amount"), moment(intent, "created")
    if intent_id is None or meant is None or at is None:
        return None
    word = intent_word(intent)
    zero = Money.zero(meant.currency)
    decline = declines.of_intent(intent) if word is PaymentWord.FAILED else (None, None)
    return Payment(
        external_id=intent_id,
        url=dashboard(intent, "payments", intent_id),
        raw_status=_raw({}, intent),
        test=is_test(intent),
        amount=meant,
        at=at,
        word=word,
        refunded=zero,
        captured=meant if word is PaymentWord.PAID else None if word is PaymentWord.UNKNOWN else zero,
        method=_saved(intent, around)
        or make_method(pick(intent, "last_payment_error", "payment_method"), now=around.now),
        decline=decline[0],
        decline_code=decline[1],
        gateway=_GATEWAY,
        reference=intent_id,
        order=_order(intent),
        invoice=around.invoices.get(intent_id),
    )


def _saved(thing: Json, around: Surroundings) -> Method | None:
    return around.methods.get(id_of(thing, "payment_method") or "")


def _raw(charge: Json, intent: Json) -> dict[str, str]:
    """Return Stripe's own words; a charge that is only held is "succeeded" in them, so its intent's come first."""
    is_held = pick(charge, "captured") is False
    status = (text(intent, "status") if is_held else None) or text(charge, "status") or text(intent, "status")
    return {"payment": status} if status else {}


def _order(thing: Json) -> str | None:
    return next((found for key in _ORDER_KEYS if (found := text(thing, "metadata", key))), None)
