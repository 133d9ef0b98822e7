"""What the demonstration shops sell and where their customers live. All of it is invented."""

from dataclasses import dataclass
from decimal import Decimal

from panels.api import Money


@dataclass(frozen=True, slots=True)
class Product:
    """Something sold: `price` in euros, `weightless` for what needs no parcel."""

    title: str
    sku: str
    price: Decimal
    variants: tuple[str, ...] = ()
    weightless: bool = False


@dataclass(frozen=True, slots=True)
class Home:
    """A place to live: carriers that deliver there, and what an address and a phone number look like."""

    country: str
    city: str
    region: str | None
    postcode: str
    street: str
    time_zone: str
    locale: str
    dialling: str
    carriers: tuple[str, ...]


PRODUCTS = (
    Product("Merino crew-neck jumper", "MER-CREW", Decimal("89.00"), ("Navy / S", "Navy / M", "Moss / L", "Moss / XL")),
    Product("Linen shirt", "LIN-SHIRT", Decimal("64.00"), ("White / 39", "White / 41", "Sky / 40")),
    Product("Selvedge jeans", "SEL-JEANS", Decimal("119.00"), ("30 / 32", "32 / 32", "34 / 34")),
    Product("Trail running shoes", "TRL-SHOE", Decimal("129.00"), ("EU 39", "EU 41", "EU 43", "EU 45")),
    Product("Rain jacket", "RAIN-JKT", Decimal("159.00"), ("Graphite / M", "Graphite / L", "Ochre / S")),
    Product("Wool socks, three pairs", "SOCK-3", Decimal("24.00"), ("36–38", "39–42", "43–46")),
    Product("Canvas tote bag", "TOTE-CNV", Decimal("19.00")),
    Product("Leather belt", "BELT-LTH", Decimal("45.00"), ("85 cm", "95 cm", "105 cm")),
    Product("Filter coffee, 1 kg", "COF-FLT-1", Decimal("29.90"), ("Whole bean", "Ground")),
    Product("Espresso blend, 500 g", "COF-ESP-5", Decimal("16.50"), ("Whole bean", "Ground")),
    Product("Hand grinder", "GRINDER", Decimal("74.00")),
    Product("Pour-over set", "POUR-SET", Decimal("49.00"), ("Glass", "Ceramic")),
    Product("Stoneware mug", "MUG-STN", Decimal("14.50"), ("Sand", "Slate", "Moss")),
    Product("Cast-iron pan, 26 cm", "PAN-26", Decimal("79.00")),
    Product("Beeswax candles, set of four", "CANDLE-4", Decimal("22.00")),
    Product("Desk lamp", "LAMP-DSK", Decimal("98.00"), ("Black", "Brass")),
    Product("Noise-cancelling headphones", "HEAD-NC", Decimal("229.00"), ("Black", "Stone")),
    Product("USB-C charger, 65 W", "CHG-65", Decimal("39.00")),
    Product("Notebook, dotted", "NOTE-DOT", Decimal("12.90"), ("A5", "B5")),
    Product("Fountain pen", "PEN-FTN", Decimal("54.00"), ("Fine", "Medium")),
    Product("Yoga mat", "YOGA-MAT", Decimal("68.00"), ("Plum", "Graphite")),
    Product("Steel bottle, 750 ml", "BTL-750", Decimal("32.00"), ("Brushed", "White", "Forest")),
)
GIFT_CARD = Product("Gift card", "GIFT-50", Decimal("50.00"), weightless=True)
PLANS = (
    ("Coffee Club", Decimal("29.00")),
    ("Refill Box", Decimal("19.00")),
    ("Member Plus", Decimal("9.00")),
)

HOMES = (
    Home("DE", "Berlin", None, "10437", "Kastanienallee", "Europe/Berlin", "de", "+4930", ("DHL", "Hermes")),
    Home("DE", "Hamburg", None, "20357", "Schulterblatt", "Europe/Berlin", "de", "+4940", ("DHL", "DPD")),
    Home("AT", "Vienna", None, "1070", "Lindengasse", "Europe/Vienna", "de-AT", "+431", ("Österreichische Post",)),
    Home("FR", "Lyon", None, "69001", "Rue Burdeau", "Europe/Paris", "fr", "+334", ("Colissimo", "Chronopost")),
    Home("GB", "Bristol", None, "BS1 5UH", "Park Street", "Europe/London", "en-GB", "+44117", ("Royal Mail", "Evri")),
    Home("IE", "Cork", None, "T12 XN27", "Grand Parade", "Europe/Dublin", "en-IE", "+35321", ("An Post",)),
    Home("ES", "Valencia", None, "46002", "Carrer de Colón", "Europe/Madrid", "es", "+3496", ("Correos", "SEUR")),
    Home(
        "US", "Portland", "OR", "97209", "NW Lovejoy Street", "America/Los_Angeles", "en-US", "+1503", ("UPS", "USPS")
    ),
    Home("US", "Brooklyn", "NY", "11211", "Bedford Avenue", "America/New_York", "en-US", "+1718", ("FedEx", "USPS")),
    Home("AE", "Dubai", None, "00000", "Al Wasl Road", "Asia/Dubai", "ar", "+9714", ("Aramex",)),
    Home("JP", "Kyoto", None, "604-8005", "Kawaramachi-dori", "Asia/Tokyo", "ja", "+8175", ("Yamato",)),
)
GIVEN_NAMES = ("Ada", "Noor", "Mateo", "Ines", "Jonas", "Priya", "Tom", "Leïla", "Sofia", "Emeka", "Hana", "Luca")
FAMILY_NAMES = ("Okafor", "Lindqvist", "Moreau", "Hartmann", "Novak", "Castillo", "Byrne", "Tanaka", "Haddad", "Weiss")
AGENTS = ("Tom", "Mira", "Yusuf", "Shop system")

RISK = "High: card and address are in different countries"

LONG_NAME = "Wolfeschlegelsteinhausenbergerdorff-Featherstonehaugh " * 2 + "III."
RIGHT_TO_LEFT_NAME = "ليلى عبد الرحمن الخطيب"
HOSTILE_TEXT = '<script>alert("1")</script>"\'><img src=x onerror=alert(2)>&amp;{{ 7|add:7 }}'
HOSTILE_URL = "javascript:alert(3)"

# Euro prices in other money: a plausible factor, and the step prices are rounded to.
_RATES = {
    "USD": ("1.1", "0.50"),
    "GBP": ("0.85", "0.50"),
    "CHF": ("0.95", "0.05"),
    "SEK": ("11", "1"),
    "PLN": ("4.3", "0.10"),
    "JPY": ("160", "10"),
    "KRW": ("1500", "100"),
    "KWD": ("0.33", "0.250"),
    "AED": ("4", "0.25"),
    "BRL": ("6", "0.10"),
    "INR": ("95", "1"),
}


def price(euros: Decimal, currency: str) -> Money:
    """Return what something of that price in euros costs in the shop's currency."""
    rate, step = (Decimal(text) for text in _RATES.get(currency, ("1", "0.01")))
    return Money.of((euros * rate / step).to_integral_value() * step, currency)


def convert(money: Money, currency: str) -> Money:
    """Return the money in another currency at the shops' invented rates."""
    here, there = (Decimal(_RATES.get(code, ("1", ""))[0]) for code in (money.currency, currency))
    return Money.of(money.amount * there / here, currency)
