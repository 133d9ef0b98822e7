from typing import Any

import pytest

from panels.api import (
    Address,
    Alert,
    AlertWord,
    Customers,
    DeliveryWord,
    Identity,
    Match,
    MatchWord,
    Money,
    OrderSummary,
    PaymentWord,
)
from panels.customer.panel import CustomerPanel
from tests.panels.factories import days, euros, make_customer
from tests.panels.rendering import Document, demo_data, make_ctx, render_panel, render_part

PANEL = CustomerPanel()


def merged(**stores: Any) -> Customers:
    return Customers.merge([(store, Customers(customers=records)) for store, records in stores.items()])


def summary(number: str = "1042", **changes: Any) -> OrderSummary:
    values: dict[str, Any] = {
        "number": number,
        "placed_at": days(0),
        "pay": PaymentWord.PAID,
        "ship": DeliveryWord.ON_ITS_WAY,
        "total": euros("19.40"),
    }
    return OrderSummary(**{**values, **changes})


def facts(page: Document) -> dict[str, str]:
    return {term.text: told.text for term, told in zip(page.having(tag="dt"), page.having(tag="dd"), strict=True)}


def test_first_comes_who_it_is_and_how_that_is_known() -> None:
    page = render_panel(PANEL, make_ctx(merged(A=(make_customer(),))))
    assert page.texts("vx-person__name") == ["Ada Okafor"]
    assert page.texts("vx-avatar") == ["AO"]
    assert page.texts("vx-chips") == ["Matched by email"]
    assert page.having(cls="vx-badge")[0]["title"] == "ada@example.com"


@pytest.mark.parametrize(
    ("changes", "verified", "chips"),
    [
        ({}, False, "Matched by email"),
        ({"match": Match(by=MatchWord.IDENTIFIER)}, True, "Matched by customer ID"),
        ({"match": Match(by=MatchWord.PHONE)}, None, "Weak match: numbers are shared"),
        ({"guest": True}, None, "Matched by email Guest"),
    ],
)
def test_chips_say_how_sure_it_is(changes: dict[str, Any], verified: bool | None, chips: str) -> None:
    page = render_panel(PANEL, make_ctx(merged(A=(make_customer(**changes),)), identity_verified=verified))
    assert page.texts("vx-chips") == [chips]


def test_a_customer_without_a_name_is_said_to_have_none() -> None:
    page = render_panel(PANEL, make_ctx(merged(A=(make_customer(name=None),))))
    assert page.texts("vx-person__name") == ["No name"]


def test_figures_are_orders_spent_average_and_first_order() -> None:
    page = render_panel(PANEL, make_ctx(merged(A=(make_customer(),))))
    assert [figure.text for figure in page.having(cls="vx-figure")] == [
        "Orders3",
        "Spent€100.00",
        "Average€33.33",
        "First orderJan 24, 2026",
    ]


def test_two_stores_add_up_per_currency_and_are_named() -> None:
    american = make_customer("c-2", orders=1, spent=(Money.of("120", "USD"),), first_at=days(-400), emails=("a@x.org",))
    page = render_panel(PANEL, make_ctx(merged(A=(make_customer(),), B=(american,))))
    assert [figure.text for figure in page.having(cls="vx-figure")] == [
        "Orders4",
        "Spent€100.00$120.00",
        "First orderOct 16, 2025",
    ]
    assert [row.text for row in page.having(tag="li")] == ["A3 orders€100.00", "B1 order$120.00"]
    assert facts(page)["Email"] == "a@x.org"


def test_alerts_to_act_on_come_first() -> None:
    delayed = Alert(word=AlertWord.DELIVERY_DELAYED, reference="7")
    due = Alert(word=AlertWord.PAST_DUE, at=days(-6), amount=euros("29"), reference="F-1")
    dispute = Alert(word=AlertWord.DISPUTE, at=days(8), amount=euros("19.40"), reference="1042")
    page = render_panel(PANEL, make_ctx(merged(A=(make_customer(alerts=(delayed, due, dispute)),))))
    assert page.texts("vx-alert") == [
        "Answer dispute by Nov 28, 2026 #1042 €19.40",
        "Delivery delayed #7",
        "Payment past due F-1 €29.00 due Nov 14, 2026",
    ]


def test_latest_order_of_all_stores_is_shown_with_both_words() -> None:
    old = make_customer("c-1", last_orders=(summary("1", placed_at=days(-9)),))
    new = make_customer("c-2", last_orders=(summary("2"),))
    page = render_panel(PANEL, make_ctx(merged(A=(old,), B=(new,))))
    assert page.texts("vx-latest") == ["Latest #2 On its way Paid €19.40 Nov 20, 2026"]
    assert page.having(cls="vx-latest")[0]["data-mention"] == "2"
    assert page.texts("vx-row__title") == ["#1"]


@pytest.mark.parametrize("count", [1, 3])
def test_last_orders_are_rows_after_the_latest(count: int) -> None:
    orders = tuple(summary(str(number), placed_at=days(-number)) for number in range(count))
    page = render_panel(PANEL, make_ctx(merged(A=(make_customer(last_orders=orders),))))
    assert len(page.having(attr="data-row")) == count - 1


def test_contact_and_more() -> None:
    customer = make_customer(
        phones=("+4930123456",),
        locale="de-AT",
        time_zone="Europe/Vienna",
        since=days(-700),
        credit=euros("50"),
        address=Address(name="Ada Okafor", lines=("Lindengasse 24",), postcode="1070", city="Wien", country="AT"),
        tags=("vip", "wholesale"),
        note="Call first",
        marketing_consent=False,
    )
    page = render_panel(PANEL, make_ctx(merged(A=(customer,))))
    told = facts(page)
    assert told["Email"] == "ada@example.com"
    assert told["Phone"] == "+4930123456"
    assert told["Local time"] == "Vienna"
    assert told["Language"] == "German (Austria)"
    assert told["Customer since"] == "Dec 20, 2024"
    assert told["Store credit"] == "€50.00"
    assert told["Address"] == "Ada Okafor Lindengasse 24 1070 Wien Austria"
    assert told["Tags"] == "vip, wholesale"
    assert told["Note"] == "Call first"
    assert told["Marketing"] == "Not agreed"
    assert [element["data-clock"] for element in page.having(attr="data-clock")] == ["Europe/Vienna"]
    assert [button["data-copy"] for button in page.having(attr="data-copy")] == ["ada@example.com", "+4930123456"]


def test_settings_leave_sections_out() -> None:
    customer = make_customer(tags=("vip",), last_orders=(summary("1"), summary("2")))
    settings = {"contact": False, "orders": False, "more": False}
    page = render_panel(PANEL, make_ctx(merged(A=(customer,)), settings=settings))
    assert set(facts(page)) == {"Orders", "Spent", "Average", "First order"}
    assert page.having(attr="data-row") == []


def test_settings_form_accepts_its_initial_values() -> None:
    form = CustomerPanel.SettingsForm()
    assert CustomerPanel.SettingsForm({name: field.initial for name, field in form.fields.items()}).is_valid()


def test_several_customers_of_one_store_are_a_choice_with_nothing_chosen() -> None:
    phone = Match(by=MatchWord.PHONE, value="+4912")
    records = tuple(
        make_customer(str(number), name=name, match=phone, emails=(email,))
        for number, (name, email) in enumerate((("Ada", "ada@example.com"), ("Bob", "bob@mail.example.org")))
    )
    ctx = make_ctx(merged(A=records))
    page = render_panel(PANEL, ctx)
    assert page.texts("vx-lead") == ["2 customers match \u2068+4912\u2069."]
    assert page.texts("vx-row__title") == ["Ada", "Bob"]
    # Below the names, where the narrowest frame shows them, too.
    assert [facts for facts in page.texts("vx-meta") if "last order" in facts] == [
        "a•••@e•••.com A last order Nov 20, 2026",
        "b•••@m•••.org A last order Nov 20, 2026",
    ]
    assert page.having(cls="vx-person") == []
    assert [element for element in page.having(tag="details") if "open" in element.attrs] == []
    assert [body["hx-get"] for body in page.having(cls="vx-row__body")] == [
        "panels/12/?part=customer&id=A%3A0",
        "panels/12/?part=customer&id=A%3A1",
    ]
    part = render_part(PANEL, ctx, "customer", {"id": "A:1"})
    assert facts(part)["Email"] == "bob@mail.example.org"
    assert part.having(cls="vx-person") == []


def test_weak_matches_of_two_stores_are_a_choice_too() -> None:
    weak = make_customer("2", match=Match(by=MatchWord.PHONE, value="+4912"))
    page = render_panel(PANEL, make_ctx(merged(A=(make_customer(),), B=(weak,))))
    assert len(page.having(attr="data-row")) == 2


@pytest.mark.parametrize("params", [{}, {"id": "A:9"}])
def test_a_customer_who_is_not_there_is_an_error(params: dict[str, str]) -> None:
    with pytest.raises(LookupError):
        PANEL.get_part_context(make_ctx(merged(A=(make_customer(),))), "customer", params)


def test_nobody_says_where_it_looked_and_for_what() -> None:
    who = Identity(identifier="c-9", emails=("ada@example.com",), phones=("+4930",))
    page = render_panel(PANEL, make_ctx(Customers(), identity=who, connections=("Shop A", "Shop B")))
    plain = page.text.replace("\u2068", "").replace("\u2069", "")
    assert plain == "No match in Shop A and Shop B for c-9, ada@example.com, or +4930."


def test_nobody_anywhere_is_said_without_stores() -> None:
    page = render_panel(PANEL, make_ctx(Customers(), identity=Identity(phones=("+4930",)), connections=()))
    assert page.text == "No match for \u2068+4930\u2069."


@pytest.mark.parametrize(
    ("locale", "first_order"), [("en", "Jan 24, 2026"), ("de", "24.01.2026"), ("ar", "24\u200f/01\u200f/2026")]
)
def test_dates_are_written_as_the_language_does(locale: str, first_order: str) -> None:
    page = render_panel(PANEL, make_ctx(merged(A=(make_customer(),)), locale=locale))
    assert page.having(tag="time")[0].text == first_order


@pytest.mark.parametrize("locale", ["en", "de", "ar"])
@pytest.mark.parametrize("word", ["hostile", "several", "longname", "rtl", "twocurrencies", "pastdue", "nodata"])
def test_nothing_of_the_data_becomes_markup(word: str, locale: str) -> None:
    data = demo_data("customer", f"ada+{word}@example.com", stores=("Shop A", "<b>Shop</b>"))
    ctx = make_ctx(data, locale=locale, identity_verified=False)
    render_panel(PANEL, ctx).assert_inert()
    for customer in data.customers:
        render_part(PANEL, ctx, "customer", {"id": customer.key}).assert_inert()
