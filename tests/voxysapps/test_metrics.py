"""What is counted, and who may read it."""

import os
import subprocess
import sys
import timeit
from pathlib import Path

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from tenants.host.errors import HostUnreachable
from tests.factories import make_account, make_app
from tests.support.contexts import context_body
from tests.support.host import HostInMemory, host_answers
from voxysapps.metrics import COUNTED, Counted, count


def counted(name: Counted, result: str) -> float:
    """Return what /metrics says of the counter."""
    answer = Client().get("/metrics").content.decode()
    (line,) = [line for line in answer.splitlines() if line.startswith(f'voxys_{name}_total{{result="{result}"}}')]
    return float(line.rpartition(" ")[2])


@pytest.mark.parametrize("name", COUNTED)
def test_every_counter_counts_each_of_its_results(name: Counted) -> None:
    for result in (*COUNTED[name][1], "other"):
        before = counted(name, result)
        count(name, result=result)
        assert counted(name, result) == before + 1


def test_words_from_outside_become_no_label() -> None:
    before = counted("sign_ins", "other")
    count("sign_ins", result="ada@example.com")
    assert counted("sign_ins", "other") == before + 1
    assert "ada@example.com" not in Client().get("/metrics").content.decode()


@pytest.mark.django_db
def test_requests_to_frames_are_counted_by_outcome(client: Client) -> None:
    app = make_app()
    ok, unknown, closed = (counted("requests", result) for result in ("ok", "unknown_app", "not_confirmed"))
    client.get(f"/a/{app.key}/")
    client.get("/a/there-is-no-app-of-this-key/")
    client.get(f"/a/{app.key}/panels/1/")
    assert counted("requests", "ok") == ok + 1
    assert counted("requests", "unknown_app") == unknown + 1
    assert counted("requests", "not_confirmed") == closed + 1


@pytest.mark.django_db
def test_confirmations_are_counted_by_what_became_of_them(client: Client) -> None:
    results = ("confirmed", "refused", "sign_in_required", "unavailable")
    before = {result: counted("confirmations", result) for result in results}
    for trust, failure in (("link", None), ("signed_in", None), ("verified", None), ("verified", HostUnreachable("x"))):
        app, host = make_app(make_account(trust=trust)), HostInMemory()
        host.failure = failure
        with host_answers({app.account_id: host}):
            # At `verified` it lacks the uuid.
            client.post(f"/a/{app.key}/context", context_body(app.account), content_type="application/json")
    assert {result: counted("confirmations", result) - before[result] for result in results} == dict.fromkeys(
        results, 1
    )


@pytest.mark.parametrize("address", ["127.0.0.1", "::1", "::ffff:127.0.0.1", "127.8.9.1"])
def test_this_machine_may_read_metrics(client: Client, address: str) -> None:
    assert client.get("/metrics", REMOTE_ADDR=address).status_code == 200


@pytest.mark.parametrize("address", ["10.0.0.1", "::ffff:10.0.0.1", "2001:db8::1", "", "unix:", "localhost"])
def test_others_find_nothing_there(client: Client, address: str) -> None:
    assert client.get("/metrics", REMOTE_ADDR=address).status_code == 404


@pytest.mark.parametrize("header", ["X-Forwarded-For", "X-Forwarded-Proto", "Forwarded", "X-Real-IP", "Via"])
def test_a_proxy_on_this_machine_does_not_open_metrics_to_everybody(client: Client, header: str) -> None:
    assert client.get("/metrics", headers={header: "127.0.0.1"}, REMOTE_ADDR="127.0.0.1").status_code == 404


def test_proxies_that_are_trusted_say_who_asks(client: Client, settings: Settings) -> None:
    settings.TRUSTED_PROXIES, settings.METRICS_NETWORKS = ["127.0.0.0/8"], ["127.0.0.0/8", "10.1.0.0/16"]
    for chain, status in (
        ("10.1.2.3", 200),
        ("8.8.8.8", 404),
        ("10.1.2.3, 8.8.8.8", 404),
        ("nonsense", 404),
        ("", 404),
    ):
        response = client.get("/metrics", headers={"X-Forwarded-For": chain}, REMOTE_ADDR="127.0.0.1")
        assert response.status_code == status, chain
    assert client.get("/metrics", REMOTE_ADDR="127.0.0.1").status_code == 200


def test_networks_are_set_in_the_environment(client: Client, settings: Settings) -> None:
    settings.METRICS_NETWORKS = ["10.1.0.0/16", "2001:db8::/32"]
    statuses = {
        address: client.get("/metrics", REMOTE_ADDR=address).status_code
        for address in ("10.1.2.3", "2001:db8::7", "10.2.0.1", "127.0.0.1")
    }
    assert statuses == {"10.1.2.3": 200, "2001:db8::7": 200, "10.2.0.1": 404, "127.0.0.1": 404}


def test_counting_costs_the_warm_path_nothing() -> None:
    def one() -> None:
        count("confirmations", result="confirmed")

    fastest = min(timeit.repeat(one, number=2_000, repeat=20)) / 2_000
    assert fastest < 2e-6


_COUNT_IN_A_PROCESS = """
import django; django.setup()
from voxysapps.metrics import count
count("webhooks", result="accepted")
"""
_READ_IN_ANOTHER = """
import django; django.setup()
from django.test import Client
print(Client().get("/metrics", headers={"host": "localhost"}).content.decode())
"""


def test_processes_that_share_a_folder_answer_for_each_other(tmp_path: Path) -> None:
    env = {**os.environ, "PROMETHEUS_MULTIPROC_DIR": str(tmp_path), "DJANGO_SETTINGS_MODULE": "voxysapps.settings"}
    _run(_COUNT_IN_A_PROCESS, env)
    _run(_COUNT_IN_A_PROCESS, env)
    assert 'voxys_webhooks_total{result="accepted"} 2.0' in _run(_READ_IN_ANOTHER, env)


def _run(program: str, env: dict[str, str]) -> str:
    command = [sys.executable, "-c", program]
    return subprocess.run(  # noqa: S603 -- our own command
        command, env=env, check=True, capture_output=True, text=True
    ).stdout
