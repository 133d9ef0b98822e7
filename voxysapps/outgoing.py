"""The one way out: requests to hosts and to the systems that connections name.

Whoever enters an address of a host or a shop decides where our servers send requests, so all of them go
through `send`: it refuses addresses inside our own network, connects to the very address it has checked,
ends in time, reads no more than it was told to, and follows redirects on the same origin only. Variables
of the environment (proxies, netrc) are not looked at; only `OUTGOING_NETWORKS` opens a private network.
"""

import math
import os
import ssl
import time
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import lru_cache, partial
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any, Literal, Protocol
from urllib.parse import urljoin, urlsplit

import httpcore2
import httpx2
import msgspec
from django.conf import settings

from voxysapps.lookups import Lookups

MAX_REDIRECTS = 3
MAX_CONNECTIONS = 50
# By this header our log, our task and the other system's log speak of the same request.
TRACE_HEADER = "X-Request-Id"

Kind = Literal[
    "refused_address", "bad_address", "unresolved", "unreachable", "timeout", "too_large", "bad_redirect", "unreadable"
]
_SENTENCES: dict[str, str] = {
    "refused_address": "The address lies in a private network, which is not allowed.",
    "bad_address": "The address is none that can be asked; it must begin with https://.",
    "unresolved": "The address could not be looked up in time.",
    "unreachable": "There is no answer from that address.",
    "timeout": "The answer took too long.",
    "too_large": "The answer is too large.",
    "bad_redirect": "The address leads elsewhere, which is not followed.",
    "unreadable": "The answer is not what was expected.",
}
# What an IPv6 address may hide (RFC 6052, 8215, 3056, 4380, 4291).
_NAT64 = IPv6Network("64:ff9b::/96")
_NEVER = (IPv6Network("64:ff9b:1::/48"), IPv6Network("2001::/32"), IPv6Network("::/96"))

Address = IPv4Address | IPv6Address


class OutgoingError(Exception):
    """No answer that can be used. The text is a plain sentence, without the address or what was sent."""

    def __init__(self, kind: Kind) -> None:
        super().__init__(_SENTENCES[kind])
        self.kind = kind


@dataclass(frozen=True, slots=True)
class Response:
    """An answer of whatever status. Names of headers are in lower case; several of a name are one, with commas."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        """Return the body, decoded; raise OutgoingError `unreadable` for anything but JSON."""
        try:
            return msgspec.json.decode(self.body)
        except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
            raise OutgoingError("unreadable") from None


# What a request passes before it leaves: it is given the method, the address and what sends it.
Toll = Callable[[str, str, Callable[[], Response]], Response]
_toll: Toll | None = None


def send(
    method: str,
    url: str,
    *,
    headers: Mapping[str, str] | None = None,
    params: Mapping[str, Any] | None = None,
    json: Any = None,
    body: bytes | None = None,
    timeout: float = 5.0,
    max_bytes: int = 2_000_000,
    follow_redirects: bool = True,
) -> Response:
    """Send a request and return its answer, or raise `OutgoingError`.

    `timeout` is the number of seconds for all of it, redirects included, and never more than is left of
    `budget`; `max_bytes` counts the body as it is after unpacking.
    """
    allowed = _budget.get()
    if allowed.before is not None:
        allowed.before()
    all_headers = {"Accept": "application/json", **allowed.headers, **(headers or {}), "Accept-Encoding": "gzip"}
    if json is not None:
        body = msgspec.json.encode(json)
        all_headers["Content-Type"] = "application/json"
    token = _deadline.set(min(time.monotonic() + timeout, allowed.ends_at))
    try:
        for _hop in range(MAX_REDIRECTS + 1):
            once = partial(_send_once, method, url, all_headers, params, body, max_bytes)
            response = once() if _toll is None else _toll(method, url, once)
            target = response.headers.get("location")
            if response.status not in {301, 302, 303, 307, 308} or target is None or not follow_redirects:
                return response
            url, params = _next_address(method, url, target), None
    finally:
        _deadline.reset(token)
    raise OutgoingError("bad_redirect")


def install_toll(toll: Toll | None) -> None:
    """Let every request of this process pass `toll` from now on; None: none. Only the simulator does that."""
    global _toll  # noqa: PLW0603 - the process has one way out
    _toll = toll


@contextmanager
def budget(seconds: float, *, trace_id: str = "", before: Callable[[], None] | None = None) -> Iterator[None]:
    """Let all requests within the block take so many seconds together, each carrying the trace id.

    `before` is called before each request, and keeps it from being sent by raising.
    """
    headers = {TRACE_HEADER: trace_id} if trace_id else {}
    token = _budget.set(_Budget(min(time.monotonic() + seconds, _budget.get().ends_at), headers, before))
    try:
        yield
    finally:
        _budget.reset(token)


def seconds_for_request() -> float:
    """Return how much of the present request's time is left; for a toll."""
    return max(0.0, _deadline.get() - time.monotonic())


def seconds_left() -> float:
    """Return how much of the budget is left, infinity without one."""
    return _budget.get().ends_at - time.monotonic()


def is_allowed(address: str) -> bool:
    """Return whether requests may go to this IP address."""
    try:
        given = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    meant = _unwrapped(given)
    if any(_is_listed(one) for one in (given, meant) if one is not None):
        return True
    return meant is not None and meant.is_global and not (meant.is_multicast or meant.is_reserved)


def _unwrapped(address: Address) -> Address | None:
    """Return the address that is really meant; None for one that hides what it means."""
    if isinstance(address, IPv4Address):
        return address
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFF_FFFF)
    if address.sixtofour is not None:
        return address.sixtofour
    return None if any(address in network for network in _NEVER) else address


def _is_listed(address: Address) -> bool:
    return any(address in network for network in _networks(tuple(settings.OUTGOING_NETWORKS)))


@lru_cache(maxsize=16)
def _networks(texts: tuple[str, ...]) -> tuple[Any, ...]:
    return tuple(ip_network(text, strict=False) for text in texts)


# --- one request ---------------------------------------------------------------------------------------


def _send_once(
    method: str,
    url: str,
    headers: Mapping[str, str],
    params: Mapping[str, Any] | None,
    body: bytes | None,
    max_bytes: int,
) -> Response:
    try:
        request = httpx2.Request(method, url, headers=dict(headers), params=params, content=body)
    except (httpx2.InvalidURL, ValueError, TypeError):
        raise OutgoingError("bad_address") from None
    if request.url.scheme not in {"http", "https"} or not request.url.host or request.url.userinfo:
        raise OutgoingError("bad_address")
    only_listed = _only_listed.set(request.url.scheme == "http" and not settings.DEBUG)
    try:
        answer = _transport().handle_request(request)
        try:
            headers = _joined(answer.headers)
            return Response(answer.status, headers, _read(answer.stream, headers, max_bytes))
        finally:
            answer.close()
    except OutgoingError:
        raise
    except httpcore2.TimeoutException:
        raise OutgoingError("timeout") from None
    except (httpcore2.NetworkError, httpcore2.ProtocolError, OSError, ssl.SSLError) as error:
        refusal = _refusal_behind(error)
        raise refusal or OutgoingError("unreachable") from None
    finally:
        _only_listed.reset(only_listed)


def _refusal_behind(error: BaseException | None) -> OutgoingError | None:
    while error is not None:
        if isinstance(error, OutgoingError):
            return error
        error = error.__cause__ or error.__context__
    return None


def _joined(headers: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    values: dict[str, list[str]] = {}
    for name, value in headers:
        values.setdefault(name.decode("latin-1").lower(), []).append(value.decode("latin-1"))
    return {name: ", ".join(several) for name, several in values.items()}


def _read(stream: Any, headers: Mapping[str, str], max_bytes: int) -> bytes:
    """Return the body. Unpacked piece by piece, so that a small one cannot become large in one go."""
    packing = headers.get("content-encoding", "identity").lower()
    if packing not in {"identity", "gzip", ""}:
        raise OutgoingError("unreadable")
    pieces: list[bytes] = []
    size = 0
    for piece in _unpacked(stream, max_bytes) if packing == "gzip" else stream:
        size += len(piece)
        if size > max_bytes:
            raise OutgoingError("too_large")
        pieces.append(piece)
    return b"".join(pieces)


def _unpacked(stream: Any, max_bytes: int) -> Iterator[bytes]:
    unpack = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
    try:
        for piece in stream:
            yield unpack.decompress(piece, max_bytes + 1)
            while unpack.unconsumed_tail:
                yield unpack.decompress(unpack.unconsumed_tail, max_bytes + 1)
            if unpack.unused_data:
                raise OutgoingError("unreadable")  # what comes after the end would be kept, and counted by nobody
    except zlib.error:
        raise OutgoingError("unreadable") from None
    if not unpack.eof:
        raise OutgoingError("unreadable")


def _next_address(method: str, url: str, target: str) -> str:
    try:
        after = urljoin(url, target)
    except ValueError:
        raise OutgoingError("bad_redirect") from None
    if method not in {"GET", "HEAD"} or _origin(after) != _origin(url):
        raise OutgoingError("bad_redirect")
    return after


def _origin(url: str) -> tuple[str, str | None, int | None]:
    try:
        parts = urlsplit(url)
        port = parts.port or {"http": 80, "https": 443}.get(parts.scheme)
    except ValueError:
        raise OutgoingError("bad_redirect") from None
    return parts.scheme, parts.hostname, port


# --- the network ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Budget:
    """What requests may take together: until when, in monotonic seconds, and what each says of itself."""

    ends_at: float = math.inf
    headers: Mapping[str, str] = field(default_factory=dict)
    before: Callable[[], None] | None = None


_budget: ContextVar[_Budget] = ContextVar("_budget", default=_Budget())  # noqa: B039 - frozen
_deadline: ContextVar[float] = ContextVar("_deadline")
# Without TLS only networks that the environment names are asked.
_only_listed: ContextVar[bool] = ContextVar("_only_listed", default=False)


def _remaining() -> float:
    left = _deadline.get() - time.monotonic()
    if left <= 0:
        raise httpcore2.ReadTimeout
    return left


class _TimedStream(httpcore2.NetworkStream):
    """A connection whose every wait ends with the request's time, however slowly its bytes come."""

    def __init__(self, stream: httpcore2.NetworkStream) -> None:
        self._stream = stream

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, _remaining())

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, _remaining())

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore2.NetworkStream:
        return _TimedStream(self._stream.start_tls(ssl_context, server_hostname, _remaining()))

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


class _GuardedBackend(httpcore2.NetworkBackend):
    """Looks a name up once, and connects to an address that it has checked."""

    def __init__(self) -> None:
        self._sockets = httpcore2.SyncBackend()
        self._lookups = Lookups()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Any = None,
    ) -> httpcore2.NetworkStream:
        addresses = [address for address in self._resolve(host, port) if self._may_ask(address)]
        if not addresses:
            raise OutgoingError("refused_address")
        for address in addresses[:-1]:
            try:
                return self._connect(address, port)
            except httpcore2.ConnectError:
                continue
        return self._connect(addresses[-1], port)

    def _connect(self, address: str, port: int) -> httpcore2.NetworkStream:
        return _TimedStream(self._sockets.connect_tcp(address, port, timeout=_remaining()))

    def _resolve(self, host: str, port: int) -> list[str]:
        try:
            return self._lookups.find(host, port, seconds=_remaining())
        except TimeoutError:
            raise OutgoingError("unresolved") from None
        except (OSError, UnicodeError):
            raise OutgoingError("unreachable") from None

    def _may_ask(self, address: str) -> bool:
        if _only_listed.get():
            return _is_listed(ip_address(address.partition("%")[0]))
        return is_allowed(address)


class Transport(Protocol):
    """Answers one request, or raises as `httpcore2` does."""

    def handle_request(self, request: httpx2.Request) -> httpcore2.Response:
        """Return the answer; its body may come in pieces."""


class _Transport:
    """httpx2's requests over our own pool."""

    def __init__(self) -> None:
        context = ssl.create_default_context()
        self._pool = httpcore2.ConnectionPool(
            ssl_context=context,
            max_connections=MAX_CONNECTIONS,
            keepalive_expiry=30,
            network_backend=_GuardedBackend(),
        )

    def handle_request(self, request: httpx2.Request) -> httpcore2.Response:
        return self._pool.handle_request(
            httpcore2.Request(
                method=request.method,
                url=httpcore2.URL(
                    scheme=request.url.raw_scheme,
                    host=request.url.raw_host,
                    port=request.url.port,
                    target=request.url.raw_path,
                ),
                headers=request.headers.raw,
                content=request.stream,
                extensions={"timeout": {"pool": _remaining()}},
            )
        )


@lru_cache(maxsize=1)
def _transport_of(process: int) -> _Transport:
    return _Transport()


_stand_in: Transport | None = None


@contextmanager
def answered_by(stand_in: Transport) -> Iterator[None]:
    """Let `stand_in` answer all requests of this process in place of the network: for tests."""
    global _stand_in  # noqa: PLW0603 - threads that a test starts are to see it, too
    before, _stand_in = _stand_in, stand_in
    try:
        yield
    finally:
        _stand_in = before


def _transport() -> Transport:
    # A forked worker must not share its parent's connections.
    return _stand_in or _transport_of(os.getpid())
