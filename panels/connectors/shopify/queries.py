"""Every query we send. Written for one version of the Admin API, against whose schema the tests hold each.

What costs: an object is one point, a list as many times its entry as `first` says. Shopify refuses a query of
more than a thousand points before it runs it, and takes what it really cost from what the app may use per
second, so pages are small and lists inside an order short.
"""

from typing import NamedTuple

# Shopify keeps a version for a year, and then answers with the oldest that it still has.
API_VERSION = "2026-10"


# How many of an order's parcels and refunds come with it.
PARCELS_SHOWN = REFUNDS_SHOWN = 3


class Query(NamedTuple):
    """A query and its name."""

    name: str
    text: str


# What the customer paid in, and with it what the shop counts in.
_PAID = """
fragment Paid on MoneyBag { presentmentMoney { amount currencyCode } }
"""
_BOTH = """
fragment Both on MoneyBag { presentmentMoney { amount currencyCode } shopMoney { amount currencyCode } }
"""

_PERSON = """
fragment Person on Customer {
  id
  displayName
  defaultEmailAddress { emailAddress marketingState }
  defaultPhoneNumber { phoneNumber }
}
"""

_DETAILS = """
fragment Details on PaymentDetails {
  __typename
  ... on BasePaymentDetails { paymentMethodName }
  ... on CardPaymentDetails { company number expirationMonth expirationYear wallet }
}
"""

_REFUND = """
fragment Refunded on Refund {
  id
  createdAt
  processedAt
  note
  totalRefundedSet { ...Paid }
  staffMember @include(if: $staff) { name }
  transactions(first: 2) {
    nodes { id status gateway formattedGateway parentTransaction { id } paymentDetails { ...Details } }
  }
}
"""

_SUMMARY = """
fragment Summary on Order {
  id
  name
  processedAt
  createdAt
  cancelledAt
  test
  displayFinancialStatus
  displayFulfillmentStatus
  totalPriceSet { ...Both }
  fulfillments(first: 10) { displayStatus status }
}
"""

_ORDER = """
fragment OrderCard on Order {
  ...Summary
  cancelReason
  returnStatus
  edited
  taxesIncluded
  email
  phone
  note
  tags
  discountCodes
  customer { id }
  currentTotalPriceSet { ...Both }
  totalDiscountsSet { ...Paid }
  currentTotalDiscountsSet { ...Paid }
  totalShippingPriceSet { ...Paid }
  currentShippingPriceSet { ...Paid }
  totalTaxSet { ...Paid }
  currentTotalTaxSet { ...Paid }
  totalRefundedSet { ...Paid }
  totalOutstandingSet { ...Paid }
  shippingAddress { ...Postal }
  risk { recommendation assessments { riskLevel } }
  disputes @include(if: $disputes) { id status initiatedAs }
  returns(first: 1, reverse: true) @include(if: $returns) { nodes { status } }
  lineItems(first: 15) { nodes { ...Line } pageInfo { hasNextPage endCursor } }
  parcels: fulfillments(first: 3) { ...Parcel }
  refunds(first: 3) { ...Refunded }
  transactions(first: 3) { kind status gateway formattedGateway paymentDetails { ...Details } }
}
"""

_POSTAL = """
fragment Postal on MailingAddress { name company address1 address2 zip city province countryCodeV2 timeZone }
"""

_LINE = """
fragment Line on LineItem {
  title
  variantTitle
  sku
  quantity
  currentQuantity
  unfulfilledQuantity
  refundableQuantity
  requiresShipping
  originalUnitPriceSet { ...Paid }
}
"""

_PARCEL = """
fragment Parcel on Fulfillment {
  id
  status
  displayStatus
  createdAt
  inTransitAt
  estimatedDeliveryAt
  deliveredAt
  trackingInfo(first: 2) { company number url }
  events(first: 1, sortKey: HAPPENED_AT, reverse: true) { nodes { status message happenedAt city country } }
  fulfillmentLineItems(first: 4) { nodes { quantity lineItem { title } } }
}
"""

RIGHTS = Query("Rights", "query Rights { currentAppInstallation { accessScopes { handle } } }")

CHECK = Query(
    "Check",
    """
query Check {
  shop { name myshopifyDomain }
  currentAppInstallation { accessScopes { handle } }
  ordersCount(limit: 10000) { count precision }
}
""",
)

# By e-mail or phone Shopify knows one customer at most, and finds them exactly: no search.
FIND = Query(
    "Find",
    "query Find($who: CustomerIdentifierInput!) { customerByIdentifier(identifier: $who) { ...Person } }" + _PERSON,
)

PEOPLE = Query("People", "query People($ids: [ID!]!) { nodes(ids: $ids) { ...Person } }" + _PERSON)

# Who ordered with an e-mail address that is no customer's.
GUESTS = Query(
    "Guests",
    """
query Guests($search: String!, $first: Int!) {
  orders(first: $first, query: $search, sortKey: PROCESSED_AT, reverse: true) {
    nodes { id email customer { ...Person } }
  }
}
"""
    + _PERSON,
)

# Whose orders a guest's record is made of.
GUEST = Query("Guest", "query Guest($ids: [ID!]!) { nodes(ids: $ids) { ... on Order { id email customer { id } } } }")

CUSTOMERS = Query(
    "Customers",
    """
query Customers($ids: [ID!]!, $credit: Boolean!, $disputes: Boolean!) {
  nodes(ids: $ids) {
    ...Person
    ... on Customer {
      createdAt
      locale
      note
      tags
      numberOfOrders
      amountSpent { amount currencyCode }
      defaultAddress { ...Postal }
      storeCreditAccounts(first: 1) @include(if: $credit) { nodes { balance { amount currencyCode } } }
      latest: orders(first: 5, sortKey: PROCESSED_AT, reverse: true) { nodes { ...Listed } }
      earliest: orders(first: 1, sortKey: PROCESSED_AT) { nodes { processedAt } }
    }
  }
}
fragment Listed on Order {
  ...Summary
  risk { recommendation assessments { riskLevel } }
  disputes @include(if: $disputes) { id status initiatedAs }
}
"""
    + _PERSON
    + _SUMMARY
    + _POSTAL
    + _BOTH,
)

# What a guest ordered, enough for a customer record: nothing else is known of a guest.
GUEST_ORDERS = Query(
    "GuestOrders",
    """
query GuestOrders($search: String!, $first: Int!) {
  orders(first: $first, query: $search, sortKey: PROCESSED_AT, reverse: true) {
    nodes {
      ...Summary
      email
      phone
      customer { id }
      totalRefundedSet { ...Paid }
      shippingAddress { ...Postal }
      risk { recommendation assessments { riskLevel } }
    }
    pageInfo { hasNextPage }
  }
}
"""
    + _SUMMARY
    + _POSTAL
    + _PAID
    + _BOTH,
)

ORDERS = Query(
    "Orders",
    """
query Orders(
  $search: String!, $first: Int!, $after: String, $staff: Boolean!, $disputes: Boolean!, $returns: Boolean!
) {
  orders(first: $first, after: $after, query: $search, sortKey: PROCESSED_AT, reverse: true) {
    nodes { ...OrderCard }
    pageInfo { hasNextPage endCursor }
  }
}
"""
    + _ORDER
    + _SUMMARY
    + _LINE
    + _PARCEL
    + _REFUND
    + _DETAILS
    + _POSTAL
    + _PAID
    + _BOTH,
)

ITEMS = Query(
    "Items",
    """
query Items($id: ID!, $after: String) {
  order(id: $id) { lineItems(first: 100, after: $after) { nodes { ...Line } pageInfo { hasNextPage endCursor } } }
}
"""
    + _LINE
    + _PAID,
)

REST = Query(
    "Rest",
    """
query Rest($id: ID!, $staff: Boolean!) {
  order(id: $id) {
    parcels: fulfillments(first: 20) { ...Parcel }
    refunds(first: 20) { ...Refunded }
  }
}
"""
    + _PARCEL
    + _REFUND
    + _DETAILS
    + _PAID,
)

PAYMENTS = Query(
    "Payments",
    """
query Payments($search: String!, $first: Int!, $after: String, $staff: Boolean!, $disputes: Boolean!) {
  orders(first: $first, after: $after, query: $search, sortKey: PROCESSED_AT, reverse: true) {
    nodes {
      id
      name
      email
      test
      processedAt
      createdAt
      customer { id }
      disputes @include(if: $disputes) { id status initiatedAs }
      transactions(first: 10) {
        id
        kind
        status
        test
        createdAt
        processedAt
        gateway
        formattedGateway
        manualPaymentGateway
        errorCode
        paymentId
        amountSet { ...Paid }
        parentTransaction { id }
        paymentDetails { ...Details }
      }
      refunds(first: 4) { ...Refunded }
    }
    pageInfo { hasNextPage endCursor }
  }
}
"""
    + _REFUND
    + _DETAILS
    + _PAID,
)

DISPUTES = Query(
    "Disputes",
    """
query Disputes($ids: [ID!]!) {
  nodes(ids: $ids) {
    ... on ShopifyPaymentsDispute {
      id
      type
      status
      amount { amount currencyCode }
      initiatedAt
      evidenceDueBy
      finalizedOn
      reasonDetails { reason }
      order { name }
    }
  }
}
""",
)

ALL = (RIGHTS, CHECK, FIND, PEOPLE, GUESTS, GUEST, CUSTOMERS, GUEST_ORDERS, ORDERS, ITEMS, REST, PAYMENTS, DISPUTES)
