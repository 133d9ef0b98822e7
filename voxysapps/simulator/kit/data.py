"""What the gallery's examples show: invented, and the same every time."""

import zoneinfo
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django import forms

from panels.api import (
    Action,
    ActionContext,
    Address,
    DeliveryWord,
    Done,
    Fulfilment,
    Identity,
    LineItem,
    Method,
    Money,
    Order,
    PanelContext,
    PaymentWord,
    Subscription,
    SubscriptionWord,
)

NOW = datetime(2026, 11, 20, 12, 4, tzinfo=UTC)
PLACEMENT_ID = 12
_PARCEL = Fulfilment(
    external_id="1",
    word=DeliveryWord.DELIVERED,
    numbers=("00340434161094",),
    urls=("https://track.example/00340434161094",),
    delivered_at=NOW - timedelta(days=1),
)


class PointsForm(forms.Form):
    """A form as an action has it."""

    points = forms.IntegerField(min_value=1, max_value=500, label="Points", help_text="At most 500 a day.")
    reason = forms.ChoiceField(choices=[("delay", "A parcel came late"), ("praise", "Praise")], label="Reason")
    note = forms.CharField(widget=forms.Textarea(attrs={"rows": 2}), required=False, label="Note")
    channel = forms.ChoiceField(
        choices=[("mail", "E-mail"), ("phone", "Phone")], widget=forms.RadioSelect, label="Tell the customer by"
    )
    notify = forms.BooleanField(required=False, label="Tell the team")


class GivePoints(Action):
    """An action that nobody runs: the gallery shows its button and its form."""

    name = "give-points"
    title = "Give points"

    class Form(forms.Form):
        points = forms.IntegerField(min_value=1, label="Points")

    def run(self, ctx: ActionContext) -> Done:
        """Do nothing."""
        return Done("Nothing was done.")


def make_context(locale: str) -> dict[str, Any]:
    """Return the context in which every example is rendered."""
    ctx = PanelContext(
        data=None,
        settings={},
        identity=Identity(name="Mila Novak", emails=("mila@example.org",), phones=("+4930123456",)),
        identity_verified=True,
        role="agent",
        locale=locale,
        time_zone=zoneinfo.ZoneInfo("Europe/Berlin"),
        placement_id=PLACEMENT_ID,
        connections=("Fernweh",),
        actions=(GivePoints,),
        can_act=True,
    )
    euros = [Money.of("840.00", "EUR"), Money.of("129.90", "EUR"), Money.of("19.40", "EUR")]
    return {
        "ctx": ctx,
        "order": _make_order(),
        "orders": [_make_order("1042", "19.40"), _make_order("1039", "840.00", delivery=DeliveryWord.ON_ITS_WAY)],
        "parcel": _PARCEL,
        "plan": Subscription(
            external_id="1",
            plan="Tea",
            interval="month",
            count=3,
            amount=euros[2],
            word=SubscriptionWord.ACTIVE,
        ),
        "method": Method(kind="card", brand="Visa", last4="4242", expiry="2027-03", wallet="Apple Pay"),
        "item": LineItem(title="Tent “Polar”", quantity=3, current=2, total=euros[0], unit=euros[1]),
        "address": Address(
            name="Mila Novak", lines=("Lindengasse 24",), postcode="1070", city="Wien", region="Wien", country="AT"
        ),
        "paid": PaymentWord.PAID,
        "refused": PaymentWord.FAILED,
        "total": euros[0],
        "totals": [euros[0], Money.of("120.00", "USD")],
        "visits": 12345,
        "at": NOW - timedelta(hours=2),
        "today": date(2026, 11, 20),
        "payments_by_month": [(NOW - timedelta(days=30 * back), euros[back % 3]) for back in range(9)],
        "visits_by_week": [4, 7, 3, 0, 9, 12, 8],
        "spent_by_shelf": [("Tents and tarpaulins", euros[0]), ("Stoves", euros[1]), ("Maps", euros[2])],
        "columns": ["Booking", "Nights", "Arrival", "State", "Price"],
        "bookings": [
            ["Cabin at the lake", 3, date(2026, 12, 4), PaymentWord.PAID, euros[0]],
            ["Room with a view", 1, date(2026, 11, 27), PaymentWord.PENDING, euros[1]],
            ["Tent site", None, None, None, euros[2]],
        ],
        "labels": ["vip", "wholesale", "speaks Portuguese"],
        "form": PointsForm(),
        "refused_form": PointsForm({"points": "900", "reason": "delay", "channel": "mail"}),
        "url": "https://shop.example/orders/1042",
        "hostile": "<script>alert(1)</script>",
    }


def _make_order(number: str = "1042", total: str = "19.40", delivery: DeliveryWord = DeliveryWord.DELIVERED) -> Order:
    price = Money.of(total, "EUR")
    return Order(
        external_id=number,
        number=f"#{number}",
        placed_at=NOW - timedelta(days=3),
        total=price,
        pay=PaymentWord.PAID,
        ship=delivery,
        items=(LineItem(title="Tea", quantity=1, unit=price, total=price),),
        fulfilments=(_PARCEL,),
    )
