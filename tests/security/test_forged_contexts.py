"""Forged contexts: nothing of them gets data at `signed_in`. What the other levels let through is pinned here.

`docs/security.md` has the same list in words.
"""

import json
from collections.abc import Callable
from typing import Any

import pytest
from pytest_django import DjangoCaptureOnCommitCallbacks

from tenants.models import Trust
from tests.security.world import (
    CONVERSATION,
    OTHER_CONTACT,
    OTHER_CONVERSATION,
    Tenant,
    asked_for,
    refusal,
    rows,
    shows_data,
)
from tests.support.connectors import RecordingConnector
from tests.support.host import ADMINISTRATOR, STRANGER

Attack = Callable[[Tenant, dict[str, str]], Any]
VICTIM = "victim@example.com"
CONFIRMED, DATA = (403, "not_confirmed"), (200, "data")

# By name: the attack, given the account and the session of agent 5 where the level has one, and its
# outcome at `signed_in`, `verified` and `link`.
ATTACKS: dict[str, tuple[Attack, Any, Any, Any]] = {
    "account of another tenant": (  # type: ignore[dict-item]
        lambda one, session: one.post_raw(
            one.body().replace(f'"account_id": {one.account.host_account_id}', '"account_id": 1'), session
        ),
        *[(403, "wrong_account")] * 3,
    ),
    "conversation that does not exist": (
        lambda one, session: one.post(session, conversation=4711), CONFIRMED, CONFIRMED, DATA,
    ),
    "conversation in an inbox of others": (
        lambda one, session: one.post(
            session, conversation=OTHER_CONVERSATION, contact=OTHER_CONTACT, uuid="uuid-of-9", inbox_id=1
        ),
        CONFIRMED, CONFIRMED, DATA,
    ),
    "uuid of another conversation": (
        lambda one, session: one.post(session, uuid="uuid-of-9"), CONFIRMED, CONFIRMED, DATA,
    ),
    "conversation without its uuid": (
        # Agents' hosts may be too old to send one; the session already says who looks.
        lambda one, session: one.post(session, uuid=None), DATA, CONFIRMED, DATA,
    ),
    "contact of another conversation": (
        lambda one, session: one.post(session, contact=OTHER_CONTACT), CONFIRMED, CONFIRMED, DATA,
    ),
    "contact without a conversation": (
        lambda one, session: one.post_raw(
            json.dumps({"event": "appContext", "data": {"contact": {"id": OTHER_CONTACT}, "currentAgent": {"id": 5}}}),
            session,
        ),
        CONFIRMED, CONFIRMED, (200, ""),
    ),
    "e-mail of somebody without a conversation": (
        lambda one, session: one.post_raw(
            json.dumps({"event": "appContext", "data": {"contact": {"email": VICTIM}, "currentAgent": {"id": 5}}}),
            session,
        ),
        CONFIRMED, CONFIRMED, DATA,
    ),
    "an administrator's id": (
        # What `verified` cannot know: ids are small numbers, and anybody can post one.
        lambda one, session: one.post(session, agent=ADMINISTRATOR), (401, "other_agent"), DATA, DATA,
    ),
    "an agent of another inbox": (
        lambda one, session: one.post(session, agent=8), (401, "other_agent"), CONFIRMED, DATA,
    ),
    "an agent the host does not know": (
        lambda one, session: one.post(session, agent=STRANGER), (401, "other_agent"), CONFIRMED, DATA,
    ),
    "an administrator's role beside the own id": (
        lambda one, session: one.post_raw(
            one.body(conversation=OTHER_CONVERSATION, contact=OTHER_CONTACT, uuid="uuid-of-9").replace(
                '"name": "Tom"', '"name": "Tom", "role": "administrator"'
            ),
            session,
        ),
        CONFIRMED, CONFIRMED, DATA,
    ),
}  # fmt: skip
LEVELS = list(Trust)


def outcome(response: Any) -> tuple[int, str]:
    if response.status_code == 200:
        return 200, "data" if shows_data(response) else ""
    return refusal(response)


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("name", ATTACKS)
def test_forged(mine: Tenant, connector: type[RecordingConnector], name: str, level: Trust) -> None:
    attack, *outcomes = ATTACKS[name]
    expected = dict(zip((Trust.SIGNED_IN, Trust.VERIFIED, Trust.LINK), outcomes, strict=True))[level]
    mine.account.trust = level
    mine.account.save()
    session = mine.session() if level == Trust.SIGNED_IN else {}
    responses = [attack(mine, session) for _time in range(3)]
    assert {outcome(response) for response in responses[1:]} == {expected}
    if expected != DATA:
        assert connector.calls == [] or level == Trust.LINK


@pytest.mark.parametrize("level", LEVELS)
def test_stranger_with_the_url_and_a_true_context(mine: Tenant, level: Trust) -> None:
    """Who overhears a whole context, uuid included, gets data at `verified`: it says so in the admin."""
    mine.account.trust = level
    mine.account.save()
    responses = [mine.post() for _time in range(3)]
    expected = (401, "no_session") if level == Trust.SIGNED_IN else DATA
    assert outcome(responses[-1]) == expected


@pytest.mark.parametrize("level", LEVELS)
def test_posted_identifiers_are_never_what_systems_are_asked_about(
    mine: Tenant, connector: type[RecordingConnector], level: Trust
) -> None:
    """The victim's e-mail typed into an honest context: the answer is about the host's customer."""
    mine.account.trust = level
    mine.account.save()
    session = mine.session() if level == Trust.SIGNED_IN else {}
    for _time in range(3):
        forged = mine.post(session, email=VICTIM, phone="+4912345", name="Victim")
    if level == Trust.LINK:
        assert asked_for(connector) == {VICTIM}
        return
    honest = mine.post(session)
    assert asked_for(connector) == {mine.email}
    assert rows(forged) == rows(honest) != set()
    assert VICTIM not in forged.content.decode()


def test_made_up_sessions_are_none(mine: Tenant, theirs: Tenant, connector: type[RecordingConnector]) -> None:
    token = mine.session()["Authorization"].removeprefix("Bearer ")
    for header in (
        "Bearer ",
        "Bearer x",
        f"Bearer {token[:-1]}",
        f"Bearer {token}x",
        f"bearer {token}",
        f"Basic {token}",
        token,
        theirs.session()["Authorization"],
    ):
        assert refusal(mine.post({"Authorization": header}))[0] == 401
    assert connector.calls == mine.host.calls == []  # type: ignore[comparison-overlap]


def test_cookie_without_the_header_that_other_sites_cannot_send_is_none(mine: Tenant) -> None:
    token = mine.session()["Authorization"].removeprefix("Bearer ")
    cookie = {"Cookie": f"__Host-voxys-{mine.account.pk}={token}"}
    assert refusal(mine.post(cookie)) == (401, "no_session")
    assert refusal(mine.post({**cookie, "X-Voxys-Session": "1"})) == (401, "no_session")
    assert mine.post({**cookie, "X-Voxys-Session": "cookie"}).status_code == 200


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("left the host", lambda host: host.remove_agent(5)),
        ("has not accepted the invitation", lambda host: host.change_agent(5, confirmed=False)),
        ("left the inbox", lambda host: host.members.update({1: frozenset()})),
        ("has a role that may not allow it", lambda host: host.change_agent(5, custom_role_id=3)),
    ],
)
def test_agent_with_a_session_who(mine: Tenant, name: str, change: Callable[[Any], None]) -> None:
    change(mine.host)
    assert refusal(mine.post(mine.session())) == CONFIRMED


def test_agent_with_a_custom_role_sees_what_is_assigned_to_them(mine: Tenant) -> None:
    mine.host.change_agent(5, custom_role_id=3)
    mine.host.change_conversation(CONVERSATION, assignee_id=5)
    assert mine.post(mine.session()).status_code == 200


def test_host_that_was_not_proved_is_not_served(
    mine: Tenant, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    mine.warm()
    with django_capture_on_commit_callbacks(execute=True):
        mine.account.host_origin = "https://attacker.example"
        mine.account.save()
    assert not mine.account.is_proved
    assert refusal(mine.post(mine.session())) == (404, "unknown_app")
