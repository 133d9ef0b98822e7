"""Our own servers as the attacker's hands: addresses that operators, hosts and shops may name."""

import gzip
import socket
import time
import tracemalloc
from collections.abc import Iterator
from typing import Any
from unittest.mock import patch

import httpcore2
import pytest
from pytest_django.fixtures import Settings

from tenants.host.client import HostClient
from tenants.host.errors import HostError
from tenants.models import Account
from tenants.secrets import set_host_token
from tests.factories import make_account
from tests.security.servers import raw_server
from voxysapps.outgoing import OutgoingError, send

PUBLIC = "93.184.216.34"
FORBIDDEN = [
    "169.254.169.254", "127.0.0.1", "127.1.2.3", "0.0.0.0",  # noqa: S104 -- asked, not bound
    "10.0.0.1", "172.16.0.1", "192.168.1.1", "100.64.0.1",
    "192.0.0.1", "198.18.0.1", "224.0.0.1", "255.255.255.255",
    "::1", "::", "fd00:ec2::254", "fe80::1", "ff02::1", "2001:db8::1",
    # Addresses of IPv4 inside those of IPv6.
    "::ffff:169.254.169.254", "::ffff:127.0.0.1", "::127.0.0.1", "64:ff9b::169.254.169.254", "64:ff9b::7f00:1",
    "64:ff9b:1::a9fe:a9fe", "2002:7f00:1::", "2002:a9fe:a9fe::1", "2001:0:7f00:1::",
]  # fmt: skip
# As a URL may spell them; the system's own look-up understands most.
SPELLINGS = [
    "http://localhost/", "http://localhost:6379/", "http://127.1/", "http://2130706433/", "http://0x7f000001/",
    "http://0177.0.0.1/", "http://[::]/", "http://[::ffff:7f00:1]/", "http://LOCALHOST/", "http://localhost./",
    "https://169.254.169.254/latest/meta-data/iam/security-credentials/",
]  # fmt: skip
NO_ADDRESSES = [
    "file:///etc/passwd", "gopher://127.0.0.1:6379/_INFO", "ftp://127.0.0.1/", "unix:///run/redis.sock", "//127.0.0.1/",
    "https://", "https:///etc/passwd", "https://shop.example@169.254.169.254/", "https://169.254.169.254:x/",
    "http+unix://%2Frun%2Fredis.sock/", "", "https://[::1", "javascript:1", "data:text/html,x",
]  # fmt: skip


@pytest.fixture
def connected() -> Iterator[list[str]]:
    """Yield the addresses that connections are made to; none is really made."""
    addresses: list[str] = []

    def connect(self: object, host: str, port: int, **_options: Any) -> Any:
        addresses.append(host)
        raise httpcore2.ConnectError

    with patch.object(httpcore2.SyncBackend, "connect_tcp", connect):
        yield addresses


def names(**addresses: list[str]) -> Any:
    """Let names resolve as the attacker's name server says, each look-up to the next address of the list."""
    left = {name.replace("_", "."): iter(answers) for name, answers in addresses.items()}

    def resolve(host: str, port: int, **_options: Any) -> Any:
        found = next(left[host]).split()
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in found]

    return patch.object(socket, "getaddrinfo", resolve)


def refusal(url: str, **options: Any) -> str:
    with pytest.raises(OutgoingError) as caught:
        send("GET", url, timeout=0.5, **options)
    return caught.value.kind


@pytest.mark.parametrize("address", FORBIDDEN)
def test_address_inside(connected: list[str], address: str) -> None:
    host = f"[{address}]" if ":" in address else address
    for scheme in ("https", "http"):
        assert refusal(f"{scheme}://{host}/") == "refused_address"
    assert connected == []


@pytest.mark.parametrize("address", FORBIDDEN)
def test_name_that_resolves_inside(connected: list[str], address: str) -> None:
    with names(shop_example=[address, address]):
        assert refusal("https://shop.example/") == "refused_address"
    assert connected == []


@pytest.mark.parametrize("url", SPELLINGS)
def test_spelling_of_this_machine(connected: list[str], url: str) -> None:
    with patch.object(socket, "getaddrinfo", lambda *_a, **_k: [(0, 0, 0, "", ("127.0.0.1", 0))]):
        assert refusal(url) in ("refused_address", "bad_address")
    assert connected == []


@pytest.mark.parametrize("url", NO_ADDRESSES)
def test_what_is_no_web_address(connected: list[str], url: str) -> None:
    assert refusal(url) in ("bad_address", "unreachable", "refused_address")
    assert connected == []


def test_name_that_resolves_to_both(connected: list[str]) -> None:
    with names(shop_example=[f"127.0.0.1 {PUBLIC} 169.254.169.254"]):
        assert refusal("https://shop.example/") == "unreachable"
    assert connected == [PUBLIC]


def test_name_that_resolves_inside_the_second_time(connected: list[str]) -> None:
    """What was checked is what is connected to: there is no second look-up."""
    with names(shop_example=[PUBLIC, "127.0.0.1"]):
        refusal("https://shop.example/")
    assert connected == [PUBLIC]


def test_without_tls_only_listed_networks_are_asked(connected: list[str]) -> None:
    with names(shop_example=[PUBLIC]):
        assert refusal("http://shop.example/") == "refused_address"
    assert connected == []


def test_environment_does_not_choose_the_way(connected: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.setenv(variable, "http://127.0.0.1:9")
    with names(shop_example=[PUBLIC]):
        refusal("https://shop.example/")
    assert connected == [PUBLIC]


# --- answers that attack ---------------------------------------------------------------------------------


@pytest.fixture
def this_machine(settings: Settings) -> None:
    """The attacker's server is one that may be asked."""
    settings.OUTGOING_NETWORKS = ["127.0.0.0/8"]


@pytest.mark.usefixtures("this_machine")
@pytest.mark.parametrize(
    "target",
    [
        "http://169.254.169.254/latest/meta-data/", "https://169.254.169.254/", "http://localhost:1/", "//127.0.0.1:1/",
        "http://127.0.0.1:1/", "http://127.0.0.2/", "file:///etc/passwd", "gopher://127.0.0.1/", "https://shop.example/",
        "http://user@127.0.0.1/", "http://[::1/",
    ],
)  # fmt: skip
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirect_inside(status: int, target: str) -> None:
    head = f"HTTP/1.1 {status} Moved\r\nLocation: {target}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n".encode()
    with raw_server(lambda connection, _head: connection.sendall(head)) as server:
        assert refusal(server.url, headers={"api_access_token": "secret"}) in ("bad_redirect", "bad_address")
        assert len(server.requests) == 1


@pytest.mark.usefixtures("this_machine")
def test_redirect_that_never_ends() -> None:
    head = b"HTTP/1.1 302 Found\r\nLocation: /again\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
    with raw_server(lambda connection, _head: connection.sendall(head)) as server:
        assert refusal(server.url) == "bad_redirect"
        assert len(server.requests) <= 5


@pytest.mark.usefixtures("this_machine")
def test_zip_bomb() -> None:
    bomb = gzip.compress(gzip.compress(bytes(200_000_000), 9), 1)  # 200 MB in 200 KB, in a gzip of its own
    bomb = gzip.decompress(bomb)
    head = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(bomb)

    def answer(connection: socket.socket, _head: bytes) -> None:
        connection.sendall(head + bomb)

    with raw_server(answer) as server:
        tracemalloc.start()
        assert refusal(server.url, max_bytes=1_000_000) == "too_large"
        _now, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert peak < 20_000_000


@pytest.mark.usefixtures("this_machine")
def test_endless_rubbish_behind_a_small_zip() -> None:
    def answer(connection: socket.socket, _head: bytes) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n" + gzip.compress(b"[]"))
        while True:
            connection.sendall(bytes(65536))

    with raw_server(answer) as server:
        tracemalloc.start()
        assert refusal(server.url, max_bytes=1_000_000) == "unreadable"
        _now, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert peak < 20_000_000


@pytest.mark.usefixtures("this_machine")
def test_answer_without_an_end() -> None:
    def answer(connection: socket.socket, _head: bytes) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            connection.sendall(bytes(65536))

    with raw_server(answer) as server:
        assert refusal(server.url, max_bytes=1_000_000) == "too_large"


@pytest.mark.usefixtures("this_machine")
@pytest.mark.parametrize("first", [b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n", b"HTTP/1.1 200 OK\r\nX-Slow: "])
def test_answer_that_drips(first: bytes) -> None:
    """Every byte comes within any time-out for one read; the whole is ended all the same."""

    def answer(connection: socket.socket, _head: bytes) -> None:
        connection.sendall(first)
        while True:
            time.sleep(0.05)
            connection.sendall(b"x")

    with raw_server(answer) as server:
        begun = time.monotonic()
        assert refusal(server.url) == "timeout"
        assert time.monotonic() - begun < 2


@pytest.mark.usefixtures("this_machine")
def test_answer_with_huge_headers() -> None:
    def answer(connection: socket.socket, _head: bytes) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nX-Huge: ")
        while True:
            connection.sendall(b"x" * 65536)

    with raw_server(answer) as server:
        assert refusal(server.url) in ("unreachable", "too_large")


@pytest.mark.usefixtures("this_machine")
@pytest.mark.parametrize("body", [b"[" * 100_000, b'{"a":' * 100_000, b"\xff\xfe", b"", b"<html>", b"NaN"])
def test_answer_that_is_no_json(body: bytes) -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body)
    with raw_server(lambda connection, _head: connection.sendall(head + body)) as server:
        answer = send("GET", server.url)
        with pytest.raises(OutgoingError):
            answer.json()


@pytest.mark.usefixtures("this_machine")
def test_header_that_would_be_two() -> None:
    with raw_server(lambda connection, _head: connection.close()) as server:
        refusal(server.url, headers={"X-Note": "a\r\nX-Injected: b"})
        assert not any(b"X-Injected" in request for request in server.requests)


# --- the host's API goes the same way --------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["http://169.254.169.254", "https://127.0.0.1", "https://[::ffff:10.0.0.1]"])
def test_host_whose_api_is_said_to_be_inside(connected: list[str], address: str) -> None:
    account = make_account(host_api=address)
    set_host_token(account, "secret")
    for ask in (lambda client: client.agents(), lambda client: client.conversation(7), lambda client: client.profile()):
        with pytest.raises(HostError) as caught:
            ask(HostClient(account))  # type: ignore[no-untyped-call]
        assert "secret" not in str(caught.value)
    assert connected == []


@pytest.mark.django_db
@pytest.mark.usefixtures("this_machine")
def test_token_stays_with_the_destination_it_was_given_for() -> None:
    """The account's host is changed to the attacker's: what is stored goes nowhere."""
    with raw_server(lambda connection, _head: connection.close()) as server:
        account = make_account()
        set_host_token(account, "secret")
        for change in ({"host_api": server.url}, {"host_origin": server.url}):
            changed = Account.objects.get(pk=account.pk)
            for name, value in change.items():
                setattr(changed, name, value)
            # A check before saving, as of a form, asks without the stored token.
            with pytest.raises(HostError):
                HostClient(changed).agents()
            changed.save()
            with pytest.raises(HostError):
                HostClient(Account.objects.get(pk=account.pk)).agents()
            assert not Account.objects.get(pk=account.pk).secrets.exists()
        assert not any(b"secret" in request for request in server.requests)
