"""What records are asked for that decides who, how much and how it stands.

HubSpot answers with null for a property without a value, and leaves out one that an account does not have, or
that we may not read any longer. So what is left out is not the same as what is empty.
"""

from collections.abc import Mapping

# Without these nothing of the type can be shown: an amount would be another one.
NEEDED: Mapping[str, tuple[str, ...]] = {
    "orders": ("hs_total_price", "hs_currency_code"),
    "commerce_payments": ("hs_initial_amount", "hs_currency_code"),
    "invoices": ("hs_amount_billed", "hs_currency"),
    "subscriptions": ("hs_next_payment_amount", "hs_currency_code"),
}
# Without these less is told than there may be.
TOLD: Mapping[str, tuple[str, ...]] = {
    "orders": ("hs_order_discount", "hs_refund_amount", "hs_shipping_cost", "hs_subtotal_price", "hs_tax"),
    "line_items": ("price", "quantity"),
    "commerce_payments": ("hs_latest_status", "hs_refunds_amount"),
    "invoices": ("hs_amount_paid", "hs_balance_due", "hs_due_date"),
    "subscriptions": ("hs_recurring_billing_frequency",),
}
