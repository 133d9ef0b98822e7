"""What a user proves the second factor with: an authenticator app, and recovery codes for the day it is lost."""

import base64
import datetime as dt
import hashlib
import secrets
import time
from binascii import unhexlify
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.dispatch import Signal
from django_otp.oath import TOTP
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice
from django_otp.util import random_hex

# Sent with `user` and `action` when a second factor or its recovery codes change.
changed = Signal()

CODES_AT_ONCE = 10
DIGITS = 6
# No letter that is taken for a digit, or the other way round. Five bits each.
_LETTERS = "abcdefghijkmnpqrstuvwxyz23456789"
_CODE_LENGTH = 16
_GROUP = 4
_KEY_BYTES = 20
# A code of the step before or after counts, too: clocks differ.
_TOLERANCE = 1


class WrongCode(Exception):
    """The code is not the device's, or was used already."""


class TooManyCodes(Exception):
    """Too many wrong codes: no code is looked at before `until`."""

    def __init__(self, until: dt.datetime) -> None:
        super().__init__(until)
        self.until = until


def has_second_factor(user: Any) -> bool:
    """Return whether the user has confirmed an authenticator app."""
    return bool(TOTPDevice.objects.filter(user_id=user.pk, confirmed=True).exists())


def left_recovery_codes(user: Any) -> int:
    """Return how many recovery codes the user has not used yet."""
    return int(StaticToken.objects.filter(device__user_id=user.pk).count())


def verify(user: Any, code: str) -> Any:
    """Return the user's device that accepts the code, which is used then. Raises `WrongCode` or `TooManyCodes`."""
    code = _plain(code)
    is_from_app = _is_from_app(code)
    model: Any = TOTPDevice if is_from_app else StaticDevice
    refusal: Exception = WrongCode()
    with transaction.atomic():
        # Locked: of two requests with the same code only one may find it unused.
        device = model.objects.select_for_update().filter(user_id=user.pk, confirmed=True).first()
        if device is not None:
            is_allowed, why = device.verify_is_allowed()
            if not is_allowed:
                refusal = TooManyCodes(why["locked_until"])
            elif device.verify_token(code if is_from_app else _digest(code)):
                return device
    # Out here: raised inside, it would undo the counting of wrong codes.
    raise refusal


def new_key() -> str:
    """Return a secret for an authenticator app, as hexadecimal digits."""
    return str(random_hex(_KEY_BYTES))


def shown_key(key: str) -> str:
    """Return the secret as people type it into an app."""
    return _grouped(base64.b32encode(unhexlify(key)).decode())


def provisioning_address(user: User, key: str) -> str:
    """Return what the picture on the set-up page says to an authenticator app."""
    return str(TOTPDevice(user=user, key=key).config_url)


def set_up(user: User, key: str, code: str) -> tuple[Any, list[str]]:
    """Make the app that shows this code for the secret the user's second factor.

    Returns the device and new recovery codes. Raises `WrongCode`, also where the user has a device already.
    """
    totp: Any = TOTP(unhexlify(key), digits=DIGITS)
    totp.time = time.time()
    code = _plain(code)
    if not (_is_from_app(code) and totp.verify(int(code), _TOLERANCE)):
        raise WrongCode
    with transaction.atomic():
        # Locked: of two set-ups at once only one may become the user's.
        User.objects.select_for_update().get(pk=user.pk)
        if has_second_factor(user):
            raise WrongCode
        # The code counts as used.
        device = TOTPDevice.objects.create(user=user, name="app", key=key, last_t=totp.t(), drift=totp.drift)
        codes = _new_recovery_codes(user)
        changed.send(None, user=user, action="set up second factor")
    return device, codes


def renew_recovery_codes(user: User) -> list[str]:
    """Return new recovery codes for the user; the ones before end. Only their digests are kept."""
    with transaction.atomic():
        codes = _new_recovery_codes(user)
        changed.send(None, user=user, action="renew recovery codes")
    return codes


def _new_recovery_codes(user: User) -> list[str]:
    codes = ["".join(secrets.choice(_LETTERS) for _ in range(_CODE_LENGTH)) for _ in range(CODES_AT_ONCE)]
    # The device stays: a session that one of its codes has proved goes on.
    device, _is_new = StaticDevice.objects.get_or_create(user=user, defaults={"name": "recovery codes"})
    device.token_set.all().delete()
    StaticToken.objects.bulk_create(StaticToken(device=device, token=_digest(code)) for code in codes)
    return [_grouped(code, "-") for code in codes]


def reset(user: Any) -> bool:
    """Remove the user's second factor; return whether there was one. Sessions that it has proved end with it."""
    with transaction.atomic():
        had = has_second_factor(user)
        TOTPDevice.objects.filter(user_id=user.pk).delete()
        StaticDevice.objects.filter(user_id=user.pk).delete()
        if had:
            changed.send(None, user=user, action="remove second factor")
    return had


def _is_from_app(code: str) -> bool:
    return len(code) == DIGITS and code.isdecimal()


def _plain(code: str) -> str:
    return "".join(code.split()).replace("-", "").lower()


def _grouped(text: str, between: str = " ") -> str:
    return between.join(text[start : start + _GROUP] for start in range(0, len(text), _GROUP))


def _digest(code: str) -> str:
    """Return what is kept of a recovery code: 80 bits, as many as it has, which no one finds by trying."""
    return base64.b32encode(hashlib.sha256(code.encode()).digest()[:10]).decode().lower()
