"""Ways to pay: what a charge was paid with, and what is saved for next time."""

from datetime import UTC, datetime, timedelta

from panels.api import Method, SavedMethod
from panels.connectors.stripe.fields import Json, id_of, is_test, pick, text, whole

_BRANDS = {
    "amex": "American Express",
    "cartes_bancaires": "Cartes Bancaires",
    "diners": "Diners Club",
    "discover": "Discover",
    "eftpos_au": "eftpos",
    "jcb": "JCB",
    "mastercard": "Mastercard",
    "unionpay": "UnionPay",
    "visa": "Visa",
}
_WALLETS = {
    "amex_express_checkout": "Amex Express Checkout",
    "apple_pay": "Apple Pay",
    "google_pay": "Google Pay",
    "link": "Link",
    "masterpass": "Masterpass",
    "samsung_pay": "Samsung Pay",
    "visa_checkout": "Visa Checkout",
}
# What panels have a name for.
_KINDS = {"card_present": "card", "customer_balance": "bank_transfer", "interac_present": "card"}
# The names of some, where capital letters are not enough; None where panels have one, in the agent's language.
_NAMES = {
    "acss_debit": None,
    "au_becs_debit": "BECS Direct Debit",
    "bacs_debit": "Bacs Direct Debit",
    "customer_balance": None,
    "eps": "EPS",
    "ideal": "iDEAL",
    "p24": "Przelewy24",
    "paypal": "PayPal",
    "sepa_debit": None,
    "twint": "TWINT",
    "upi": "UPI",
    "us_bank_account": None,
    "wechat_pay": "WeChat Pay",
}
_SOON = timedelta(days=30)
_MONTHS = 12
_NO_YEAR = 9999


def make_method(details: object, *, now: datetime) -> Method | None:
    """Return the way to pay of a charge's `payment_method_details`, or of a payment method."""
    kind = text(details, "type")
    if kind is None:
        return None
    its = pick(details, kind)
    is_card = _KINDS.get(kind, kind) == "card"
    year, month = whole(its, "exp_year"), whole(its, "exp_month")
    expiry = f"{year:04}-{month:02}" if is_card and year and month and 0 < year < _NO_YEAR and _is(month) else None
    wallet = text(its, "wallet", "type")
    return Method(
        kind=_KINDS.get(kind, kind),
        brand=_brand(its) if is_card else _NAMES.get(kind, _words(kind)),
        last4=text(its, "last4"),
        expiry=expiry,
        wallet=_WALLETS.get(wallet, _words(wallet)) if wallet else None,
        expires_soon=bool(expiry and year and month and _end(year, month) - now < _SOON),
    )


def make_saved(saved: Json, *, default_id: str | None, now: datetime) -> SavedMethod | None:
    """Return a saved way to pay; `default_id` is the customer's default."""
    saved_id, method = text(saved, "id"), make_method(saved, now=now)
    if saved_id is None or method is None:
        return None
    return SavedMethod(
        external_id=saved_id,
        test=is_test(saved),
        method=method,
        is_default=saved_id == default_id,
    )


def default_of(customer: Json) -> str | None:
    """Return the id of what the customer pays with unless asked; older customers have it as a source."""
    return id_of(customer, "invoice_settings", "default_payment_method") or id_of(customer, "default_source")


def _brand(card: object) -> str | None:
    brand = text(card, "display_brand") or text(card, "brand")
    if brand is None or brand == "unknown":
        return None
    return _BRANDS.get(brand.lower(), brand)


def _words(name: str) -> str:
    return name.replace("_", " ").capitalize()


def _is(month: int) -> bool:
    return 1 <= month <= _MONTHS


def _end(year: int, month: int) -> datetime:
    """Return when the month is over."""
    return datetime(year + month // _MONTHS, month % _MONTHS + 1, 1, tzinfo=UTC)
