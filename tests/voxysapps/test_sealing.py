"""What is sealed opens in its own place, with a key that is known, and in no other way."""

from dataclasses import replace
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from hypothesis import given
from hypothesis import strategies as st

from voxysapps.sealing import Place, SealBroken, seal, unseal

PLACE = Place(account_id=1, table="tenants.account", row=1, field="host_token")
OLD, NEW = "an old key of at least thirty-two characters", "a new key of at least thirty-two characters"


@given(text=st.text(max_size=200))
def test_what_is_sealed_opens_again_and_shows_nothing(text: str) -> None:
    sealed = seal(text, PLACE)
    assert unseal(sealed, PLACE) == text
    assert len(text) < 6 or text not in sealed
    assert seal(text, PLACE) != sealed


@pytest.mark.parametrize("change", [{"account_id": 2}, {"table": "x"}, {"row": 2}, {"field": "hook_secret"}], ids=str)
def test_it_opens_in_no_other_place(change: dict[str, Any]) -> None:
    with pytest.raises(SealBroken):
        unseal(seal("token", PLACE), replace(PLACE, **change))


def test_places_do_not_run_into_each_other() -> None:
    assert Place(1, "ab", 1, "c").encode() != Place(1, "a", 1, "bc").encode()
    assert Place(11, "a", 1, "c").encode() != Place(1, "a", 11, "c").encode()


@given(st.data())
def test_a_changed_seal_is_broken(data: st.DataObject) -> None:
    sealed = seal("token", PLACE)
    at = data.draw(st.integers(0, len(sealed) - 2))
    other = data.draw(st.sampled_from("ABCabc012.-_=é "))
    changed = sealed[:at] + other + sealed[at + 1 :]
    if changed != sealed:
        with pytest.raises(SealBroken):
            unseal(changed, PLACE)


@pytest.mark.parametrize("text", ["", "token", "1.abc", "1..", "2.abcdefgh.AAAA", "1.00000000.AAAA"])
def test_plain_text_is_no_seal(text: str) -> None:
    with pytest.raises(SealBroken):
        unseal(text, PLACE)


def test_keys_are_changed_without_a_break(settings: Any) -> None:
    settings.ENCRYPTION_KEYS = [OLD]
    before = seal("token", PLACE)
    settings.ENCRYPTION_KEYS = [NEW, OLD]
    after = seal("token", PLACE)
    assert unseal(before, PLACE) == unseal(after, PLACE) == "token"
    settings.ENCRYPTION_KEYS = [NEW]
    assert unseal(after, PLACE) == "token"
    with pytest.raises(SealBroken, match="ENCRYPTION_KEYS"):
        unseal(before, PLACE)


@pytest.mark.parametrize("keys", [[], ["short"]])
def test_without_keys_it_says_what_to_set(settings: Any, keys: list[str]) -> None:
    settings.ENCRYPTION_KEYS = keys
    with pytest.raises(ImproperlyConfigured, match="Set ENCRYPTION_KEYS"):
        seal("token", PLACE)
