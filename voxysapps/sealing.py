"""Credentials at rest: sealed with a key from the environment, each in its own place.

AES-GCM with the place as associated data: what is sealed for one account, table, row and field opens
nowhere else. A broken seal raises; it never comes back as plain text.
"""

import base64
import binascii
import hashlib
import secrets
from dataclasses import dataclass
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

_VERSION = "1"
_NONCE_BYTES = 12
MIN_KEY_LENGTH = 32


@dataclass(frozen=True, slots=True)
class Place:
    """Where a sealed value belongs."""

    account_id: int
    table: str
    row: int
    field: str

    def encode(self) -> bytes:
        # Lengths first: no two places have the same bytes.
        parts = (str(self.account_id), self.table, str(self.row), self.field)
        return b"".join(b"%d:%s" % (len(part.encode()), part.encode()) for part in parts)


class SealBroken(Exception):
    """The value was changed, moved from another place, or sealed with a key that is not known any longer."""


def seal(text: str, place: Place) -> str:
    """Return `text` sealed for its place, with the newest key."""
    key_id, key = _keys(tuple(settings.ENCRYPTION_KEYS))[0]
    nonce = secrets.token_bytes(_NONCE_BYTES)
    sealed = AESGCM(key).encrypt(nonce, text.encode(), place.encode())
    return f"{_VERSION}.{key_id}.{base64.urlsafe_b64encode(nonce + sealed).decode()}"


def unseal(sealed: str, place: Place) -> str:
    """Return the text that was sealed for this place, or raise `SealBroken`."""
    version, _dot, rest = sealed.partition(".")
    key_id, _dot, packed = rest.partition(".")
    key = dict(_keys(tuple(settings.ENCRYPTION_KEYS))).get(key_id)
    if version != _VERSION or key is None:
        raise SealBroken("The value was sealed with a key that ENCRYPTION_KEYS does not have.")
    try:
        raw = base64.b64decode(packed.encode(), altchars=b"-_", validate=True)
        return AESGCM(key).decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], place.encode()).decode()
    except (InvalidTag, binascii.Error, ValueError):
        raise SealBroken("The value was changed, or belongs to another place.") from None


@lru_cache(maxsize=4)
def _keys(texts: tuple[str, ...]) -> tuple[tuple[str, bytes], ...]:
    """Return the keys with their ids, the one that seals first."""
    if not texts or any(len(text) < MIN_KEY_LENGTH for text in texts):
        raise ImproperlyConfigured(
            f"Set ENCRYPTION_KEYS to one or more secrets of at least {MIN_KEY_LENGTH} characters, the newest first."
        )
    keys = (hashlib.blake2b(text.encode(), digest_size=32, person=b"voxys.sealing").digest() for text in texts)
    return tuple((hashlib.sha256(key).hexdigest()[:8], key) for key in keys)
