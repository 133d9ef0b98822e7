"""The HubSpot connector as a whole: who is found, what is asked, and what agents see."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from panels.api import Identity, InvoiceWord, MatchWord, Money, OperatorError, PaymentWord
from panels.capabilities import CAPABILITIES
from panels.connectors.hubspot import reading
from panels.connectors.hubspot.connector import HubSpotConnector
from panels.connectors.hubspot.settings_form import HubSpotSettingsForm
from panels.customer.panel import CustomerPanel
from panels.orders.panel import OrdersPanel
from panels.payments.panel import PaymentsPanel
from tests.panels.rendering import make_ctx, render_panel, render_part
from tests.support.hubspot import AT, SETTINGS, HubSpot

ADA = ("contacts", "501")
STAGES = {"s1": "Open", "s2": "Cancelled"}


def by_email(*emails: str) -> Identity:
    return Identity(emails=emails or ("ada@example.com",))


@pytest.fixture
def ada(hubspot: HubSpot) -> HubSpot:
    """An account that knows Ada, what she bought, paid, talks about and may buy."""
    hubspot.stages = STAGES
    hubspot.add(
        "contacts", "501", firstname="Ada", lastname="Okafor", email="ada@example.com",
        hs_additional_emails="ada.o@work.example;A.Okafor@example.org", phone="030 123456", mobilephone=None,
        createdate="2023-02-01T10:00:00Z", hs_language="en-gb", hs_timezone="europe_slash_berlin",
        lifecyclestage="customer", hs_lead_status="OPEN", address="Torstr. 1", city="Berlin", zip="10119",
        country="Germany", hs_country_region_code="DE", hs_email_optout="true",
    )  # fmt: skip
    hubspot.add(
        "orders", "9001", of=ADA, hs_order_name="#1042", hs_external_created_date="2026-11-01T09:00:00Z",
        hs_createdate="2026-11-02T00:00:00Z", hs_currency_code="EUR", hs_total_price="59.00", hs_subtotal_price="56.00",
        hs_order_discount="6.00", hs_shipping_cost="4.00", hs_tax="5.00", hs_discount_codes="SAVE10",
        hs_payment_status="Paid", hs_fulfillment_status="Packing", hs_pipeline_stage="s1",
        hs_shipping_tracking_number="JD014600", hs_shipping_status_url="https://parcel.example/JD014600",
        hs_shipping_address_name="Ada Okafor", hs_shipping_address_street="Torstr. 1\n2nd floor",
        hs_shipping_address_city="Berlin", hs_shipping_address_postal_code="10119",
        hs_shipping_address_country="Germany", hs_source_store="Shop B", hs_tags="gift, express",
    )  # fmt: skip
    hubspot.add(
        "orders", "9002", of=ADA, hs_order_name="#1043", hs_createdate="2026-11-10T09:00:00Z", hs_total_price="20",
        hs_currency_code="USD", hs_pipeline_stage="s2", hs_closed_date="2026-11-11T09:00:00Z",
    )  # fmt: skip
    hubspot.add("line_items", "77", of=("orders", "9001"), name="Mug", hs_sku="MUG-1", quantity="2", price="25.00")
    hubspot.add("line_items", "78", of=("orders", "9001"), name="Advice", quantity="1.5", price="4", amount="6.00")
    hubspot.add(
        "commerce_payments", "31", of=ADA, hs_initial_amount="59.00", hs_currency_code="EUR", hs_initiated_date=AT,
        hs_latest_status="partially_refunded", hs_refunds_amount="24.00", hs_payment_method_type="card",
        hs_payment_method_last_4="4242", hs_processor_type="byo_stripe", hs_reference_number="7421",
    )  # fmt: skip
    hubspot.add(
        "invoices", "41", of=ADA, hs_number="INV-1003", hs_invoice_status="open", hs_amount_billed="120",
        hs_balance_due="100", hs_currency="EUR", hs_invoice_date="2020-01-01T00:00:00Z", hs_due_date="2020-02-01",
    )  # fmt: skip
    hubspot.add(
        "subscriptions", "51", of=ADA, hs_name="Pro", hs_status="active", hs_currency_code="EUR",
        hs_recurring_billing_frequency="monthly", hs_next_payment_amount="29", hs_last_payment_status="succeeded",
        hs_next_payment_due_date="2030-12-03",
    )  # fmt: skip
    hubspot.add("0-3", "61", of=ADA, dealname="Renewal", amount="1200", deal_currency_code="EUR", hs_is_closed="false")
    hubspot.add("0-3", "62", of=ADA, dealname="Old one", hs_is_closed="true")
    hubspot.add("tickets", "71", of=ADA, subject="Broken zip", hs_ticket_priority="HIGH")
    hubspot.add("tickets", "72", of=ADA, subject="Solved", closed_date=AT)
    # Somebody else, of whom nothing may ever be shown.
    hubspot.add("contacts", "502", firstname="Eve", email="eve@example.com", phone="+49 40 987654")
    hubspot.add("orders", "9900", of=("contacts", "502"), hs_order_name="#EVE", hs_createdate=AT, hs_total_price="1")
    return hubspot


def test_customer(ada: HubSpot) -> None:
    (customer,) = ada.connector().customer(by_email()).customers
    assert (customer.external_id, customer.name, customer.match.by) == ("501", "Ada Okafor", MatchWord.EMAIL)
    assert customer.url == "https://app.hubspot.com/contacts/4711/record/0-1/501"
    assert customer.emails == ("ada@example.com", "ada.o@work.example", "A.Okafor@example.org")
    assert customer.phones == ("030 123456",)
    # The cancelled order counts as one, and brought nothing.
    assert (customer.orders, customer.spent) == (2, (Money.of("59", "EUR"),))
    assert [order.number for order in customer.last_orders] == ["#1043", "#1042"]
    assert (customer.locale, customer.time_zone) == ("en-GB", "Europe/Berlin")
    assert customer.address is not None
    assert (customer.address.country, customer.address.region) == ("DE", None)
    assert customer.marketing_consent is False
    assert customer.tags == ("customer", "OPEN", "Deal: Renewal (1200 EUR)")
    assert customer.note == "Ticket: Broken zip (HIGH)"


def test_deals_and_tickets_are_asked_for_only_if_wanted(ada: HubSpot) -> None:
    (customer,) = ada.connector(deals=False, tickets=False).customer(by_email()).customers
    assert customer.tags == ("customer", "OPEN")
    assert customer.note is None
    assert not [path for path in ada.paths() if "tickets" in path or "0-3" in path]


def test_orders(ada: HubSpot) -> None:
    answer = ada.connector().orders(by_email())
    assert answer.matched_by is MatchWord.EMAIL
    assert [order.number for order in answer.orders] == ["#1043", "#1042"]
    cancelled, order = answer.orders
    assert cancelled.cancelled_at is not None
    assert cancelled.total == Money.of("20", "USD")
    assert order.cancelled_at is None
    assert order.placed_at.isoformat() == "2026-11-01T09:00:00+00:00"
    assert [(item.title, item.quantity, item.total) for item in order.items] == [
        ("Mug", 2, Money.of("50", "EUR")),
        ("1.5 × Advice", 1, Money.of("6", "EUR")),
    ]
    assert order.fulfilments[0].numbers == ("JD014600",)
    assert order.raw_status == {"payment": "Paid", "delivery": "Packing", "stage": "Open"}


def test_one_question_for_all_rows_of_a_type(ada: HubSpot) -> None:
    ada.connector().orders(by_email())
    assert ada.paths() == [
        "/crm/v3/objects/contacts/search",
        "/crm/v4/associations/contacts/orders/batch/read",
        "/crm/v3/objects/orders/batch/read",
        "/crm/v3/pipelines/orders",
        "/crm/v4/associations/orders/line_items/batch/read",
        "/crm/v3/objects/line_items/batch/read",
    ]


def test_payments(ada: HubSpot) -> None:
    answer = ada.connector().payments(by_email())
    (payment,) = answer.payments
    assert (payment.word, payment.amount, payment.refunded) == (
        PaymentWord.PART_REFUNDED,
        Money.of("59", "EUR"),
        Money.of("24", "EUR"),
    )
    assert (payment.gateway, payment.reference) == ("Stripe", "7421")
    (invoice,) = answer.invoices
    assert invoice.word is InvoiceWord.OVERDUE
    assert (invoice.paid, invoice.remaining) == (Money.of("20", "EUR"), Money.of("100", "EUR"))
    (plan,) = answer.subscriptions
    assert (plan.plan, plan.amount, plan.count) == ("Pro", Money.of("29", "EUR"), 1)
    assert plan.interval == "month"


def test_payments_that_are_switched_off_are_not_asked_for(ada: HubSpot) -> None:
    with pytest.raises(OperatorError, match="without payments"):
        ada.connector(payments=False).payments(by_email())
    assert not ada.outside.asked


# --- who is found --------------------------------------------------------------------------------------


@pytest.mark.parametrize("email", ["ada@example.com", "ADA@Example.com", "ada.o@work.example", "a.okafor@example.org"])
def test_every_address_of_a_contact_finds_it(ada: HubSpot, email: str) -> None:
    (customer,) = ada.connector().customer(by_email(email)).customers
    assert (customer.external_id, customer.match.value) == ("501", email)


@pytest.mark.parametrize("email", ["a@example.com", "ada@example.co", "okafor@example.org", "da@example.com"])
@pytest.mark.parametrize("capability", HubSpotConnector.capabilities)
def test_whom_a_search_finds_too_many_is_dropped(ada: HubSpot, email: str, capability: str) -> None:
    answer = getattr(ada.connector(), capability)(by_email(email))
    assert answer.is_empty
    assert not answer.candidates
    assert ada.paths() == ["/crm/v3/objects/contacts/search"], "nobody's records are read"


def test_phone_numbers_match_however_they_are_written(ada: HubSpot) -> None:
    (customer,) = ada.connector().customer(Identity(phones=("+4930123456",))).customers
    assert (customer.external_id, customer.match.by) == ("501", MatchWord.PHONE)
    filters = {one["propertyName"]: one for one in ada.filters()}
    assert filters["hs_searchable_calculated_phone_number"]["value"] == "30123456"
    assert {"+4930123456", "030 123456", "030123456", "004930123456"} <= set(filters["phone"]["values"])


@pytest.mark.parametrize(
    ("recorded", "country", "is_found"),
    [
        ("030 123456", "", False), ("030 123456", "DE", True), ("030 123456", "AT", False),
        ("+49 (30) 12 34 56", "", True), ("0049 30 123456", "DE", True), ("+49 30 1234567", "DE", False),
    ],
)  # fmt: skip
def test_phone_numbers_are_compared_whole(hubspot: HubSpot, recorded: str, country: str, is_found: bool) -> None:
    hubspot.add("contacts", "1", firstname="A", phone=recorded)
    answer = hubspot.connector(country=country).customer(Identity(phones=("+4930123456",)))
    assert bool(answer.customers) is is_found


@pytest.mark.parametrize(
    ("who", "said"),
    [
        (Identity(phones=("+4930123456",)), "CRM does not tell phone numbers"),
        (Identity(emails=("ada@example.com",)), "CRM does not tell e-mail addresses"),
    ],
)
@pytest.mark.parametrize("capability", HubSpotConnector.capabilities)
def test_contacts_that_do_not_say_whose_they_are_are_not_nobody(
    hubspot: HubSpot, who: Identity, said: str, capability: str
) -> None:
    hubspot.add("contacts", "1", firstname="A")
    with pytest.raises(OperatorError) as caught:
        getattr(hubspot.connector(), capability)(who)
    assert caught.value.sentence.startswith(said)


def test_phones_are_looked_for_only_when_no_address_is_known(ada: HubSpot) -> None:
    who = Identity(emails=("ada@example.com",), phones=("+4940987654",))
    (customer,) = ada.connector().customer(who).customers
    assert customer.external_id == "501"
    assert {one["propertyName"] for one in ada.filters()} == {"email", "hs_additional_emails"}
    who = Identity(emails=("nobody@example.com",), phones=("+4940987654",))
    (customer,) = ada.connector().customer(who).customers
    assert (customer.external_id, customer.match.by) == ("502", MatchWord.PHONE)


def test_ids_are_the_contacts(ada: HubSpot) -> None:
    who = Identity(identifier="501", emails=("eve@example.com",))
    (customer,) = ada.connector().customer(who).customers
    assert (customer.external_id, customer.match.by) == ("501", MatchWord.IDENTIFIER)
    who = Identity(attributes=(("hubspot_id", "502"),), order=("attribute:hubspot_id",))
    (customer,) = ada.connector().customer(who).customers
    assert (customer.external_id, customer.match.by) == ("502", MatchWord.ATTRIBUTE)


@pytest.mark.parametrize("identifier", ["ada", "", " ", "٥٠١", "501/../502", "9" * 400, "-501"])
def test_what_is_no_id_finds_nobody(ada: HubSpot, identifier: str) -> None:
    assert ada.connector().customer(Identity(identifier=identifier)).is_empty


def test_a_merged_contact_is_the_one_it_became(hubspot: HubSpot) -> None:
    hubspot.add("contacts", "900", firstname="Ada", hs_merged_object_ids="700;701")
    merged = hubspot.records["contacts"]
    merged["700"] = merged["900"]
    (customer,) = hubspot.connector().customer(Identity(linked=("700",))).customers
    assert (customer.external_id, customer.match.value) == ("900", "700")


def test_a_linked_customer_is_the_only_one_asked_for(ada: HubSpot) -> None:
    who = Identity(linked=("502",), emails=("ada@example.com",))
    answer = ada.connector().orders(who)
    assert [order.number for order in answer.orders] == ["#EVE"]
    assert answer.matched_by is MatchWord.LINK
    # Who is linked twice is meant twice.
    assert len(ada.connector().orders(Identity(linked=("501", "502"))).orders) == 3
    # Who is linked and no longer there is nobody, and no other is looked for.
    assert ada.connector().orders(Identity(linked=("503",), emails=("ada@example.com",))).is_empty
    assert "/crm/v3/objects/contacts/search" not in ada.paths()


def test_several_are_for_an_agent_to_choose(ada: HubSpot) -> None:
    ada.add("contacts", "503", firstname="Ada", lastname="Other", email="other@example.com", phone="030 123456")
    who = Identity(phones=("+4930123456",))
    for capability in ("orders", "payments"):
        answer = getattr(ada.connector(), capability)(who)
        assert answer.is_empty
        assert [(one.external_id, one.name) for one in answer.candidates] == [
            ("501", "Ada Okafor"),
            ("503", "Ada Other"),
        ]
        assert answer.candidates[0].email == "ada@example.com"
    customers = ada.connector().customer(who).customers
    assert [(one.external_id, one.orders) for one in customers] == [("501", 2), ("503", 0)]
    reads = [path for path in ada.paths() if path == "/crm/v4/associations/contacts/orders/batch/read"]
    assert len(reads) == 1, "both in one question"


def test_two_accounts_have_nothing_to_do_with_each_other(ada: HubSpot) -> None:
    """The same contact id in two accounts: each connection's token reads its own."""
    from tests.support.outside import running  # noqa: PLC0415 - a second system, here only

    with running() as outside:
        other = HubSpot(outside)
        outside.answer = other.answer
        other.add("contacts", "501", firstname="Bob", email="bob@example.com")
        other.add("orders", "9001", of=ADA, hs_order_name="#BOB", hs_createdate=AT, hs_total_price="5")
        assert [one.number for one in other.connector().orders(by_email("bob@example.com")).orders] == ["#BOB"]
        assert other.connector().orders(by_email()).is_empty
        assert ada.connector().orders(by_email("bob@example.com")).is_empty


# --- what is sent --------------------------------------------------------------------------------------


@given(email=st.text(min_size=1, max_size=60))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
def test_no_address_changes_what_is_asked(ada: HubSpot, email: str) -> None:
    email = email.encode("utf-8", "ignore").decode() or "x"
    ada.outside.asked.clear()
    answer = ada.connector().customer(Identity(emails=(email,)))
    known = {"ada@example.com", "ada.o@work.example", "a.okafor@example.org", "eve@example.com"}
    assert answer.is_empty or email.strip().casefold() in known
    for one in ada.filters():
        assert set(one) == {"propertyName", "operator", "value"}
        assert one["value"] == email
        assert (one["propertyName"], one["operator"]) in {
            ("email", "EQ"),
            ("hs_additional_emails", "CONTAINS_TOKEN"),
        }
        assert one["operator"] == "EQ" or "*" not in email


def test_many_values_are_bounded(ada: HubSpot) -> None:
    ada.connector().customer(Identity(emails=tuple(f"a{number}@example.com" for number in range(40))))
    searches = [asked.json() for asked in ada.outside.asked]
    assert [len(search["filterGroups"]) for search in searches] == [5, 5]


def test_a_search_has_pages_and_an_end(hubspot: HubSpot) -> None:
    for number in range(1, 500):
        hubspot.add("contacts", str(number), email=f"a{number}@example.com")
    assert hubspot.connector().customer(by_email("a150@example.com")).customers[0].external_id == "150"
    assert hubspot.connector().customer(by_email("a300@example.com")).is_empty
    assert [asked.json().get("after") for asked in hubspot.outside.asked if asked.path.endswith("/search")] == [
        None, "100", None, "100",
    ]  # fmt: skip


def test_more_orders_than_can_be_shown(hubspot: HubSpot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading.read_owned, "__defaults__", (3,))
    hubspot.add("contacts", "501", email="ada@example.com")
    for number in range(1, 6):
        hubspot.add(
            "orders", str(number), of=ADA, hs_order_name=f"#{number}", hs_createdate=f"2026-01-0{number}T00:00:00Z",
            hs_total_price="10",
        )  # fmt: skip
    answer = hubspot.connector().orders(by_email())
    assert [order.number for order in answer.orders] == ["#5", "#4", "#3"]
    assert [window.since for window in answer.windows] == [answer.orders[-1].placed_at]
    (customer,) = hubspot.connector().customer(by_email()).customers
    assert (customer.orders, customer.figures_since) == (3, answer.orders[-1].placed_at)


def test_what_belongs_to_a_contact_is_read_page_by_page(hubspot: HubSpot) -> None:
    hubspot.page_size = 2
    hubspot.add("contacts", "501", email="ada@example.com")
    for number in range(1, 6):
        hubspot.add("orders", str(number), of=ADA, hs_createdate=AT, hs_total_price="10")
    assert len(hubspot.connector().orders(by_email()).orders) == 5


# --- what an operator enters ---------------------------------------------------------------------------


def errors_of(**changes: Any) -> list[str]:
    return sorted(HubSpotSettingsForm(data={**SETTINGS, **changes}).errors)


def test_settings() -> None:
    assert errors_of() == []
    assert errors_of(country="", account_id="", cancelled="") == []
    assert errors_of(token="pat-eu1 0000") == ["token"]
    assert errors_of(token="pat\u00e4") == ["token"]
    assert errors_of(currency="eur", country="Germany", account_id="47a") == ["account_id", "country", "currency"]
    assert errors_of(currency="", token="") == ["currency", "token"]


def test_without_the_accounts_number_nothing_links(ada: HubSpot) -> None:
    (customer,) = ada.connector(account_id="").customer(by_email()).customers
    assert customer.url is None


def test_words_for_cancelled_orders_are_the_operators(ada: HubSpot) -> None:
    ada.stages = {"s1": "Offen", "s2": "Storniert"}
    assert not any(order.cancelled_at for order in ada.connector().orders(by_email()).orders)
    cancelled = [
        order.number for order in ada.connector(cancelled=" storniert ").orders(by_email()).orders if order.cancelled_at
    ]
    assert cancelled == ["#1043"]


# --- what agents see -----------------------------------------------------------------------------------


def shown(panel: Any, hubspot: HubSpot, capability: str) -> Any:
    answer = getattr(hubspot.connector(), capability)(by_email())
    data = CAPABILITIES[capability].merge([("CRM", answer)])
    return make_ctx(data, connections=("CRM",))


def test_panels_show_it(ada: HubSpot) -> None:
    text = render_panel(CustomerPanel(), shown(CustomerPanel(), ada, "customer")).text
    for expected in (
        "Ada Okafor",
        "Matched by email",
        "€59.00",
        "Deal: Renewal (1200 EUR)",
        "Ticket: Broken zip (HIGH)",
    ):
        assert expected in text, expected
    ctx = shown(OrdersPanel(), ada, "orders")
    document = render_panel(OrdersPanel(), ctx)
    document.assert_inert()
    for expected in ("#1042", "Packing", "Paid", "€59.00", "#1043", "Cancelled", "$20.00"):
        assert expected in document.text, expected
    detail = render_part(OrdersPanel(), ctx, "order", {"id": ctx.data.orders[1].key})
    detail.assert_inert()
    for expected in ("2 × Mug", "MUG-1", "SAVE10", "JD014600", "Torstr. 1", "Germany", "Shop B"):
        assert expected in detail.text, expected
    text = render_panel(PaymentsPanel(), shown(PaymentsPanel(), ada, "payments")).text
    for expected in ("Part refunded", "€59.00", "INV-1003", "Overdue", "Pro", "€29.00"):
        assert expected in text, expected


def test_hostile_texts_stay_texts(hubspot: HubSpot) -> None:
    evil = "<script>alert(1)</script>\u202e{{7*7}}'\"&"
    hubspot.add(
        "contacts", "501", firstname=evil, email="ada@example.com", city=evil, hs_language=evil, hs_timezone=evil
    )
    hubspot.add(
        "orders", "9001", of=ADA, hs_order_name=evil, hs_createdate=AT, hs_total_price="1", hs_fulfillment_status=evil,
        hs_payment_status=evil, hs_tags=evil, hs_shipping_tracking_number=evil,
        hs_shipping_status_url="javascript:alert(1)",
    )  # fmt: skip
    for panel, capability in ((CustomerPanel(), "customer"), (OrdersPanel(), "orders")):
        document = render_panel(panel, shown(panel, hubspot, capability))
        document.assert_inert()
        assert "<script>" not in document.html
