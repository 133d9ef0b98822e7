"""The context token: what it carries comes back, and nothing else does."""

from typing import Any

import pytest
from django.core.signing import TimestampSigner
from django.test import override_settings
from msgspec import Struct

from voxysapps.context import token
from voxysapps.context.token import TOKEN_SECONDS, InvalidToken, read_token, sign_token


class Claims(Struct, frozen=True, array_like=True):
    account_id: int
    name: str | None


CLAIMS = Claims(7, "Ada 🌱")


def test_claims_come_back() -> None:
    assert read_token(sign_token(CLAIMS), Claims) == CLAIMS


def test_token_fits_in_a_header() -> None:
    signed = sign_token(CLAIMS)
    assert signed.isascii()
    assert signed.isprintable()


@pytest.mark.parametrize("change", [lambda t: t[:-1] + ("A" if t[-1] != "A" else "B"), lambda t: "x" + t, lambda t: ""])
def test_changed_token_is_refused(change: Any) -> None:
    with pytest.raises(InvalidToken):
        read_token(change(sign_token(CLAIMS)), Claims)


def test_token_for_something_else_is_refused() -> None:
    class Others(Struct, array_like=True):
        when: list[int]

    with pytest.raises(InvalidToken):
        read_token(sign_token(Others([1])), Claims)
    with pytest.raises(InvalidToken):
        read_token(TimestampSigner(salt="another purpose").sign("x"), Claims)


def test_token_lives_for_minutes(time_machine: Any) -> None:
    time_machine.move_to("2026-11-22T12:00:00+00:00", tick=False)
    signed = sign_token(CLAIMS)
    time_machine.shift(TOKEN_SECONDS - 1)
    assert read_token(signed, Claims) == CLAIMS
    time_machine.shift(2)
    with pytest.raises(InvalidToken):
        read_token(signed, Claims)


def test_token_survives_a_change_of_keys() -> None:
    token._signer.cache_clear()
    with override_settings(SECRET_KEY="old"):
        signed = sign_token(CLAIMS)
    token._signer.cache_clear()
    with override_settings(SECRET_KEY="new", SECRET_KEY_FALLBACKS=["old"]):
        assert read_token(signed, Claims) == CLAIMS
    token._signer.cache_clear()
    with override_settings(SECRET_KEY="new"), pytest.raises(InvalidToken):
        read_token(signed, Claims)
    token._signer.cache_clear()
