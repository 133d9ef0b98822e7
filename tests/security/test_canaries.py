"""Canaries in every field of a full run, and then in no log, error page, metric, task, key or record.

The run is the real product with all its processes. What it keeps of customers on purpose, snapshots and
fragments in the cache, is left out; their keys are not.
"""

import base64
import json
import re
import sqlite3
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import psutil
import pytest
import redis
from django.test import override_settings

from tests.security.desk import Desk
from tests.support.product import Product
from voxysapps.redis_urls import cache_url
from voxysapps.simulator.host.tokens import agent_token

CANARY = "zcanaryz"
ANY_CASE = re.compile(CANARY, re.IGNORECASE)
# Values of the cache hold customers' data on purpose; everything else that goes to Redis does not.
VALUES = ("SET", "MSET", "SETEX", "PSETEX")
BODY = re.compile(r'\\?"body\\?": \\?"([A-Za-z0-9+/=]{8,})\\?"')


@dataclass
class Run:
    """A run, all that was said to it and all that it answered."""

    product: Product
    desk: Desk
    secrets: dict[str, str] = field(default_factory=dict)
    answers: list[tuple[str, int, str]] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)
    metrics: str = ""

    def ask(self, path: str, body: Any = None, **headers: str) -> tuple[int, dict[str, str], str]:
        answer = self.desk.ask(
            path, body, **{"User-Agent": f"{CANARY}-agent", "Referer": f"http://{CANARY}/", **headers}
        )
        self.answers.append((path, answer[0], answer[2]))
        return answer


def planted(value: Any, name: str = "") -> Any:
    """Return the value with a canary in every text that is no date and no word of the host's."""
    if isinstance(value, dict):
        return {key: planted(inner, key) for key, inner in value.items()}
    if isinstance(value, list):
        return [planted(inner, name) for inner in value]
    if isinstance(value, str) and name not in ("event", "channel", "status", "uuid", "content_type"):
        return f"{CANARY}-{name}@example.com" if name == "email" else f"{CANARY} {name}"
    return value


def wait_for(condition: Any, what: str, seconds: float = 25) -> Any:
    give_up = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < give_up, f"{what} did not come"
        time.sleep(0.1)
    return found


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    product = Product(tmp_path_factory.mktemp("canaries") / "run")
    try:
        run = Run(product.wait_until_up(), Desk(product))
        with watching(run):
            go_through(run)
        yield run
    finally:
        product.stop()


class watching:  # noqa: N801 - used as a statement
    """Writes down every command that goes to the run's Redis."""

    def __init__(self, run: Run) -> None:
        environment = psutil.Process(next(iter(run.product.processes("granian")))).environ()
        self._client = (
            redis.Redis.from_url(cache_url(environment["REDIS_URL"])) if environment.get("REDIS_URL") else None
        )
        self._run = run

    def __enter__(self) -> None:
        if self._client is None:
            return
        self._monitor = self._client.monitor()  # type: ignore[no-untyped-call]
        self._monitor.__enter__()
        threading.Thread(target=self._listen, daemon=True).start()

    def __exit__(self, *_exception: object) -> None:
        if self._client is None:
            return
        time.sleep(0.5)
        self._run.commands += [f"KEY {key.decode(errors='replace')}" for key in self._client.scan_iter(count=1000)]
        self._client.close()

    def _listen(self) -> None:
        try:
            for command in self._monitor.listen():
                self._run.commands.append(str(command["command"]))
        except (redis.RedisError, OSError, ValueError, AttributeError):
            return


def go_through(run: Run) -> None:
    """Do all that hosts, agents, operators and attackers do."""
    desk, product = run.desk, run.product
    run.secrets["signing key"] = (product.run_dir / "secret_key").read_text().strip()
    run.secrets["encryption key"] = (product.run_dir / "encryption_key").read_text().strip()
    with override_settings(SECRET_KEY=run.secrets["signing key"]):
        run.secrets["host token"] = agent_token(desk.account["host_account_id"], desk.account["agents"][0]["id"])
    with sqlite3.connect(f"file:{product.run_dir / 'db.sqlite3'}?mode=ro", uri=True) as database:
        hook_key, secret = database.execute(
            "SELECT a.hook_key, w.secret FROM tenants_account a JOIN simulator_webhook w USING (host_account_id)"
            " WHERE a.trust = 'signed_in'"
        ).fetchone()
    run.secrets |= {"webhook address": hook_key, "webhook secret": secret}
    sign_in(run)
    look(run)
    hear_from_the_host(run)
    attack(run)
    run.metrics = desk.ask("/metrics")[2]


def sign_in(run: Run) -> None:
    desk, path = run.desk, run.desk.path()
    wrong = json.loads(
        run.ask(f"{path}sign-in/", {"method": "mail", "agent": None, "email": f"{CANARY}@example.com"})[2]
    )
    run.ask(f"{path}sign-in/{wrong['challenge']}/", {"secret": wrong["secret"], "code": f"{CANARY}"})
    begun = json.loads(run.ask(f"{path}sign-in/", {"method": "mail", "agent": desk.agent["id"]})[2])
    code = wait_for(desk.codes, "the code")[0]
    answer = json.loads(run.ask(f"{path}sign-in/{begun['challenge']}/", {"secret": begun["secret"], "code": code})[2])
    run.secrets |= {"code": code, "bare code": code.replace("-", ""), "challenge's secret": begun["secret"]}
    run.secrets["session token"] = answer["token"]
    note = json.loads(
        run.ask(
            f"{path}sign-in/", {"method": "note", "agent": desk.agent["id"], "conversation": desk.conversations[0]}
        )[2]
    )
    if note.get("code"):
        run.secrets["code of a note"] = note["code"]
        run.ask(f"{path}sign-in/{note['challenge']}/", {"secret": note["secret"], "code": None})
    mails = json.dumps(wait_for(lambda: link_in_mails(desk), "the mail about the new session"))
    run.secrets["ending link"] = re.findall(r"/sign-in/revoke/([^/\"\\]+)/", mails)[0]
    run.ask(f"{path}sign-in/revoke/{run.secrets['ending link']}/")


def link_in_mails(desk: Desk) -> list[str]:
    text = desk.ask(f"/simulator/mailbox.json?to={desk.agent['email']}")[2]
    return re.findall(r"/sign-in/revoke/[^/\"\\]+/", text)


def look(run: Run) -> None:
    desk, path = run.desk, run.desk.path()
    bearer = {"Authorization": f"Bearer {run.secrets['session token']}"}
    context = desk.context()
    for _time in range(3):
        _status, headers, html = run.ask(f"{path}context", context, **bearer)
    assert "data-panel" in html
    pass_ = {name.lower(): value for name, value in headers.items()}["x-voxys-context"]
    run.secrets["context token"] = pass_
    follow = {**bearer, "X-Voxys-Context": pass_}
    for placement in set(re.findall(r'data-placement="(\d+)"', html)):
        for tail in ("", f"?part={CANARY}", "?part=rows", f"?lang={CANARY}"):
            run.ask(f"{path}panels/{placement}/{tail}", **follow)
        run.ask(f"{path}panels/{placement}/refresh", b"", **follow)


def hear_from_the_host(run: Run) -> None:
    """The customer writes, and is edited: webhooks come, and what was confirmed is read again."""
    desk = run.desk
    bearer = {"Authorization": f"Bearer {run.secrets['session token']}"}
    conversation, contact = desk.account["conversations"][1], desk.account["conversations"][1]["contact"]
    account = desk.account["id"]
    run.desk.ask(
        f"/simulator/customers/{account}", {"conversation": conversation["id"], "content": f"{CANARY} message"}
    )
    edited = {
        "name": f"{CANARY} name", "email": f"{CANARY}@example.com", "phone_number": contact.get("phone_number"),
        "identifier": f"{CANARY}-identifier", "custom_attributes": {f"{CANARY}_key": f"{CANARY} value"},
    }  # fmt: skip
    status, _headers, text = desk.ask(
        f"/simulator/host/api/v1/accounts/{desk.account['host_account_id']}/contacts/{contact['id']}",
        edited,
        method="PATCH",
        api_access_token=run.secrets["host token"],
    )
    assert status == 200, text
    context = desk.context(1)
    context["data"]["contact"] = {**context["data"]["contact"], **{name: edited[name] for name in ("name", "email")}}
    for _time in range(20):
        answer = run.ask(f"{desk.path()}context", context, **bearer)
        if ANY_CASE.search(answer[2]) and "loading" not in answer[2]:
            break
        time.sleep(0.2)
    assert ANY_CASE.search(answer[2]), "the canary is what is shown, so it has gone all the way"
    wait_for(lambda: records(run, "tenants_viewrecord"), "the view record")


def attack(run: Run) -> None:
    desk, path = run.desk, run.desk.path()
    bearer = {"Authorization": f"Bearer {run.secrets['session token']}"}
    posted = planted(desk.context())
    for forged in (
        posted,
        {**posted, "data": {**posted["data"], "conversation": f"{CANARY}"}},
        {**posted, "data": {**posted["data"], "contact": {"id": f"{CANARY}"}}},
        {**posted, "event": f"{CANARY}"},
        f"{CANARY} is no JSON".encode(),
    ):
        for headers in (bearer, {}, {"Authorization": f"Bearer {CANARY}"}, {"Cookie": f"__Host-voxys-1={CANARY}"}):
            run.ask(f"{path}context", forged, **headers)
    run.ask(f"{path}panels/1/", **bearer, **{"X-Voxys-Context": CANARY, "X-Forwarded-For": CANARY})
    run.ask(f"{path}sign-in/", {"method": CANARY})
    run.ask(f"{path}sign-in/{CANARY}/", {"secret": CANARY, "code": CANARY})
    run.ask(f"{path}sign-in/revoke/{CANARY}/")
    event = json.dumps({"event": "message_created", "content": CANARY, "sender": {"email": f"{CANARY}@example.com"}})
    for address in (run.secrets["webhook address"], CANARY * 4):
        run.ask(f"/hooks/{address}/", event.encode(), **{"X-Chatwoot-Signature": f"sha256={CANARY}"})
    for fault in ("down", "bad_token", "limited", "none"):
        desk.ask(f"/simulator/host-faults/{desk.account['id']}", {"fault": fault})
        run.ask(f"{path}context", desk.context(2), **bearer)
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    run.ask("/admin/login/", f"username={CANARY}&password={CANARY}".encode(), **form)
    run.ask(f"{path}sign-out", b"", **bearer)


def records(run: Run, *tables: str) -> list[str]:
    with sqlite3.connect(f"file:{run.product.run_dir / 'db.sqlite3'}?mode=ro", uri=True) as database:
        return [repr(row) for table in tables for row in database.execute(f"SELECT * FROM {table}")]  # noqa: S608


def find(text: str, run: Run) -> set[str]:
    """Return the names of the canaries and secrets in the text."""
    found = {name for name, secret in run.secrets.items() if secret in text}
    return found | ({"canary"} if ANY_CASE.search(text) else set())


def task_bodies(run: Run) -> list[str]:
    bodies = {body for command in run.commands for body in BODY.findall(command)}
    return [base64.b64decode(body).decode() for body in bodies]


def test_the_run_was_a_full_one(run: Run) -> None:
    """What is looked for below was there to be found."""
    statuses = {status for _path, status, _text in run.answers}
    assert {200, 400, 401, 403, 404, 503} <= statuses
    if run.commands:  # with a Redis to watch
        for task in ("panels.refresh_snapshot", "tenants.send_sign_in_code", "tenants.tell_new_session"):
            assert any(task in command for command in run.commands), task
        assert len(task_bodies(run)) > 3
    assert len(run.secrets) >= 10
    assert records(run, "tenants_viewrecord")
    assert "host not asked: account=" in run.product.output, "web processes and workers write their lines there"
    assert find(f"… {CANARY.upper()} …", run) == {"canary"}


def test_nothing_in_the_logs(run: Run) -> None:
    lines = [line for line in run.product.output.splitlines() if find(line, run)]
    assert lines == []


def test_nothing_in_error_pages(run: Run) -> None:
    found = {
        (urlsplit(path).path.rpartition("/")[0][-30:], status): find(text, run)
        for path, status, text in run.answers
        if status >= 400 and find(text, run)
    }
    assert found == {}


def test_nothing_in_metrics(run: Run) -> None:
    assert "voxys_requests_total" in run.metrics
    assert find(run.metrics, run) == set()


def test_nothing_in_tasks(run: Run) -> None:
    if not run.commands:
        pytest.skip("the queue is in the process")
    assert [find(body, run) for body in task_bodies(run) if find(body, run)] == []


def test_nothing_in_keys_counters_and_journals(run: Run) -> None:
    if not run.commands:
        pytest.skip("the cache is in the process")
    found = set()
    for command in run.commands:
        name, _space, rest = command.partition(" ")
        told = rest.split(" ", 1)[0] if name.upper() in VALUES else rest
        found |= {(name, *find(told, run))} if find(told, run) else set()
    assert found == set()


def test_nothing_in_records(run: Run) -> None:
    """View records, notices, the journal, and what the admin notes: ids and digests."""
    tables = ("tenants_viewrecord", "tenants_notice", "voxysapps_journalentry", "django_admin_log", "django_session")
    assert [row for row in records(run, *tables) if find(row, run)] == []


def test_secrets_are_sealed_or_hashed_at_rest(run: Run) -> None:
    for row in records(run, "tenants_account", "tenants_agentsession"):
        assert find(row, run) <= {"webhook address"}
