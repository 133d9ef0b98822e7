"""Processes that publish over HTTP and are killed by SIGKILL in the middle of a call."""

import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from django.db import connection

from tenants.models import Account
from tenants.secrets import set_host_token
from tests.factories import make_account, make_app
from tests.support.http_host import HeldHost, serving
from tests.support.publishing_host import OURS, TITLES
from voxysapps.embedded.files import BASE_DIR

pytestmark = pytest.mark.django_db(transaction=True)

SECONDS = 120  # until a process that should have come to a call has failed


@pytest.fixture
def served() -> Iterator[tuple[HeldHost, str]]:
    with serving() as served:
        yield served


@pytest.fixture
def account(served: tuple[HeldHost, str]) -> Account:
    account = make_account(host_api=served[1])
    set_host_token(account, "token-of-an-administrator")
    for position, title in enumerate(TITLES):
        make_app(account, title=title, position=position)
    return account


def database(folder: Path) -> dict[str, str]:
    """Return what lets another process see this test's rows; SQLite's are in memory, so they are copied."""
    if connection.vendor == "sqlite":
        connection.ensure_connection()
        path = folder / "copy.sqlite3"
        with closing(sqlite3.connect(path)) as copy:
            connection.connection.backup(copy)
        return {"DATABASE_URL": f"sqlite:///{path}"}
    values = connection.settings_dict
    login = f"{values['USER']}:{values['PASSWORD']}@{values['HOST']}:{values['PORT']}"
    return {"DATABASE_URL": f"postgres://{login}/{values['NAME']}"}


def begin(account: Account, environment: dict[str, str]) -> subprocess.Popen[str]:
    return subprocess.Popen(  # noqa: S603 -- our own command
        [sys.executable, "manage.py", "publish", str(account.pk)],
        cwd=BASE_DIR,
        env={**os.environ, **environment, "PUBLIC_URL": OURS, "OUTGOING_NETWORKS": "127.0.0.0/8"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def kill_at(account: Account, environment: dict[str, str], held: HeldHost) -> None:
    process = begin(account, environment)
    came = held.is_held.wait(SECONDS)
    process.send_signal(signal.SIGKILL)
    output, _none = process.communicate()
    assert came, output
    assert process.returncode == -signal.SIGKILL


def publish(account: Account, environment: dict[str, str]) -> str:
    """Publish as an operator would who reads that somebody else is at it: a little later."""
    for _time in range(15):
        process = begin(account, environment)
        output, _none = process.communicate(timeout=SECONDS)
        if "Somebody else" not in output:
            assert process.returncode == 0, output
            return output
    raise AssertionError(output)


def test_killed_in_the_middle_of_a_call_and_published_again(
    account: Account, served: tuple[HeldHost, str], tmp_path: Path
) -> None:
    held, environment = served[0], database(tmp_path)
    foreign = held.host.put_app("Theirs", "https://other.example/")
    # The second tab is there, and nobody knows; what holds the lock is dead.
    held.hold(3, does_it=True)
    kill_at(account, environment, held)
    assert [title for title, _urls in held.host.tabs] == ["Theirs", *TITLES[:2]]
    publish(account, environment)
    urls = [(f"{OURS}/a/{app.key}/",) for app in account.dashboard_apps.order_by("position")]
    assert held.host.tabs == [("Theirs", ("https://other.example/",)), *zip(TITLES, urls, strict=True)]
    assert [url for url, _events in held.host.hooks.values()] == [f"{OURS}/hooks/{account.hook_key}/"]
    assert foreign in held.host.apps
    held.host.begin()
    assert "Nothing to change." in publish(account, environment)
    assert held.host.writes == []
