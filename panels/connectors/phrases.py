"""What other systems say in English for causes and reasons: named here, `make messages` finds them.

Connectors write the codes of those systems out as words ("PRODUCT_NOT_RECEIVED" as "Product not received").
"""

from django.utils.translation import gettext_noop

# Why a payment is contested at the bank: Stripe's and Shopify's.
DISPUTES = (
    gettext_noop("Bank cannot process"),
    gettext_noop("Check returned"),
    gettext_noop("Credit not processed"),
    gettext_noop("Customer initiated"),
    gettext_noop("Debit not authorized"),
    gettext_noop("Duplicate"),
    gettext_noop("Fraudulent"),
    gettext_noop("General"),
    gettext_noop("Incorrect account details"),
    gettext_noop("Insufficient funds"),
    gettext_noop("Noncompliant"),
    gettext_noop("Product not received"),
    gettext_noop("Product unacceptable"),
    gettext_noop("Subscription canceled"),
    gettext_noop("Unrecognized"),
)
# Why an order was cancelled: Shopify's.
CANCELLATIONS = (
    gettext_noop("Customer"),
    gettext_noop("Declined"),
    gettext_noop("Fraud"),
    gettext_noop("Inventory"),
    gettext_noop("Other"),
    gettext_noop("Staff"),
)
# What Shopify advises against an order.
RISKS = (
    gettext_noop("Cancel (high risk)"),
    gettext_noop("Cancel (medium risk)"),
    gettext_noop("Cancel (low risk)"),
    gettext_noop("Investigate (high risk)"),
    gettext_noop("Investigate (medium risk)"),
    gettext_noop("Investigate (low risk)"),
    gettext_noop("Investigate"),
)
