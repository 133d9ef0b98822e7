"""Challenges: an attempt to sign in, begun by one frame and completed by that frame only.

The frame gets an id and a secret. Whatever is mailed or written as a note is worth nothing without the
secret, which never leaves the frame that began.
"""

import functools
import hashlib
import hmac
import re
import secrets
import time

from django.conf import settings
from django.core.cache import cache
from django.utils import translation
from django.utils.translation import gettext, gettext_noop
from msgspec import MsgspecError, Struct, msgpack

LIFE_SECONDS = 600
MAX_TRIES = 5
# 40 random bits, in letters and digits that are not taken for one another (Crockford's base 32).
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_CODE_LENGTH = 8
_ID = re.compile(r"[A-Za-z0-9_-]{22}")
# The whole of a note that signs its writer in. A code among other words may be the customer's, whom an agent quotes.
NOTE_TEXT = gettext_noop("Sign me in to the tabs: {code}")
_ALIKE = str.maketrans("OIL", "011", " -\u2010\u2011\u2012\u2013\u2014\u00a0\t\r\n")


class Challenge(Struct, frozen=True, array_like=True):
    """What the frame said when it began. `agent_id` and `email` are its claims, and prove nothing."""

    id: str
    secret_digest: str
    method: str
    app_id: int
    agent_id: int | None
    email: str | None
    conversation_id: int | None
    begun_at: float
    # Under which address the frame was opened, for the link in the mail.
    origin: str


class Code(Struct, frozen=True, array_like=True):
    """A code that was mailed or is shown, and whom it signs in; nobody until a note says who."""

    digest: str
    agent_id: int | None = None


def begin(
    account_id: int,
    *,
    method: str,
    app_id: int,
    agent_id: int | None,
    email: str | None,
    conversation_id: int | None,
    origin: str,
) -> tuple[Challenge, str]:
    """Return a new challenge and its secret."""
    secret = secrets.token_urlsafe(32)
    challenge = Challenge(
        id=secrets.token_urlsafe(16),
        secret_digest=_digest(account_id, secret),
        method=method,
        app_id=app_id,
        agent_id=agent_id,
        email=email,
        conversation_id=conversation_id,
        begun_at=time.time(),
        origin=origin,
    )
    cache.set(_key(account_id, "challenge", challenge.id), msgpack.encode(challenge), LIFE_SECONDS)
    return challenge, secret


def get(account_id: int, challenge_id: str) -> Challenge | None:
    """Return the account's challenge, or None when there is none or its time is over."""
    if not _ID.fullmatch(challenge_id):
        return None
    try:
        stored = cache.get(_key(account_id, "challenge", challenge_id))
        challenge = None if stored is None else msgpack.decode(stored, type=Challenge)
    except MsgspecError:
        return None
    if challenge is None or time.time() - challenge.begun_at > LIFE_SECONDS:
        return None
    return challenge


def is_held_by(challenge: Challenge, account_id: int, app_id: int, secret: str) -> bool:
    """Return whether the secret is the challenge's, and the frame is of the app that began it."""
    is_right = hmac.compare_digest(challenge.secret_digest, _digest(account_id, secret))
    return is_right and challenge.app_id == app_id


def new_code(account_id: int, challenge: Challenge, *, agent_id: int | None) -> str:
    """Return a fresh code for the challenge, as it is written. An agent has one live code: earlier ones end."""
    code = "".join(secrets.choice(_ALPHABET) for _ in range(_CODE_LENGTH))
    stored = Code(_code_digest(account_id, challenge, code), agent_id)
    cache.set(_key(account_id, "code", challenge.id), msgpack.encode(stored), LIFE_SECONDS)
    if agent_id is not None:
        latest = _key(account_id, "code-of", str(agent_id))
        before = cache.get(latest)
        if before is not None and before != challenge.id:
            cache.delete(_key(account_id, "code", before))
        cache.set(latest, challenge.id, LIFE_SECONDS)
    return f"{code[:4]}-{code[4:]}"


def get_code(account_id: int, challenge: Challenge) -> Code | None:
    stored = cache.get(_key(account_id, "code", challenge.id))
    try:
        return None if stored is None else msgpack.decode(stored, type=Code)
    except MsgspecError:
        return None


def is_code(account_id: int, challenge: Challenge, code: Code | None, entered: str) -> bool:
    """Return whether `entered` is the code. As much work for a challenge that has none."""
    expected = code.digest if code else _code_digest(account_id, challenge, "")
    return hmac.compare_digest(expected, _code_digest(account_id, challenge, normalise(entered)[:64])) and bool(code)


def is_note(account_id: int, challenge: Challenge, code: Code | None, text: str) -> bool:
    """Return whether the text is `NOTE_TEXT` with the code, in whichever language, and nothing else."""
    plain = normalise(text)
    return any(
        plain.startswith(before)
        and plain.endswith(after)
        and is_code(account_id, challenge, code, plain[len(before) : len(plain) - len(after)])
        for before, after in _around_the_code()
    )


@functools.cache
def _around_the_code() -> frozenset[tuple[str, str]]:
    found = set()
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            before, _code, after = gettext(NOTE_TEXT).partition("{code}")
        found.add((normalise(before), normalise(after)))
    return frozenset(found)


def take_try(account_id: int, challenge: Challenge) -> int:
    """Count one try; return how many are left after it, negative for one too many."""
    key = _key(account_id, "tries", challenge.id)
    if cache.add(key, 1, LIFE_SECONDS):
        return MAX_TRIES - 1
    try:
        return MAX_TRIES - int(cache.incr(key))
    except ValueError:
        return -1


def use_up(account_id: int, challenge: Challenge) -> bool:
    """End the challenge; return whether it was still there, which is true once."""
    is_first = bool(cache.add(_key(account_id, "used", challenge.id), 1, LIFE_SECONDS))
    cache.delete_many([_key(account_id, kind, challenge.id) for kind in ("challenge", "code")])
    return is_first


def normalise(text: str) -> str:
    """Return a code as it is compared: without spaces and dashes, in capitals, with what looks alike made one."""
    return text.upper().translate(_ALIKE)


def _code_digest(account_id: int, challenge: Challenge, code: str) -> str:
    return _digest(account_id, f"{challenge.id}:{code}")


def _digest(account_id: int, text: str) -> str:
    key = settings.SECRET_KEY.encode()[:64]
    return hashlib.blake2b(f"{account_id}:{text}".encode(errors="replace"), digest_size=24, key=key).hexdigest()


def _key(account_id: int, kind: str, name: str) -> str:
    return f"{account_id}:{kind}:{name[:64]}"
