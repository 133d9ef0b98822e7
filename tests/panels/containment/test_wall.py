"""What rendering may not do is refused, whoever does it for the panel, and only while it renders."""

import socket
import subprocess
import sys
import urllib.request
from collections.abc import Callable

import pytest
from django.contrib.auth.models import User

from panels.containment.wall import NotWhileRendering, wall
from voxysapps.outgoing import OutgoingError, send

pytestmark = pytest.mark.django_db


def query() -> object:
    return User.objects.count()


def send_by_our_client() -> object:
    return send("GET", "https://shop.example/")


def open_address() -> object:
    return urllib.request.urlopen("http://127.0.0.1:9/", timeout=5)


def open_socket() -> object:
    return socket.create_connection(("127.0.0.1", 9), timeout=5)


def look_name_up() -> object:
    return socket.getaddrinfo("localhost", 80)


def start_process() -> object:
    return subprocess.run([sys.executable, "-c", ""], check=True)


@pytest.mark.parametrize("deed", [query, send_by_our_client, open_address, open_socket, look_name_up, start_process])
def test_refused_while_rendering(deed: Callable[[], object]) -> None:
    with wall(watches_sockets=True), pytest.raises(NotWhileRendering, match="renders"):
        deed()


def test_allowed_before_and_after() -> None:
    with wall(watches_sockets=True):
        pass
    assert query() == 0
    assert look_name_up()
    start_process()
    with pytest.raises(OSError, match="refused"):
        open_socket()
    with pytest.raises(OutgoingError):
        send("GET", "http://127.0.0.1:9/")


def test_our_own_panels_are_refused_queries_and_our_client_too() -> None:
    with wall(watches_sockets=False):
        for deed in (query, send_by_our_client):
            with pytest.raises(NotWhileRendering):
                deed()
