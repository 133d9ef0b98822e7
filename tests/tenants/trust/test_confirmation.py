"""Only what the host confirms is shown, only to agents who may see it, and a token is worth something in one place."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tenants.host.errors import HostNotFound, HostRefusedToken, HostUnreachable
from tenants.models import Account, DashboardApp
from tenants.trust.confirmation import (
    ConfirmedContext,
    HostAway,
    NotConfirmed,
    SignInRequired,
    confirm,
    issue_token,
    resume,
)
from tenants.trust.identity import Identity
from tenants.trust.records import Evidence, drop_contact, drop_conversation
from tenants.trust.sessions import Session
from tests.factories import make_account, make_app
from tests.support.contexts import context_body
from tests.support.host import ADMINISTRATOR, AGENT, STRANGER, HostInMemory, host_answers, make_contact
from voxysapps.context import AppContext, parse_app_context

pytestmark = pytest.mark.django_db

SESSION = Session(id=1, agent_id=AGENT, ends_at=2e9)


def posted(account: Account, **values: Any) -> AppContext:
    values.setdefault("uuid", f"uuid-of-{values.get('conversation', 7)}")
    return parse_app_context(context_body(account, **values).encode())


@pytest.fixture
def app() -> DashboardApp:
    return make_app(make_account(trust="verified"))


@pytest.fixture
def host(app: DashboardApp) -> Iterator[HostInMemory]:
    host = HostInMemory()
    with host_answers({app.account_id: host}):
        yield host


Ask = Callable[..., ConfirmedContext]


@pytest.fixture
def ask(app: DashboardApp, host: HostInMemory) -> Ask:
    """Confirm a context made of the given values, at the account's trust."""

    def ask(session: Session | None = None, **values: Any) -> ConfirmedContext:
        context = posted(app.account, **values)
        return confirm(context, account=app.account, app=app, session=session, evidence=Evidence(app.account))

    return ask


def test_link_believes_what_is_posted() -> None:
    app = make_app()
    context = confirm(
        posted(app.account, phone="+15550100"),
        account=app.account,
        app=app,
        session=None,
        evidence=Evidence(app.account),
    )
    assert (context.account_id, context.app_id, context.agent_id, context.conversation_id) == (
        app.account_id,
        app.pk,
        5,
        7,
    )
    assert context.identity == Identity(
        contact_id=70, name="Ada Byron", emails=("ada@example.com",), phones=("+15550100",)
    )
    assert context.role is None


def test_the_host_says_who_the_customer_is(ask: Ask, host: HostInMemory) -> None:
    host.change_conversation(7, make_contact(70, email="ada@host.example", identifier="crm-1"))
    context = ask()
    assert context.identity.emails == ("ada@host.example",)
    assert context.identity.identifier == "crm-1"
    assert context.role == "agent"
    assert host.calls == ["agents", "conversation", "inbox_members"]


def test_what_is_known_is_not_asked_again(ask: Ask, host: HostInMemory) -> None:
    ask()
    host.calls.clear()
    assert ask().conversation_id == 7
    assert host.calls == []


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"agent": STRANGER}, "no such agent"),
        ({"conversation": 8}, "no such conversation"),
        ({"contact": 71}, "another customer"),
        ({"uuid": "uuid-of-another"}, "not the conversation"),
        ({"uuid": None}, "not the conversation"),
    ],
)
def test_what_the_host_does_not_have_is_refused(ask: Ask, values: dict[str, Any], sentence: str) -> None:
    with pytest.raises(NotConfirmed, match=sentence):
        ask(**values)


def test_hosts_without_uuids_need_none(ask: Ask, host: HostInMemory) -> None:
    host.change_conversation(7, uuid=None)
    assert ask(uuid=None).conversation_id == 7


def test_invited_agents_see_nothing_before_they_accept(ask: Ask, host: HostInMemory) -> None:
    host.change_agent(AGENT, confirmed=False)
    with pytest.raises(NotConfirmed, match="no such agent"):
        ask()


def test_only_members_of_the_inbox_and_administrators_see_its_conversations(ask: Ask, host: HostInMemory) -> None:
    host.members[1] = frozenset()
    with pytest.raises(NotConfirmed, match="no access"):
        ask()
    assert ask(agent=ADMINISTRATOR).role == "administrator"


def test_a_custom_role_sees_what_is_assigned_to_it(ask: Ask, host: HostInMemory) -> None:
    host.change_agent(AGENT, custom_role_id=3)
    host.change_conversation(7, assignee_id=None)
    with pytest.raises(NotConfirmed, match="no access"):
        ask()
    host.change_conversation(8, assignee_id=AGENT)
    assert ask(conversation=8).conversation_id == 8


def test_verified_needs_an_agent_to_confirm(app: DashboardApp, host: HostInMemory) -> None:
    context = posted(app.account)
    nameless = parse_app_context(context_body(app.account).replace('"currentAgent"', '"formerAgent"').encode())
    assert context.agent
    assert nameless.agent is None or nameless.agent.id is None
    with pytest.raises(NotConfirmed, match="does not say which agent"):
        confirm(nameless, account=app.account, app=app, session=None, evidence=Evidence(app.account))
    assert host.calls == []


@pytest.mark.parametrize("field", ["email", "phone"])
def test_a_posted_value_that_differs_asks_the_host_again_and_is_not_believed(
    ask: Ask, host: HostInMemory, clock: Any, field: str
) -> None:
    ask()
    clock.shift(60)
    host.calls.clear()
    values = {"email": "eve@example.com"} if field == "email" else {"phone": "+15550199"}
    assert ask(**values).identity.emails == ("ada@example.com",)
    assert host.calls == ["conversation"]
    host.calls.clear()
    ask(**values)
    assert host.calls == []  # not for every forged context


def test_an_edit_in_the_host_is_seen_and_flagged(ask: Ask, host: HostInMemory, clock: Any) -> None:
    assert not ask().identifiers_edited
    clock.shift(60)
    host.change_conversation(7, make_contact(70, email="new@example.com"))
    context = ask(email="new@example.com")
    assert context.identity.emails == ("new@example.com",)
    assert context.identifiers_edited
    clock.shift(25 * 3600)
    assert not ask(email="new@example.com").identifiers_edited


def test_without_a_conversation_only_administrators_see_a_contact(app: DashboardApp, host: HostInMemory) -> None:
    def ask(agent: int) -> ConfirmedContext:
        body = {
            "event": "appContext",
            "data": {"contact": {"id": 70}, "currentAgent": {"id": agent}},
        }
        context = parse_app_context(json.dumps(body).encode())
        return confirm(context, account=app.account, app=app, session=None, evidence=Evidence(app.account))

    context = ask(ADMINISTRATOR)
    assert (context.conversation_id, context.identity.emails) == (None, ("ada@example.com",))
    assert context.identity_verified is False
    with pytest.raises(NotConfirmed, match="only administrators"):
        ask(AGENT)


# --- the host is away ----------------------------------------------------------------------------------


def test_what_is_confirmed_goes_on_while_the_host_is_away_but_not_for_ever(
    ask: Ask, host: HostInMemory, clock: Any
) -> None:
    ask()
    host.failure = HostUnreachable("away")
    for _minutes in range(2):
        clock.shift(420)
        assert ask().conversation_id == 7
    clock.shift(120)
    with pytest.raises(HostAway, match="cannot be confirmed"):
        ask()


def test_nothing_new_is_confirmed_while_the_host_is_away(ask: Ask, host: HostInMemory) -> None:
    host.failure = HostUnreachable("away")
    with pytest.raises(HostAway, match="does not answer"):
        ask()


def test_a_refused_token_is_for_the_operator(ask: Ask, host: HostInMemory) -> None:
    host.failure = HostRefusedToken("bad token")
    with pytest.raises(HostAway, match="operator"):
        ask()


def test_memberships_are_read_again_after_five_minutes(ask: Ask, host: HostInMemory, clock: Any) -> None:
    ask()
    host.members[1] = frozenset()
    clock.shift(299)
    assert ask().conversation_id == 7
    clock.shift(2)
    with pytest.raises(NotConfirmed, match="no access"):
        ask()


def test_a_removed_agent_is_out_after_five_minutes(ask: Ask, host: HostInMemory, clock: Any) -> None:
    ask()
    host.remove_agent(AGENT)
    clock.shift(301)
    with pytest.raises(NotConfirmed, match="no such agent"):
        ask()


def test_unknown_conversations_are_not_asked_for_each_time(ask: Ask, host: HostInMemory) -> None:
    for _time in range(3):
        with pytest.raises(NotConfirmed):
            ask(conversation=8)
    assert host.calls.count("conversation") == 1


def test_dropping_a_conversation_or_its_contact_asks_the_host_again(
    app: DashboardApp, ask: Ask, host: HostInMemory, clock: Any
) -> None:
    ask()
    for drop, id_ in ((drop_conversation, 7), (drop_contact, 70)):
        clock.shift(1)
        drop(app.account_id, id_)
        clock.shift(1)
        host.calls.clear()
        ask()
        assert host.calls == ["conversation"]
        host.calls.clear()
        ask()
        assert host.calls == []


def test_a_deleted_conversation_is_no_error(ask: Ask, host: HostInMemory) -> None:
    host.failure = HostNotFound("gone")
    with pytest.raises(HostAway):  # the list of agents itself is not there: the account id is wrong
        ask()


# --- signed in -----------------------------------------------------------------------------------------


@pytest.fixture
def signed_in(app: DashboardApp) -> DashboardApp:
    app.account.trust = "signed_in"
    return app


def test_signed_in_needs_a_session_before_anything_is_asked(
    signed_in: DashboardApp, ask: Ask, host: HostInMemory
) -> None:
    with pytest.raises(SignInRequired) as refusal:
        ask()
    assert refusal.value.reason == "no_session"
    assert host.calls == []


def test_the_session_says_who_looks(signed_in: DashboardApp, ask: Ask, host: HostInMemory) -> None:
    context = ask(SESSION)
    assert (context.agent_id, context.session_id) == (AGENT, 1)
    with pytest.raises(SignInRequired) as refusal:
        ask(SESSION, agent=ADMINISTRATOR)
    assert refusal.value.reason == "other_agent"


def test_uuids_may_be_missing_where_the_agent_has_signed_in(signed_in: DashboardApp, ask: Ask) -> None:
    assert ask(SESSION, uuid=None).conversation_id == 7
    with pytest.raises(NotConfirmed):
        ask(SESSION, uuid="uuid-of-another")


# --- the token -----------------------------------------------------------------------------------------


def test_token_gives_the_same_context_without_what_was_posted(app: DashboardApp, ask: Ask) -> None:
    context = ask()
    resumed = resume(issue_token(context), account=app.account, app=app, session=None)
    assert isinstance(resumed, ConfirmedContext)
    assert resumed.posted is None
    assert resumed.identity.digest() == context.identity.digest()
    assert (resumed.conversation_id, resumed.agent_id, resumed.role) == (7, 5, "agent")


def test_token_is_bound_to_account_app_and_trust(app: DashboardApp, ask: Ask) -> None:
    token = issue_token(ask())
    stranger = make_app(make_account(trust="verified"))
    for account, other in ((app.account, make_app(app.account)), (stranger.account, stranger)):
        with pytest.raises(NotConfirmed):
            resume(token, account=account, app=other, session=None)
    app.account.trust = "link"
    with pytest.raises(NotConfirmed):
        resume(token, account=app.account, app=app, session=None)


def test_token_is_bound_to_its_session(signed_in: DashboardApp, ask: Ask) -> None:
    token = issue_token(ask(SESSION))
    account = signed_in.account
    assert resume(token, account=account, app=signed_in, session=SESSION).agent_id == AGENT
    with pytest.raises(SignInRequired):
        resume(token, account=account, app=signed_in, session=None)
    with pytest.raises(NotConfirmed):
        resume(token, account=account, app=signed_in, session=Session(id=2, agent_id=AGENT, ends_at=2e9))


# --- the identity --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("channel", "hmac_verified", "shown"),
    [
        ("Channel::WebWidget", True, True),
        ("Channel::WebWidget", False, False),
        ("Channel::WebWidget", None, False),
        ("Channel::Email", None, None),
        ("Channel::Email", False, None),
    ],
)
def test_website_visitors_are_unverified_until_the_host_vouches(
    ask: Ask, host: HostInMemory, channel: str, hmac_verified: bool | None, shown: bool | None
) -> None:
    host.change_conversation(7, channel=channel, hmac_verified=hmac_verified)
    context = ask()
    assert context.identity_verified is shown
    assert context.identity.identifier_verified is hmac_verified


def test_identity_digest_tells_people_apart_and_nothing_about_them() -> None:
    ada = Identity(contact_id=1, emails=("ada@example.com",))
    assert ada.digest() == Identity(contact_id=1, emails=("ada@example.com",)).digest()
    others = [
        Identity(contact_id=2, emails=("ada@example.com",)),
        Identity(contact_id=1, emails=("grace@example.com",)),
        Identity(contact_id=1, phones=("ada@example.com",)),
        Identity(contact_id=1, emails=("ada@example.com",), identifier_verified=True),
    ]
    assert len({ada.digest(), *(other.digest() for other in others)}) == 5


def test_identity_without_anything_to_look_for_is_anonymous() -> None:
    assert Identity(contact_id=1, name="rough-forest-482").is_anonymous
    assert not Identity(phones=("+15550100",)).is_anonymous
