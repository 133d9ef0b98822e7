"""The proxy's own environment, where there is no network to make it from."""

from pathlib import Path

import pytest

from tests.support.proxy.installing import NotInstallableError, find_mitmdump
from voxysapps.embedded.ports import free_port


def test_without_a_package_index_it_says_what_is_needed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("PIP_INDEX_URL", f"http://127.0.0.1:{free_port()}/simple")
    for name in ("PIP_EXTRA_INDEX_URL", "PIP_FIND_LINKS"):
        monkeypatch.delenv(name, raising=False)
    told: list[str] = []
    folder = tmp_path / "mitmproxy"
    with pytest.raises(NotInstallableError, match="a connection to a package index is needed"):
        find_mitmdump(folder, say=told.append)
    assert not (folder / "installed.txt").exists(), "the next run begins anew"
    assert len(told) == 1
    assert "about a minute, once" in told[0]
    assert "Connection refused" in folder.with_suffix(".log").read_text()


def test_what_is_installed_is_found_at_once(tmp_path: Path) -> None:
    told: list[str] = []
    folder = tmp_path / "mitmproxy"
    (folder / "bin").mkdir(parents=True)
    (folder / "bin" / "mitmdump").touch()
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr("tests.support.proxy.installing._install", lambda folder: None)
        first = find_mitmdump(folder, say=told.append)
        assert find_mitmdump(folder, say=told.append) == first
        assert len(told) == 1
        (folder / "installed.txt").write_text("mitmproxy==1.0")
        find_mitmdump(folder, say=told.append)
    assert len(told) == 2, "another version is installed anew"
