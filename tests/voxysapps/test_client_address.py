"""Where a request comes from: what the connection says, and what trusted proxies say, and nobody else."""

from ipaddress import ip_address
from typing import Any

import pytest
from django.test import RequestFactory
from hypothesis import given
from hypothesis import strategies as st

from voxysapps.client_address import UNKNOWN, client_address, counted_address


def address(settings: Any, proxies: list[str], remote: str, forwarded: str = "") -> str:
    settings.TRUSTED_PROXIES = proxies
    return client_address(RequestFactory().get("/", REMOTE_ADDR=remote, HTTP_X_FORWARDED_FOR=forwarded))


@pytest.mark.parametrize(
    ("proxies", "remote", "forwarded", "expected"),
    [
        ([], "192.0.2.1", "203.0.113.9", "192.0.2.1"),
        (["10.0.0.0/8"], "192.0.2.1", "203.0.113.9", "192.0.2.1"),
        (["10.0.0.0/8"], "10.0.0.1", "203.0.113.9", "203.0.113.9"),
        (["10.0.0.0/8"], "10.0.0.1", "1.2.3.4, 203.0.113.9, 10.0.0.2", "203.0.113.9"),
        (["10.0.0.0/8"], "10.0.0.1", "", UNKNOWN),
        (["10.0.0.0/8"], "10.0.0.1", "rubbish", UNKNOWN),
        (["10.0.0.0/8"], "10.0.0.1", "1.2.3.4, rubbish", UNKNOWN),
        (["fd00::/8"], "fd00::1", "2001:db8::5", "2001:db8::5"),
        (["10.0.0.0/8"], "::ffff:10.0.0.1", "203.0.113.9", "203.0.113.9"),
        ([], "", "203.0.113.9", UNKNOWN),
    ],
)
def test_addresses(settings: Any, proxies: list[str], remote: str, forwarded: str, expected: str) -> None:
    assert address(settings, proxies, remote, forwarded) == expected


@pytest.mark.parametrize(
    ("given_", "counted"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("fe80::1%eth0", "fe80::"),
        ("rubbish", UNKNOWN),
        ("", UNKNOWN),
    ],
)
def test_counted_addresses(given_: str, counted: str) -> None:
    assert counted_address(given_) == counted


@given(host=st.integers(0, 2**64 - 1))
def test_a_household_counts_as_one(host: int) -> None:
    network = int(ip_address("2001:db8:7:7::"))
    assert counted_address(str(ip_address(network + host))) == "2001:db8:7:7::"


@given(forwarded=st.text(max_size=80))
def test_no_header_breaks_it(forwarded: str) -> None:
    request = RequestFactory().get("/", REMOTE_ADDR="192.0.2.1")
    request.META["HTTP_X_FORWARDED_FOR"] = forwarded
    assert client_address(request) == "192.0.2.1"
