"""The context token: signed claims that spare a page's follow-up requests the whole context."""

from functools import cache
from typing import TypeVar

import msgspec
from django.core.signing import BadSignature, TimestampSigner, b64_decode, b64_encode

# Long enough for polling and clicks; the bridge renews it by posting the context again.
TOKEN_SECONDS = 300

Claims = TypeVar("Claims", bound=msgspec.Struct)


class InvalidToken(Exception):
    """The token is forged, too old, or says something that is no claim."""


@cache
def _signer() -> TimestampSigner:
    # Signs with SECRET_KEY, reads with SECRET_KEY_FALLBACKS too: keys rotate without a break.
    return TimestampSigner(salt="voxysapps.context.token")


def sign_token(claims: msgspec.Struct) -> str:
    """Return `claims` signed, as text for a header. Signed, not encrypted: the browser may read them."""
    return _signer().sign(b64_encode(msgspec.msgpack.encode(claims)).decode())


def read_token(token: str, kind: type[Claims]) -> Claims:
    """Return the claims of a token signed less than `TOKEN_SECONDS` ago, or raise `InvalidToken`."""
    try:
        value = _signer().unsign(token, max_age=TOKEN_SECONDS)
        return msgspec.msgpack.decode(b64_decode(value.encode()), type=kind)
    except (BadSignature, msgspec.MsgspecError, ValueError) as error:
        raise InvalidToken from error
