"""Wrong passwords: counted by name and address, and by address."""

import logging
from typing import Any

import pytest
import time_machine
from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.contrib.auth.models import User
from django.core.cache import cache
from django.test import Client
from pytest_django.fixtures import Settings

pytestmark = pytest.mark.django_db

LOGIN = "/admin/login/"
HERE, ELSEWHERE = "203.0.113.7", "198.51.100.9"
RIGHT, WRONG = "the right password", "a wrong password"
Clock = time_machine.TimeMachineFixture


@pytest.fixture(autouse=True)
def user() -> User:
    return User.objects.create_superuser("ops", password=RIGHT)


def enter(password: str, name: str = "ops", address: str = HERE, **headers: str) -> Any:
    return Client(REMOTE_ADDR=address, headers=headers).post(LOGIN, {"username": name, "password": password})


def fail(times: int, name: str = "ops", address: str = HERE) -> list[int]:
    return [enter(WRONG, name, address).status_code for _ in range(times)]


def test_five_wrong_passwords_lock_the_name_at_the_address(clock: Clock) -> None:
    assert fail(5) == [200, 200, 200, 200, 429]
    assert enter(RIGHT).status_code == 429
    assert enter(RIGHT, address=ELSEWHERE).status_code == 302
    User.objects.create_superuser("colleague", password=RIGHT)
    assert enter(RIGHT, "colleague").status_code == 302
    # Trying on does not prolong it.
    clock.shift(14 * 60)
    assert enter(RIGHT).status_code == 429
    clock.shift(61)
    assert enter(RIGHT).status_code == 302


def test_fifty_wrong_passwords_lock_the_address() -> None:
    for number in range(10):
        assert fail(4, f"name{number}") == [200] * 4
    assert fail(4, "more") == [200] * 4
    assert enter(RIGHT).status_code == 302
    assert fail(4, "yet more") == [200] * 4
    assert fail(2, "last") == [200, 429]
    assert enter(RIGHT).status_code == 429
    assert enter(RIGHT, address=ELSEWHERE).status_code == 302


def test_answer_says_when_and_not_whether_there_is_such_a_user() -> None:
    fail(5)
    fail(5, "nobody")
    known, unknown = enter(WRONG), enter(WRONG, "nobody")
    assert (known.status_code, known["Retry-After"]) == (429, "900")
    assert "Too many wrong passwords were entered. Try again in 15 minutes." in known.content.decode()
    assert known.content == unknown.content
    assert known.headers.keys() == unknown.headers.keys()
    assert "ops" not in known.content.decode()
    assert "no-store" in known["Cache-Control"]
    assert "frame-ancestors 'none'" in known["Content-Security-Policy"]


def test_whoever_signs_in_clears_their_own_name_only() -> None:
    User.objects.create_superuser("insider", password=RIGHT)
    fail(4)
    fail(4, "insider")
    assert enter(RIGHT, "insider").status_code == 302
    assert fail(4, "insider") == [200] * 4
    assert fail(1) == [429]


def test_others_cannot_say_where_they_come_from(settings: Settings) -> None:
    for number in range(5):
        enter(WRONG, **{"X-Forwarded-For": f"192.0.2.{number}"})
    assert enter(RIGHT).status_code == 429
    settings.TRUSTED_PROXIES = [f"{HERE}/32"]
    assert enter(RIGHT, **{"X-Forwarded-For": ELSEWHERE}).status_code == 302


def test_ipv6_counts_by_what_one_household_has() -> None:
    for number in range(5):
        fail(1, address=f"2001:db8::{number + 1}")
    assert enter(RIGHT, address="2001:db8::ffff").status_code == 429
    assert enter(RIGHT, address="2001:db8:0:1::1").status_code == 302


def test_addresses_that_are_none_count_as_one() -> None:
    assert fail(5, address="")[-1] == 429


def test_names_that_no_table_has_room_for_are_counted_all_the_same() -> None:
    assert fail(5, "x" * 5_000) == [200, 200, 200, 200, 429]
    assert len(AccessAttempt.objects.get().username) == 255


def test_a_name_is_the_same_however_it_is_typed() -> None:
    fail(5)
    for name in (" ops", "ops ", "\N{FULLWIDTH LATIN SMALL LETTER O}ps"):
        assert enter(RIGHT, name).status_code == 429


def test_it_is_counted_in_the_database() -> None:
    for _number in range(5):
        cache.clear()
        fail(1)
    assert enter(RIGHT).status_code == 429


def test_nothing_secret_is_kept_or_logged(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        fail(6)
        enter(RIGHT, address=ELSEWHERE)
    kept = [str(values) for values in AccessAttempt.objects.values()]
    assert kept
    logged = [record.getMessage() for record in caplog.records if record.name.startswith(("axes", "voxysapps"))]
    assert logged
    for text in (*kept, *logged):
        assert WRONG not in text
        assert RIGHT not in text
    for text in logged:
        assert "ops" not in text
        assert HERE not in text
    assert not AccessLog.objects.exists()
    assert not AccessFailureLog.objects.exists()


def test_failures_are_forgotten_with_their_time(clock: Clock) -> None:
    fail(2)
    clock.shift(16 * 60)
    fail(1, "other")
    assert list(AccessAttempt.objects.values_list("username", flat=True)) == ["other"]


def test_the_table_is_not_in_the_admin() -> None:
    client = Client()
    client.force_login(User.objects.get())
    assert client.get("/admin/axes/").status_code == 404
    assert client.get("/admin/axes/accessattempt/").status_code == 404
