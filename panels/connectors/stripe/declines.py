"""Why a payment failed, in plain words."""

from django.utils.translation import gettext_noop

from panels.connectors.stripe.fields import Json, text

_CARD_EXPIRED = gettext_noop("Card expired")
_NOT_ENOUGH = gettext_noop("Not enough funds")
_CALL_BANK = gettext_noop("Bank refused; customer should call it")
_TRY_AGAIN = gettext_noop("The bank could not be asked; the customer may try again")
_WRONG_DETAILS = gettext_noop("Card details are wrong")
_NOT_CONFIRMED = gettext_noop("The customer did not confirm it with the bank")
_OVER_LIMIT = gettext_noop("Over the card's limit")
_BLOCKED = gettext_noop("Blocked as a fraud risk")

# https://docs.stripe.com/declines/codes and https://docs.stripe.com/error-codes
_CAUSES = {
    "approve_with_id": _TRY_AGAIN,
    "authentication_required": _NOT_CONFIRMED,
    "card_not_supported": gettext_noop("Card does not support this kind of payment"),
    "card_velocity_exceeded": _OVER_LIMIT,
    "currency_not_supported": gettext_noop("Card does not support this currency"),
    "expired_card": _CARD_EXPIRED,
    "incorrect_cvc": _WRONG_DETAILS,
    "incorrect_number": _WRONG_DETAILS,
    "incorrect_zip": _WRONG_DETAILS,
    "insufficient_funds": _NOT_ENOUGH,
    "invalid_cvc": _WRONG_DETAILS,
    "invalid_expiry_month": _WRONG_DETAILS,
    "invalid_expiry_year": _WRONG_DETAILS,
    "invalid_number": _WRONG_DETAILS,
    "issuer_not_available": _TRY_AGAIN,
    "offline_pin_required": _NOT_CONFIRMED,
    "online_or_offline_pin_required": _NOT_CONFIRMED,
    "payment_intent_authentication_failure": _NOT_CONFIRMED,
    "processing_error": _TRY_AGAIN,
    "reenter_transaction": _TRY_AGAIN,
    "try_again_later": _TRY_AGAIN,
    "withdrawal_count_limit_exceeded": _OVER_LIMIT,
}
_RISKS = frozenset({"highest_risk_level", "elevated_risk_level", "rule"})
# Says no more than that it was declined; another code may say why.
_GENERAL = frozenset({"card_declined", "payment_intent_payment_attempt_failed"})


def of_charge(charge: Json) -> tuple[str | None, str | None]:
    """Return the cause and Stripe's code for it, of a charge that failed."""
    return _cause(text(charge, "outcome", "reason"), text(charge, "failure_code"))


def of_intent(intent: Json) -> tuple[str | None, str | None]:
    """Return the cause and Stripe's code for it, of the last attempt to pay."""
    error = "last_payment_error"
    return _cause(text(intent, error, "decline_code"), text(intent, error, "code"))


def _cause(*codes: str | None) -> tuple[str | None, str | None]:
    known = [code for code in codes if code]
    telling = next((code for code in known if code not in _GENERAL), known[0] if known else None)
    if telling in _RISKS:
        return _BLOCKED, telling
    # What Stripe advises to say of every other refusal, a card reported as stolen among them.
    return _CAUSES.get(telling or "", _CALL_BANK), telling
