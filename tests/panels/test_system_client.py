"""What a connector is told when its system answers well, badly, late or not at all."""

import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http import HTTPStatus
from typing import Any, TypedDict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from panels.api import ConnectorError, FinalError, OperatorError, SystemClient, TemporaryError, segment
from panels.errors import MAX_RETRY_AFTER
from tests.security.servers import raw_server
from tests.support.outside import OutsideSystem, Reply
from voxysapps.outgoing import budget


@pytest.fixture
def client(outside: OutsideSystem) -> SystemClient:
    return SystemClient(f"{outside.url}/api/", name="Shop", headers={"X-Key": "k"}, timeout=1.0)


def failure(client: SystemClient, path: str = "/orders", **options: Any) -> ConnectorError:
    with pytest.raises(ConnectorError) as caught:
        client.get(path, **options)
    return caught.value


def test_answers_are_decoded(client: SystemClient, outside: OutsideSystem) -> None:
    outside.answer = lambda asked: Reply([{"id": 1}])
    assert client.get("/orders", params={"email": "a+b@example.com"}) == [{"id": 1}]
    asked = outside.asked[0]
    assert (asked.method, asked.path, asked.params) == ("GET", "/api/orders", {"email": "a+b@example.com"})
    assert asked.headers["x-key"] == "k"
    assert client.post("/search", json={"q": 1}) == [{"id": 1}]
    assert outside.asked[1].json() == {"q": 1}


class Points(TypedDict):
    points: int
    entries: list[dict[str, int]]


def test_answer_of_the_shape_asked_for_is_returned_without_what_nobody_asked_for(
    client: SystemClient, outside: OutsideSystem
) -> None:
    outside.answer = lambda asked: Reply({"points": 3, "entries": [{"a": 1}], "more": "x"})
    assert client.get("/points", shape=Points) == {"points": 3, "entries": [{"a": 1}]}
    assert client.post("/points", json={}, shape=Points) == {"points": 3, "entries": [{"a": 1}]}


@pytest.mark.parametrize(
    "body", [None, [], "points", {}, {"points": None, "entries": []}, {"points": 1, "entries": [2]}]
)
def test_answer_of_another_shape_is_none_of_the_api(client: SystemClient, outside: OutsideSystem, body: object) -> None:
    outside.answer = lambda asked: Reply(body)
    error = failure(client, "/points", shape=Points)
    assert isinstance(error, TemporaryError)
    assert error.sentence == "Shop answered with something that is not its API's."


def test_values_are_one_segment_each(client: SystemClient, outside: OutsideSystem) -> None:
    client.get("/customers/{id}/orders", {"id": "../../admin?x=1#y"})
    assert outside.asked[0].path == "/api/customers/..%2F..%2Fadmin%3Fx%3D1%23y/orders"
    for odd in (".", "..", "", "a\0b"):
        assert isinstance(failure(client, "/customers/{id}", values={"id": odd}), FinalError)
    assert len(outside.asked) == 1


@given(st.text(min_size=1, max_size=40).filter(lambda text: text not in {".", ".."} and "\0" not in text))
def test_no_value_leaves_its_segment(text: str) -> None:
    text = text.encode("utf-8", "ignore").decode() or "x"
    if text in {".", ".."}:
        return
    assert not set(segment(text)) & set("/?#\\@:%[] ") - {"%"}


def test_trace_id_goes_along(client: SystemClient, outside: OutsideSystem) -> None:
    with budget(5, trace_id="abc123"):
        client.get("/orders")
    assert outside.asked[0].headers["x-request-id"] == "abc123"


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, FinalError), (401, OperatorError), (403, OperatorError), (404, OperatorError), (409, FinalError),
        (422, FinalError), (429, TemporaryError), (500, TemporaryError), (503, TemporaryError), (302, OperatorError),
    ],
)  # fmt: skip
def test_statuses(client: SystemClient, outside: OutsideSystem, status: int, kind: type[Exception]) -> None:
    outside.answer = lambda asked: Reply({"secret": "s"}, status=status)
    error = failure(client)
    assert type(error) is kind
    assert error.sentence.startswith("Shop ")
    assert "secret" not in str(error)


def test_accepted_statuses_are_answers(client: SystemClient, outside: OutsideSystem) -> None:
    outside.answer = lambda asked: Reply({}, status=HTTPStatus.NOT_FOUND)
    assert client.ask("GET", "/orders/1", accept=(404,)).status == HTTPStatus.NOT_FOUND


@pytest.mark.parametrize(
    ("said", "seconds"),
    [("7", 7.0), ("1.5", 1.5), ("999999", MAX_RETRY_AFTER), ("soon", None), ("-3", None), ("", None)],
)
def test_retry_after(
    client: SystemClient,
    outside: OutsideSystem,
    said: str,
    seconds: float | None,
) -> None:
    outside.answer = lambda asked: Reply({}, status=429, headers={"Retry-After": said})
    error = failure(client)
    assert isinstance(error, TemporaryError)
    assert error.retry_after == seconds


def test_retry_after_as_a_date(client: SystemClient, outside: OutsideSystem) -> None:
    at = format_datetime(datetime.now(UTC) + timedelta(seconds=90), usegmt=True)
    outside.answer = lambda asked: Reply({}, status=503, headers={"Retry-After": at})
    error = failure(client)
    assert isinstance(error, TemporaryError)
    assert error.retry_after == pytest.approx(90, abs=3)
    assert len(outside.asked) == 1, "who says when to come back is not asked again at once"


def test_what_passes_is_tried_once_more(client: SystemClient, outside: OutsideSystem) -> None:
    outside.answer = lambda asked: Reply({"ok": len(outside.asked)}, status=503 if len(outside.asked) == 1 else 200)
    assert client.get("/orders") == {"ok": 2}
    outside.answer = lambda asked: Reply({}, status=503)
    outside.asked.clear()
    assert isinstance(failure(client), TemporaryError)
    assert len(outside.asked) == 2
    outside.asked.clear()
    with pytest.raises(TemporaryError):
        client.post("/search", json={})
    assert len(outside.asked) == 1, "what may have been done is not done twice"
    outside.asked.clear()
    with pytest.raises(TemporaryError):
        client.post("/search", json={}, is_question=True)
    assert len(outside.asked) == 2


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"<html>Please wait</html>", TemporaryError), (b'{"id": 1, "na', TemporaryError), (b"", TemporaryError),
        (b"[" * 100_000, TemporaryError), (b'"' + b"x" * 4_100_000 + b'"', FinalError),
    ],
)  # fmt: skip
def test_bodies_that_are_no_answer(
    client: SystemClient,
    outside: OutsideSystem,
    body: bytes,
    kind: type[Exception],
) -> None:
    outside.answer = lambda asked: Reply(body)
    assert type(failure(client)) is kind


def test_redirects_elsewhere_are_the_operators_matter(client: SystemClient, outside: OutsideSystem) -> None:
    outside.answer = lambda asked: Reply({}, status=302, headers={"Location": "http://169.254.169.254/latest"})
    assert isinstance(failure(client), OperatorError)


@pytest.mark.parametrize(
    "reply",
    [
        Reply({}, status=302, headers={"Location": "http://169.254.169.254/latest"}),
        Reply(b'"' + b"x" * 4_100_000 + b'"'),
    ],
)
def test_of_a_change_it_is_never_said_that_nothing_was_done(
    client: SystemClient, outside: OutsideSystem, reply: Reply
) -> None:
    outside.answer = lambda asked: reply
    said = failure(client)
    assert not isinstance(said, TemporaryError)
    with pytest.raises(TemporaryError) as caught:
        client.post("/refunds", json={})
    assert caught.value.sentence == said.sentence
    with pytest.raises(type(said)):
        client.post("/search", json={}, is_question=True)


def test_private_addresses_are_the_operators_matter() -> None:
    assert "private network" in failure(SystemClient("https://10.0.0.1", name="Shop")).sentence


def test_silence_and_resets(client: SystemClient, outside: OutsideSystem) -> None:
    with raw_server(lambda connection, head: None) as closing:
        error = failure(SystemClient(closing.url, name="Shop", timeout=1.0))
        assert isinstance(error, TemporaryError)
        assert len(closing.requests) == 2
    with raw_server(lambda connection, head: time.sleep(3)) as silent:
        started = time.monotonic()
        assert "in time" in failure(SystemClient(silent.url, name="Shop", timeout=0.3)).sentence
        assert time.monotonic() - started < 2


def test_all_requests_of_a_call_share_its_time(client: SystemClient, outside: OutsideSystem) -> None:
    with raw_server(lambda connection, head: time.sleep(3)) as silent, budget(0.4):
        slow = SystemClient(silent.url, name="Shop", timeout=5)
        started = time.monotonic()
        failure(slow)
        failure(slow)
        assert time.monotonic() - started < 1.5
