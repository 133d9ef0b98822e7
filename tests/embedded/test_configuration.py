from pathlib import Path

import pytest

from voxysapps.embedded.configuration import Configuration
from voxysapps.embedded.files import RunError


@pytest.fixture(autouse=True)
def _plain_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    unset = (
        "PORT",
        "HOST",
        "DEMO_HOST_ORIGINS",
        "SECRET_KEY",
        "DEBUG",
        "SIMULATOR",
        "RELOAD",
        "ALLOWED_HOSTS",
        "DEVELOPMENT",
    )
    for name in unset:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("RUN_DIR", str(tmp_path))


def test_configuration_has_sensible_defaults(tmp_path: Path) -> None:
    configuration = Configuration.from_environment()
    assert configuration == Configuration(
        run_dir=tmp_path,
        host="127.0.0.1",
        port=8000,
        host_origins=["http://localhost:8000", "http://127.0.0.1:8000"],
    )
    assert configuration.base_url == "http://localhost:8000"


@pytest.mark.parametrize("port", ["abc", "0", "65536", "-1"])
def test_nonsense_port_is_refused(monkeypatch: pytest.MonkeyPatch, port: str) -> None:
    monkeypatch.setenv("PORT", port)
    with pytest.raises(RunError, match=f"PORT={port} is not a port number."):
        Configuration.from_environment()


def test_host_origins_are_added_by_comma_or_space(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEMO_HOST_ORIGINS", "https://a.example, https://b.example http://localhost:8000")
    assert Configuration.from_environment().host_origins == [
        "http://localhost:8000",
        "http://127.0.0.1:8000",
        "https://a.example",
        "https://b.example",
    ]


@pytest.mark.parametrize(
    ("host", "base_url", "probe_host"),
    [
        ("0.0.0.0", "http://localhost:8000", "127.0.0.1"),  # noqa: S104 -- not bound
        ("::1", "http://localhost:8000", "::1"),
        ("192.0.2.7", "http://192.0.2.7:8000", "192.0.2.7"),
        ("2001:db8::7", "http://[2001:db8::7]:8000", "2001:db8::7"),
    ],
)
def test_address_follows_the_host(monkeypatch: pytest.MonkeyPatch, host: str, base_url: str, probe_host: str) -> None:
    monkeypatch.setenv("HOST", host)
    configuration = Configuration.from_environment()
    assert (configuration.base_url, configuration.probe_host) == (base_url, probe_host)


def test_secret_key_is_made_up_once(tmp_path: Path) -> None:
    first = Configuration.from_environment().child_environment()
    second = Configuration.from_environment().child_environment()
    assert first == second
    assert first["SECRET_KEY"] == (tmp_path / "secret_key").read_text().strip()
    assert len(first["SECRET_KEY"]) >= 50


def test_what_the_operator_set_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALLOWED_HOSTS", "apps.example.com")
    monkeypatch.setenv("SECRET_KEY", "mine")
    env = Configuration.from_environment().child_environment()
    assert (env["SECRET_KEY"], env["DEBUG"]) == ("mine", "1")
    assert env["ALLOWED_HOSTS"] == "apps.example.com,localhost,127.0.0.1,[::1]"


@pytest.mark.parametrize(
    ("given", "watched"),
    [
        ({}, "plugins"),
        ({"RELOAD": "all"}, "all"),
        ({"RELOAD": "off"}, "off"),
        ({"RELOAD": "all", "DEBUG": "0"}, "off"),
        ({"SIMULATOR": "False"}, "off"),
        ({"DEVELOPMENT": "0"}, "off"),
    ],
)
def test_files_are_watched_where_somebody_develops(
    monkeypatch: pytest.MonkeyPatch, given: dict[str, str], watched: str
) -> None:
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    assert Configuration.from_environment().reload == watched


@pytest.mark.parametrize("name", ["DEBUG", "SIMULATOR", "DEVELOPMENT"])
def test_what_is_watched_is_told_to_the_processes(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """They leave word of what they have loaded only if they know that somebody develops."""
    monkeypatch.setenv(name, "")
    configuration = Configuration.from_environment()
    assert (configuration.reload, configuration.child_environment()[name]) == ("plugins", "1")


def test_nonsense_to_watch_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RELOAD", "yes")
    with pytest.raises(RunError, match=r"RELOAD=yes is none of plugins, all, off\."):
        Configuration.from_environment()
