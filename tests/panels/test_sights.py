"""One snapshot for all, and each agent sees what is theirs: attacks on the history of inboxes one is not in."""

import re
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from panels import access, snapshots
from panels.models import Placement
from panels.signals import connect
from panels.snapshots import Source
from tenants.host.errors import HostForbidden, HostLimited, HostNotFound, HostUnreachable
from tenants.host.records import HostMessage, HostNote
from tenants.models import Account, DashboardApp
from tenants.signals import contact_deleted, host_event
from tenants.trust import quotas, sight
from tenants.trust.records import agent_key, inbox_key
from tenants.webhooks.events import HostEvent
from tests.factories import make_account, make_app, make_placement
from tests.support.contexts import context_body
from tests.support.host import ADMINISTRATOR, AGENT, HostInMemory, sign_in
from tests.support.trips import counted_trips

pytestmark = pytest.mark.django_db

# Works in inbox 2, where AGENT does not.
OTHER = 8
AT = 1_795_000_000.0
# What the last line of each conversation says; conversation 7 is the one beside the tab of AGENT, 8 of OTHER.
SAID = {7: "said in one", 17: "earlier in one", 8: "said in two", 18: "earlier in two", 19: "earlier in three"}
INBOXES = {7: 1, 17: 1, 8: 2, 18: 2, 19: 3}
NOTE = "a note about the contact"


@pytest.fixture(autouse=True)
def _nothing_remembered(worker_at_hand: None) -> None:
    access.forget_remembered()


def make_host() -> HostInMemory:
    host = HostInMemory()
    host.change_agent(OTHER)
    host.members = {1: frozenset({AGENT}), 2: frozenset({OTHER}), 3: frozenset()}
    for id_, text in SAID.items():
        say(host, id_, text)
    host.contact_words = [HostNote(id=1, content=NOTE, author_name="Tom", created_at=AT)]
    host.labels = ("label-of-contact",)
    return host


def say(host: HostInMemory, id_: int, text: str, **values: Any) -> None:
    """Let the conversation be, with this as its last message."""
    line = HostMessage(id=id_, content=text, kind="incoming", created_at=AT - id_)
    known = {"inbox_id": INBOXES.get(id_, 1), "status": "resolved", "last_activity_at": AT - id_, "messages": (line,)}
    host.change_conversation(id_, **{**known, **values})


class Tab:
    """A history tab of an account, opened by one agent or another beside one conversation or another."""

    def __init__(self, hosts: dict[int, HostInMemory], trust: str = "verified", **values: Any) -> None:
        self.account: Account = make_account(trust=trust, **values)
        self.host = hosts[self.account.pk] = make_host()
        self.app: DashboardApp = make_app(self.account)
        self.placement: Placement = make_placement(self.app, panel="history")

    def post(self, agent: int, conversation: int) -> Any:
        body = context_body(
            self.account,
            agent=agent,
            conversation=conversation,
            uuid=f"uuid-of-{conversation}",
            inbox_id=INBOXES.get(conversation, 1),
        )
        headers = sign_in(self.account, agent) if self.account.trust == "signed_in" else {}
        path = f"/a/{self.app.key}/context"
        return Client().post(path, body, content_type="application/json", headers=headers)

    def show(self, agent: int = AGENT, conversation: int = 7) -> str:
        """Return the page once everything is there."""
        self.post(agent, conversation)
        response = self.post(agent, conversation)
        assert response.status_code == 200, response.content
        return str(response.content.decode())

    def part(self, agent: int, conversation: int, query: str) -> Any:
        token = self.post(agent, conversation)["X-Voxys-Context"]
        path = f"/a/{self.app.key}/panels/{self.placement.pk}/?{query}"
        return Client().get(path, headers={"X-Voxys-Context": token})

    def forget_records(self) -> None:
        """Let the host's word be asked for again, as it is after minutes."""
        agents = [agent_key(self.account.pk, id_) for id_ in (AGENT, OTHER, ADMINISTRATOR)]
        cache.delete_many([*agents, *(inbox_key(self.account.pk, id_) for id_ in (1, 2, 3))])


@pytest.fixture(params=["verified", "signed_in"])
def tab(request: pytest.FixtureRequest, hosts: dict[int, HostInMemory]) -> Tab:
    return Tab(hosts, request.param)


def said(html: str) -> set[str]:
    return {text for text in SAID.values() if text in html}


def state(html: str) -> str:
    found = re.search(r'data-state="([^"]+)"', html)
    assert found
    return found[1]


# --- two agents --------------------------------------------------------------------------------------


@pytest.mark.parametrize("order", [(AGENT, OTHER), (OTHER, AGENT)])
def test_each_agent_sees_their_own_inboxes_of_one_snapshot(tab: Tab, order: tuple[int, int]) -> None:
    beside, theirs = {AGENT: 7, OTHER: 8}, {AGENT: {"earlier in one"}, OTHER: {"earlier in two"}}
    for agent in (*order, *order):
        html = tab.show(agent, beside[agent])
        assert said(html) == theirs[agent]
        assert "Inbox 3" not in html
        assert html.count("data-row") == 2, "that one and the note"
        assert NOTE in html
        assert "label-of-contact" in html
    assert tab.host.calls.count("contact_conversations") == 1


def test_figures_tell_nothing_of_other_inboxes(tab: Tab) -> None:
    assert "2nd contact in 14 days" in tab.show()
    assert "4th contact in 14 days" not in tab.show()
    assert "Contacts in 90 days</dt><dd>2</dd>" in tab.show()


def test_an_administrator_sees_all(tab: Tab) -> None:
    assert said(tab.show(ADMINISTRATOR)) == set(SAID.values()) - {"said in one"}


def test_an_administrators_page_is_no_agents(tab: Tab) -> None:
    tab.show(ADMINISTRATOR)
    assert said(tab.show(AGENT)) == {"earlier in one"}


def test_who_leaves_an_inbox_stops_seeing_it_however_old_the_data(tab: Tab) -> None:
    tab.host.members[2] = frozenset({AGENT, OTHER})
    tab.forget_records()
    assert said(tab.show()) == {"earlier in one", "said in two", "earlier in two"}
    tab.host.members[2] = frozenset({OTHER})
    tab.forget_records()
    response = tab.post(AGENT, 7)
    assert said(response.content.decode()) == {"earlier in one"}
    assert tab.host.calls.count("contact_conversations") == 1


def test_who_joins_an_inbox_sees_it(tab: Tab) -> None:
    assert said(tab.show()) == {"earlier in one"}
    tab.host.members[3] = frozenset({AGENT})
    tab.forget_records()
    assert said(tab.post(AGENT, 7).content.decode()) == {"earlier in one", "earlier in three"}


def test_an_administrator_who_is_one_no_longer(tab: Tab) -> None:
    tab.show(ADMINISTRATOR)
    tab.host.change_agent(ADMINISTRATOR)
    tab.host.members[1] = frozenset({AGENT, ADMINISTRATOR})
    tab.forget_records()
    assert said(tab.show(ADMINISTRATOR)) == {"earlier in one"}


def test_a_custom_role_sees_what_is_assigned_and_no_notes(tab: Tab) -> None:
    tab.host.change_agent(AGENT, custom_role_id=3)
    for id_ in (7, 19):
        say(tab.host, id_, SAID[id_], assignee_id=AGENT)
    html = tab.show()
    assert said(html) == {"earlier in three"}
    assert NOTE not in html
    assert "label-of-contact" not in html


def test_conversations_without_an_inbox_are_administrators(tab: Tab) -> None:
    say(tab.host, 20, "nowhere", inbox_id=None)
    assert "nowhere" not in tab.show()
    assert "nowhere" in tab.show(ADMINISTRATOR)


def test_another_contacts_conversations_are_not_there_even_if_the_host_says_so(tab: Tab) -> None:
    other = tab.host.contacts[71] = tab.host.contacts[70].__class__(id=71, name="Bob")
    say(tab.host, 21, "of somebody else")
    conversations = tab.host._conversations
    conversations[21] = conversations[21].__class__(
        **{name: getattr(conversations[21], name) for name in conversations[21].__struct_fields__ if name != "contact"},
        contact=other,
    )
    tab.host.contact_conversations = lambda _id: list(conversations.values())  # type: ignore[method-assign, assignment]
    html = tab.show()
    assert said(html) == {"earlier in one"}
    assert "of somebody else" not in html


# --- parts -------------------------------------------------------------------------------------------


def test_parts_are_cut_down_as_well(hosts: dict[int, HostInMemory]) -> None:
    tab = Tab(hosts)
    tab.placement.settings = {"rows": 1}
    tab.placement.save()
    html = tab.show()
    assert "Show more (1 left)" in html
    rows = tab.part(AGENT, 7, "part=rows&offset=0")
    assert rows.status_code == 200
    assert said(rows.content.decode()) == {"earlier in one"}
    assert tab.part(AGENT, 7, "part=rows&offset=3").status_code == 404
    assert said(tab.part(ADMINISTRATOR, 7, "part=rows&offset=0").content.decode()) > {"earlier in one"}


def test_a_part_of_somebody_who_may_no_longer_see_it(hosts: dict[int, HostInMemory]) -> None:
    tab = Tab(hosts)
    tab.host.members[2] = frozenset({AGENT, OTHER})
    tab.show()
    token = tab.post(AGENT, 7)["X-Voxys-Context"]
    tab.host.members[2] = frozenset({OTHER})
    tab.forget_records()
    path = f"/a/{tab.app.key}/panels/{tab.placement.pk}/"
    for query in ("", "?part=rows&offset=0"):
        answer = Client().get(f"{path}{query}", headers={"X-Voxys-Context": token})
        assert said(answer.content.decode()) == {"earlier in one"}


# --- nobody's word -----------------------------------------------------------------------------------


def test_without_the_hosts_word_nothing_is_shown(hosts: dict[int, HostInMemory]) -> None:
    tab = Tab(hosts)
    tab.show()
    token = tab.post(AGENT, 7)["X-Voxys-Context"]
    tab.forget_records()
    tab.host.failure = HostUnreachable("No.")
    path = f"/a/{tab.app.key}/panels/{tab.placement.pk}/"
    html = Client().get(path, headers={"X-Voxys-Context": token}).content.decode()
    assert state(html) == "error"
    assert not said(html)
    assert "what you may see cannot be confirmed" in html
    part = Client().get(f"{path}?part=rows&offset=0", headers={"X-Voxys-Context": token})
    assert part.status_code == 503
    assert not said(part.content.decode())


@pytest.mark.parametrize("limit", ["HOST_ADDRESS", "HOST_ACCOUNT"])
def test_the_host_is_asked_only_so_often_who_sees_what(
    hosts: dict[int, HostInMemory], monkeypatch: pytest.MonkeyPatch, limit: str
) -> None:
    tab = Tab(hosts)
    tab.show()
    token = tab.post(AGENT, 7)["X-Voxys-Context"]
    path = f"/a/{tab.app.key}/panels/{tab.placement.pk}/"
    # The inboxes of other conversations: confirming this one asks about none of them.
    cache.delete_many([inbox_key(tab.account.pk, id_) for id_ in (2, 3)])
    asked = list(tab.host.calls)
    monkeypatch.setattr(quotas, limit, 0)
    answers = [tab.post(AGENT, 7), Client().get(path, headers={"X-Voxys-Context": token})]
    for html in (answer.content.decode() for answer in answers):
        assert state(html) == "error"
        assert "what you may see cannot be confirmed" in html
        assert not said(html)
    part = Client().get(f"{path}?part=rows&offset=0", headers={"X-Voxys-Context": token})
    assert (part.status_code, said(part.content.decode())) == (503, set())
    assert tab.host.calls == asked
    monkeypatch.undo()
    assert said(tab.show()) == {"earlier in one"}


def test_one_accounts_questions_about_sight_are_none_of_anothers(
    hosts: dict[int, HostInMemory], monkeypatch: pytest.MonkeyPatch
) -> None:
    mine, theirs = Tab(hosts), Tab(hosts)
    monkeypatch.setattr(quotas, "HOST_ADDRESS", 12)

    def look(tab: Tab) -> str:
        cache.delete_many([inbox_key(tab.account.pk, id_) for id_ in (2, 3)])
        return state(tab.post(AGENT, 7).content.decode())

    looks = [look(mine) for _ in range(8)]
    assert "error" in looks
    assert "ready" in looks[: looks.index("error")]
    assert look(mine) == "error"
    looks = [look(theirs) for _ in range(3)]
    assert looks[-1] == "ready"


def test_at_link_nobody_has_said_who_looks(hosts: dict[int, HostInMemory]) -> None:
    tab = Tab(hosts, "link")
    html = tab.show(ADMINISTRATOR)
    assert state(html) == "error"
    assert "only where Voxys confirms who looks" in html
    assert tab.host.calls == []


def test_what_was_fetched_before_the_account_became_link_is_not_shown(hosts: dict[int, HostInMemory]) -> None:
    tab = Tab(hosts)
    assert said(tab.show(ADMINISTRATOR))
    Account.objects.filter(pk=tab.account.pk).update(trust="link")
    snapshots.note_change(tab.account.pk, 70)
    cache.delete(f"{tab.account.pk}:stamp")
    html = tab.show(ADMINISTRATOR)
    assert state(html) == "error"
    assert not said(html)


def test_sight_without_a_word_is_none() -> None:
    assert not sight.NOTHING.sees(1, 5)
    assert not sight.NOTHING.sees(None, None)
    assert not sight.NOTHING.sees_contacts


# --- two accounts ------------------------------------------------------------------------------------


def test_another_accounts_contact_of_the_same_number(hosts: dict[int, HostInMemory]) -> None:
    mine, theirs = Tab(hosts), Tab(hosts)
    for id_ in SAID:
        say(theirs.host, id_, f"theirs {id_}")
    theirs.host.contact_words = [HostNote(id=1, content="their note", created_at=AT)]
    theirs.show(ADMINISTRATOR)
    html = mine.show(ADMINISTRATOR)
    assert "their" not in html
    assert said(html) == set(SAID.values()) - {"said in one"}
    token = mine.post(ADMINISTRATOR, 7)["X-Voxys-Context"]
    path = f"/a/{theirs.app.key}/panels/{theirs.placement.pk}/"
    assert Client().get(path, headers={"X-Voxys-Context": token}).status_code == 403
    foreign = f"/a/{mine.app.key}/panels/{theirs.placement.pk}/"
    assert Client().get(foreign, headers={"X-Voxys-Context": token}).status_code == 404


# --- privacy -----------------------------------------------------------------------------------------


def test_private_messages_are_on_no_page_and_in_no_snapshot(tab: Tab) -> None:
    secret = HostMessage(id=99, content="between colleagues", kind="outgoing", private=True, created_at=AT + 999)
    public = HostMessage(id=98, content="said aloud", kind="incoming", created_at=AT)
    say(tab.host, 17, "", messages=(secret,))
    tab.host.spoken[17] = [public, secret]
    html = tab.show()
    assert "between colleagues" not in html
    assert "said aloud" in html
    source = Source.of_host("host", "history")
    for key in cache.get_many(_keys_of(tab, source)):
        assert b"between colleagues" not in cache.get(key)


def _keys_of(tab: Tab, source: Source) -> list[str]:
    digest = identity_digest(tab)
    keys = [snapshots.data_key(tab.account.pk, source, digest), snapshots.head_key(tab.account.pk, source, digest)]
    assert len(cache.get_many(keys)) == 2
    return keys


def identity_digest(tab: Tab) -> str:
    from tenants.trust.confirmation import identity_of  # noqa: PLC0415 - for this alone

    return identity_of(tab_contact(tab), None).digest()


def tab_contact(tab: Tab) -> Any:
    from tenants.trust.records import ContactRecord  # noqa: PLC0415 - likewise

    contact = tab.host.contacts[70]
    return ContactRecord(0, contact.id, True, contact.name, contact.email)


def test_hidden_from_agents_are_lines_and_notes(hosts: dict[int, HostInMemory]) -> None:
    tab = Tab(hosts, hides_from_agents=True)
    html = tab.show()
    assert not said(html)
    assert NOTE not in html
    assert state(html) == "ready"
    assert said(tab.show(ADMINISTRATOR))


# --- news --------------------------------------------------------------------------------------------


def test_a_webhook_drops_what_it_makes_wrong(hosts: dict[int, HostInMemory]) -> None:
    connect()
    tab = Tab(hosts)
    tab.show()
    say(tab.host, 22, "just begun")
    assert "just begun" not in tab.show()
    event = HostEvent(tab.account.pk, "conversation_created", conversation_id=22, contact_id=70)
    host_event.send(sender=HostEvent, account_id=tab.account.pk, event=event)
    first = tab.post(AGENT, 7).content.decode()
    assert state(first) == "stale"
    assert "just begun" in tab.show()


def test_a_webhook_about_another_contact_or_account_drops_nothing(hosts: dict[int, HostInMemory]) -> None:
    tab = Tab(hosts)
    tab.show()
    snapshots.note_change(tab.account.pk, 71)
    snapshots.note_change(tab.account.pk + 1, 70)
    assert state(tab.post(AGENT, 7).content.decode()) == "ready"
    assert tab.host.calls.count("contact_conversations") == 1


def test_a_webhook_makes_a_failing_host_no_busier(hosts: dict[int, HostInMemory]) -> None:
    tab = Tab(hosts)
    tab.show()
    snapshots.note_change(tab.account.pk, 70)
    real = tab.host.contact_conversations

    def fail(contact_id: int) -> Any:
        real(contact_id)
        raise HostUnreachable("No.")

    tab.host.contact_conversations = fail  # type: ignore[method-assign]
    for _time in range(4):
        html = tab.post(AGENT, 7).content.decode()
    assert tab.host.calls.count("contact_conversations") == 2
    assert said(html) == {"earlier in one"}
    assert "Voxys cannot be reached at the moment." in html


def test_deleted_contact_is_forgotten(hosts: dict[int, HostInMemory]) -> None:
    tab = Tab(hosts)
    tab.show()
    key, _head = _keys_of(tab, Source.of_host("host", "history"))
    contact_deleted.send(sender=Account, account_id=tab.account.pk, contact_id=70, customers={identity_digest(tab)})
    assert cache.get(key) is None


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (HostForbidden("secret of the host"), "Voxys does not let us read this. Tell an admin."),
        (HostNotFound("secret of the host"), "Voxys does not have this contact any longer."),
        (HostLimited("secret of the host", retry_after=9), "Voxys gets too many requests at the moment."),
    ],
)
def test_failures_are_said_in_our_words(hosts: dict[int, HostInMemory], error: Exception, sentence: str) -> None:
    tab = Tab(hosts)

    def fail(_contact_id: int) -> Any:
        raise error

    tab.host.contact_conversations = fail  # type: ignore[method-assign, assignment]
    html = tab.show()
    assert state(html) == "error"
    assert sentence in html
    assert "secret of the host" not in html


def test_old_hosts_without_notes_and_labels(hosts: dict[int, HostInMemory]) -> None:
    tab = Tab(hosts)

    def missing(_contact_id: int) -> Any:
        raise HostNotFound("No such path.")

    tab.host.contact_notes = tab.host.contact_labels = missing  # type: ignore[method-assign, assignment]
    assert said(tab.show()) == {"earlier in one"}


# --- cost --------------------------------------------------------------------------------------------


def test_warm_history_makes_no_query_and_one_trip_more(
    hosts: dict[int, HostInMemory], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    tab = Tab(hosts)
    for _time in range(3):
        tab.show()
    with django_assert_num_queries(0), counted_trips() as trips:
        response = tab.post(AGENT, 7)
    assert said(response.content.decode()) == {"earlier in one"}
    assert trips == ["ask", "get_many", "count"]
