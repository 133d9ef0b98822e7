"""Atelier Brisa: two shops for ceramics, in two currencies, merged in one tab. Everybody is invented."""

from voxysapps.simulator.demonstration.brisa_talks import TALKS
from voxysapps.simulator.demonstration.shapes import (
    Agent,
    AppSeed,
    ConnectionSeed,
    DemonstrationAccount,
    Inbox,
    PlacementSeed,
    Team,
)

_SHOPS = ("Brisa Lisboa", "Brisa São Paulo")

BRISA = DemonstrationAccount(
    host_account_id=9,
    name="Atelier Brisa",
    time_zone="Europe/Lisbon",
    trust="signed_in",
    agents=(
        Agent(31, "Inês Duarte", "ines.duarte@brisa.example", role="administrator"),
        Agent(32, "Caio Prado", "caio.prado@brisa.example"),
    ),
    teams=(Team(7, "atelier"),),
    inboxes=(
        Inbox(41, "brisa.example", "WebWidget"),
        Inbox(42, "WhatsApp Brasil", "Whatsapp"),
        Inbox(43, "ola@brisa.example", "Email"),
        Inbox(44, "@atelier.brisa", "Instagram"),
    ),
    talks=TALKS,
    definitions=(),
    connections=(
        ConnectionSeed("Brisa Lisboa", {"shop": "brisa-lisboa", "currency": "EUR", "latency": 150, "fault": "none"}),
        ConnectionSeed("Brisa São Paulo", {"shop": "brisa-sp", "currency": "BRL", "latency": 600, "fault": "none"}),
    ),
    apps=(
        AppSeed("both-shops", "Both shops", (PlacementSeed("customer", _SHOPS), PlacementSeed("orders", _SHOPS))),
        AppSeed("payments", "Payments", (PlacementSeed("payments", _SHOPS),)),
        AppSeed("sao-paulo", "São Paulo", (PlacementSeed("orders", _SHOPS[1:]),)),
    ),
)
