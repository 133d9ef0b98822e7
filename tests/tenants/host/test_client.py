"""What hosts answer besides what they should, byte for byte; the rest is tried against the stand-in's API."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from pytest_django import Settings

from tenants.host.client import HostClient
from tenants.host.errors import HostError, HostUnreachable, HostUnreadable
from tests.factories import make_account
from tests.security.servers import raw_server
from voxysapps.outgoing import send

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _this_machine(settings: Settings) -> None:
    settings.OUTGOING_NETWORKS, settings.DEBUG = ["127.0.0.0/8"], True


@contextmanager
def host(status: str, body: bytes = b"", *headers: str) -> Iterator[HostClient]:
    """Yield a client of a host that answers whatever it is asked with this."""
    lines = [f"HTTP/1.1 {status}", *headers, f"Content-Length: {len(body)}", "Connection: close", "", ""]
    answer = "\r\n".join(lines).encode() + body
    with raw_server(lambda connection, _head: connection.sendall(answer)) as server:
        yield HostClient(make_account(host_api=server.url), token="token")


@pytest.mark.parametrize(
    ("status", "body", "version"),
    [
        ("200 OK", b'{"version":"4.10.1","queue_services":"ok"}', "4.10.1"),
        ("200 OK", b'{"version":"v3.15.0-rc.1"}', "v3.15.0-rc.1"),
        ("200 OK", b'{"version":"<b>4</b>"}', None),
        ("200 OK", b'{"version":4}', None),
        ("200 OK", b"[]", None),
        ("200 OK", b"<html>", None),
        ("404 Not Found", b"", None),
        ("401 Unauthorized", b'{"error":"Invalid Access Token"}', None),
        ("500 Oops", b"", None),
    ],
)
def test_version_where_the_host_tells_it(status: str, body: bytes, version: str | None) -> None:
    with host(status, body) as client:
        assert client.version() == version


@pytest.mark.parametrize("status", ["200 OK", "204 No Content"])
def test_a_change_needs_no_words_in_return(status: str) -> None:
    with host(status) as client:
        client.update_dashboard_app(7, "Orders", "https://apps.example/a/x/")
        client.update_webhook(7)
        client.delete_dashboard_app(7)
        client.delete_webhook(7)


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        ("200 OK", b"<html>Sign in</html>", HostUnreadable),
        ("200 OK", b'{"id":', HostUnreadable),
        ("200 OK", b'{"title":"Orders"}', HostUnreadable),
        ("200 OK", b"", HostUnreadable),
        ("502 Bad Gateway", b"<html>", HostUnreachable),
    ],
)
def test_an_answer_that_is_none_may_be_better_later(status: str, body: bytes, error: type[HostError]) -> None:
    with host(status, body) as client, pytest.raises(error) as caught:
        client.create_dashboard_app("Orders", "https://apps.example/a/x/")
    assert caught.value.temporary


def test_several_headers_of_a_name_are_all_read() -> None:
    """As browsers read policies."""
    one, other = "Content-Security-Policy: frame-ancestors 'self'", "content-security-policy: frame-ancestors 'none'"
    with host("200 OK", b"{}", one, other) as client:
        answer = send("GET", client._account.api_address)
    assert answer.headers["content-security-policy"] == "frame-ancestors 'self', frame-ancestors 'none'"
