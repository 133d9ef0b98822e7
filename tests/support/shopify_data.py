"""Invented customers and orders, as Shopify's schema has them."""

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

_ids = count(1001)


def make_customer(number: int, *, email: str | None = None, phone: str | None = None, **changes: Any) -> dict[str, Any]:
    customer: dict[str, Any] = {
        "__typename": "Customer",
        "id": f"gid://shopify/Customer/{number}",
        "displayName": "Ada Okafor",
        "defaultEmailAddress": {"emailAddress": email, "marketingState": "SUBSCRIBED"} if email else None,
        "defaultPhoneNumber": {"phoneNumber": phone} if phone else None,
        "createdAt": "2023-03-01T09:00:00Z",
        "locale": "en-GB",
        "note": "Prefers to be called.",
        "tags": ["vip"],
        "numberOfOrders": "12",
        "amountSpent": {"amount": "840.50", "currencyCode": "EUR"},
        "defaultAddress": make_address(),
        "storeCreditAccounts": [{"balance": {"amount": "10.0", "currencyCode": "EUR"}}],
    }
    return {**customer, **changes}


def make_address(**changes: Any) -> dict[str, Any]:
    address = {
        "name": "Ada Okafor",
        "company": None,
        "address1": "Prinzenallee 7",
        "address2": "2. OG",
        "zip": "13357",
        "city": "Berlin",
        "province": None,
        "countryCodeV2": "DE",
        "timeZone": "Europe/Berlin",
    }
    return {**address, **changes}


def bag(amount: str, currency: str = "EUR", *, shop: tuple[str, str] | None = None) -> dict[str, Any]:
    in_shop = shop or (amount, currency)
    return {
        "presentmentMoney": {"amount": amount, "currencyCode": currency},
        "shopMoney": {"amount": in_shop[0], "currencyCode": in_shop[1]},
    }


def make_order(
    number: int, *, days: float = 3, customer: dict[str, Any] | None = None, **changes: Any
) -> dict[str, Any]:
    """Return an order of so many days ago: two shirts with a discount, paid by card, on their way in one parcel."""
    at = at_day(-days)
    email = customer["defaultEmailAddress"] if customer else None
    order: dict[str, Any] = {
        "__typename": "Order",
        "id": f"gid://shopify/Order/{number}",
        "name": f"#{number}",
        "processedAt": at,
        "createdAt": at,
        "cancelledAt": None,
        "cancelReason": None,
        "test": False,
        "displayFinancialStatus": "PAID",
        "displayFulfillmentStatus": "FULFILLED",
        "returnStatus": "NO_RETURN",
        "edited": False,
        "taxesIncluded": True,
        "email": email["emailAddress"] if email else None,
        "phone": None,
        "note": None,
        "tags": [],
        "discountCodes": ["SAVE10"],
        "customer": customer,
        "totalPriceSet": bag("58.90"),
        "currentTotalPriceSet": bag("58.90"),
        "totalDiscountsSet": bag("6.00"),
        "currentTotalDiscountsSet": bag("6.00"),
        "totalShippingPriceSet": bag("4.90"),
        "currentShippingPriceSet": bag("4.90"),
        "totalTaxSet": bag("9.40"),
        "currentTotalTaxSet": bag("9.40"),
        "totalRefundedSet": bag("0.00"),
        "totalOutstandingSet": bag("0.00"),
        "shippingAddress": make_address(),
        "risk": {"recommendation": "ACCEPT", "assessments": [{"riskLevel": "LOW"}]},
        "disputes": [],
        "returns": [],
        "lineItems": [make_line()],
        "fulfillments": [make_parcel()],
        "refunds": [],
        "transactions": [make_transaction(number)],
    }
    return {**order, **changes}


def make_line(title: str = "Linen shirt", **changes: Any) -> dict[str, Any]:
    line = {
        "title": title,
        "variantTitle": "Blue / M",
        "sku": "LS-BLU-M",
        "quantity": 2,
        "currentQuantity": 2,
        "unfulfilledQuantity": 0,
        "refundableQuantity": 2,
        "requiresShipping": True,
        "originalUnitPriceSet": bag("30.00"),
    }
    return {**line, **changes}


def make_parcel(status: str | None = "IN_TRANSIT", **changes: Any) -> dict[str, Any]:
    parcel = {
        "id": f"gid://shopify/Fulfillment/{next(_ids)}",
        "status": "SUCCESS",
        "displayStatus": status,
        "createdAt": at_day(-2),
        "inTransitAt": at_day(-1),
        "estimatedDeliveryAt": at_day(2),
        "deliveredAt": None,
        "trackingInfo": [{"company": "DHL", "number": "00340434", "url": "https://dhl.example/00340434"}],
        "events": [
            {
                "status": "IN_TRANSIT",
                "message": "Arrived at depot",
                "happenedAt": at_day(-0.5),
                "city": "Leipzig",
                "country": "Germany",
            }
        ],
        "fulfillmentLineItems": [{"quantity": 2, "lineItem": {"title": "Linen shirt"}}],
    }
    return {**parcel, **changes}


CARD = {
    "__typename": "CardPaymentDetails",
    "paymentMethodName": "card",
    "company": "Visa",
    "number": "•••• •••• •••• 4242",
    "expirationMonth": 12,
    "expirationYear": 2031,
    "wallet": "APPLE_PAY",
}


def make_transaction(number: int, kind: str = "SALE", status: str = "SUCCESS", **changes: Any) -> dict[str, Any]:
    transaction = {
        "id": f"gid://shopify/OrderTransaction/{number}",
        "kind": kind,
        "status": status,
        "test": False,
        "createdAt": at_day(-3),
        "processedAt": at_day(-3),
        "gateway": "shopify_payments",
        "formattedGateway": "Shopify Payments",
        "manualPaymentGateway": False,
        "errorCode": None,
        "paymentId": f"c{number}.1",
        "amountSet": bag("58.90"),
        "parentTransaction": None,
        "paymentDetails": CARD,
    }
    return {**transaction, **changes}


def make_refund(amount: str = "24.00", *transactions: dict[str, Any], **changes: Any) -> dict[str, Any]:
    refund = {
        "id": f"gid://shopify/Refund/{next(_ids)}",
        "createdAt": at_day(-1),
        "processedAt": at_day(-1),
        "note": "Damaged",
        "totalRefundedSet": bag(amount),
        "staffMember": {"name": "Tom"},
        "transactions": list(transactions),
    }
    return {**refund, **changes}


def make_dispute(number: int, order: str = "#1042", **changes: Any) -> dict[str, Any]:
    dispute = {
        "__typename": "ShopifyPaymentsDispute",
        "id": f"gid://shopify/ShopifyPaymentsDispute/{number}",
        "type": "CHARGEBACK",
        "status": "NEEDS_RESPONSE",
        "amount": {"amount": "58.90", "currencyCode": "EUR"},
        "initiatedAt": at_day(-2),
        "evidenceDueBy": at_day(5),
        "finalizedOn": None,
        "reasonDetails": {"reason": "PRODUCT_NOT_RECEIVED"},
        "order": {"name": order},
    }
    return {**dispute, **changes}


def at_day(days: float) -> str:
    """Return a moment, so many days from now, as Shopify writes it."""
    return (datetime.now(UTC) + timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ")
