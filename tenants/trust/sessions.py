"""Agent sessions: the platform's own proof of which agent sits at a browser.

A session is a row, and while it is used an entry in the cache, so that a request needs no query. The
token is in neither: both know its digest, which is another one in every account.
"""

import hashlib
import secrets
import time
from datetime import datetime, timedelta

from django.core.cache import cache
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from msgspec import MsgspecError, Struct, msgpack

from tenants import audit
from tenants.models import Account, AgentSession
from voxysapps.metrics import count

# An agent signs in once a month, and anew after two weeks away.
LIFE = timedelta(days=30)
IDLE = timedelta(days=14)
# For so long a request believes the cache; a revoked session is dropped from it at once.
CACHED_SECONDS = 300
# `last_used_at` is good to the hour: more would be a write for every few requests.
_USED_AGAIN = timedelta(hours=1)
_REVOKED = b""


class Session(Struct, frozen=True, array_like=True):
    """A session that is valid until `ends_at` (seconds since the epoch)."""

    id: int
    agent_id: int
    ends_at: float


def issue_session(
    account: Account, *, agent_id: int, agent_name: str, agent_email: str, method: str, browser: str
) -> tuple[AgentSession, str]:
    """Return a new session of the agent, and its token, which nobody can read again."""
    token = secrets.token_urlsafe(32)
    now = timezone.now()
    session = AgentSession.objects.create(
        account=account,
        agent_id=agent_id,
        agent_name=agent_name[:200],
        agent_email=agent_email,
        token_digest=token_digest(account.pk, token),
        method=method,
        browser=browser[:120],
        expires_at=_end(now, now),
    )
    return session, token


def find_session(account_id: int, token: str) -> Session | None:
    """Return the account's session of this token, or None when there is none, or none any longer."""
    digest = token_digest(account_id, token)
    return read_session(account_id, digest, cache.get(session_key(account_id, digest)))


def read_session(account_id: int, digest: str, cached: bytes | None) -> Session | None:
    """Return the session, given what the cache has under `session_key`; None asks the database."""
    if cached is None:
        return _load(account_id, digest)
    if cached == _REVOKED:
        return None
    try:
        session = msgpack.decode(cached, type=Session)
    except MsgspecError:
        return _load(account_id, digest)
    return session if session.ends_at > time.time() else None


def session_key(account_id: int, digest: str) -> str:
    return f"{account_id}:session:{digest}"


def token_digest(account_id: int, token: str) -> str:
    """Return what is stored of a token. It has 256 random bits, so a plain hash keeps it."""
    return hashlib.blake2b(token.encode(errors="replace"), digest_size=32, person=b"%d" % account_id).hexdigest()


def revoke_session(session: AgentSession) -> int:
    """End one session, at once in every process; return how many there were."""
    return _revoke(AgentSession.objects.filter(pk=session.pk))


def revoke_agent(account: Account, agent_id: int) -> int:
    """End all sessions of an agent; return how many there were."""
    return _revoke(AgentSession.objects.for_account(account).filter(agent_id=agent_id))


def revoke_account(account: Account) -> int:
    """End all sessions of an account; return how many there were."""
    return _revoke(AgentSession.objects.for_account(account))


def _revoke(sessions: "QuerySet[AgentSession]") -> int:
    live = list(sessions.filter(revoked_at=None).select_related("account"))
    with transaction.atomic():
        AgentSession.objects.filter(pk__in=[session.pk for session in live]).update(revoked_at=timezone.now())
        for session in live:
            audit.record("revoke", session)
        # Marked rather than dropped: a request that has just read the row cannot put it back.
        marks = {session_key(session.account_id, session.token_digest): _REVOKED for session in live}
        if marks:
            transaction.on_commit(lambda: cache.set_many(marks, CACHED_SECONDS * 2))
    for _session in live:
        count("sign_ins", result="revoked")
    return len(live)


def _load(account_id: int, digest: str) -> Session | None:
    row = AgentSession.objects.for_account(account_id).filter(token_digest=digest, revoked_at=None).first()
    now = timezone.now()
    if row is None or row.expires_at <= now:
        return None
    if now - row.last_used_at > _USED_AGAIN:
        row.last_used_at, row.expires_at = now, _end(row.created_at, now)
        row.save(update_fields=["last_used_at", "expires_at"])
    session = Session(row.pk, row.agent_id, row.expires_at.timestamp())
    cache.add(session_key(account_id, digest), msgpack.encode(session), CACHED_SECONDS)
    return session


def _end(created: datetime, used: datetime) -> datetime:
    return min(created + LIFE, used + IDLE)
