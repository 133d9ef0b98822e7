"""Bombs, depth, slowness and size, thrown at the real product: it gives no data, and goes on serving."""

import gzip
import json
import re
import time
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import psutil
import pytest

from tests.security.raw_http import connection, read_all, request, status_of
from tests.support.product import Product

pytestmark = pytest.mark.usefixtures("still_well")
MEGABYTE = 1_000_000
KINDS = ("signed_in", "link")


def account_of(product: Product, trust: str) -> dict[str, Any]:
    return next(account for account in product.state["accounts"] if account["trust"] == trust)


def context_path(product: Product, trust: str) -> str:
    return f"/a/{account_of(product, trust)['apps'][0]['key']}/context"


def memory(product: Product) -> int:
    """Return the bytes that the product's processes hold."""
    return sum(psutil.Process(pid).memory_info().rss for pid in product.processes())


@pytest.fixture
def still_well(product: Product) -> Iterator[None]:
    """Afterwards the product is alive, shows its demonstration's data, and holds no more memory to speak of."""
    product.post_context()
    before = memory(product)
    yield
    assert status_of(request(product, "/healthz", method="GET")[1]) == 200
    assert "data-panel" in product.post_context()
    assert memory(product) - before < 200 * MEGABYTE


def no_data(answer: bytes) -> bool:
    return b"data-row" not in answer and b'data-state="ready"' not in answer


DEEP: dict[str, bytes] = {
    "lists": b'{"event":"appContext","data":{"x":' + b"[" * 100_000 + b"]" * 100_000 + b"}}",
    "lists without an end": b'{"event":"appContext","data":' + b"[" * 500_000,
    "objects": b'{"event":"appContext","data":' + b'{"a":' * 100_000 + b"1" + b"}" * 100_000 + b"}",
    "objects where an id is": b'{"event":"appContext","data":{"conversation":{"id":' + b'{"id":' * 1_000 + b"1",
    "a number of many digits": b'{"event":"appContext","data":{"conversation":{"id":' + b"9" * 100_000 + b"}}}",
    "an exponent": b'{"event":"appContext","data":{"conversation":{"created_at":1e999999999}}}',
    "many keys": b'{"event":"appContext","data":{%s"z":1}}' % b"".join(b'"k%d":1,' % n for n in range(200_000)),
    "one key again and again": b'{"event":"appContext","data":{%s"z":1}}' % (b'"contact":{"id":1},' * 100_000),
    "half a character": b'{"event":"appContext","data":{"contact":{"name":"\\ud800"}}}',
    "no UTF-8": b'{"event":"appContext","data":{"contact":{"name":"\xff\xfe"}}}',
    "a marshalled object": b"\x80\x04\x95\x1f\x00\x00\x00\x8c\x05posix\x94\x8c\x06system\x94\x93",
    "nothing": b"",
}


@pytest.mark.parametrize("trust", KINDS)
@pytest.mark.parametrize("name", DEEP)
def test_json(product: Product, name: str, trust: str) -> None:
    begun = time.monotonic()
    status, answer = request(product, context_path(product, trust), DEEP[name])
    assert time.monotonic() - begun < 4
    assert no_data(answer)
    assert status == 401 if trust == "signed_in" else status in (200, 400)


@pytest.mark.parametrize("trust", KINDS)
def test_zip_bomb(product: Product, trust: str) -> None:
    """Nothing that comes in is unpacked."""
    bomb = gzip.compress(b'{"event":"appContext","data":{"x":"' + b"x" * 100 * MEGABYTE + b'"}}', 1)
    headers = (("Content-Encoding", "gzip"), ("Content-Type", "application/json"))
    status, answer = request(product, context_path(product, trust), bomb, headers=headers)
    assert status == (401 if trust == "signed_in" else 400)
    assert no_data(answer)


@pytest.mark.parametrize(("trust", "statuses"), [("signed_in", {401, 0}), ("link", {413, 0})])
def test_body_of_many_megabytes(product: Product, trust: str, statuses: set[int]) -> None:
    """0: the connection was closed on who would not stop sending."""
    for size in (6 * MEGABYTE, 50 * MEGABYTE):
        status, answer = request(product, context_path(product, trust), b'"' + b"x" * size + b'"')
        assert status in statuses
        assert no_data(answer)


@pytest.mark.parametrize("path", ["sign-in/", "sign-in/some-challenge/"])
def test_body_of_many_megabytes_to_sign_in(product: Product, path: str) -> None:
    base = context_path(product, "signed_in").removesuffix("context")
    body = json.dumps({"method": "mail", "agent": 1, "email": "x" * 10 * MEGABYTE}).encode()
    assert request(product, base + path, body)[0] in (413, 0)


def test_body_that_does_not_come(product: Product) -> None:
    """Without a session the answer does not wait for the body, so it costs its sender more than us."""
    path = context_path(product, "signed_in")
    head = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5000\r\n\r\n{{".encode()
    with ExitStack() as stack:
        slow = [stack.enter_context(connection(product, 3)) for _number in range(60)]
        for one in slow:
            one.sendall(head)
        begun = time.monotonic()
        assert request(product, "/healthz", method="GET")[0] == 200
        assert time.monotonic() - begun < 3
        assert {status_of(one.recv(4096)) for one in slow} == {401}


def test_head_that_does_not_come(product: Product) -> None:
    with ExitStack() as stack:
        for _number in range(60):
            one = stack.enter_context(connection(product))
            one.sendall(b"GET /healthz HTTP/1.1\r\nX-Slow: ")
        begun = time.monotonic()
        assert request(product, "/healthz", method="GET")[0] == 200
        assert time.monotonic() - begun < 3


@pytest.mark.parametrize(
    "headers",
    [
        (("X-Huge", "x" * MEGABYTE),),
        tuple((f"X-{number}", "x") for number in range(5_000)),
        (("X-Voxys-Context", "x" * 200_000),),
        (("Authorization", "Bearer " + "x" * 200_000),),
        (("Cookie", "__Host-voxys-1=" + "x" * 200_000), ("X-Voxys-Session", "cookie")),
        (("X-Forwarded-For", "1.2.3.4, " * 10_000),),
        (("Accept-Language", "de," * 30_000),),
    ],
    ids=lambda headers: headers[0][0],
)
def test_huge_headers(product: Product, headers: tuple[tuple[str, str], ...]) -> None:
    for trust in KINDS:
        key = account_of(product, trust)["apps"][0]["key"]
        for method, path in (("GET", f"/a/{key}/panels/1/"), ("POST", f"/a/{key}/context")):
            status, answer = request(product, path, b"{}", method=method, headers=headers)
            assert status in (0, 400, 401, 403, 404, 413, 431)
            assert no_data(answer)


def test_address_without_an_end(product: Product) -> None:
    for path in ("/a/" + "x" * 100_000 + "/", "/hooks/" + "x" * 100_000 + "/", "/a/x/?" + "a=1&" * 50_000):
        status, answer = request(product, path, method="GET")
        assert status in (0, 400, 404, 405, 414, 431)
        assert no_data(answer)


@pytest.mark.parametrize(
    "head",
    [
        b"Content-Length: 3\r\nContent-Length: 400",
        b"Content-Length: -1",
        b"Content-Length: 99999999999999999999",
        b"Content-Length: 0x10",
        b"Content-Length: 5\r\nTransfer-Encoding: chunked",
        b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity",
        b"Transfer-Encoding : chunked",
        b"Host: attacker.example\r\nContent-Length: %(length)d",
        b"X-Folded: a\r\n b\r\nContent-Length: %(length)d",
        b"X-Nul: \x00\r\nContent-Length: %(length)d",
    ],
)
def test_head_that_two_servers_read_in_two_ways(product: Product, head: bytes) -> None:
    """A second request hidden in the first one's body is not answered."""
    key = account_of(product, "link")["apps"][0]["key"]
    hidden = b"0\r\n\r\nGET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"
    raw = b"POST /a/%s/context HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n%s\r\n\r\n%s" % (
        key.encode(), head.replace(b"%(length)d", b"%d" % len(hidden)), hidden,
    )  # fmt: skip
    with connection(product, 1) as made:
        made.sendall(raw)
        try:
            answer = read_all(made)
        except OSError:
            answer = b""
    assert len(re.findall(rb"HTTP/1\.[01] [0-9]{3} ", answer)) <= 1
    assert no_data(answer)
