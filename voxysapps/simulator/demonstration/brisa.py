"""Atelier Brisa: two shops for ceramics, in two currencies, merged in one tab. Everybody is invented."""

from voxysapps.simulator.demonstration.brisa_talks import TALKS
from voxysapps.simulator.demonstration.shapes import Agent, DemonstrationAccount, Inbox, Team

BRISA = DemonstrationAccount(
    host_account_id=9,
    name="Atelier Brisa",
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
)
