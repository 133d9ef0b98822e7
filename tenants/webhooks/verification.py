"""Whether a delivery is the host's (host-contract 4): signed over its raw bytes, and of now."""

import hashlib
import hmac
import time
from collections.abc import Mapping
from typing import Literal

from tenants.webhooks.receivers import Receiver

WINDOW_SECONDS = 300
Refused = Literal["unsigned", "wrong_signature", "too_old"]


def why_refused(receiver: Receiver, headers: Mapping[str, str], body: bytes) -> Refused | None:
    """Return why the delivery is not believed to be the host's, or None when it is.

    Only hosts that cannot sign, and so have no secret, are believed without a signature, and only where the
    operator said so; a signature that is there must be right in any case.
    """
    signature, timestamp = headers.get("X-Chatwoot-Signature", ""), headers.get("X-Chatwoot-Timestamp", "")
    if not signature:
        return None if receiver.accepts_unsigned else "unsigned"
    if find_signer(receiver, headers, body) is None:
        return "wrong_signature"
    if not timestamp.isdecimal() or abs(time.time() - int(timestamp[:15])) > WINDOW_SECONDS:
        return "too_old"
    return None


def find_signer(receiver: Receiver, headers: Mapping[str, str], body: bytes) -> int | None:
    """Return the position of the secret that the delivery is signed with, or None."""
    signature, timestamp = headers.get("X-Chatwoot-Signature", ""), headers.get("X-Chatwoot-Timestamp", "")
    signed = timestamp.encode(errors="replace") + b"." + body
    fitting = (number for number, one in enumerate(receiver.secrets) if _is_signed_with(one, signed, signature))
    return next(fitting, None)


def _is_signed_with(secret: str, signed: bytes, signature: str) -> bool:
    expected = f"sha256={hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()}"
    return hmac.compare_digest(expected.encode(), signature.encode(errors="replace"))


def delivery_name(receiver: Receiver, headers: Mapping[str, str], body: bytes) -> str:
    """Return what tells this delivery from others: the host's id of it, or what it says.

    The id is not signed. So the signature is part of the name: a replay under another id is the same still.
    """
    said = headers.get("X-Chatwoot-Signature") or headers.get("X-Chatwoot-Delivery") or ""
    digest = hashlib.blake2b(said.encode(errors="replace") if said else body, digest_size=16).hexdigest()
    return f"{receiver.account_id}:delivery:{digest}"
