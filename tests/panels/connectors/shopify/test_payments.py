"""Payments, disputes and alerts as the Shopify connector reads them."""

from panels.api import AlertWord, DisputeWord, Identity, Money, PaymentWord
from tests.support.shopify import Setup
from tests.support.shopify_data import (
    make_customer,
    make_dispute,
    make_order,
    make_parcel,
    make_refund,
    make_transaction,
)

EMAIL = "ada@example.com"
ADA = Identity(emails=(EMAIL,), order=("email", "phone"))


def euros(amount: str) -> Money:
    return Money.of(amount, "EUR")


def test_transactions_that_belong_together_are_one_payment(setup: Setup) -> None:
    def of(number: int) -> dict[str, str]:
        return {"id": f"gid://shopify/OrderTransaction/{number}"}

    back = make_transaction(13, "REFUND", parentTransaction=of(12))
    setup.shop.orders = [
        make_order(
            1,
            days=9,
            email=EMAIL,
            transactions=[
                make_transaction(10, "SALE", "FAILURE", errorCode="EXPIRED_CARD"),
                make_transaction(11, "AUTHORIZATION"),
                make_transaction(12, "CAPTURE", parentTransaction=of(11)),
                back,
            ],
            refunds=[make_refund("24.00", back)],
        ),
        make_order(2, email=EMAIL, transactions=[make_transaction(20, "AUTHORIZATION")]),
        make_order(
            3,
            email=EMAIL,
            transactions=[
                make_transaction(30, "AUTHORIZATION"),
                make_transaction(31, "VOID", parentTransaction=of(30)),
            ],
        ),
        make_order(
            4,
            email=EMAIL,
            transactions=[
                make_transaction(
                    40,
                    "SALE",
                    "PENDING",
                    manualPaymentGateway=True,
                    formattedGateway="Cash on Delivery (COD)",
                    paymentDetails=None,
                )
            ],
        ),
    ]
    payments = {payment.external_id: payment for payment in setup.connector().payments(ADA).payments}
    assert {number: payment.word for number, payment in payments.items()} == {
        "10": PaymentWord.FAILED,
        "11": PaymentWord.PART_REFUNDED,
        "20": PaymentWord.AUTHORISED,
        "30": PaymentWord.NOT_CHARGED,
        "40": PaymentWord.PENDING,
    }
    assert (payments["10"].decline, payments["10"].decline_code) == ("Card expired", "expired_card")
    taken = payments["11"]
    assert (taken.amount, taken.captured, taken.refunded) == (euros("58.90"), euros("58.90"), euros("24"))
    assert [refund.amount for refund in taken.refunds] == [euros("24")]
    assert (taken.order, taken.gateway, taken.reference) == ("#1", "Shopify Payments", "c11.1")
    assert payments["20"].captured == euros("0")
    assert payments["40"].method is not None
    assert payments["40"].method.kind == "cash_on_delivery"


def test_disputes_are_told_with_their_deadline_and_warn(setup: Setup) -> None:
    ada = make_customer(7, email=EMAIL)
    summary = {"id": "gid://shopify/ShopifyPaymentsDispute/3", "status": "NEEDS_RESPONSE", "initiatedAs": "CHARGEBACK"}
    setup.shop.customers = [ada]
    setup.shop.orders = [make_order(1042, customer=ada, disputes=[summary])]
    setup.shop.disputes = [make_dispute(3), make_dispute(4, "#9")]
    shopify = setup.connector()
    (dispute,) = shopify.payments(ADA).disputes
    assert (dispute.external_id, dispute.kind, dispute.word) == ("3", "chargeback", DisputeWord.ANSWER)
    assert (dispute.amount, dispute.reason, dispute.order) == (euros("58.90"), "Product not received", "#1042")
    assert dispute.respond_by is not None
    (alert,) = shopify.customer(ADA).customers[0].alerts
    assert (alert.word, alert.at, alert.reference) == (AlertWord.DISPUTE, dispute.respond_by, "#1042")


def test_trouble_with_parcels_and_risks_warn_while_they_last(setup: Setup) -> None:
    risk = {"recommendation": "CANCEL", "assessments": []}
    ada = make_customer(7, email=EMAIL)
    setup.shop.customers = [ada]
    setup.shop.orders = [
        make_order(1, customer=ada, fulfillments=[make_parcel("DELIVERED"), make_parcel("NOT_DELIVERED")]),
        make_order(2, customer=ada, fulfillments=[make_parcel("DELAYED")]),
        make_order(3, customer=ada, fulfillments=[make_parcel("DELIVERED")], risk=risk),
        make_order(4, customer=ada, fulfillments=[], displayFulfillmentStatus="UNFULFILLED", risk=risk),
        make_order(5, customer=ada, fulfillments=[make_parcel("FAILURE")], cancelledAt="2026-11-01T00:00:00Z"),
    ]
    alerts = setup.connector().customer(ADA).customers[0].alerts
    assert {(alert.word, alert.reference) for alert in alerts} == {
        (AlertWord.DELIVERY_PROBLEM, "#1"),
        (AlertWord.DELIVERY_DELAYED, "#2"),
        (AlertWord.RISK, "#4"),
    }
