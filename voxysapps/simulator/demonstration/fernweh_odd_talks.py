"""Conversations in which something is missing, hostile, huge, or shaped as an old host had it."""

from itertools import cycle, islice

from voxysapps.simulator.demonstration.shapes import Line, Person, Talk

_PLAN = """
We plan the hut tour for the whole club again, 24 people this time, and I would like to settle everything in one
order: tents, mats, two stoves for each rope team, and the emergency bags from last year.

Thank you for the list. I checked the stock in Berlin and Innsbruck: the mats are there, the stoves come on
Wednesday, and of the bags eleven are left. Shall I reserve what we have and send the rest later?

Yes, reserve them. But please put the invoice on the club’s account and not on mine, as in spring. The address
is the same, only the treasurer is new, and she asks for the VAT number on every page.

Noted. I changed the invoice address of the order and added the VAT number. You will get one invoice for each
delivery, and a summary when the last parcel has left. Is there anything else I can do for the tour?

One more thing: three of us bring their own tents, so we need footprints for the Nordlys 2 and the Nordlys 3,
and somebody asked whether the poles of the older model still fit. I could not find it on your page.
"""


def _long_tour(count: int) -> tuple[Line, ...]:
    texts = islice(cycle(" ".join(text.split()) for text in _PLAN.split("\n\n")), count)
    return tuple(Line((count - n) * 37, "contact" if n % 2 == 0 else 12, text) for n, text in enumerate(texts))


ODD_TALKS = (
    Talk(
        id=1460,
        person=Person(320, "rough-forest-482", known=False),
        inbox=1,
        lines=(Line(12, "contact", "is anyone there"),),
        status="pending",
        unread=1,
        hmac_verified=False,
    ),
    Talk(
        id=1461,
        person=Person(321, "Signal 7", identifier="mesh-7"),
        inbox=14,
        lines=(Line(900, "contact", "two packs of size M gaiters stop bring to hut stop"),),
        hmac_verified=None,
    ),
    Talk(
        id=1462,
        person=Person(
            322,
            "Lukas & Marie Vogel",
            email="vogel.several@example.at",
            phone_number="+436600000071",
            custom_attributes={"club_level": "climber"},
        ),
        inbox=5,
        lines=_long_tour(106),
        assignee=12,
        labels=("club", "tour"),
    ),
    Talk(
        id=1464,
        person=Person(
            323,
            "ليلى أحمد",
            email="leila.ahmad.rtl@example.com",
            phone_number="+9611000000",
            city="بيروت",
            country="لبنان",
            country_code="LB",
            custom_attributes={"club_level": "climber", "رقم_العميل": "٤٢"},
        ),
        inbox=2,
        lines=(
            Line(29, "contact", "مرحبا، متى يصل طلبي؟"),
            Line(27, 14, "مرحباً ليلى، يصل غداً إن شاء الله.", status="read"),
            Line(25, "contact", "شكراً جزيلاً 🌷"),
        ),
        assignee=14,
        labels=("عاجل",),
        hmac_verified=False,
    ),
    Talk(
        id=1466,
        person=Person(
            324,
            '<img src=x onerror="alert(1)"><b>Bobby</b>',
            email="hostile.bobby@example.com",
            custom_attributes={"note": "</script><script>alert(1)</script>", "club_level": "{{ 7 * 7 }}"},
        ),
        inbox=1,
        lines=(Line(1000, "contact", "</textarea><script>alert('hello')</script> [click](javascript:alert(1))"),),
        hmac_verified=False,
    ),
    Talk(
        id=1467,
        person=Person(325, "🧗‍♀️🏔️✨", email="longname.climber@example.com"),
        inbox=8,
        lines=(Line(1100, "contact", "🔥🔥🔥"),),
    ),
    Talk(
        id=1468,
        person=Person(326, "", email="nodata.amelie@example.com"),
        inbox=1,
        lines=(Line(1200, "contact", "How do I delete my account?"),),
        hmac_verified=True,
    ),
    Talk(
        id=1469,
        person=Person(327, "Tim Nowak", email="nobody.tim@example.com", phone_number="+48500000101"),
        inbox=1,
        lines=(Line(1260, "contact", "Do you have gift cards?"), Line(1255, 13, "We do, from € 20.")),
        assignee=13,
        hmac_verified=False,
    ),
    Talk(
        id=1470,
        person=Person(
            328, "Eszter Varga", email="eszter.varga.delayed@example.hu", identifier="fw-41007", blocked=True
        ),
        inbox=1,
        lines=(Line(1440, "contact", "Where is my parcel?"), Line(1430, 11, "It waits at your pick-up point.")),
        assignee=11,
        hmac_verified=True,
        shape="live",
    ),
    Talk(
        id=1473,
        person=Person(331, "Zoë Kind-of-Everything", email="zoe.kind@example.com"),
        inbox=7,
        lines=(
            Line(
                1500,
                "contact",
                None,
                attachments=({"file_type": "fallback", "fallback_title": "A post", "data_url": None},),
            ),
            Line(
                1499,
                "contact",
                None,
                attachments=({"file_type": "contact", "fallback_title": "+46700000112", "meta": {}},),
            ),
            Line(
                1498, "contact", None, attachments=({"file_type": "embed", "data_url": "https://video.example.com/1"},)
            ),
            Line(1497, "contact", None, content_type="sticker"),
            Line(1496, "contact", "", content_attributes={"is_unsupported": True}),
            Line(1495, "contact", "This message was deleted", content_attributes={"deleted": True}),
            Line(1494, "bot", "How did we do?", content_type="input_csat"),
            Line(
                1493,
                "bot",
                "Have a look at these",
                content_type="cards",
                content_attributes={"items": [{"title": "Nordlys 2", "description": "A tent for two", "actions": []}]},
            ),
            Line(1492, 12, "This one did not go out", status="failed", content_attributes={"external_error": "131047"}),
            Line(1491, "contact", "Back again", content_attributes={"in_reply_to": 147306}),
        ),
        assignee=12,
        hmac_verified=False,
    ),
    Talk(
        id=1471,
        person=Person(329, "Sam", email="sam@example.com"),
        inbox=1,
        lines=(Line(2880, "contact", "hi"),),
        unread=1,
        shape="old",
    ),
    Talk(
        id=1472,
        person=Person(330, "Old Piet", email="old.piet@example.nl"),
        inbox=1,
        lines=(Line(4320, "contact", "Do you still sell the blue rucksack of 1998?"),),
        shape="oldest",
    ),
)
