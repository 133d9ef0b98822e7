"""What `check --deploy` finds."""

import os
import re
import secrets
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.checks import CheckMessage
from django.db import connection
from pytest_django.fixtures import Settings

from voxysapps.checks import check_deployment, check_networks

SAFE: dict[str, Any] = {
    "SECRET_KEY": "s" * 60,
    "SECRET_KEY_FALLBACKS": [],
    "ENCRYPTION_KEYS": ["e" * 43],
    "ALLOWED_HOSTS": ["apps.example.com", "admin.example.com"],
    "ADMIN_HOSTS": ["admin.example.com"],
    "TRUSTED_PROXIES": [],
    "OUTGOING_NETWORKS": [],
    "METRICS_NETWORKS": ["127.0.0.0/8"],
    "SECURE_PROXY_SSL_HEADER": None,
    "REDIS_URL": "rediss://:secret@redis.internal:6379/0",
    "SIMULATOR": False,
    "EMAIL_URL": "smtp+tls://mail.example.com:587",
    "DEFAULT_FROM_EMAIL": "Support <support@example.com>",
    "PUBLIC_URL": "https://apps.example.com",
}


@pytest.fixture(autouse=True)
def _safe(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(connection.settings_dict, "ENGINE", "django.db.backends.postgresql")
    for name, value in SAFE.items():
        setattr(settings, name, value)


def ids(found: list[CheckMessage]) -> list[str]:
    return [str(message.id).removeprefix("voxysapps.") for message in found]


def test_nothing_to_say_of_what_is_safe() -> None:
    assert check_deployment(None) == []
    assert check_networks(None) == []


@pytest.mark.parametrize(
    ("unsafe", "found"),
    [
        ({"ENCRYPTION_KEYS": []}, ["E010"]),
        ({"ENCRYPTION_KEYS": ["e" * 43, "short"]}, ["E011"]),
        ({"ENCRYPTION_KEYS": ["e" * 43, SAFE["SECRET_KEY"]]}, ["E012"]),
        ({"SECRET_KEY_FALLBACKS": SAFE["ENCRYPTION_KEYS"]}, ["E012"]),
        ({"ALLOWED_HOSTS": ["*"]}, ["E020"]),
        ({"ADMIN_HOSTS": []}, ["E021"]),
        ({"ADMIN_HOSTS": ["*"]}, ["E021"]),
        ({"ALLOWED_HOSTS": ["admin.example.com"]}, ["E022"]),
        ({"ADMIN_HOSTS": ["apps.example.com", "admin.example.com"]}, ["E022"]),
        ({"ADMIN_HOSTS": ["admin.example.org"]}, ["E023"]),
        ({"OUTGOING_NETWORKS": ["169.254.0.0/16"]}, ["E030"]),
        ({"OUTGOING_NETWORKS": ["0.0.0.0/0"]}, ["E030"]),
        ({"OUTGOING_NETWORKS": ["fd00::/8"]}, ["E030"]),
        ({"TRUSTED_PROXIES": ["0.0.0.0/0"]}, ["E031"]),
        ({"METRICS_NETWORKS": ["::/0"]}, ["E031"]),
        ({"SECURE_PROXY_SSL_HEADER": ("HTTP_X_FORWARDED_PROTO", "https")}, ["W032"]),
        ({"REDIS_URL": "redis://:secret@redis.internal:6379/0"}, ["E040"]),
        ({"REDIS_URL": "rediss://redis.internal:6379/0"}, ["E041"]),
        ({"REDIS_URL": "redis://10.0.0.7:6379/0"}, ["E040", "E041"]),
        ({"CELERY_ACCEPT_CONTENT": ["json", "pickle"]}, ["E050"]),
        ({"CELERY_TASK_SERIALIZER": "pickle"}, ["E050"]),
        ({"CELERY_RESULT_SERIALIZER": "yaml"}, ["E050"]),
        ({"SIMULATOR": True}, ["E060"]),
        ({"REDIS_URL": ""}, ["W042"]),
        ({"EMAIL_URL": ""}, ["W061"]),
        ({"PUBLIC_URL": ""}, ["W062"]),
        ({"DEFAULT_FROM_EMAIL": "Voxys dashboard apps <no-reply@localhost>"}, ["W063"]),
    ],
)
def test_unsafe_settings_are_found(settings: Settings, unsafe: dict[str, Any], found: list[str]) -> None:
    for name, value in unsafe.items():
        setattr(settings, name, value)
    messages = check_deployment(None)
    assert ids(messages) == found
    assert all(message.hint for message in messages)


def test_sqlite_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(connection.settings_dict, "ENGINE", "django.db.backends.sqlite3")
    (message,) = check_deployment(None)
    assert ids([message]) == ["W064"]
    assert message.hint


@pytest.mark.parametrize(
    "url",
    [
        "unix:///run/redis.sock?db=1",
        "redis+socket:///run/redis.sock",
        "redis://localhost:6379/0",
        "redis://127.0.0.1:6379/0",
        "redis://[::1]:6379/0",
    ],
)
def test_redis_of_this_machine_needs_neither_tls_nor_password(settings: Settings, url: str) -> None:
    settings.REDIS_URL = url
    assert check_deployment(None) == []


def test_proxies_that_are_named_may_say_how_they_were_reached(settings: Settings) -> None:
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    settings.TRUSTED_PROXIES = ["10.0.0.0/24"]
    assert check_deployment(None) == []


def test_patterns_leave_names_for_frames(settings: Settings) -> None:
    settings.ALLOWED_HOSTS = [".example.com"]
    assert check_deployment(None) == []
    settings.ADMIN_HOSTS = [".example.com"]
    assert ids(check_deployment(None)) == ["E022"]


@pytest.mark.parametrize("name", ["TRUSTED_PROXIES", "OUTGOING_NETWORKS", "METRICS_NETWORKS"])
def test_what_is_no_network_is_an_error_everywhere(settings: Settings, name: str) -> None:
    setattr(settings, name, ["10.0.0.0/8", "proxy.internal", "10.0.0.300"])
    assert ids(check_networks(None)) == ["E001", "E001"]
    assert check_deployment(None) == []


ROOT = Path(__file__).parents[2]


def production() -> dict[str, str]:
    """Return the environment that `make check` checks with."""
    text = (ROOT / "Makefile").read_text().replace("\\\n", " ")
    (line,) = re.findall(r"^PRODUCTION = (.*)$", text, re.MULTILINE)
    (check_line,) = re.findall(r"\$\(PRODUCTION\) (.*) \$\(BIN\)/python manage.py check", text)
    env = dict(re.findall(r"([A-Z_]+)=(`[^`]*`|\S*)", f"{line} {check_line}"))
    for name, value in env.items():
        if value.startswith("`"):
            env[name] = secrets.token_urlsafe(64)  # as the command there does
    return {**{name: os.environ[name] for name in ("PATH", "RUN_DIR")}, **env}


def check(**changes: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"]
    env = {**production(), **changes}
    return subprocess.run(  # noqa: S603 -- our own command
        command, cwd=ROOT, env=env, check=False, capture_output=True, text=True
    )


def test_production_of_the_makefile_passes_and_its_absence_does_not() -> None:
    passed = check()
    assert passed.returncode == 0, passed.stderr
    refused = check(ADMIN_HOSTS="", ENCRYPTION_KEYS="", SIMULATOR="1", DEBUG="1", ALLOWED_HOSTS="*")
    assert refused.returncode == 1
    for id_ in ("voxysapps.E010", "voxysapps.E020", "voxysapps.E021", "voxysapps.E060", "security.W018"):
        assert id_ in refused.stderr
