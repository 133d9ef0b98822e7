"""The conversations of Atelier Brisa."""

from voxysapps.simulator.demonstration.shapes import Line, Note, Person, Talk

_DAY = 24 * 60

_TERESA = Person(
    501,
    "Teresa Nogueira",
    email="teresa.nogueira@example.com",
    phone_number="+351210000187",
    identifier="brisa-2041",
    city="Évora",
    country="Portugal",
    country_code="PT",
    online=True,
    notes=(Note(9 * _DAY, 31, "Collects the blue series. Tell her when the kiln is opened."),),
    labels=("collector",),
)

TALKS = (
    Talk(
        id=188,
        person=_TERESA,
        inbox=43,
        lines=(
            Line(33 * _DAY + 60, "contact", "Do you send to Évora, and what does it cost?"),
            Line(33 * _DAY, 32, "We do, from 80 euros on for nothing."),
        ),
        status="resolved",
        assignee=32,
    ),
    Talk(
        id=205,
        person=_TERESA,
        inbox=41,
        lines=(
            Line(9 * _DAY + 20, "contact", "Are there still bowls of the blue series?"),
            Line(9 * _DAY + 8, 31, "Three of them. I have put one aside for you."),
            Line(9 * _DAY, "contact", "How kind, I have just ordered it."),
        ),
        status="resolved",
        assignee=31,
        hmac_verified=True,
    ),
    Talk(
        id=212,
        person=_TERESA,
        inbox=41,
        lines=(
            Line(34, "contact", "Olá! The blue bowl arrived with a chip on the rim."),
            Line(33, "activity", "Assigned to Inês Duarte by Inês Duarte"),
            Line(21, 31, "I am so sorry, Teresa. Would a new one from the next firing be all right?"),
            Line(4, "contact", "Yes please, there is no hurry."),
        ),
        assignee=31,
        team=7,
        labels=("replacement",),
        unread=1,
        hmac_verified=True,
    ),
    Talk(
        id=215,
        person=Person(
            502,
            "Otávio Guimarães",
            phone_number="+5511900000142",
            city="São Paulo",
            country="Brazil",
            country_code="BR",
        ),
        inbox=42,
        lines=(
            Line(190, "contact", "Bom dia, meu pedido já saiu?"),
            Line(171, 32, "Bom dia, Otávio! Saiu ontem à tarde.", status="read"),
            Line(168, "contact", "Perfeito 🙌"),
        ),
        status="open",
        assignee=32,
        hmac_verified=False,
    ),
    Talk(
        id=219,
        person=Person(
            503,
            "Mathilde Aubert",
            email="manyorders.mathilde@example.org",
            city="Lyon",
            country="France",
            country_code="FR",
            company="Table d’Aubert",
            custom_attributes={"wholesale": True, "discount": 0.12},
        ),
        inbox=43,
        lines=(
            Line(
                1500,
                "contact",
                "Hello,\n\ncould you send all invoices of this year in one file? "
                "Our accountant asks for them.\n\nMathilde",
                content_type="incoming_email",
                content_attributes={"email": {"subject": "Invoices of the year", "from": ["mathilde@example.org"]}},
            ),
            Line(1400, 31, "Caio, can you collect them from both shops?", private=True),
        ),
        assignee=32,
        priority="medium",
        labels=("wholesale",),
        additional_attributes={"source": "email", "mail_subject": "Invoices of the year"},
    ),
    # Three customers of the shops have this number: whose orders it asks about, an agent has to say.
    Talk(
        id=220,
        person=Person(
            506,
            "Família Moreira",
            email="moreira.several@example.pt",
            phone_number="+351210000263",
            city="Porto",
            country="Portugal",
            country_code="PT",
        ),
        inbox=42,
        lines=(
            Line(1700, "contact", "Boa tarde! Has our order left yet?"),
            Line(1690, "contact", "It is the one with the two jugs."),
        ),
        assignee=31,
        unread=2,
    ),
    Talk(
        id=221,
        person=Person(504, "luz.e.barro", email=None, identifier="ig-luz.e.barro"),
        inbox=44,
        lines=(Line(2900, "contact", "Do you give workshops? 🏺"),),
        status="pending",
        unread=1,
    ),
    Talk(
        id=222,
        person=Person(505, "Henk de Wit", email="nobody.henk@example.com", known=True),
        inbox=41,
        lines=(
            Line(4400, "contact", "Just looking around, thank you."),
            Line(4390, 32, "Take your time!"),
            Line(4380, "activity", "Conversation was marked resolved by Caio Prado"),
        ),
        status="resolved",
        assignee=32,
        hmac_verified=False,
        shape="live",
    ),
)
