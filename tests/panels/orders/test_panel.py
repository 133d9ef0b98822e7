from typing import Any

import pytest

from panels.api import DeliveryWord, Identity, ItemCount, Money, Orders, PaymentWord, ReturnWord, TrackingEvent, Window
from panels.orders.panel import OrdersPanel
from tests.panels.factories import days, euros, make_order, make_parcel, make_refund
from tests.panels.rendering import demo_data, make_ctx, render_panel, render_part

PANEL = OrdersPanel()


def merged(*orders: Any, **changes: Any) -> Orders:
    return Orders.merge([("Shop A", Orders(orders=orders, **changes))])


def test_row_says_number_words_total_date_and_items() -> None:
    page = render_panel(PANEL, make_ctx(merged(make_order(raw_status={"payment": "PAID", "delivery": "FULFILLED"}))))
    (row,) = page.having(attr="data-row")
    assert row["data-mention"] == "1042"
    assert page.texts("vx-row__title") == ["#1042"]
    assert page.texts("vx-row__state") == ["Delivered"]
    assert page.texts("vx-row__pay") == ["Paid"]
    assert page.texts("vx-row__amount") == ["€19.40"]
    assert page.texts("vx-row__meta") == ["Nov 20, 2026 1 item"]
    assert [badge["title"] for badge in page.having(cls="vx-badge")] == ["FULFILLED", "PAID"]


def test_a_sign_before_the_number_is_not_shown_twice_nor_mentioned() -> None:
    page = render_panel(PANEL, make_ctx(merged(make_order("#1042"))))
    assert page.texts("vx-row__title") == ["#1042"]
    assert page.having(attr="data-row")[0]["data-mention"] == "1042"


@pytest.mark.parametrize("count", [1, 3])
def test_every_order_is_a_row_until_the_limit(count: int) -> None:
    page = render_panel(PANEL, make_ctx(merged(*(make_order(str(number)) for number in range(count)))))
    assert len(page.having(attr="data-row")) == count
    assert page.having(cls="vx-more") == []


def test_more_orders_come_in_pages() -> None:
    ctx = make_ctx(merged(*(make_order(str(1000 - place), placed_at=days(-place)) for place in range(30))))
    page = render_panel(PANEL, ctx)
    assert len(page.having(attr="data-row")) == 5
    (button,) = [element for element in page.having(tag="button") if "hx-target" in element.attrs]
    assert button.text == "Show more (25 left)"
    assert button["hx-get"] == "panels/12/?part=rows&offset=5"
    second = render_part(PANEL, ctx, "rows", {"offset": "5"})
    assert second.texts("vx-row__title") == [f"#{number}" for number in range(995, 975, -1)]
    assert [element.tag for element in second.having(attr="autofocus")] == ["summary"]
    third = render_part(PANEL, ctx, "rows", {"offset": "25"})
    assert len(third.having(attr="data-row")) == 5
    assert third.having(cls="vx-more") == []


@pytest.mark.parametrize(
    ("part", "params"),
    [
        ("order", {"id": "Shop%20A:gone"}),
        ("order", {}),
        ("rows", {}),
        ("rows", {"offset": "-1"}),
        ("rows", {"offset": "x"}),
        ("rows", {"offset": "٣"}),
        ("rows", {"offset": "99"}),
        ("rows", {"offset": "9" * 5_000}),
        ("rows", {"number": "7"}),
        ("elsewhere", {"id": "Shop%20A:gid-1042"}),
    ],
)
def test_a_part_that_is_not_there_is_an_error(part: str, params: dict[str, str]) -> None:
    with pytest.raises(LookupError):
        PANEL.get_part_context(make_ctx(merged(make_order())), part, params)


def test_an_order_on_no_page_yet_can_be_asked_for_by_its_number() -> None:
    ctx = make_ctx(merged(*(make_order(f"#{1000 - place}", placed_at=days(-place)) for place in range(8))))
    (rows,) = render_panel(PANEL, ctx).having(attr="data-hidden-numbers")
    assert rows["data-hidden-numbers"] == "995 994 993"
    assert rows["data-rows-url"] == "panels/12/?part=rows"
    assert render_part(PANEL, ctx, "rows", {"number": "994"}).texts("vx-row__title") == ["#994"]


def test_unfinished_orders_come_first_then_the_newest() -> None:
    ctx = make_ctx(
        merged(
            make_order("1", placed_at=days(0)),
            make_order("2", placed_at=days(-1), ship=DeliveryWord.ON_ITS_WAY),
            make_order("3", placed_at=days(-2), ship=DeliveryWord.ON_ITS_WAY, cancelled_at=days(-1)),
            make_order("4", placed_at=days(-3), ship=DeliveryWord.PROBLEM),
        )
    )
    assert render_panel(PANEL, ctx).texts("vx-row__title") == ["#2", "#4", "#1", "#3"]


def test_key_date_is_when_it_is_due_or_was_delivered() -> None:
    due = make_order(ship=DeliveryWord.ON_ITS_WAY, fulfilments=(make_parcel(eta=days(3)),))
    there = make_order("2", fulfilments=(make_parcel(word=DeliveryWord.DELIVERED, eta=days(3), delivered_at=days(2)),))
    page = render_panel(PANEL, make_ctx(merged(due, there)))
    assert page.texts("vx-key") == ["due Nov 23, 2026", "delivered Nov 22, 2026"]
    assert page.having(cls="vx-key")[0].text.startswith("due")


def test_summary_leaves_out_tests_refunds_and_what_was_not_paid() -> None:
    page = render_panel(
        PANEL,
        make_ctx(
            merged(
                make_order("1", placed_at=days(-40)),
                make_order("2", refunded=euros("5"), pay=PaymentWord.PART_REFUNDED, refunds=(make_refund(),)),
                make_order("3", pay=PaymentWord.PENDING, ship=DeliveryWord.NOT_SHIPPED),
                make_order("4", total=Money.of(3000, "JPY")),
                make_order("5", test=True),
            )
        ),
    )
    figures = [figure.text for figure in page.having(cls="vx-figure")]
    assert figures == ["Orders4", "Unfinished1", "Spent€33.80¥3,000", "SinceOct 2026"]


def test_chart_says_in_words_what_it_shows() -> None:
    page = render_panel(PANEL, make_ctx(merged(make_order("1", placed_at=days(-40)), make_order("2"))))
    (chart,) = page.having(tag="svg", attr="role")
    assert chart["role"] == "img"
    assert chart["aria-label"] == "Amounts per month from Dec 2025 to Nov 2026, highest €19.40 in Oct 2026"
    assert len(page.having(tag="rect", cls="vx-spark__bar")) == 2
    assert len(page.having(tag="rect", cls="vx-spark__none")) == 10


def test_settings_decide_rows_and_summary() -> None:
    ctx = make_ctx(merged(make_order("1"), make_order("2")), settings={"rows": 1, "summary": False})
    page = render_panel(PANEL, ctx)
    assert len(page.having(attr="data-row")) == 1
    assert page.having(cls="vx-summary") == []


def test_settings_form_accepts_its_initial_values() -> None:
    form = OrdersPanel.SettingsForm()
    assert OrdersPanel.SettingsForm({name: field.initial for name, field in form.fields.items()}).is_valid()


def test_what_is_unusual_has_a_flag() -> None:
    order = make_order(disputed=True, returned=ReturnWord.REQUESTED, risk="High", test=True, guest=True, edited=True)
    page = render_panel(PANEL, make_ctx(merged(order)))
    assert page.texts("vx-row__flags") == ["Dispute Return requested Risk Test Guest Edited"]


def test_a_cancelled_order_says_so_instead_of_its_delivery() -> None:
    page = render_panel(PANEL, make_ctx(merged(make_order(ship=DeliveryWord.NOT_SHIPPED, cancelled_at=days(1)))))
    assert page.texts("vx-row__state") == ["Cancelled"]
    assert page.having(cls="vx-row--over") != []


@pytest.mark.parametrize(
    ("reason", "said"), [("Customer", "Kunde"), ("Customer changed their mind", "Kunde hat es sich anders überlegt")]
)
def test_a_cancelled_order_says_why_in_the_agents_language(reason: str, said: str) -> None:
    order = make_order(ship=DeliveryWord.NOT_SHIPPED, cancelled_at=days(1), cancel_reason=reason, fulfilments=())
    page = render_part(PANEL, make_ctx(merged(order), locale="de"), "order", {"id": "Shop%20A:gid-1042"})
    assert page.texts("vx-parcel__event") == [f"Storniert am 21.11.2026, 13:00. {said}"]


def test_rows_name_the_store_only_where_there_are_several() -> None:
    one = render_panel(PANEL, make_ctx(merged(make_order())))
    assert "Shop A" not in one.text
    answer = Orders(orders=(make_order(),))
    two = render_panel(PANEL, make_ctx(Orders.merge([("Shop A", answer), ("Shop B", answer)])))
    assert two.texts("vx-row__meta") == ["Nov 20, 2026 1 item Shop A", "Nov 20, 2026 1 item Shop B"]


def test_opening_a_row_asks_for_the_order_once() -> None:
    page = render_panel(PANEL, make_ctx(merged(make_order())))
    (body,) = page.having(cls="vx-row__body")
    assert body["hx-get"] == "panels/12/?part=order&id=Shop%2520A%3Agid-1042"
    assert body["hx-trigger"] == "toggle once from:closest details"
    assert "1 × Mug" in body.text


def test_detail_has_items_parcels_sums_refunds_and_address() -> None:
    order = make_order(
        pay=PaymentWord.PART_REFUNDED,
        discount=euros("1.45"),
        codes=("SAVE10",),
        total=euros("17.95"),
        refunded=euros("5.00"),
        refunds=(make_refund(actor="Tom", reason="Wrong size"),),
        note="Ring twice",
        fulfilments=(
            make_parcel(
                eta=days(2),
                last_event=TrackingEvent(text="Sorted", at=days(1), place="Leipzig"),
                items=(ItemCount(title="Mug", quantity=1),),
            ),
        ),
    )
    page = render_part(PANEL, make_ctx(merged(order)), "order", {"id": "Shop%20A:gid-1042"})
    sums = page.having(cls="vx-sums")[0].text
    assert sums == "Subtotal€14.50 Discount SAVE10-€1.45 Shipping€4.90 Total€17.95 Refunded-€5.00"
    assert page.texts("vx-parcel") == ["On its way due Nov 22, 2026 Sorted, Leipzig Nov 21, 2026 DHL 0034"]
    assert page.texts("vx-refund") == ["Refund €5.00 Done Nov 21, 2026 to Visa •4242 by Tom Wrong size Reference 7421"]
    assert [button["data-copy"] for button in page.having(attr="data-copy")] == ["0034", "7421"]
    assert [link["href"] for link in page.having(tag="a")] == ["https://track.example/0034"]


def test_a_parcel_nobody_scanned_says_since_when() -> None:
    order = make_order(ship=DeliveryWord.SHIPPED, fulfilments=(make_parcel(word=DeliveryWord.SHIPPED),))
    page = render_panel(PANEL, make_ctx(merged(order)))
    assert page.texts("vx-parcel__event") == ["No carrier scan since Nov 20, 2026."]


def test_tax_that_is_included_says_so() -> None:
    order = make_order(tax=euros("3.10"), tax_included=True)
    page = render_part(PANEL, make_ctx(merged(order)), "order", {"id": "Shop%20A:gid-1042"})
    assert "Tax, included€3.10" in page.text


def test_times_are_machine_readable_and_none_depends_on_now() -> None:
    page = render_panel(PANEL, make_ctx(merged(make_order())))
    row_time = page.having(tag="time")[-1]
    assert row_time.attrs == {
        "datetime": "2026-11-20T12:00:00Z",
        "data-format": "date",
        "title": "Nov 20, 2026, 1:00\u202fPM",
    }
    assert "ago" not in page.text


@pytest.mark.parametrize(
    ("locale", "amount", "date"),
    [
        ("en", "€1,234.50", "Nov 20, 2026"),
        ("de", "1.234,50\xa0€", "20.11.2026"),
        ("ar", "\u200f1,234.50\xa0€", "20\u200f/11\u200f/2026"),
    ],
)
def test_amounts_and_dates_are_written_as_the_language_does(locale: str, amount: str, date: str) -> None:
    page = render_panel(PANEL, make_ctx(merged(make_order(total=euros("1234.50"))), locale=locale))
    assert [element.text for element in page.having(cls="vx-row__amount")] == [" ".join(amount.split())]
    assert page.having(tag="time")[-1].text == date


def test_limited_stores_say_how_far_back_they_look() -> None:
    ctx = make_ctx(merged(make_order(), windows=(Window(since=days(-60)), Window())))
    assert render_panel(PANEL, ctx).texts("vx-note") == ["Shop A shows nothing before Sep 21, 2026."]


def test_without_orders_it_says_where_it_looked_and_for_what() -> None:
    page = render_panel(PANEL, make_ctx(Orders(), connections=("Shop A", "Shop B")))
    plain = page.text.replace("\u2068", "").replace("\u2069", "")
    assert plain == "No orders in Shop A and Shop B for ada@example.com or +4930123456."


def test_without_identifiers_it_says_so() -> None:
    page = render_panel(PANEL, make_ctx(Orders(), identity=Identity(name="Ada")))
    assert page.texts("vx-empty__what") == ["This contact has no email or phone."]


@pytest.mark.parametrize("locale", ["en", "de", "ar"])
@pytest.mark.parametrize("word", ["hostile", "manyorders", "longname", "rtl", "twocurrencies", "jpy", "kwd"])
def test_nothing_of_the_data_becomes_markup(word: str, locale: str) -> None:
    data = demo_data("orders", f"ada+{word}@example.com", stores=("Shop A", "<b>Shop</b>"))
    ctx = make_ctx(data, locale=locale, connections=("Shop A", "<b>Shop</b>"))
    render_panel(PANEL, ctx).assert_inert()
    for order in data.orders[:3]:
        render_part(PANEL, ctx, "order", {"id": order.key}).assert_inert()
    render_part(PANEL, ctx, "rows", {"offset": "0"}).assert_inert()


def test_a_link_that_is_none_of_the_web_is_left_out() -> None:
    order = make_order(url="javascript:alert(1)", fulfilments=(make_parcel(urls=("data:text/html,x",)),))
    ctx = make_ctx(merged(order))
    assert render_panel(PANEL, ctx).having(tag="a") == []
    assert render_part(PANEL, ctx, "order", {"id": "Shop%20A:gid-1042"}).having(tag="a") == []
