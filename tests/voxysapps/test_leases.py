"""What is held is held by one, for as long as that one lives, and not for long after."""

import time

import pytest
from django.core.cache import cache

from voxysapps import leases
from voxysapps.leases import lease


def test_one_holds_it() -> None:
    with lease("one") as is_ours, lease("one") as is_theirs:
        assert (is_ours, is_theirs) == (True, False)
    with lease("one") as is_ours:
        assert is_ours


def test_first_free_key_is_held() -> None:
    with lease("a", "b") as first, lease("a", "b") as second, lease("a", "b") as third:
        assert (first, second, third) == (True, True, False)
        assert cache.get("a") != cache.get("b")


def test_no_keys_are_none_free() -> None:
    with lease() as is_ours:
        assert not is_ours


def test_it_is_given_back_whatever_happens() -> None:
    with pytest.raises(ValueError, match="bug"), lease("one"):
        raise ValueError("bug")
    assert cache.get("one") is None


def test_long_work_keeps_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leases, "LEASE_SECONDS", 1)
    monkeypatch.setattr(leases, "RENEWED_EVERY_SECONDS", 0.1)
    monkeypatch.setattr(leases, "_keeper", leases._Keeper())
    with lease("one"):
        time.sleep(1.6)
        assert cache.get("one") is not None


def test_without_its_holder_it_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leases, "LEASE_SECONDS", 1)
    # As after a kill: nobody renews.
    monkeypatch.setattr(leases._Keeper, "keep", lambda *arguments: None)
    with lease("one"):
        give_up = time.monotonic() + 5
        while cache.get("one") is not None and time.monotonic() < give_up:
            time.sleep(0.05)
        with lease("one") as is_theirs:
            assert is_theirs


def test_what_somebody_else_has_meanwhile_is_theirs() -> None:
    keeper = leases._Keeper()
    keeper._held["one"] = "ours"
    cache.set("one", "theirs", 1)
    keeper.renew()
    with lease("another"):
        cache.set("another", "theirs", 60)
    assert cache.get("another") == "theirs"
    give_up = time.monotonic() + 5
    while cache.get("one") is not None and time.monotonic() < give_up:
        time.sleep(0.05)
    assert cache.get("one") is None, "renewed although it is another's"
