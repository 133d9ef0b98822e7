"""Lanterna & Figli: three people who repair lamps, confirmed by the host. Everybody is invented."""

from voxysapps.simulator.demonstration.shapes import Agent, DemonstrationAccount, Inbox, Line, Note, Person, Talk, Team

_DAY = 24 * 60

_AGNES = Person(
    701,
    "Agnes Thorvald",
    email="agnes.thorvald@example.com",
    phone_number="+4740000118",
    identifier="lf-1007",
    city="Bergen",
    country="Norway",
    country_code="NO",
    online=True,
    days_known=420,
    notes=(
        Note(6 * _DAY, 52, "The brass lamp was her grandmother's. Handle the shade with gloves."),
        Note(80 * _DAY, 51, "Pays in the workshop, always in cash. Wants a written receipt."),
    ),
    labels=("regular", "repair"),
)

_TALKS = (
    Talk(
        id=571,
        person=_AGNES,
        inbox=62,
        lines=(
            Line(
                80 * _DAY + 90,
                "contact",
                "Good morning,\n\nthe chandelier hangs again and is wonderful. Thank you all!\n\nAgnes",
                content_type="incoming_email",
                content_attributes={"email": {"subject": "Thank you", "from": ["agnes.thorvald@example.com"]}},
            ),
            Line(80 * _DAY, 51, "What a joy to read, Agnes. See you next time!"),
            Line(80 * _DAY - 2, "activity", "Conversation was marked resolved by Livia Moretti"),
        ),
        status="resolved",
        assignee=51,
    ),
    Talk(
        id=604,
        person=_AGNES,
        inbox=63,
        lines=(
            Line(11 * _DAY + 40, "contact", "I found the missing glass drop! Do you still need it?"),
            Line(11 * _DAY, 52, "Yes, please bring it along. Your lamp is next.", status="read"),
            Line(11 * _DAY - 5, 52, "She found the drop: take the spare one off the bill.", private=True),
        ),
        status="snoozed",
        assignee=52,
        labels=("spare part",),
    ),
    Talk(
        id=607,
        person=_AGNES,
        inbox=61,
        lines=(
            Line(6 * _DAY + 300, "contact", "Hello, I brought you the brass lamp today. How long will it take?"),
            Line(6 * _DAY, 52, "About a week. We write to you here when it is done."),
            Line(6 * _DAY - 1, "activity", "Conversation was marked resolved by Ruben Okoye"),
        ),
        status="resolved",
        assignee=52,
        labels=("repair",),
        hmac_verified=True,
    ),
    Talk(
        id=611,
        person=_AGNES,
        inbox=61,
        lines=(
            Line(26, "contact", "Hello, is the brass lamp of my grandmother ready?"),
            Line(24, "activity", "Assigned to Ruben Okoye by Ruben Okoye"),
            Line(19, 52, "It got its new socket today. The shade dries until tomorrow."),
            Line(5, "contact", "Wonderful. Can I pay when I fetch it?"),
        ),
        assignee=52,
        labels=("repair",),
        unread=1,
        hmac_verified=True,
    ),
    Talk(
        id=612,
        person=Person(702, "Piet van Dam", email="piet.van.dam@example.com", city="Delft", country_code="NL"),
        inbox=61,
        lines=(
            Line(75, "contact", "Hi, what did I pay for the last repair? I lost the invoice."),
            Line(70, 53, "Let me look. Which lamp was it?"),
            Line(64, "contact", "The green one. My e-mail is piet.van.dam@example.com"),
        ),
        assignee=53,
        unread=1,
        hmac_verified=False,
    ),
    Talk(
        id=613,
        person=Person(
            703,
            "Ioana Petrescu",
            email="ioana.petrescu@example.org",
            company="Hotel Miramar",
            city="Constanța",
            country="Romania",
            country_code="RO",
        ),
        inbox=62,
        lines=(
            Line(
                310,
                "contact",
                "Good morning,\n\nforty-two bedside lamps of our hotel flicker. Could you send an offer?\n\nIoana",
                content_type="incoming_email",
                content_attributes={
                    "email": {"subject": "Forty-two lamps", "from": ["ioana.petrescu@example.org"]},
                },
            ),
            Line(290, 51, "Same transformer as in spring? Ask her for a photo.", private=True),
        ),
        assignee=51,
        priority="high",
        labels=("offer",),
        additional_attributes={"source": "email", "mail_subject": "Forty-two lamps"},
    ),
    Talk(
        id=614,
        person=Person(704, "Samuel Achterberg", phone_number="+31600000125", city="Leiden", country_code="NL"),
        inbox=63,
        lines=(
            Line(140, "contact", "Do you still have glass for a 1970s pendant?"),
            Line(122, 52, "Two pieces, in amber.", status="read"),
        ),
        assignee=52,
    ),
)

LANTERNA = DemonstrationAccount(
    host_account_id=17,
    name="Lanterna & Figli",
    agents=(
        Agent(51, "Livia Moretti", "livia.moretti@lanterna.example", role="administrator"),
        Agent(52, "Ruben Okoye", "ruben.okoye@lanterna.example"),
        Agent(53, "Hanna Sauer", "hanna.sauer@lanterna.example", availability="busy"),
    ),
    teams=(Team(11, "workshop"),),
    inboxes=(
        Inbox(61, "lanterna.example", "WebWidget"),
        Inbox(62, "bottega@lanterna.example", "Email"),
        # Hanna Sauer does not work here.
        Inbox(63, "WhatsApp Lanterna", "Whatsapp", members=(51, 52)),
    ),
    talks=_TALKS,
    definitions=(),
)
