"""Every kind of system with customers who have something of everything, each way to find them: `CASES`."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from unittest.mock import patch

from panels.api import Answer, Connector, Identity
from panels.connectors.host.connector import HostConversations
from panels.connectors.hubspot.connector import HubSpotConnector
from panels.connectors.json_http import evaluator
from panels.connectors.json_http.evaluation import Evaluated
from panels.connectors.shopify import memory
from panels.connectors.stripe.connector import StripeConnector
from panels.host_reader import ContactReader
from tenants.models import Account
from tests.support import hubspot, json_http, shopify, shopify_data, stripe_api, woocommerce
from tests.support.outside import Asked, Reply
from tests.support.vanishing import Wire

# Found by whatever is looked for as well, and nobody's business: no answer may hold these.
STRANGER = "Eve Stranger"
ADA = Identity(contact_id=70, emails=("ada@example.com",))
BY_PHONE = Identity(contact_id=70, phones=("+49301234567",))


@dataclass(frozen=True, slots=True)
class Case:
    """One customer to be found in one system, in one way. `name` is the connection's."""

    name: str
    who: Identity
    capabilities: tuple[str, ...]
    connector: Callable[[], Connector]
    wire: Wire

    def ask(self, capability: str) -> Answer:
        """Return what a new call of the connector answers."""
        answer: Answer = getattr(self.connector(), capability)(self.who)
        return answer


def linked(*ids: str) -> Identity:
    return Identity(contact_id=70, linked=ids)


class _Place:
    """Where a system of the tests would run; here it only takes its answers."""

    url = "https://system.example"

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self.answer: Callable[[Asked], Reply] = lambda asked: Reply({})


# --- Shopify


def shopify_case(who: Identity) -> Case:
    data = shopify_data
    ada = data.make_customer(7, email="ada@example.com", phone="+49301234567")
    eve = data.make_customer(8, email="yada@example.com", displayName=STRANGER)
    summary = {"id": "gid://shopify/ShopifyPaymentsDispute/3", "status": "NEEDS_RESPONSE", "initiatedAs": "CHARGEBACK"}
    back = data.make_transaction(9, "REFUND", parentTransaction={"id": "gid://shopify/OrderTransaction/1"})
    shop = shopify.FakeShop(
        customers=[ada, eve],
        orders=[
            data.make_order(
                1, customer=ada, refunds=[data.make_refund("5.00", back)], disputes=[summary],
                returns=[{"status": "DECLINED"}], transactions=[data.make_transaction(1), back],
                totalRefundedSet=data.bag("5.00"), phone="+49301234567",
            ),
            data.make_order(2, customer=ada, transactions=[data.make_transaction(
                2, status="FAILURE", errorCode="EXPIRED_CARD")]),
            data.make_order(7, customer=ada, transactions=[
                data.make_transaction(71, "AUTHORIZATION"),
                data.make_transaction(72, "CAPTURE", parentTransaction={"id": "gid://shopify/OrderTransaction/71"}),
            ]),
            data.make_order(3, email="guest@example.com", transactions=[data.make_transaction(3)]),
            data.make_order(4, email="guest@example.com", transactions=[data.make_transaction(4)]),
            data.make_order(5, customer=eve, shippingAddress=data.make_address(name=STRANGER)),
            data.make_order(6, email="a-guest@example.com", shippingAddress=data.make_address(name=STRANGER)),
        ],
        disputes=[data.make_dispute(3, order="#1")],
        available=1e9, maximum=1e9,
    )  # fmt: skip

    def connector() -> Connector:
        memory.forget()
        setup = shopify.Setup(shop, _Place())  # type: ignore[arg-type]
        return setup.connector()

    wire = Wire(shop.answer, lambda asked: asked.json()["operationName"])
    return Case("Fernweh", who, ("customer", "orders", "payments"), connector, wire)


# --- WooCommerce


def woocommerce_case(who: Identity, *, fulfilments: bool = False) -> Case:
    place = _Place()
    shop = woocommerce.WooCommerceShop(place)  # type: ignore[arg-type]
    shop.has_fulfilments = fulfilments
    for number in (1004,):
        shop.order(number)["billing"] |= {"first_name": "Eve", "last_name": "Stranger", "company": "030 1234567"}
    wire = Wire(place.answer, lambda asked: re.sub(r"\d+", "N", asked.path.rpartition("v3")[2]))
    return Case("Shop A", who, ("customer", "orders", "payments"), shop.connector, wire)


# --- HubSpot


def hubspot_case(who: Identity) -> Case:
    place = _Place()
    account = hubspot.HubSpot(place)  # type: ignore[arg-type]
    account.stages = {"s1": "Packing"}
    account.add(
        "contacts",
        "501",
        firstname="Ada",
        lastname="Okafor",
        email="ada@example.com",
        phone="+49 30 1234567",
        createdate=hubspot.AT,
    )
    account.add(
        "contacts", "502", firstname="Eve", lastname="Stranger", email="eve@example.com", phone="+49 30 7654321"
    )
    for number in ("1", "2"):
        account.add(
            "orders",
            number,
            of=("contacts", "501"),
            hs_order_name=f"#{number}",
            hs_createdate=hubspot.AT,
            hs_total_price="59.00",
            hs_subtotal_price="60.00",
            hs_order_discount="6.00",
            hs_shipping_cost="5.00",
            hs_currency_code="USD",
            hs_refund_amount="5.00",
            hs_payment_status="PAID",
            hs_fulfillment_status="Packing",
            hs_pipeline_stage="s1",
            hs_shipping_tracking_number="0034",
            hs_shipping_address_street="Prinzenallee 7",
            hs_shipping_address_country="DE",
            hs_billing_address_email="ada@example.com",
        )
        account.add("line_items", f"7{number}", of=("orders", number), name="Shirt", quantity="2", price="30.00")
        account.add("0-3", f"6{number}", of=("contacts", "501"), dealname="Renewal", amount="100", dealstage="x")
        account.add("tickets", f"8{number}", of=("contacts", "501"), subject="Broken", hs_pipeline_stage="1")
        account.add(
            "commerce_payments",
            f"3{number}",
            of=("contacts", "501"),
            hs_initial_amount="59.00",
            hs_currency_code="USD",
            hs_initiated_date=hubspot.AT,
            hs_latest_status="disputed_action_required",
            hs_refunds_amount="5.00",
            hs_payment_method_type="card",
            hs_payment_method_last_4="4242",
        )
        account.add(
            "invoices",
            f"4{number}",
            of=("contacts", "501"),
            hs_number=f"F-{number}",
            hs_invoice_status="open",
            hs_amount_billed="59.00",
            hs_amount_paid="9.00",
            hs_balance_due="50.00",
            hs_currency="USD",
            hs_invoice_date=hubspot.AT,
            hs_due_date=hubspot.AT,
        )
        account.add(
            "subscriptions",
            f"5{number}",
            of=("contacts", "501"),
            hs_name="Pro",
            hs_status="active",
            hs_currency_code="USD",
            hs_recurring_billing_frequency="monthly",
            hs_next_payment_amount="29.00",
            hs_next_payment_due_date=hubspot.AT,
        )
    for kind in ("orders", "commerce_payments", "invoices", "subscriptions", "0-3", "tickets"):
        account.add(
            kind,
            "99",
            of=("contacts", "502"),
            hs_order_name=STRANGER,
            hs_name=STRANGER,
            hs_number=STRANGER,
            dealname=STRANGER,
            subject=STRANGER,
            hs_reference_number=STRANGER,
        )

    def connector() -> HubSpotConnector:
        connector = HubSpotConnector(hubspot.SETTINGS, name="CRM")
        connector.address = place.url
        return connector

    wire = Wire(account.answer, lambda asked: asked.path)
    return Case("CRM", who, ("customer", "orders", "payments"), connector, wire)  # fmt: skip


# --- Stripe


def stripe_case(who: Identity) -> Case:
    shape, listed, customer = stripe_api.shape, stripe_api.listed, stripe_api.CUSTOMER
    paid_by = shape("invoice_payment", payment={"type": "payment_intent", "payment_intent": "pi_new"})
    subscription = shape("subscription", customer=customer)
    for item in subscription["items"]["data"]:
        del item["plan"]  # of older subscriptions
    fake = stripe_api.FakeStripe(
        customers=[
            shape("customer", name="Ada Okafor", email="ada@example.com", phone="+49301234567", delinquent=True,
                  invoice_settings={"default_payment_method": "pm_1"}),
        ],
        charges=[
            shape("charge", id="ch_new", created=1_700_000_300, captured=True, amount_captured=100, customer=customer,
                  disputed=True, payment_intent="pi_new"),
            shape("charge", id="ch_old", created=1_700_000_200, captured=True, amount_captured=100, customer=customer,
                  amount_refunded=40, refunds=listed(shape("refund", amount=40))),
        ],
        payment_intents=[
            shape("payment_intent", id="pi_new", customer=customer, status="succeeded", latest_charge="ch_new"),
            shape("payment_intent", id="pi_open", customer=customer, status="requires_action", created=1_700_000_400),
        ],
        subscriptions=[subscription],
        invoices=[shape("invoice", customer=customer, number="F-1", status="open", payments=listed(paid_by))],
        disputes=[shape("dispute", charge="ch_new", status="needs_response")],
        payment_methods=[shape("payment_method", id="pm_1", customer=customer)],
        products=[shape("product")],
    )  # fmt: skip
    wire = Wire(fake, lambda asked: asked.path)
    return Case(
        "Stripe", who, ("customer", "payments"), lambda: StripeConnector({"key": stripe_api.KEY}, name="Stripe"), wire
    )


# --- a company's own API

PAID = {
    "id": "p-1",
    "amount": "59.00",
    "currency": "USD",
    "created_at": "2026-11-01T10:00:00Z",
    "status": "paid",
    "email": "ada@example.com",
    "refunds": [{"id": "r-1", "amount": "5.00", "at": "2026-11-02T10:00:00Z"}],
}
PLAN = {
    "id": "s-1",
    "plan": "Pro",
    "amount": "29.00",
    "currency": "USD",
    "interval": "month",
    "status": "active",
    "email": "ada@example.com",
}
BILL = {
    "id": "i-1",
    "number": "F-1",
    "total": "59.00",
    "amount_paid": "9.00",
    "amount_due": "50.00",
    "currency": "USD",
    "status": "open",
    "created_at": "2026-11-01T10:00:00Z",
    "email": "ada@example.com",
}
KNOWN = {
    "id": 7,
    "email": "ada@example.com",
    "name": "Ada Okafor",
    "orders_count": 2,
    "total_spent": "59.00",
    "currency": "USD",
}


def json_case(who: Identity, **settings: str) -> Case:
    eve = {"email": "eve@example.com", "name": STRANGER, "customer_name": STRANGER, "customer_id": 8}
    answers: dict[str, Any] = {
        "/customers": [KNOWN, {**KNOWN, **eve, "id": 8}],
        "/orders": [
            json_http.order(1, currency="USD"),
            json_http.order(2, currency="USD", refunds=PAID["refunds"]),
            json_http.order(3, **eve),
        ],
        "/payments": {
            "payments": [PAID, {**PAID, "id": "p-2"}, {**PAID, **eve, "id": "p-3"}],
            "subscriptions": [PLAN, {**PLAN, "id": "s-2"}, {**PLAN, **eve, "id": "s-3"}],
            "invoices": [BILL, {**BILL, "id": "i-2", "number": "F-2"}, {**BILL, **eve, "id": "i-3"}],
        },
    }
    wire = Wire(lambda asked: Reply(answers[asked.path]), lambda asked: asked.path)

    def connector() -> Connector:
        return json_http.connect("https://system.example", name="Acme", **settings)

    return Case("Acme", who, ("customer", "orders", "payments"), connector, wire)


def evaluate_here(plan: dict[str, Any], answer: bytes, *, system: str, seconds: float) -> Evaluated:
    """Evaluate a mapping as `evaluation.evaluate` does, without a process of its own."""
    with patch.object(evaluator, "_tell_place", lambda path: None):
        evaluation = evaluator.Evaluation()
        rows, has_more = evaluation.rows(plan["rows"], json.loads(answer, parse_float=Decimal), evaluator.MOST_ROWS)
    return Evaluated(rows, has_more, evaluation.errors)


# --- the host


def host_case(account: Account) -> Case:
    """Return the contact 70 of an account whose token is stored."""

    def message(number: int, **values: Any) -> dict[str, Any]:
        sender = {"id": 5, "name": "Tom", "available_name": "Tom", "type": "user"}
        return {"id": number, "content": "Hello", "message_type": 1, "private": False, "sender": sender,
                "created_at": 1_795_000_000 + number, "content_attributes": {}, "attachments": []} | values  # fmt: skip

    def conversation(number: int, *messages: dict[str, Any]) -> dict[str, Any]:
        meta = {"sender": {"id": 70, "name": "Ada"}, "assignee": {"id": 5, "available_name": "Tom", "type": "user"},
                "assignee_type": "User", "channel": "Channel::Email"}  # fmt: skip
        return {"id": number, "account_id": 1, "inbox_id": 3, "status": "open", "created_at": 1_795_000_000,
                "last_activity_at": 1_795_000_500 + number, "labels": ["vip"], "meta": meta, "messages": [*messages],
                "last_non_activity_message": None}  # fmt: skip

    secret = message(3, content=STRANGER, private=True)
    # Sent along by mistake, and never the contact's.
    other = conversation(9, message(4, content=STRANGER)) | {"meta": {"sender": {"id": 71, "name": STRANGER}}}
    note = {"id": 1, "content": "Call first.", "user": {"name": "Tom"}, "created_at": 1_795_000_000}
    answers = {
        "/contacts/70/conversations": {"payload": [
            conversation(7, message(1), secret), conversation(8, message(2, message_type=0), secret), other,
        ]},
        "/contacts/70/notes": [note, {**note, "id": 2}],
        "/contacts/70/labels": {"payload": ["regular"]},
        "/inboxes": {"payload": [{"id": 3, "name": "Website", "channel_type": "Channel::WebWidget"}]},
    }  # fmt: skip
    empty: dict[str, Any] = {"payload": []}
    place = f"/api/v1/accounts/{account.host_account_id}"

    def answer(asked: Asked) -> Reply:
        return Reply(answers.get(asked.path.removeprefix(place), empty))

    def connector() -> Connector:
        return HostConversations(ContactReader(account, 70, name="Voxys"), name="Voxys")

    return Case("Voxys", ADA, ("history",), connector, Wire(answer, lambda asked: asked.path.removeprefix(place)))


CASES: Mapping[str, Callable[[], Case]] = {
    "shopify by e-mail": lambda: shopify_case(ADA),
    "shopify by phone": lambda: shopify_case(BY_PHONE),
    "shopify by link": lambda: shopify_case(linked("7")),
    "shopify guest by e-mail": lambda: shopify_case(Identity(emails=("guest@example.com",))),
    "shopify guest by link": lambda: shopify_case(linked("guest-3")),
    "woocommerce by e-mail": lambda: woocommerce_case(ADA),
    "woocommerce bob by e-mail": lambda: woocommerce_case(Identity(emails=("bob@example.com",)), fulfilments=True),
    "woocommerce by phone": lambda: woocommerce_case(BY_PHONE),
    "woocommerce by link": lambda: woocommerce_case(linked("5")),
    "woocommerce guest by e-mail": lambda: woocommerce_case(Identity(emails=("max@example.net",))),
    "woocommerce guest by link": lambda: woocommerce_case(linked("guest-1007")),
    "hubspot by e-mail": lambda: hubspot_case(ADA),
    "hubspot by phone": lambda: hubspot_case(BY_PHONE),
    "hubspot by link": lambda: hubspot_case(linked("501")),
    "stripe by e-mail": lambda: stripe_case(ADA),
    "stripe by phone": lambda: stripe_case(BY_PHONE),
    "stripe by link": lambda: stripe_case(linked(stripe_api.CUSTOMER)),
    "json by e-mail": lambda: json_case(
        ADA,
        customer_addresses="/customers?email={email}",
        orders_addresses="/orders?email={email}",
        payments_addresses="/payments?email={email}",
    ),
}
