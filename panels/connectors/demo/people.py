"""Who a demonstration customer is: the same for the same identity, day after day."""

import random
import re
from dataclasses import dataclass, replace
from datetime import datetime

from panels.api import Identity, Match, MatchWord, Method
from panels.connectors.demo import catalogue

# What parts of an e-mail's local part (or of an identifier) ask for; the connector's docstring explains them.
WORDS = frozenset(
    {
        "nobody",
        "nodata",
        "oneorder",
        "manyorders",
        "several",
        "guest",
        "twocurrencies",
        "jpy",
        "kwd",
        "dispute",
        "inquiry",
        "pastdue",
        "problem",
        "delayed",
        "longname",
        "rtl",
        "hostile",
        "testmode",
    }
)


@dataclass(frozen=True, slots=True)
class Person:
    """One customer of one shop. `today` is the midnight from which all dates count."""

    seed: str
    shop: str
    currency: str
    today: datetime
    words: frozenset[str]
    match: Match
    name: str
    email: str | None
    phone: str | None
    home: catalogue.Home
    card: Method

    def dice(self, what: str) -> random.Random:
        """Return the source of this person's chances in one matter: always the same throws."""
        return random.Random(f"{self.shop}|{self.seed}|{what}")  # noqa: S311 - plausible data, no secret


def find_people(who: Identity, *, shop: str, currency: str, today: datetime) -> tuple[Person, ...]:
    """Return the people of the shop that match: none, one, or three where "several" is asked for."""
    words = _words_of(who)
    if who.is_anonymous or "nobody" in words:
        return ()
    first = _person(who, words, shop=shop, currency=currency, today=today)
    if "several" not in words:
        return (first,)
    weak = Match(by=MatchWord.PHONE, value=first.phone)
    return tuple(replace(_another(first, place), match=weak) for place in range(3))


def _words_of(who: Identity) -> frozenset[str]:
    texts = [who.identifier or "", *(email.partition("@")[0] for email in who.emails)]
    pieces = {piece.rstrip("0123456789") for text in texts for piece in re.split(r"[^a-z0-9]+", text.lower())}
    return WORDS & pieces


def _person(who: Identity, words: frozenset[str], *, shop: str, currency: str, today: datetime) -> Person:
    email = who.emails[0] if who.emails else None
    phone = who.phones[0] if who.phones else None
    seed = who.identifier or (email or "").lower() or phone or ""
    # The person is the same in every shop; what they buy there is not.
    dice = random.Random(seed)  # noqa: S311 - plausible data, no secret
    home = dice.choice(catalogue.HOMES)
    for code in ("jpy", "kwd"):
        currency = code.upper() if code in words else currency
    return Person(
        seed=seed,
        shop=shop,
        currency=currency,
        today=today,
        words=words,
        match=_match(who),
        name=_name(who, words, dice),
        email=email,
        phone=phone or f"{home.dialling}5550{dice.randrange(100, 1000)}",
        home=home,
        card=_card(dice, today),
    )


def _match(who: Identity) -> Match:
    if who.identifier:
        return Match(by=MatchWord.IDENTIFIER, value=who.identifier)
    if who.emails:
        return Match(by=MatchWord.EMAIL, value=who.emails[0])
    return Match(by=MatchWord.PHONE, value=who.phones[0])


def _name(who: Identity, words: frozenset[str], dice: random.Random) -> str:
    invented = f"{dice.choice(catalogue.GIVEN_NAMES)} {dice.choice(catalogue.FAMILY_NAMES)}"
    for word, name in (
        ("hostile", catalogue.HOSTILE_TEXT),
        ("longname", catalogue.LONG_NAME),
        ("rtl", catalogue.RIGHT_TO_LEFT_NAME),
    ):
        if word in words:
            return name
    return who.name or invented


def _card(dice: random.Random, today: datetime) -> Method:
    months_left = dice.choice((0, 1, 5, 9, 14, 20, 27, 33))
    month = today.year * 12 + today.month - 1 + months_left
    return Method(
        kind="card",
        brand=dice.choice(("Visa", "Visa", "Mastercard", "American Express")),
        last4=f"{dice.randrange(10_000):04}",
        expiry=f"{month // 12:04}-{month % 12 + 1:02}",
        wallet=dice.choice((None, None, None, "Apple Pay", "Google Pay")),
        expires_soon=months_left == 0,
    )


def _another(person: Person, place: int) -> Person:
    """Return the person, or somebody else with the same phone."""
    if place == 0:
        return person
    seed = f"{person.seed}#{place}"
    dice = random.Random(seed)  # noqa: S311 - plausible data, no secret
    name = f"{dice.choice(catalogue.GIVEN_NAMES)} {dice.choice(catalogue.FAMILY_NAMES)}"
    email = f"{name.partition(' ')[0].lower()}.{place}@example.org"
    return replace(person, seed=seed, name=name, email=email, words=frozenset(), card=_card(dice, person.today))
