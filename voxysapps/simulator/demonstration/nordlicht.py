"""Nordlicht Radhaus: a bicycle shop in Tromsø that the platform does not know yet. Everybody is invented."""

from voxysapps.simulator.demonstration.shapes import Agent, DemonstrationAccount, Inbox, Line, Person, Talk, Team

_TALKS = (
    Talk(
        id=811,
        person=Person(
            901,
            "Eirik Solbakken",
            email="eirik.solbakken@example.com",
            phone_number="+4740000131",
            identifier="nr-3004",
            city="Tromsø",
            country="Norway",
            country_code="NO",
            online=True,
        ),
        inbox=81,
        lines=(
            Line(31, "contact", "Hei! Did my winter tyres arrive? It has been snowing since Monday."),
            Line(29, "activity", "Assigned to Aksel Tjønn by Aksel Tjønn"),
            Line(22, 72, "They came this morning, with spikes. Shall we mount them?"),
            Line(6, "contact", "Yes please. Tomorrow before work?"),
        ),
        assignee=72,
        team=13,
        labels=("workshop",),
        unread=1,
        hmac_verified=True,
    ),
    Talk(
        id=812,
        person=Person(
            902,
            "Maren Isaksen",
            email="maren.isaksen@example.org",
            company="Polar Kurér",
            city="Hammerfest",
            country="Norway",
            country_code="NO",
        ),
        inbox=82,
        lines=(
            Line(
                420,
                "contact",
                "Good morning,\n\nwe would like to lease eight cargo bicycles for our couriers. "
                "Which of them start at minus twenty degrees?\n\nMaren",
                content_type="incoming_email",
                content_attributes={
                    "email": {"subject": "Eight cargo bicycles", "from": ["maren.isaksen@example.org"]}
                },
            ),
            Line(395, 71, "Ask the maker about the batteries before we answer.", private=True),
        ),
        assignee=71,
        priority="high",
        labels=("offer",),
        additional_attributes={"source": "email", "mail_subject": "Eight cargo bicycles"},
    ),
    Talk(
        id=813,
        person=Person(903, "Jonne Lehtinen", phone_number="+358400000137", city="Rovaniemi", country_code="FI"),
        inbox=83,
        lines=(
            Line(130, "contact", "Do you ship the touring frame to Finland?"),
            Line(118, 72, "We do, it takes four days.", status="read"),
            Line(95, "contact", "Then please put one aside for me 🚲"),
        ),
        unread=1,
    ),
    Talk(
        id=814,
        person=Person(904, "Ylva Stenmark", email="ylva.stenmark@example.com", city="Kiruna", country_code="SE"),
        inbox=81,
        lines=(
            Line(1620, "contact", "My chain broke after two weeks. What now?"),
            Line(1600, 72, "That is on us. Bring it in, or send it back, and we replace it."),
            Line(1580, "contact", "Thank you, I will come on Saturday."),
            Line(1570, "activity", "Conversation was marked resolved by Aksel Tjønn"),
        ),
        status="resolved",
        assignee=72,
        hmac_verified=False,
    ),
)

NORDLICHT = DemonstrationAccount(
    host_account_id=23,
    name="Nordlicht Radhaus",
    agents=(
        Agent(71, "Sunniva Brekke", "sunniva.brekke@nordlicht.example", role="administrator"),
        Agent(72, "Aksel Tjønn", "aksel.tjonn@nordlicht.example"),
    ),
    teams=(Team(13, "verksted"),),
    inboxes=(
        Inbox(81, "nordlicht.example", "WebWidget"),
        Inbox(82, "post@nordlicht.example", "Email"),
        Inbox(83, "@nordlicht_radhaus", "Telegram"),
    ),
    talks=_TALKS,
    definitions=(),
)
