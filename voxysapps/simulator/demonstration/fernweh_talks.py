"""The conversations of Fernweh Outdoor: one per channel, and the odd cases."""

from voxysapps.simulator.demonstration.fernweh_odd_talks import ODD_TALKS
from voxysapps.simulator.demonstration.shapes import Line, Person, Talk

_PARCEL_PHOTO = {
    "file_type": "image",
    "extension": None,
    "content_type": "image/jpeg",
    "data_url": "https://connect.example.com/rails/active_storage/blobs/redirect/demonstration/torn-tent.jpg",
    "thumb_url": "https://connect.example.com/rails/active_storage/representations/redirect/demonstration/torn-tent.jpg",
    "file_size": 184_233,
    "width": 1280,
    "height": 960,
}
_INVOICE = {
    "file_type": "file",
    "extension": None,
    "content_type": "application/pdf",
    "data_url": "https://connect.example.com/rails/active_storage/blobs/redirect/demonstration/invoice-4711.pdf",
    "thumb_url": "",
    "file_size": 48_211,
    "width": None,
    "height": None,
}
_VOICE_NOTE = {
    "file_type": "audio",
    "extension": None,
    "content_type": "audio/ogg",
    "data_url": "https://connect.example.com/rails/active_storage/blobs/redirect/demonstration/voice.ogg",
    "thumb_url": "",
    "file_size": 20_933,
    "width": None,
    "height": None,
    "transcribed_text": "Hi, I am at the trailhead. Where can I pick the parcel up?",
}
_PLACE = {
    "file_type": "location",
    "coordinates_lat": 47.4211,
    "coordinates_long": 10.9853,
    "fallback_title": "Eibsee, Grainau",
    "data_url": "https://maps.example.com/?q=47.4211,10.9853",
}
_BROWSER = {
    "browser": {
        "device_name": "Unknown",
        "browser_name": "Firefox",
        "platform_name": "Linux",
        "browser_version": "145.0",
        "platform_version": "6.12",
    },
    "referer": "https://fernweh.example/tents/nordlys-2",
    "initiated_at": {"timestamp": "Sun Nov 22 2026 08:00:03 GMT+0000 (Greenwich Mean Time)"},
    "browser_language": "de",
}

CHANNEL_TALKS = (
    Talk(
        id=1421,
        person=Person(
            301,
            "Nora Lindqvist",
            email="nora.lindqvist@example.com",
            phone_number="+46700000112",
            identifier="fw-88120",
            city="Uppsala",
            country="Sweden",
            country_code="SE",
            company="Lindqvist & Sons",
            about="Guides tours above the tree line",
            online=True,
            custom_attributes={"club_level": "summit", "boot_size": 39, "newsletter": True},
            days_known=610,
        ),
        inbox=1,
        lines=(
            Line(52, "contact", "Hi! The tent of order #3454 has a torn seam. I leave for Sarek on Friday 😬"),
            Line(51.8, "template", "We usually reply within a few minutes."),
            Line(50, "activity", "Assigned to Mira Holm by Mira Holm"),
            Line(47, 11, "Hello Nora, that must not happen. Can you send me a photo of the seam?", status="read"),
            Line(41, "contact", None, attachments=(_PARCEL_PHOTO,)),
            Line(
                38, 11, "Club summit, 3rd order this year. Let us send a new one today by express @Jonas", private=True
            ),
            Line(36, 12, "There are two left in Berlin. I put one aside.", private=True),
            Line(
                31,
                11,
                "Thank you. A new **Nordlys 2** leaves our store today and is with you by Thursday. "
                "Keep the old one until it arrives.",
                status="read",
            ),
            Line(3, "contact", "You are saving my week! When does the new one leave?"),
        ),
        assignee=11,
        team=2,
        labels=("returns", "vip"),
        priority="high",
        unread=1,
        hmac_verified=True,
        custom_attributes={"order_number": "3454"},
        additional_attributes=_BROWSER,
    ),
    Talk(
        id=1433,
        person=Person(302, "~Kofi 🌱", phone_number="+447700900123", custom_attributes={"club_level": "wanderer"}),
        inbox=2,
        lines=(
            Line(66, 12, "Hello! Your order #7830 has shipped.", status="delivered"),
            Line(40, "contact", None, attachments=(_VOICE_NOTE,)),
            Line(39, "contact", None, attachments=(_PLACE,)),
            Line(8, "contact", "hello?", content_attributes={"in_reply_to": 143301}),
        ),
        assignee=12,
        unread=2,
        hmac_verified=False,
    ),
    Talk(
        id=1440,
        person=Person(
            303,
            "Ottilie Brandt",
            email="ottilie.brandt@example.com",
            city="Leipzig",
            country="Germany",
            country_code="DE",
            days_known=12,
        ),
        inbox=5,
        lines=(
            Line(
                150,
                "contact",
                "Dear team,\n\nplease refund order *#4711*. The boots are fine but too small, "
                "and I sent them back on Tuesday.\n\nKind regards\nOttilie Brandt",
                content_type="incoming_email",
                content_attributes={
                    "email": {
                        "subject": "Refund for #4711",
                        "from": ["ottilie.brandt@example.com"],
                        "to": ["hello@fernweh.example"],
                        "cc": [],
                        "html_content": {"full": "<div>Please refund order <b>#4711</b>.</div>"},
                        "text_content": {"full": "Please refund order *#4711*."},
                    }
                },
                attachments=(_INVOICE,),
            ),
            Line(149, "activity", "Chiara Conti added returns"),
            Line(
                96,
                13,
                "Hello Ottilie,\n\nwe have your boots back. Your **refund** is on its way.\n\nChiara",
                content_attributes={"cc_emails": [], "bcc_emails": [], "to_emails": ["ottilie.brandt@example.com"]},
            ),
        ),
        assignee=13,
        labels=("returns",),
        additional_attributes={"source": "email", "mail_subject": "Refund for #4711"},
        custom_attributes={"order_number": "4711"},
    ),
    Talk(
        id=1442,
        person=Person(304, "Priya Raman", email="manyorders.priya@example.com", phone_number="+14155550132"),
        inbox=3,
        lines=(
            Line(230, "contact", "Which of my orders is still open?"),
            Line(228, 12, "One moment, let me look.", status="delivered"),
        ),
        assignee=12,
    ),
    Talk(
        id=1444,
        person=Person(305, "+49 151 0000 0177", phone_number="+4915100000177"),
        inbox=4,
        lines=(Line(260, "contact", "STOP"), Line(259, "activity", "Contact opted out of messages")),
        status="resolved",
    ),
    Talk(
        id=1447,
        person=Person(
            306, "Bergfreunde Murnau (GROUP)", identifier="120363040000000001@g.us", about="A group, by a bridge"
        ),
        inbox=6,
        lines=(
            Line(70, "contact", "**Bea:** the gas cartridges are missing again"),
            Line(
                69.9,
                "bot",
                "Thanks, Bea. Which order is it?",
                content_type="input_select",
                content_attributes={
                    "items": [
                        {"title": "Hut supplies, May", "value": "may"},
                        {"title": "Hut supplies, June", "value": "june"},
                    ]
                },
            ),
            Line(66, "contact", "**+49 151 0000 0456:** june"),
            Line(65, "contact", "**Bea:** 👍"),
        ),
        status="pending",
        assignee="bot",
        labels=("group",),
        unread=3,
        hmac_verified=False,
        custom_attributes={"group_id": "120363040000000001@g.us"},
    ),
    Talk(
        id=1450,
        person=Person(307, "Aurélie Fontaine", email="aurelie.fontaine.dispute@example.net"),
        inbox=7,
        lines=(Line(340, "contact", "Do you ship to Réunion?"), Line(338, 13, "We do! It takes about ten days.")),
        assignee=13,
        shape="live",
    ),
    Talk(
        id=1452,
        person=Person(308, "mika.on.rocks", identifier="17841400000000308"),
        inbox=8,
        lines=(
            Line(
                400,
                "contact",
                "Is that the new harness? 😍",
                content_attributes={"story_id": "1800", "story_sender": "fernweh.outdoor"},
            ),
        ),
        unread=1,
    ),
    Talk(
        id=1453,
        person=Person(309, "Dmytro Kovalenko", email="guest.dmytro@example.com", identifier="tg-55012"),
        inbox=9,
        lines=(
            Line(520, "contact", "Are spare poles for the Nordlys 3 in stock?"),
            Line(516, 12, "Yes, nine of them."),
            Line(515, "contact", "Great, ordered. Thanks"),
            Line(514, "activity", "Conversation was marked resolved by Jonas Adeyemi"),
        ),
        status="resolved",
        assignee=12,
    ),
    Talk(
        id=1455,
        person=Person(
            310, "佐藤 陽菜", email="hina.sato.jpy@example.jp", city="札幌", country="日本", country_code="JP"
        ),
        inbox=10,
        lines=(Line(610, "contact", "サイズ交換はできますか？"),),
        status="snoozed",
        assignee=11,
    ),
    Talk(
        id=1457,
        person=Person(311, "Ruth Okello", identifier="tw-90001"),
        inbox=11,
        lines=(Line(700, "contact", "@fernweh third delay in a row. Really?"),),
        labels=("public",),
        priority="urgent",
        unread=1,
    ),
    Talk(
        id=1458,
        person=Person(312, "trail.tomas", identifier="tt-7731"),
        inbox=12,
        lines=(Line(760, "contact", "link to the stove from your video pls"),),
        can_reply=False,
    ),
    Talk(
        id=1459,
        person=Person(313, "Gudrun Aas", email="gudrun.aas.pastdue@example.no", phone_number="+4740000019"),
        inbox=13,
        lines=(
            Line(820, "contact", "Incoming call, 4:12 min", content_type="voice_call"),
            Line(815, 14, "Asked whether her bivouac bag was repaired. Call her back on Monday.", private=True),
        ),
        assignee=14,
    ),
)

TALKS = CHANNEL_TALKS + ODD_TALKS
