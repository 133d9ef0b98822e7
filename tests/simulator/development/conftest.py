import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from panels.configuration import forget_plans
from tenants.models import Account, DashboardApp
from voxysapps import observing, outgoing
from voxysapps.simulator.development.recorder import Recorder
from voxysapps.simulator.development.watching import note_watcher
from voxysapps.simulator.seed import seed_demonstration

FERNWEH, BRISA = 4, 9
CONVERSATION = 1421
MIDDLEWARE = "voxysapps.simulator.development.middleware.DevelopmentMiddleware"


class Desk:
    """An account of the stand-in host whose first tab is open, and the simulator that looks behind it."""

    def __init__(self, client: Client, account: Account) -> None:
        self.client, self.account = client, account
        self.app = DashboardApp.objects.for_account(account).order_by("position", "pk")[0]

    def post_context(self) -> Any:
        data = next(
            one
            for one in self.client.get(f"/simulator/data/{self.account.host_account_id}.json").json()["conversations"]
            if one["id"] == CONVERSATION
        )
        posted = {"event": "appContext", "data": {"conversation": data, "contact": data["meta"]["sender"]}}
        return self.client.post(f"/a/{self.app.key}/context", json.dumps(posted), content_type="application/json")

    def look(self, what: str = "", *, key: str | None = None) -> Any:
        where = f"app={key or self.app.key}&conversation={CONVERSATION}"
        return self.client.get(f"/simulator/development/{self.account.host_account_id}{what}?{where}")

    def do(self, what: str, sent: object) -> Any:
        where = f"app={self.app.key}&conversation={CONVERSATION}"
        address = f"/simulator/development/{self.account.host_account_id}{what}?{where}"
        return self.client.post(address, json.dumps(sent), content_type="application/json")


@pytest.fixture
def development(settings: Settings, tmp_path: Path) -> Iterator[Settings]:
    """Let it be as with `make run`, with a window of the simulator open."""
    before = settings.MIDDLEWARE
    at = before.index("voxysapps.context.middleware.ContextMiddleware")
    settings.DEVELOPMENT = True
    settings.RUN_DIR = tmp_path
    settings.MIDDLEWARE = [*before[:at], MIDDLEWARE, *before[at:]]
    recorder = Recorder()
    observing.install(recorder)
    outgoing.install_toll(recorder.pass_toll)
    note_watcher()
    forget_plans()
    yield settings
    observing.install(None)
    outgoing.install_toll(None)


@pytest.fixture
def desk(client: Client, development: Settings) -> Desk:
    seed_demonstration(host_origins=["http://localhost:8000"])
    client.defaults["HTTP_HOST"] = "localhost:8000"
    return Desk(client, Account.objects.get(host_account_id=FERNWEH))
