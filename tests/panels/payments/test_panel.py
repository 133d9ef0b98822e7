from typing import Any

import pytest

from panels.api import (
    DisputeWord,
    Identity,
    InvoiceWord,
    Money,
    Payments,
    PaymentWord,
    RefundWord,
    SavedMethod,
    SubscriptionWord,
)
from panels.payments.panel import PaymentsPanel
from tests.panels.factories import (
    VISA,
    days,
    euros,
    make_dispute,
    make_invoice,
    make_payment,
    make_refund,
    make_subscription,
)
from tests.panels.rendering import demo_data, make_ctx, render_panel, render_part

PANEL = PaymentsPanel()


def merged(**records: Any) -> Payments:
    return Payments.merge([("Stripe", Payments(**records))])


def failed(**changes: Any) -> Any:
    return make_payment(word=PaymentWord.FAILED, decline="Card expired", order=None, invoice="F-1", **changes)


def overdue() -> Any:
    return make_invoice(
        word=InvoiceWord.OVERDUE,
        paid=euros("0"),
        remaining=euros("29"),
        due_at=days(-6),
        attempts=2,
        next_attempt_at=days(2),
    )


def test_row_says_amount_word_date_method_and_order() -> None:
    page = render_panel(PANEL, make_ctx(merged(payments=(make_payment(),))))
    (row,) = page.having(attr="data-row")
    assert row["data-mention"] == "1042"
    assert page.texts("vx-row__title") == ["€19.40"]
    assert page.texts("vx-row__state") == ["Paid"]
    assert page.texts("vx-row__amount") == ["Nov 20, 2026"]
    assert page.texts("vx-row__meta") == ["Visa •4242 #1042"]


def test_refunds_stand_below_their_payment() -> None:
    payment = make_payment(
        word=PaymentWord.PART_REFUNDED,
        refunded=euros("5"),
        refunds=(make_refund(word=RefundWord.SENT),),
    )
    page = render_panel(PANEL, make_ctx(merged(payments=(payment,))))
    assert page.texts("vx-refund") == ["Refund €5.00 Sent Nov 21, 2026 to Visa •4242 Reference 7421"]
    assert [figure.text for figure in page.having(cls="vx-figure")] == ["Received€14.40", "Refunded€5.00"]


@pytest.mark.parametrize("count", [1, 3])
def test_every_payment_is_a_row_until_the_limit(count: int) -> None:
    ctx = make_ctx(merged(payments=tuple(make_payment(str(number)) for number in range(count))))
    page = render_panel(PANEL, ctx)
    assert len(page.having(attr="data-row")) == count
    assert page.having(cls="vx-more") == []


def test_more_payments_and_invoices_come_in_pages() -> None:
    ctx = make_ctx(
        merged(
            payments=tuple(make_payment(str(place), at=days(-place)) for place in range(8)),
            invoices=tuple(make_invoice(f"F-{place}", issued_at=days(-place)) for place in range(5)),
        )
    )
    page = render_panel(PANEL, ctx)
    buttons = [(button.text, button["hx-get"]) for button in page.having(tag="button") if "hx-get" in button.attrs]
    assert buttons == [
        ("Show more (3 left)", "panels/12/?part=rows&offset=5"),
        ("Show more (2 left)", "panels/12/?part=invoices&offset=3"),
    ]
    assert len(render_part(PANEL, ctx, "rows", {"offset": "5"}).having(attr="data-row")) == 3
    assert render_part(PANEL, ctx, "invoices", {"offset": "3"}).texts("vx-row__title") == ["F-3", "F-4"]


def test_a_dispute_shows_its_deadline_and_why_not_to_refund() -> None:
    page = render_panel(PANEL, make_ctx(merged(disputes=(make_dispute(),))))
    assert page.texts("vx-alert") == [
        "Answer dispute by Nov 28, 2026 €19.40 #1042 The money is at the bank; refunding may pay twice."
    ]
    assert page.having(cls="vx-alert--act") != []
    assert page.texts("vx-row__meta") == ["Product not received #1042 opened Nov 20, 2026 answer by Nov 28, 2026"]


def test_a_closed_dispute_is_no_alert() -> None:
    page = render_panel(PANEL, make_ctx(merged(disputes=(make_dispute(word=DisputeWord.WON, closed_at=days(5)),))))
    assert page.texts("vx-alert") == []
    assert page.texts("vx-row__state") == ["Won"]


def test_an_overdue_invoice_stands_for_its_subscription_and_failed_charge() -> None:
    subscription = make_subscription(word=SubscriptionWord.PAST_DUE)
    page = render_panel(
        PANEL, make_ctx(merged(invoices=(overdue(),), subscriptions=(subscription,), payments=(failed(),)))
    )
    assert page.texts("vx-alert") == ["Invoice overdue F-1 €29.00, due Nov 14, 2026 Card expired"]
    (due,) = [element for element in page.having(tag="time") if element["data-format"] == "relative"][:1]
    assert due["datetime"] == "2026-11-14T12:00:00Z"


def test_a_subscription_past_due_without_an_invoice_is_an_alert() -> None:
    ctx = make_ctx(merged(subscriptions=(make_subscription(word=SubscriptionWord.PAST_DUE),)))
    assert render_panel(PANEL, ctx).texts("vx-alert") == ["Past due Pro, €29.00"]


def test_a_failure_is_an_alert_only_as_the_last_payment() -> None:
    last = render_panel(PANEL, make_ctx(merged(payments=(failed(),))))
    assert last.texts("vx-alert") == ["Last payment failed: Card expired (Visa •4242)"]
    before = (make_payment("new", at=days(1)), failed(external_id="old"))
    assert render_panel(PANEL, make_ctx(merged(payments=before))).texts("vx-alert") == []


@pytest.mark.parametrize(
    ("locale", "cause", "said"),
    [
        ("de", "Card expired", "Letzte Zahlung fehlgeschlagen: Karte abgelaufen (Visa •4242)"),
        ("ar", "Card expired", "فشلت آخر دفعة: البطاقة منتهية الصلاحية (Visa •4242)"),
        ("de", "<b>50% said</b> no", "Letzte Zahlung fehlgeschlagen: <b>50% said</b> no (Visa •4242)"),
    ],
)
def test_a_cause_is_said_in_the_agents_language_where_it_is_known(locale: str, cause: str, said: str) -> None:
    ctx = make_ctx(merged(payments=(make_payment(word=PaymentWord.FAILED, decline=cause),)), locale=locale)
    assert render_panel(PANEL, ctx).texts("vx-alert") == [said]


def test_what_a_system_does_not_say_is_left_out() -> None:
    """Since when a payment is contested, and how often a plan charges."""
    told = merged(disputes=(make_dispute(),), subscriptions=(make_subscription(),))
    page = render_panel(PANEL, make_ctx(told)).text
    assert "opened Nov" in page
    assert "every month" in page
    untold = merged(disputes=(make_dispute(opened_at=None),), subscriptions=(make_subscription(interval=None),))
    page = render_panel(PANEL, make_ctx(untold)).text
    assert "opened" not in page
    assert "every" not in page
    assert "None" not in page


def test_a_dispute_and_a_refund_give_their_reasons_in_the_agents_language() -> None:
    refund = make_refund(reason="Requested by the customer")
    ctx = make_ctx(
        merged(payments=(make_payment(refunds=(refund,)),), disputes=(make_dispute(reason="Product not received"),)),
        locale="de",
    )
    page = render_panel(PANEL, ctx)
    assert "Vom Kunden gewünscht" in page.text
    assert "Ware nicht erhalten" in page.text


@pytest.mark.parametrize(
    ("changes", "meta"),
    [
        ({}, "every month next charge Dec 3, 2026"),
        ({"count": 3}, "every 3 months next charge Dec 3, 2026"),
        ({"ends_at": days(13)}, "every month ends Dec 3, 2026"),
        ({"word": SubscriptionWord.ENDED, "ends_at": days(-3), "next_at": None}, "every month ended Nov 17, 2026"),
        ({"interval": "year", "next_at": None}, "every year"),
        (
            {"last_payment": PaymentWord.FAILED, "last_payment_at": days(0)},
            "every month next charge Dec 3, 2026 last charge failed Nov 20, 2026",
        ),
    ],
)
def test_a_subscription_says_what_comes_next(changes: dict[str, Any], meta: str) -> None:
    page = render_panel(PANEL, make_ctx(merged(subscriptions=(make_subscription(**changes),))))
    assert page.texts("vx-row__meta") == [meta]


def test_next_charge_is_the_earliest_of_running_subscriptions() -> None:
    page = render_panel(
        PANEL,
        make_ctx(
            merged(
                subscriptions=(
                    make_subscription(external_id="1", next_at=days(20)),
                    make_subscription(external_id="2", next_at=days(5), amount=Money.of(900, "JPY")),
                    make_subscription(external_id="3", next_at=days(1), word=SubscriptionWord.ENDED),
                )
            )
        ),
    )
    assert [figure.text for figure in page.having(cls="vx-figure")] == ["Next charge¥900 Nov 25, 2026"]


def test_an_unpaid_invoice_says_when_it_was_due_and_when_it_is_tried_again() -> None:
    page = render_panel(PANEL, make_ctx(merged(invoices=(overdue(),))))
    assert page.texts("vx-row__meta") == ["Nov 3, 2026 due Nov 14, 2026 2 attempts next attempt Nov 22, 2026"]


def test_saved_cards_say_until_when() -> None:
    saved = SavedMethod(external_id="m", method=VISA, is_default=True)
    page = render_panel(PANEL, make_ctx(merged(methods=(saved,))))
    assert page.texts("vx-row__title") == ["Visa •4242"]
    assert page.texts("vx-row__meta") == ["until Mar 2027 default"]


def test_sections_can_be_left_out_alerts_cannot() -> None:
    data = merged(payments=(make_payment(),), disputes=(make_dispute(),), subscriptions=(make_subscription(),))
    page = render_panel(PANEL, make_ctx(data, settings={"sections": ["payments"], "rows": 5}))
    assert [heading.text for heading in page.having(tag="h3")] == []
    assert len(page.texts("vx-alert")) == 1
    assert len(page.having(attr="data-row")) == 1


def test_empty_sections_are_folded() -> None:
    page = render_panel(PANEL, make_ctx(merged(invoices=(make_invoice(),))))
    assert [heading.text for heading in page.having(tag="h3")] == ["Invoices"]


def test_settings_form_accepts_its_initial_values() -> None:
    form = PaymentsPanel.SettingsForm()
    assert PaymentsPanel.SettingsForm({name: field.initial for name, field in form.fields.items()}).is_valid()


def test_detail_answers_what_this_was() -> None:
    payment = make_payment(
        reference="pay_1",
        statement="SHOP A 1042",
        gateway="Demo Pay",
        receipt_url="https://pay.example/r/1",
        url="https://pay.example/1",
    )
    page = render_part(PANEL, make_ctx(merged(payments=(payment,))), "payment", {"id": "Stripe:pay-1"})
    assert [
        (term.text, told.text) for term, told in zip(page.having(tag="dt"), page.having(tag="dd"), strict=True)
    ] == [
        ("Time", "Nov 20, 2026, 1:00 PM"),
        ("Reference", "pay_1"),
        ("Paid with", "Visa •4242 until Mar 2027"),
        ("Through", "Demo Pay"),
        ("On the bank statement", "SHOP A 1042"),
        ("Order", "#1042"),
    ]
    assert [link["href"] for link in page.having(tag="a")] == ["https://pay.example/r/1", "https://pay.example/1"]


@pytest.mark.parametrize(
    ("part", "params"),
    [("payment", {"id": "gone"}), ("rows", {"offset": "9"}), ("invoices", {}), ("elsewhere", {"id": "Stripe:pay-1"})],
)
def test_a_part_that_is_not_there_is_an_error(part: str, params: dict[str, str]) -> None:
    with pytest.raises(LookupError):
        PANEL.get_part_context(make_ctx(merged(payments=(make_payment(),))), part, params)


def test_without_payments_it_says_where_it_looked_and_for_what() -> None:
    who = Identity(emails=("ada@example.com",))
    page = render_panel(PANEL, make_ctx(Payments(), connections=("Stripe Live",), identity=who))
    plain = page.text.replace("\u2068", "").replace("\u2069", "")
    assert plain == "No payments in Stripe Live for ada@example.com."


@pytest.mark.parametrize("locale", ["en", "de", "ar"])
@pytest.mark.parametrize("word", ["hostile", "manyorders", "pastdue", "dispute", "inquiry", "kwd", "testmode"])
def test_nothing_of_the_data_becomes_markup(word: str, locale: str) -> None:
    data = demo_data("payments", f"ada+{word}@example.com", stores=("Shop A", "<b>Shop</b>"))
    ctx = make_ctx(data, locale=locale, identity_verified=False)
    render_panel(PANEL, ctx).assert_inert()
    for payment in data.payments[:3]:
        render_part(PANEL, ctx, "payment", {"id": payment.key}).assert_inert()
