"""Every connector times every fault, through a real proxy and the whole product: what agents and operators see.

A connection as an operator makes it, a tab as an agent opens it. Between connector and system stands mitmproxy, which
spoils what passes. Ada was never looked at before the fault, Bob's data were there.
"""

import datetime as dt
import logging
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from typing import Any

import pytest
import time_machine
from django.test import Client
from pytest_django.fixtures import Settings

from panels import health, registry, services, views
from panels.api import ConnectorError, Identity, OperatorError, TemporaryError
from panels.connectors.host.connector import HostConversations
from panels.guard import FAILURES_TO_OPEN, Guard
from panels.host_reader import ContactReader
from panels.models import Connection, Placement
from tenants.models import DashboardApp, Light
from tenants.secrets import HOST_TOKEN, set_secret
from tests.factories import make_account, make_app, make_placement
from tests.support.contexts import context_body
from tests.support.outside import Asked, Reply, running
from tests.support.proxy.running import RETRY_AFTER_SECONDS, FaultyProxy, proxy  # noqa: F401 - a fixture
from tests.support.proxy.systems import ADA, BOB, MAKERS, System
from voxysapps.outgoing import budget

pytestmark = pytest.mark.django_db
NAME = "Shop Berlin"
# What a call may take of a system that is slow, so that this does not take long; and what all around it may.
SHORT_TIMEOUT, SLACK = 1.0, 2.0
# The same where only what is said matters.
SHORTER_TIMEOUT = 0.4
# By then everything is asked again, whatever went wrong.
LATER_SECONDS = 900.0
# Nothing that agents read is about our insides, or where the system is.
INSIDES = re.compile(r"Traceback|Exception|Error|None|null|%\(|\{|https?:|127\.0|169\.254|localhost|\bJSON\b|\bHTTP\b")


@dataclass(frozen=True, slots=True)
class Fault:
    """What goes wrong, and what becomes of it. `kind` is who can mend it: time, nobody, or the operator."""

    name: str
    kind: str
    sentence: str
    # Where nobody was found, the client itself asks once more.
    requests: int = 1


FAULTS = (
    Fault("slow", "temporary", "did not answer in time"),
    Fault("429", "limited", "gets too many requests"),
    Fault("500", "temporary", "has trouble of its own"),
    Fault("reset", "temporary", "cannot be reached", requests=2),
    Fault("html", "temporary", "answered with something that is not its API's"),
    Fault("truncated", "temporary", "answered with something that is not its API's"),
    Fault("huge", "final", "has more about this customer than can be shown"),
    Fault("redirect", "operator", "leads elsewhere"),
    Fault("wrong key", "operator", "refused"),
)


@dataclass(frozen=True, slots=True)
class Section:
    """The panel as it came."""

    html: str

    @property
    def state(self) -> str:
        return self._first(r'data-state="([^"]+)"')

    @property
    def rows(self) -> int:
        return len(re.findall(r"\bdata-row\b", self.html))

    @property
    def retry(self) -> int | None:
        """After how many seconds the page looks again by itself."""
        found = re.search(r'data-retry="(\d+)"', self.html)
        return int(found[1]) if found else None

    @property
    def is_card(self) -> bool:
        return "vx-notice--error" in self.html

    @property
    def is_banner(self) -> bool:
        return "vx-banner" in self.html

    @property
    def told(self) -> str:
        """What the card or the banner says."""
        return unescape(self._first(r'role="status">(?:<p>)?(.*?)(?:</p>| <button)'))

    @property
    def reference(self) -> str:
        return self._first(r'vx-trace">Reference (\w+)<')

    def _first(self, pattern: str) -> str:
        found = re.search(pattern, self.html, re.DOTALL)
        assert found, self.html
        return found[1]


@dataclass(frozen=True, slots=True)
class Tab:
    """A dashboard app with one panel filled by one connection, as agents use it."""

    client: Client
    app: DashboardApp
    placement: Placement
    connection: Connection

    def open(self, email: str) -> Section:
        """Open the tab for a customer and return what is there as soon as it was fetched."""
        self._post(email)
        return Section(self._post(email).content.decode())

    def refresh(self, email: str) -> Section:
        """Press the panel's button."""
        token = self._post(email)["X-Voxys-Context"]
        answer = self.client.post(
            f"/a/{self.app.key}/panels/{self.placement.pk}/refresh", headers={"X-Voxys-Context": token}
        )
        assert answer.status_code == 200
        return Section(answer.content.decode())

    @property
    def guard(self) -> Guard:
        return Guard(self.connection.account_id, self.connection.pk, name=self.connection.name)

    @property
    def light(self) -> health.State:
        return health.read_states([self.connection])[self.connection.pk]

    def _post(self, email: str) -> Any:
        contact = 70 + sum(email.encode())
        body = context_body(self.app.account, contact=contact, conversation=contact, email=email)
        answer = self.client.post(f"/a/{self.app.key}/context", body, content_type="application/json")
        assert answer.status_code == 200
        return answer


@pytest.fixture(scope="module", params=MAKERS)
def system(request: pytest.FixtureRequest, proxy: FaultyProxy) -> Iterator[System]:  # noqa: F811 - the fixture
    with pytest.MonkeyPatch.context() as monkeypatch, MAKERS[request.param](proxy.url, monkeypatch) as made:
        yield made


@pytest.fixture
def tab(
    system: System,
    proxy: FaultyProxy,  # noqa: F811
    client: Client,
    settings: Settings,
    worker_at_hand: None,
) -> Tab:
    settings.OUTGOING_NETWORKS = ["127.0.0.0/8"]
    proxy.stand_before(system.url)
    return make_tab(system, client, panel=system.panel)


def make_tab(system: System, client: Client, *, panel: str) -> Tab:
    """Return an account's only tab, so that nothing else is fetched for it."""
    account = make_account()
    connection = Connection(account=account, name=NAME, connector=system.connector, settings=dict(system.settings))
    services.save_connection(connection, system.secrets)
    app = make_app(account)
    return Tab(client, app, make_placement(app, connection, panel=panel), connection)


@pytest.fixture
def clock(time_machine: time_machine.TimeMachineFixture) -> time_machine.TimeMachineFixture:
    """A clock to shift; it goes on by itself, too."""
    time_machine.move_to(dt.datetime.now(dt.UTC), tick=True)
    return time_machine


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_fault(
    tab: Tab,
    system: System,
    proxy: FaultyProxy,  # noqa: F811
    clock: time_machine.TimeMachineFixture,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
    fault: Fault,
) -> None:
    caplog.set_level(logging.DEBUG)
    kind = registry.connectors().plugins[system.connector]
    before = tab.open(BOB)
    assert (before.state, before.is_banner) == ("ready", False)
    assert before.rows > 0

    usual_timeout = kind.timeout
    monkeypatch.setattr(kind, "timeout", SHORT_TIMEOUT if fault.name == "slow" else usual_timeout)
    proxy.stand_before(system.url, fault=fault.name)
    started = time.perf_counter()
    card = tab.open(ADA)
    assert time.perf_counter() - started < kind.timeout + SLACK
    assert (card.state, card.is_card, card.rows) == ("error", True, 0)
    assert_is_told(card, system, fault.sentence)
    assert set(proxy.trace_ids()) == {card.reference}
    assert card.reference in caplog.text
    asked = len(proxy.trace_ids())
    assert 1 <= asked <= fault.requests

    started = time.perf_counter()
    stale = tab.refresh(BOB)
    assert time.perf_counter() - started < kind.timeout + SLACK
    assert (stale.state, stale.is_banner, stale.rows) == ("stale", True, before.rows)
    if fault.kind == "limited":
        # Whoever was told to wait asks for nobody else either.
        assert_is_told(stale, system, "asked us to wait")
        assert len(proxy.trace_ids()) == asked
        assert tab.guard.waits_until() - time.time() == pytest.approx(RETRY_AFTER_SECONDS, abs=10)
        assert card.retry == pytest.approx(RETRY_AFTER_SECONDS, abs=2)
    else:
        assert_is_told(stale, system, fault.sentence)
        assert set(proxy.trace_ids()) == {card.reference, stale.reference}
        assert len(proxy.trace_ids()) <= 2 * fault.requests
        assert tab.guard.waits_until() == 0
    is_permanent = fault.kind in {"final", "operator"}
    assert (card.retry is None) == (stale.retry is None) == is_permanent
    assert tab.guard.breaker().failures == (2 if fault.kind == "temporary" else 0)
    light = tab.light
    # Two customers, or one moment, say little of the connection; what only an operator can mend says all.
    assert light.light is (Light.RED if fault.kind == "operator" else Light.AMBER)
    assert fault.sentence in light.last_error
    assert light.last_trace_id in proxy.trace_ids()
    assert not [secret for secret in (*system.secrets.values(), ADA, BOB) if secret in logged(caplog)]

    monkeypatch.setattr(kind, "timeout", usual_timeout)
    proxy.stand_before(system.url)
    clock.shift(LATER_SECONDS)
    for email, rows in ((BOB, before.rows), (ADA, None)):
        after = tab.open(email)
        assert (after.state, after.is_banner) == ("ready", False)
        assert after.rows == rows or (rows is None and after.rows > 0)
    assert tab.light.light is Light.GREEN
    assert tab.guard.breaker().failures == 0


def test_every_capability_under_every_fault(
    tab: Tab,
    system: System,
    proxy: FaultyProxy,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The other panels' cards and banners say what the first one's do. Fields that vanish are another test's."""
    kind = registry.connectors().plugins[system.connector]
    monkeypatch.setattr(views, "REFRESH_QUOTA", 1000)
    for panel in system.others:
        proxy.stand_before(system.url)
        other = make_tab(system, tab.client, panel=panel)
        before = other.open(BOB)
        assert (panel, before.state, before.is_banner) == (panel, "ready", False)
        for fault in FAULTS:
            other.guard.reset()
            with monkeypatch.context() as patched:
                patched.setattr(kind, "timeout", SHORTER_TIMEOUT if fault.name == "slow" else kind.timeout)
                proxy.stand_before(system.url, fault=fault.name)
                card = other.open(f"{panel}.{fault.name.replace(' ', '.')}@example.com")
                assert (panel, fault.name, card.state, card.is_card) == (panel, fault.name, "error", True)
                assert_is_told(card, system, fault.sentence)
                assert set(proxy.trace_ids()) == {card.reference}
                assert (card.retry is None) == (fault.kind in {"final", "operator"})
                other.guard.reset()
                stale = other.refresh(BOB)
            assert (panel, fault.name, stale.state, stale.rows) == (panel, fault.name, "stale", before.rows)
            assert_is_told(stale, system, fault.sentence)


def test_the_host_under_every_fault(proxy: FaultyProxy, settings: Settings) -> None:  # noqa: F811
    """It is asked before any panel is shown, so it is the connector that is looked at."""
    settings.OUTGOING_NETWORKS = ["127.0.0.0/8"]
    account = make_account(trust="verified", host_origin=proxy.url)
    set_secret(account, HOST_TOKEN, "host-token")

    def answer(asked: Asked) -> Reply:
        if asked.headers["api-access-token"] != "host-token":
            return Reply({"errors": ["You need to sign in or sign up before continuing."]}, 401)
        row = {"id": 7, "inbox_id": 3, "status": "open", "meta": {"sender": {"id": 70}}}
        return Reply({"payload": [row] if asked.path.endswith("/conversations") else []})

    with running() as host:
        host.answer = answer
        for fault in ("none", *(fault.name for fault in FAULTS), "none"):
            proxy.stand_before(host.url, fault=fault)
            with budget(SHORT_TIMEOUT if fault == "slow" else 10.0):
                connector = HostConversations(ContactReader(account, 70, name="Voxys"), name="Voxys")
                if fault == "none":
                    assert [one.number for one in connector.history(Identity(contact_id=70)).conversations] == [7]
                    continue
                started = time.perf_counter()
                with pytest.raises(ConnectorError) as caught:
                    connector.history(Identity(contact_id=70))
            assert time.perf_counter() - started < SHORT_TIMEOUT + 5 * SLACK
            assert type(caught.value) is (OperatorError if fault == "wrong key" else TemporaryError), fault
            said = caught.value.sentence
            assert said.startswith("Voxys ")
            assert not INSIDES.search(said)


def test_a_detail_that_vanishes_takes_nothing_with_it(
    tab: Tab,
    system: System,
    proxy: FaultyProxy,  # noqa: F811
) -> None:
    before = tab.open(BOB)
    proxy.stand_before(system.url, fault="vanished", field=system.detail)
    for section in (tab.open(ADA), tab.refresh(BOB)):
        assert (section.state, section.is_banner) == ("ready", False)
        assert section.rows > 0
    assert section.rows == before.rows
    assert tab.light.light is Light.GREEN


def test_a_needed_field_that_vanishes_is_no_empty_list(
    tab: Tab,
    system: System,
    proxy: FaultyProxy,  # noqa: F811
) -> None:
    before = tab.open(BOB)
    for field in system.needed:
        tab.guard.reset()
        proxy.stand_before(system.url, fault="vanished", field=field)
        card = tab.refresh(ADA)
        assert (field, card.state, card.is_card) == (field, "error", True)
        assert_is_told(card, system, "")
        assert card.reference == proxy.trace_ids()[-1]
        stale = tab.refresh(BOB)
        assert (field, stale.state, stale.is_banner, stale.rows) == (field, "stale", True, before.rows)
        assert tab.light.light is not Light.GREEN


def test_dead_system_is_left_alone_and_found_alive_again(
    tab: Tab,
    system: System,
    proxy: FaultyProxy,  # noqa: F811
    clock: time_machine.TimeMachineFixture,
) -> None:
    proxy.stand_before(system.url, fault="500")
    for number in range(FAILURES_TO_OPEN):
        tab.open(f"nobody{number}@example.com")
    asked = proxy.trace_ids()
    card = tab.open(ADA)
    assert card.state == "error"
    assert_is_told(card, system, "has not answered for a while")
    assert proxy.trace_ids() == asked
    assert tab.light.is_given_up
    proxy.stand_before(system.url)
    clock.shift(LATER_SECONDS)
    assert tab.open(ADA).state == "ready"
    assert not tab.light.is_given_up


def assert_is_told(section: Section, system: System, sentence: str) -> None:
    """The card or banner says so in a sentence for agents: which connection, nothing of our insides, no secret."""
    assert NAME in section.told
    assert sentence in section.told
    assert section.told.endswith(".")
    assert not INSIDES.search(section.told), section.told
    assert not [secret for secret in system.secrets.values() if secret in section.html]


def logged(caplog: pytest.LogCaptureFixture) -> str:
    """Return what our own code has logged."""
    return "\n".join(record.getMessage() for record in caplog.records)
