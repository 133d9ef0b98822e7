import socket

import pytest

from panels.testing.network import NetworkForbiddenError, no_network


def test_connection_that_leaves_this_machine_is_refused_and_noted() -> None:
    with no_network() as attempts, pytest.raises(NetworkForbiddenError):
        socket.create_connection(("192.0.2.1", 80), timeout=1)
    assert attempts == ["socket.connect '192.0.2.1'"]


def test_name_lookup_is_refused_and_noted() -> None:
    with no_network() as attempts, pytest.raises(NetworkForbiddenError):
        socket.getaddrinfo("shop.example.com", 443)
    assert attempts == ["socket.getaddrinfo 'shop.example.com'"]


def test_loopback_is_allowed() -> None:
    with no_network() as attempts, socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(("localhost", server.getsockname()[1])).close()
    assert attempts == []
