"""What log lines must not hold."""

import logging
import sys
from typing import Any

import pytest
from celery.app.trace import build_tracer
from django.conf import settings

from voxysapps.celery import app as celery_app
from voxysapps.logs import DiscreetFormatter

SECRET = "ada@example.com"


def line(message: str = "failed", *args: Any, exc_info: Any = None, texts: bool = False) -> str:
    record = logging.LogRecord("test", logging.ERROR, __file__, 1, message, args, exc_info)
    record.exc_text = SECRET if exc_info else None  # as pytest's own handler leaves it
    return DiscreetFormatter("%(levelname)s %(message)s", texts=texts).format(record)


def raised() -> Any:
    try:
        try:
            raise ValueError(SECRET)  # noqa: TRY301 - that is what is told
        except ValueError as error:
            raise LookupError(f"{SECRET} again") from error
    except LookupError:
        return sys.exc_info()


def test_exceptions_are_told_by_type_and_place() -> None:
    told = line(exc_info=raised())
    assert SECRET not in told
    assert told.index("ValueError") < told.index("which led to") < told.rindex("LookupError")
    assert f'File "{__file__}"' in told


def test_developers_see_the_text() -> None:
    assert f"{SECRET} again" in line(exc_info=raised(), texts=True)


@pytest.mark.parametrize("path", ["/hooks/{}/", "/a/key/sign-in/revoke/{}/", "/hooks/{}", "GET /hooks/{}/?x=1"])
def test_keys_in_addresses_are_left_out(path: str) -> None:
    told = line("Not Found: %s", path.format("a-secret:of:ours_1"))
    assert "a-secret" not in told
    assert "…" in told


def test_failed_tasks_are_told_without_what_the_exception_says(caplog: pytest.LogCaptureFixture) -> None:
    """Celery writes the exception and the arguments into its own line."""
    caplog.handler.setFormatter(DiscreetFormatter("%(name)s %(message)s"))

    @celery_app.task(name="tests.failing")
    def failing(address: str) -> None:
        raise ValueError(address)

    trace = build_tracer(failing.name, failing, app=celery_app, eager=False)
    trace("id", (SECRET,), {}, {"id": "id", "task": failing.name, "root_id": "id"})  # type: ignore[arg-type]
    assert "tests.failing" in caplog.text
    assert "ValueError" in caplog.text
    assert SECRET not in caplog.text


def test_the_product_writes_such_lines() -> None:
    assert settings.LOGGING["formatters"]["line"]["()"] == "voxysapps.logs.DiscreetFormatter"  # type: ignore[index]
