"""Looking names up ends in time, whatever the resolver does."""

import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from panels.api import SystemClient, TemporaryError
from voxysapps.lookups import Lookups
from voxysapps.outgoing import OutgoingError, budget, send

PUBLIC = "93.184.216.34"


class Resolver:
    """Answers at once, or not before `gate` opens; writes down what it was asked."""

    def __init__(self) -> None:
        self.gate = threading.Event()
        self.hanging: set[str] = set()
        self.asked: list[str] = []

    def getaddrinfo(self, host: str, port: int, **_options: Any) -> list[Any]:
        self.asked.append(host)
        if host in self.hanging:
            self.gate.wait(10)
        if host == "nowhere.example":
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (PUBLIC, port))] * 2


@pytest.fixture
def resolver(monkeypatch: pytest.MonkeyPatch) -> Iterator[Resolver]:
    resolver = Resolver()
    monkeypatch.setattr(socket, "getaddrinfo", resolver.getaddrinfo)
    yield resolver
    resolver.gate.set()


def test_addresses_come_once_each(resolver: Resolver) -> None:
    assert Lookups().find("shop.example", 443, seconds=1) == [PUBLIC]


def test_a_name_that_is_none_is_said_at_once(resolver: Resolver) -> None:
    lookups = Lookups()
    for _time in range(2):
        with pytest.raises(socket.gaierror):
            lookups.find("nowhere.example", 443, seconds=5)
    assert resolver.asked == ["nowhere.example"] * 2, "and is looked up anew"


def test_a_resolver_that_hangs_holds_nobody(resolver: Resolver) -> None:
    resolver.hanging = {"slow.example"}
    lookups = Lookups()
    started = time.monotonic()
    for _time in range(3):
        with pytest.raises(TimeoutError):
            lookups.find("slow.example", 443, seconds=0.1)
    assert time.monotonic() - started < 2
    assert resolver.asked == ["slow.example"], "it takes up one thread however often it is asked for"
    assert lookups.find("shop.example", 443, seconds=1) == [PUBLIC], "others are found meanwhile"
    resolver.hanging = set()
    resolver.gate.set()
    assert lookups.find("slow.example", 443, seconds=1) == [PUBLIC]


def test_their_number_is_limited_and_addresses_are_no_question(resolver: Resolver) -> None:
    resolver.hanging = {"one.example", "two.example"}
    lookups = Lookups(most=2)
    for host in ("one.example", "two.example", "shop.example"):
        with pytest.raises(TimeoutError):
            lookups.find(host, 443, seconds=0.1)
    assert resolver.asked == ["one.example", "two.example"]
    assert lookups.find("127.0.0.1", 443, seconds=0.1) == [PUBLIC]
    resolver.gate.set()
    assert lookups.find("shop.example", 443, seconds=5) == [PUBLIC]


def test_a_request_does_not_wait_longer_than_it_may(resolver: Resolver) -> None:
    resolver.hanging = {"slow.example"}
    started = time.monotonic()
    with pytest.raises(OutgoingError) as caught:
        send("GET", "https://slow.example/", timeout=0.2)
    assert caught.value.kind == "unresolved"
    with budget(0.2), pytest.raises(TemporaryError) as told:
        SystemClient("https://slow.example", name="Shop A").get("/orders")
    assert told.value.sentence == "The address of Shop A could not be looked up in time."
    assert time.monotonic() - started < 3
