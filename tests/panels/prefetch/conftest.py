"""An account with two tabs, its host, and a shop whose calls are counted; tasks run when the test says so."""

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from panels.models import Connection, PrefetchItem
from panels.prefetch import tasks
from tenants.models import Account
from tests.factories import make_account, make_app, make_connection, make_placement
from tests.support.connectors import RecordingConnector, installed_connector
from tests.support.host import HostInMemory, host_answers


@dataclass
class Desk:
    """One account, and what surrounds it."""

    account: Account
    shop: Connection
    host: HostInMemory

    @property
    def calls(self) -> list[tuple[str, str, str | None]]:
        """The calls of this account's shop."""
        return [call for call in RecordingConnector.calls if call[0] == self.shop.name]


def make_desk() -> Desk:
    account = make_account(trust="verified")
    shop = make_connection(account)
    make_placement(make_app(account), shop, panel="customer")
    orders = make_app(account)
    make_placement(orders, shop, panel="orders")
    make_placement(orders, shop, panel="payments")
    return Desk(account, shop, HostInMemory())


@pytest.fixture
def connector() -> Iterator[type[RecordingConnector]]:
    with installed_connector() as kind:
        yield kind


# Items that were put into the queue.
queue: deque[int] = deque()


@pytest.fixture(autouse=True)
def _nothing_runs_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    queue.clear()
    for task in (tasks.prefetch_next, tasks.warm_siblings, tasks.warm_account):
        monkeypatch.setattr(task, "apply_async", lambda *args, **options: None)
    monkeypatch.setattr(tasks.prefetch_conversation, "apply_async", lambda args, **options: queue.append(*args))


@pytest.fixture
def desk(connector: type[RecordingConnector]) -> Iterator[Desk]:
    made = make_desk()
    with host_answers({made.account.pk: made.host}):
        yield made


@pytest.fixture
def desks(connector: type[RecordingConnector]) -> Iterator[Callable[[int], list[Desk]]]:
    """Return so many accounts, each with a host of its own."""
    hosts: dict[int, HostInMemory] = {}

    def make(number: int) -> list[Desk]:
        made = [make_desk() for _ in range(number)]
        hosts.update({one.account.pk: one.host for one in made})
        return made

    with host_answers(hosts):
        yield make


def work(most: int = 1000) -> list[tuple[int, int]]:
    """Do what waits, one item after the other, as one worker would; return which were done, in order."""
    done: list[tuple[int, int]] = []
    tasks.begin()
    while len(done) < most and queue:
        item = PrefetchItem.objects.get(pk=queue.popleft())
        done.append((item.account_id, item.conversation_id))
        tasks.prefetch_conversation(item.pk)
    return done


def any_event(**values: Any) -> dict[str, Any]:
    return {"name": "message_created", "conversation_id": 7, "is_incoming": True, **values}
