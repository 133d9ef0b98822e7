"""The demonstration records have the host's shapes (host-contract 2.4 to 2.7), the odd ones included."""

import json
import time
from typing import Any

import pytest

from panels.api import Identity
from panels.connectors.demo.connector import DemoConnector
from voxysapps.context import parse_app_context
from voxysapps.simulator.declared import declared_accounts, declared_connections
from voxysapps.simulator.demonstration import HOST_ACCOUNTS
from voxysapps.simulator.demonstration.records import account_record
from voxysapps.simulator.demonstration.shapes import DemonstrationAccount, Talk

CHANNELS = (
    *("WebWidget", "Whatsapp", "TwilioSms", "Sms", "Email", "Api", "FacebookPage", "Instagram", "Telegram"),
    *("Line", "TwitterProfile", "Tiktok", "Voice"),
)
NOW = int(time.time())
ALL_TALKS = [(account, talk) for account in HOST_ACCOUNTS for talk in account.talks]


def record_of(account: DemonstrationAccount, talk: Talk) -> dict[str, Any]:
    records = account_record(account, now=NOW)["conversations"]
    return next(record for record in records if record["id"] == talk.id)


def talks_shaped(shape: str) -> list[dict[str, Any]]:
    return [record_of(account, talk) for account, talk in ALL_TALKS if talk.shape == shape]


@pytest.mark.parametrize(("account", "talk"), ALL_TALKS, ids=lambda value: str(getattr(value, "id", "")))
def test_every_conversation_is_a_context_the_platform_reads(account: DemonstrationAccount, talk: Talk) -> None:
    record = record_of(account, talk)
    contact = record["meta"]["sender"] if talk.person.known else {}
    data = {"conversation": record, "contact": contact, "currentAgent": {"id": account.agents[0].id}}

    context = parse_app_context(json.dumps({"event": "appContext", "data": data}).encode())

    assert context.conversation is not None
    assert context.conversation.id == talk.id
    assert context.account_id == (None if talk.shape == "oldest" else account.host_account_id)
    assert context.contact.id == talk.person.id
    assert context.contact.email == talk.person.email


def test_there_is_a_conversation_on_every_channel_and_on_one_nobody_knows() -> None:
    shown = {inbox.channel for account in HOST_ACCOUNTS for inbox in account.inboxes}
    used = {next(inbox.channel for inbox in account.inboxes if inbox.id == talk.inbox) for account, talk in ALL_TALKS}
    assert used == shown
    assert used > set(CHANNELS)


def test_ids_are_unique_in_their_account() -> None:
    for account in HOST_ACCOUNTS:
        people = {id(talk.person): talk.person for talk in account.talks}.values()
        for rows in (account.talks, account.agents, account.inboxes, people):
            ids = [row.id for row in rows]
            assert len(set(ids)) == len(ids)
    assert len({account.host_account_id for account in HOST_ACCOUNTS}) == len(HOST_ACCOUNTS)


def test_a_live_update_moves_the_channel_and_carries_a_secret() -> None:
    for record in talks_shaped("live"):
        assert "channel" not in record["meta"]
        assert record["channel"].startswith("Channel::")
        assert record["contact_inbox"]["pubsub_token"]
        assert record["meta"]["sender"]["type"] == "contact"
        assert isinstance(record["first_reply_created_at"], str | None)


def test_old_hosts_send_less() -> None:
    (old,) = talks_shaped("old")
    (oldest,) = talks_shaped("oldest")
    assert "account_id" in old
    assert "account_id" not in oldest
    for record in (old, oldest):
        assert not record.keys() & {"uuid", "created_at", "updated_at", "custom_attributes", "priority"}
        assert set(record["meta"]) == {"sender", "channel"}


def test_the_newest_message_has_the_shape_of_a_live_event_and_the_others_that_of_the_api() -> None:
    for record in talks_shaped("rest"):
        *earlier, newest = record["messages"]
        assert "sender_type" in newest
        assert not any("sender_type" in message for message in earlier)


def test_nobody_assigned_is_a_missing_key_and_null_after_a_live_update() -> None:
    unassigned = [record_of(account, talk) for account, talk in ALL_TALKS if talk.assignee is None]
    assert {"assignee" in record["meta"] for record in unassigned if "uuid" in record} == {False}


def test_one_conversation_is_long() -> None:
    sizes = [len(json.dumps(record["messages"])) for record in talks_shaped("rest")]
    assert 65_000 < max(sizes) < 80_000


def test_identity_is_verified_refuted_and_unknown() -> None:
    assert {talk.hmac_verified for _, talk in ALL_TALKS} == {True, False, None}


def test_a_lost_contact_is_not_in_the_store() -> None:
    lost = [(account, talk) for account, talk in ALL_TALKS if not talk.person.known]
    assert lost
    for account, talk in lost:
        assert talk.person.id not in {contact["id"] for contact in account_record(account, now=NOW)["contacts"]}


def test_orders_that_conversations_name_are_the_customers_own() -> None:
    named = 0
    for account, talk in ALL_TALKS:
        number = talk.custom_attributes.get("order_number")
        if number is None:
            continue
        named += 1
        person = talk.person
        who = Identity(identifier=person.identifier, emails=(person.email,) if person.email else ())
        connection = declared_connections(declared_accounts()[account.host_account_id])[0]
        assert isinstance(connection.settings, dict)
        shop = DemoConnector({**connection.settings, "latency": 0}, name="Shop")
        assert number in {order.number for order in shop.orders(who).orders}, (talk.id, person.name)
    assert named
