import socket

from voxysapps.embedded.ports import free_port, is_taken


def test_free_port_is_not_taken() -> None:
    assert not is_taken("127.0.0.1", free_port())


def test_port_of_a_listener_is_taken() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        assert is_taken("127.0.0.1", server.getsockname()[1])


def test_port_bound_without_listening_is_taken() -> None:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        assert is_taken("127.0.0.1", bound.getsockname()[1])


def test_port_taken_on_every_address_is_taken() -> None:
    with socket.create_server(("0.0.0.0", 0)) as server:  # noqa: S104 -- for the length of this test
        assert is_taken("127.0.0.1", server.getsockname()[1])
