"""The part of a host that publishing writes into: dashboard apps and webhooks, with failures at any call."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from unittest.mock import patch

from tenants.host.client import EVENTS, EVENTS_OF_OLD_HOSTS
from tenants.host.errors import HostNotFound, HostRejected
from tenants.host.records import HostDashboardApp, HostWebhook
from tenants.models import Account

OURS = "https://apps.example"
TITLES = ("Orders", "Payments", "Customer")
CLIENTS = ("tenants.publishing.plan", "tenants.publishing.services")


class Killed(BaseException):
    """The process ends here."""


class PublishingHost:
    """Lists apps in the order of their ids; refuses a webhook's address twice, and events an old host lacks.

    `lists_last_written_last`: as a host whose query names no order does, after PostgreSQL has written a row anew.
    """

    def __init__(self, *, signs: bool = True, is_old: bool = False, lists_last_written_last: bool = False) -> None:
        self.lists_last_written_last = lists_last_written_last
        self.apps: dict[int, tuple[str, tuple[str, ...]]] = {}
        self.hooks: dict[int, tuple[str, tuple[str, ...]]] = {}
        self.signs, self.is_old = signs, is_old
        self.writes: list[str] = []
        self._last_id = 100
        self.calls = 0
        # At which call (from 0) to fail, with what, and whether the host has done it all the same.
        self.fails_at: int | None = None
        self.failure: BaseException = Killed()
        self.has_done_it = False

    @property
    def tabs(self) -> list[tuple[str, tuple[str, ...]]]:
        return [self.apps[id_] for id_ in self.ids]

    @property
    def ids(self) -> list[int]:
        return list(self.apps) if self.lists_last_written_last else sorted(self.apps)

    def put_app(self, title: str, *urls: str) -> int:
        return self._put(self.apps, title, urls)

    def dashboard_apps(self) -> list[HostDashboardApp]:
        with self._call():
            return [HostDashboardApp(id=id_, title=self.apps[id_][0], urls=self.apps[id_][1]) for id_ in self.ids]

    def create_dashboard_app(self, title: str, url: str) -> HostDashboardApp:
        with self._call(f"create {title}"):
            return HostDashboardApp(id=self.put_app(title, url), title=title, urls=(url,))

    def update_dashboard_app(self, id_: int, title: str, url: str) -> None:
        with self._call(f"update {title}"):
            self._require(self.apps, id_)
            del self.apps[id_]  # a dict keeps what is written anew at its end
            self.apps[id_] = (title, (url,))

    def delete_dashboard_app(self, id_: int) -> None:
        with self._call("delete"):
            self._require(self.apps, id_)
            del self.apps[id_]

    def webhooks(self) -> list[HostWebhook]:
        with self._call():
            return [self._hook(id_) for id_ in sorted(self.hooks)]

    def create_webhook(self, url: str, events: tuple[str, ...] = EVENTS) -> HostWebhook:
        with self._call("create webhook"):
            if any(known == url for known, _events in self.hooks.values()):
                raise HostRejected("Url has already been taken")
            return self._hook(self._put(self.hooks, url, EVENTS_OF_OLD_HOSTS if self.is_old else events))

    def update_webhook(self, id_: int) -> None:
        with self._call("update webhook"):
            self._require(self.hooks, id_)
            self.hooks[id_] = (self.hooks[id_][0], EVENTS_OF_OLD_HOSTS if self.is_old else EVENTS)

    def delete_webhook(self, id_: int) -> None:
        with self._call("delete webhook"):
            self._require(self.hooks, id_)
            del self.hooks[id_]

    def _put(self, rows: dict[int, Any], *values: Any) -> int:
        self._last_id += 1
        rows[self._last_id] = values
        return self._last_id

    def _require(self, rows: dict[int, Any], id_: int) -> None:
        if id_ not in rows:
            raise HostNotFound("Not there.")

    def _hook(self, id_: int) -> HostWebhook:
        url, events = self.hooks[id_]
        return HostWebhook(id=id_, url=url, subscriptions=events, secret=f"secret-of-{id_}" if self.signs else None)

    @contextmanager
    def _call(self, write: str = "") -> Iterator[None]:
        number, self.calls = self.calls, self.calls + 1
        if number == self.fails_at and not self.has_done_it:
            raise self.failure
        yield
        if write:
            self.writes.append(write)
        if number == self.fails_at:
            raise self.failure

    def begin(
        self, *, fails_at: int | None = None, failure: BaseException | None = None, has_done_it: bool = False
    ) -> None:
        """Count calls and writes from here on, and fail as asked."""
        self.writes.clear()
        self.calls, self.fails_at = 0, fails_at
        self.failure, self.has_done_it = failure or Killed(), has_done_it


@contextmanager
def publishing_to(hosts: dict[int, PublishingHost]) -> Iterator[None]:
    """Let the given hosts, by account id, be what is published to."""

    def client(account: Account, **_options: Any) -> PublishingHost:
        return hosts[account.pk]

    with ExitStack() as stack:
        for place in CLIENTS:
            stack.enter_context(patch(f"{place}.HostClient", client))
        yield
