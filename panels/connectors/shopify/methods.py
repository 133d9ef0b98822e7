"""How somebody paid, from Shopify's payment details."""

import calendar
from datetime import UTC, datetime, timedelta

from panels.api import Method
from panels.connectors.shopify.reading import Node, node, plain, text, whole

_SOON = timedelta(days=30)
_LAST_DIGITS = 4
_WALLETS = {"SHOPIFY_PAY": "Shop Pay", "ANDROID_PAY": "Google Pay"}
# By a part of the gateway's name, in lower case.
_GATEWAYS = {
    "paypal": "paypal",
    "cash on delivery": "cash_on_delivery",
    "cash_on_delivery": "cash_on_delivery",
    "bank": "bank_transfer",
    "invoice": "invoice",
}


def method_of(transaction: Node) -> Method | None:
    """Return by what the money of a transaction came or went; None where Shopify does not tell."""
    details = node(transaction, "paymentDetails")
    if text(details, "__typename") == "CardPaymentDetails":
        return _card(details)
    name = text(details, "paymentMethodName") or gateway_of(transaction)
    if name is None:
        return None
    lower = name.lower()
    kind = next((kind for part, kind in _GATEWAYS.items() if part in lower), None)
    return Method(kind=kind or (plain(name) if name.islower() else name) or name)


def gateway_of(transaction: Node) -> str | None:
    return text(transaction, "formattedGateway") or text(transaction, "gateway")


def _card(details: Node) -> Method:
    digits = "".join(char for char in text(details, "number") or "" if char.isascii() and char.isdigit())
    wallet = text(details, "wallet")
    year, month = whole(details, "expirationYear"), whole(details, "expirationMonth")
    end = _end_of(year, month)
    return Method(
        kind="card",
        brand=text(details, "company"),
        last4=digits[-_LAST_DIGITS:] if len(digits) >= _LAST_DIGITS else None,
        expiry=f"{year:04}-{month:02}" if end else None,
        wallet=_WALLETS.get(wallet, wallet.replace("_", " ").title()) if wallet else None,
        expires_soon=end is not None and end - datetime.now(UTC) < _SOON,
    )


def _end_of(year: int | None, month: int | None) -> datetime | None:
    try:
        day = calendar.monthrange(year or 0, month or 0)[1]
        return datetime(year or 0, month or 0, day, 23, 59, tzinfo=UTC)
    except (ValueError, OverflowError, calendar.IllegalMonthError):
        return None
