"""The whole run, as real processes. One product serves most tests here: starting it is what costs."""

import os
import signal
import stat
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.product import RUN, Product, base_environment
from voxysapps.embedded.files import BASE_DIR
from voxysapps.embedded.ports import free_port

WITHOUT_REDIS = """
import sys
from voxysapps.embedded import supervisor
supervisor.start_valkey = lambda *arguments: None
sys.exit(supervisor.main())
"""


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    product = Product(tmp_path_factory.mktemp("run") / "run", DEMO_HOST_ORIGINS="https://host.example.com")
    try:
        yield product.wait_until_up()
    finally:
        product.stop()


def run_once(run_dir: Path, **env: str) -> subprocess.CompletedProcess[str]:
    """Run a product that is expected to end by itself."""
    return subprocess.run(  # noqa: S603 -- our own command
        [sys.executable, *RUN],
        cwd=BASE_DIR,
        env={**base_environment(), "RUN_DIR": str(run_dir), **env},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def wait_for(condition: Callable[[], bool], seconds: float = 15) -> bool:
    give_up = time.monotonic() + seconds
    while time.monotonic() < give_up:
        if condition():
            return True
        time.sleep(0.05)
    return False


def get(url: str) -> int:
    with urllib.request.urlopen(url, timeout=5) as response:  # noqa: S310 -- our own server
        return int(response.status)


def has_data(product: Product) -> bool:
    """Return whether a worker has fetched and the web process shows it."""
    try:
        html = product.post_context()
    except OSError:
        return False
    return 'data-state="ready"' in html and 'data-state="loading"' not in html


def test_run_prints_where_to_go(running: Product) -> None:
    base = f"http://localhost:{running.port}"
    password = running.state["admin"]["password"]
    # Nothing comes before: a first start has no warnings to tell.
    assert running.output.startswith("\nVoxys dashboard apps are running.\n")
    assert f"  Simulator  {base}/simulator/\n" in running.output
    assert f"  Admin      {base}/admin/\n" in running.output
    assert f"sign in as admin with {password}\n" in running.output


def test_run_answers_on_every_address_it_tells(running: Product) -> None:
    state = running.state
    for url in (f"{state['base_url']}/healthz", state["admin"]["url"], state["simulator_url"]):
        assert get(url) == 200, url


def test_state_tells_demonstration_accounts(running: Product) -> None:
    accounts = running.state["accounts"]
    assert accounts
    for account in accounts:
        assert {"id", "trust", "host_account_id", "agents", "conversations", "apps"} <= account.keys()
        for app in account["apps"]:
            assert get(f"{running.base_url}/a/{app['key']}/") == 200


def test_run_keeps_its_secrets_from_others(running: Product) -> None:
    for name in ("state.json", "secret_key", "admin_password"):
        assert stat.S_IMODE((running.run_dir / name).stat().st_mode) == 0o600, name
    assert stat.S_IMODE(running.run_dir.stat().st_mode) == 0o700


def test_second_run_in_the_same_folder_says_who_runs(running: Product) -> None:
    second = run_once(running.run_dir, PORT=str(free_port()))
    assert second.returncode == 1
    assert second.stderr == (
        f"It runs already: http://localhost:{running.port}/, process {running.process.pid} "
        f"(folder {running.run_dir}).\n"
    )


def test_taken_port_is_named(running: Product, tmp_path: Path) -> None:
    second = run_once(tmp_path / "run", PORT=running.port)
    assert second.returncode == 1
    assert second.stderr == (
        f"Port {running.port} is taken. Choose another one: make run PORT={int(running.port) + 1}\n"
    )


@pytest.mark.parametrize("name", ["celery", "granian", "valkey-server"])
def test_killed_process_is_started_again(running: Product, name: str) -> None:
    killed = min(running.processes(name))
    os.kill(killed, signal.SIGKILL)
    assert wait_for(lambda: killed not in running.processes(name)), running.output
    assert wait_for(lambda: has_data(running))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_stopped_run_leaves_nothing_and_starts_again_as_it_was(
    running: Product, tmp_path: Path, number: signal.Signals
) -> None:
    state = running.state
    started = time.monotonic()
    assert running.stop(number) == 0
    assert time.monotonic() - started < 10
    assert wait_for(lambda: not running.processes(), seconds=2), running.processes()
    assert not (running.run_dir / "state.json").exists()

    running.__init__(running.run_dir, PORT=running.port)  # type: ignore[misc]
    assert running.wait_until_up().state == state


def test_killed_run_leaves_no_orphans(running: Product) -> None:
    running.stop(signal.SIGKILL)
    assert wait_for(lambda: not running.processes()), running.processes()


def test_unreachable_redis_is_said_in_a_sentence(tmp_path: Path) -> None:
    run = run_once(tmp_path / "run", PORT=str(free_port()), REDIS_URL="redis://:secret@127.0.0.1:1/0")
    assert run.returncode == 1
    assert run.stderr.startswith("The Redis of REDIS_URL cannot be reached: ")
    assert len(run.stderr.splitlines()) == 1
    assert "secret" not in run.stderr


def test_unreachable_database_is_said_in_a_sentence(tmp_path: Path) -> None:
    run = run_once(tmp_path / "run", PORT=str(free_port()), DATABASE_URL="postgres://user:secret@127.0.0.1:1/none")
    assert run.returncode == 1
    assert run.stderr.startswith("The database of DATABASE_URL cannot be reached: ")
    assert len(run.stderr.splitlines()) == 1
    assert "secret" not in run.stderr


def test_run_without_a_redis_is_one_process_with_a_worker(tmp_path: Path) -> None:
    product = Product(tmp_path / "run", command=("-c", WITHOUT_REDIS)).wait_until_up()
    try:
        assert product.output.startswith("No Redis-compatible server was found: everything runs in one process.\n")
        assert not product.processes("-m celery") | product.processes("valkey-server")
        assert wait_for(lambda: has_data(product))
    finally:
        assert product.stop() == 0
    assert wait_for(lambda: not product.processes(), seconds=2), product.processes()
