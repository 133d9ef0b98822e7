"""Fernweh Outdoor: a shop for tents and boots with an inbox on every channel. Everybody is invented."""

from voxysapps.simulator.demonstration.fernweh_talks import TALKS
from voxysapps.simulator.demonstration.shapes import Agent, DemonstrationAccount, Inbox, Team

FERNWEH = DemonstrationAccount(
    host_account_id=4,
    name="Fernweh Outdoor",
    agents=(
        Agent(11, "Mira Holm", "mira.holm@fernweh.example", role="administrator"),
        Agent(12, "Jonas Adeyemi", "jonas.adeyemi@fernweh.example"),
        Agent(13, "Chiara Conti", "chiara.conti@fernweh.example", availability="busy"),
        Agent(14, "Samir Haddad", "samir.haddad@fernweh.example", availability="offline"),
    ),
    teams=(Team(1, "orders"), Team(2, "returns")),
    inboxes=(
        Inbox(1, "fernweh.example", "WebWidget"),
        Inbox(2, "WhatsApp", "Whatsapp"),
        Inbox(3, "Text messages", "TwilioSms"),
        Inbox(4, "Short code 70300", "Sms"),
        Inbox(5, "hello@fernweh.example", "Email"),
        Inbox(6, "Partner API", "Api"),
        Inbox(7, "Fernweh on Facebook", "FacebookPage"),
        Inbox(8, "@fernweh.outdoor", "Instagram"),
        Inbox(9, "Fernweh Telegram", "Telegram"),
        Inbox(10, "Fernweh LINE", "Line"),
        Inbox(11, "@fernweh", "TwitterProfile"),
        Inbox(12, "Fernweh TikTok", "Tiktok"),
        Inbox(13, "Hotline", "Voice"),
        Inbox(14, "Camp radio", "MeshRadio"),
    ),
    talks=TALKS,
    definitions=(
        {
            "id": 1,
            "attribute_display_name": "Club level",
            "attribute_display_type": "list",
            "attribute_description": "Level in the Fernweh club",
            "attribute_key": "club_level",
            "regex_pattern": None,
            "regex_cue": None,
            "attribute_values": ["wanderer", "climber", "summit"],
            "attribute_model": "contact_attribute",
            "default_value": None,
            "created_at": "2026-03-02T09:00:00.512Z",
            "updated_at": "2026-03-02T09:00:00.512Z",
        },
        {
            "id": 2,
            "attribute_display_name": "Order number",
            "attribute_display_type": "text",
            "attribute_description": "The order in question",
            "attribute_key": "order_number",
            "regex_pattern": r"^\d{4,5}$",
            "regex_cue": "3454",
            "attribute_values": [],
            "attribute_model": "conversation_attribute",
            "default_value": None,
            "created_at": "2026-03-02T09:00:00.512Z",
            "updated_at": "2026-05-18T14:12:00.512Z",
        },
    ),
)
