"""What is wrong with a company's systems, and that it meets whoever asks them, alone."""

import time
from collections.abc import Iterator
from typing import Any

import httpcore2
import httpx2
import pytest

from panels.errors import TemporaryError
from panels.models import Connection
from panels.system_client import SystemClient
from tests.simulator.development.conftest import BRISA, Desk
from voxysapps import outgoing
from voxysapps.observing import asking
from voxysapps.simulator.development import faults, records
from voxysapps.simulator.development.faults import SystemFault, read_faults, set_fault
from voxysapps.simulator.development.records import Work

pytestmark = pytest.mark.django_db
CUSTOMER = "0123456789abcdef"
SENTENCES = {
    SystemFault.LIMITED: "The shop gets too many requests at the moment.",
    SystemFault.BROKEN: "The shop has trouble of its own at the moment.",
    SystemFault.TIMEOUT: "The shop did not answer in time.",
    SystemFault.REFUSED: "The shop cannot be reached at the moment.",
    SystemFault.HTML: "The shop answered with something that is not its API's.",
    SystemFault.TRUNCATED: "The shop answered with something that is not its API's.",
}


class Shop:
    """Answers every request."""

    asked = 0

    def handle_request(self, request: httpx2.Request) -> httpcore2.Response:
        self.asked += 1
        return httpcore2.Response(200, content=b'{"points": 40}')


@pytest.fixture
def shop() -> Iterator[Shop]:
    shop = Shop()
    with outgoing.answered_by(shop):
        yield shop


def ask(desk: Desk, source: str = "p7", timeout: float = 0.2) -> Any:
    client = SystemClient("https://shop.example.com/api", name="The shop", timeout=timeout)
    with asking(desk.account.pk, source, CUSTOMER, "reference"):
        return client.get("/members", params={"email": "ada@example.com"})


def noted(desk: Desk, source: str = "p7") -> Work:
    work = records.read(records.question_key(desk.account.pk, source, CUSTOMER), Work)
    assert work
    return work


def test_request_is_noted_without_what_may_be_secret(desk: Desk, shop: Shop) -> None:
    assert ask(desk) == {"points": 40}
    work = noted(desk)
    (sent,) = work.calls
    assert (sent.method, sent.address, sent.status, sent.size) == ("GET", "shop.example.com/api/members", 200, 14)
    assert "ada@" not in str(work)
    assert work.milliseconds >= sent.milliseconds > 0


@pytest.mark.parametrize("fault", SENTENCES)
def test_fault_meets_the_request(desk: Desk, shop: Shop, fault: SystemFault) -> None:
    set_fault(desk.account.pk, "p7", fault)
    with pytest.raises(TemporaryError) as caught:
        ask(desk)
    assert caught.value.sentence == SENTENCES[fault]
    assert {sent.fault for sent in noted(desk).calls} == {fault}
    assert SENTENCES[fault] in noted(desk).problem
    assert shop.asked == (1 if fault is SystemFault.TRUNCATED else 0)


def test_slow_system_answers_after_all(desk: Desk, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(faults, "SLOW_SECONDS", 0.1)
    set_fault(desk.account.pk, "p7", SystemFault.SLOW)
    started = time.monotonic()
    assert ask(desk, timeout=5) == {"points": 40}
    assert time.monotonic() - started >= 0.1


def test_fault_is_one_systems_of_one_account(desk: Desk, shop: Shop) -> None:
    set_fault(desk.account.pk, "p7", SystemFault.BROKEN)
    assert ask(desk, "p71") == {"points": 40}
    other = Desk(desk.client, type(desk.account).objects.get(host_account_id=BRISA))
    assert ask(other) == {"points": 40}
    set_fault(desk.account.pk, "p7", SystemFault.NONE)
    assert ask(desk) == {"points": 40}
    assert read_faults(desk.account.pk) == {}


def test_demonstration_fails_though_it_sends_nothing(desk: Desk) -> None:
    connection = Connection.objects.for_account(desk.account).filter(connector="demo")[0]
    set_fault(desk.account.pk, f"c{connection.pk}", SystemFault.LIMITED)
    with (
        pytest.raises(TemporaryError, match="too many requests") as caught,
        asking(desk.account.pk, f"c{connection.pk}.orders", CUSTOMER, "reference"),
    ):
        pytest.fail("it was asked")
    assert caught.value.retry_after


def test_fault_is_set_in_the_drawer(desk: Desk) -> None:
    system = desk.look("/faults").json()["systems"][0]["system"]
    told = desk.do("/faults", {"system": system, "fault": "html"}).json()
    assert [one["fault"] for one in told["systems"] if one["system"] == system] == ["html"]
    assert told["faults"] == [str(fault) for fault in SystemFault]
    assert desk.do("/faults", {"system": system, "fault": "tired"}).status_code == 400
    assert desk.do("/faults", {"system": "c0", "fault": "html"}).status_code == 404
