import os
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from voxysapps.embedded import valkey
from voxysapps.embedded.processes import Guard
from voxysapps.embedded.valkey import start_valkey


@pytest.fixture
def guard() -> Iterator[Guard]:
    guard = Guard()
    yield guard
    guard.close()


@pytest.mark.parametrize("name", ["run", "a folder with spaces", "long" * 30])
def test_valkey_answers_only_its_owner_whatever_the_folder_is_called(tmp_path: Path, guard: Guard, name: str) -> None:
    folder = tmp_path / name
    folder.mkdir()
    server = start_valkey(folder, os.environ, guard)
    assert server
    try:
        assert redis.Redis.from_url(server.url).ping()
        socket = Path(server.url.removeprefix("unix://"))
        assert len(str(socket)) <= valkey.LONGEST_SOCKET_PATH
        assert stat.S_IMODE(socket.parent.stat().st_mode) == 0o700
    finally:
        server.child.kill()
        server.remove_folder()
    assert not socket.parent.exists()


def test_server_that_does_not_start_is_passed_over(
    tmp_path: Path, guard: Guard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(valkey, "_server_binaries", lambda: iter([str(shutil.which("false"))]))
    assert start_valkey(tmp_path, os.environ, guard) is None


def test_no_server_is_no_error(tmp_path: Path, guard: Guard, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert start_valkey(tmp_path, os.environ, guard) is None
