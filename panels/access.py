"""Letting a request in: what the cache says in one trip, and what was confirmed by the same words before.

A request needs the account's stamp, what the host said about agent, inbox and conversation, and then the
heads and fragments of a customer whom only that tells. Nearly always the answer is the one of a moment
ago: so a process remembers what it confirmed and by which values of the cache, asks for those and for
the customer's fragments together, and believes its memory only where all the values are the same.
"""

import threading
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from django.core.cache import cache

from panels.configuration import AppPlan, stamp_key
from panels.fragments import SectionKeys, section_keys
from tenants.models import Trust
from tenants.trust import quotas
from tenants.trust.confirmation import ConfirmedContext, SignInRequired, confirm, issue_token, with_posted
from tenants.trust.records import (
    AHEAD_SECONDS,
    Evidence,
    agent_key,
    contact_dropped_key,
    contact_key,
    conversation_key,
    inbox_key,
)
from tenants.trust.sessions import Session, read_session, session_key
from tenants.trust.tasks import enqueue_record
from tenants.viewing.entries import JOURNAL, make_entry
from voxysapps.cache import Lookup
from voxysapps.context.structs import AppContext
from voxysapps.limits import Tally

MAX_REMEMBERED = 5_000
MAX_TALLIES = 20
# A token may have been signed so long before it is sent: little of its life.
TOKEN_REUSED_SECONDS = 20


class Lookups:
    """What the cache has under the keys asked for so far: a key that is not there is known not to be."""

    def __init__(self) -> None:
        self.asked: set[str] = set()
        self.values: dict[str, Any] = {}

    def ask(self, keys: Iterable[str]) -> None:
        """Read what was not asked for yet, in one trip, or none."""
        missing = [key for key in keys if key not in self.asked]
        if missing:
            self.values |= cache.get_many(missing)
            self.asked.update(missing)

    def ask_as_before(self, lookup: Lookup) -> dict[str, Any]:
        """Read what an earlier request has read, in one trip."""
        self.values = lookup.ask()
        self.asked.update(lookup.keys)
        return self.values

    def get(self, key: str) -> Any:
        """Return what the cache has under the key, asking for it if need be."""
        if key not in self.asked:
            self.ask((key,))
        return self.values.get(key)


@dataclass(frozen=True, slots=True)
class _Remembered:
    """A context, what the cache said when it was confirmed, and until when that may speak for it."""

    context: ConfirmedContext
    evidence: dict[str, Any]
    until: float
    # Whose placements, and in which language, the keys are of.
    plan: AppPlan
    locale: str
    keys: SectionKeys
    # What the next request asks the cache.
    lookup: Lookup
    made: "_Made"


@dataclass(slots=True)
class _Made:
    """What was made for one request and serves the same one again."""

    # By address and panels shown.
    tallies: dict[tuple[str, tuple[str, ...]], Tally] = field(default_factory=dict)
    token: str = ""
    token_at: float = 0.0


@dataclass(slots=True)
class Entry:
    """A request that was let in: its context, where the cache has what it shows, and what it said."""

    context: ConfirmedContext
    keys: SectionKeys
    found: Mapping[str, Any]
    _made: _Made = field(default_factory=_Made)

    def tally(self, address: str, panels: tuple[str, ...]) -> Tally:
        """Return what counts this request and records that it shows `panels`."""
        tallies = self._made.tallies
        tally = tallies.get((address, panels))
        if tally is None:
            if len(tallies) > MAX_TALLIES:
                tallies.clear()
            tally = tallies[address, panels] = make_tally(self.context, address, panels)
        return tally

    def token(self) -> str:
        """Return the context token, signed within the last seconds."""
        made, now = self._made, time.time()
        if now - made.token_at > TOKEN_REUSED_SECONDS:
            made.token, made.token_at = issue_token(self.context), now
        return made.token


def make_tally(context: ConfirmedContext, address: str, panels: tuple[str, ...]) -> Tally:
    """Return what counts a request from `address`, and records that it shows `panels`, if any."""
    return Tally(quotas.counters(context, address), JOURNAL, make_entry(context, panels) if panels else b"")


_remembered: dict[tuple[Any, ...], _Remembered] = {}
_lock = threading.Lock()


def forget_remembered() -> None:
    """Drop what this process has confirmed; for tests."""
    _remembered.clear()


class PlanIsOld(Exception):
    """The account's stamp is not the plan's: read the plan again and begin anew."""


def enter_posted(plan: AppPlan, posted: AppContext, digest: str | None, locale: str, address: str) -> Entry:
    """Return the confirmed context of what was posted, and its sections. Warm: one trip to the cache for both.

    `digest` is the session token's, None without one; `address` counts what the host is asked. Raises what
    `confirm` raises, `TooMany`, and `PlanIsOld`.
    """
    account, lookups = plan.account, Lookups()
    stamp = stamp_key(account.pk)
    if account.trust == Trust.LINK:
        context = confirm(posted, account=account, app=plan.app, session=None, evidence=Evidence(account))
        keys = section_keys(plan, plan.placements, context, locale)
        lookups.ask((stamp, *keys))
        _require_stamp(plan, lookups)
        return Entry(context, keys, lookups.values)
    name = _fingerprint(plan, posted, digest)
    remembered = _remembered.get(name)
    if remembered is not None and remembered.plan is plan and remembered.locale == locale:
        found = lookups.ask_as_before(remembered.lookup)
        _require_stamp(plan, lookups)
        is_same = all(found.get(key) == value for key, value in remembered.evidence.items())
        if is_same and time.time() < remembered.until:
            context, keys = with_posted(remembered.context, posted), remembered.keys
            if not keys.are_lasting:
                keys = section_keys(plan, plan.placements, context, locale)
                lookups.ask(keys)
            return Entry(context, keys, lookups.values, remembered.made)
    lookups.ask((stamp, *_likely_keys(account.pk, posted, digest)))
    _require_stamp(plan, lookups)
    session = _session(plan, digest, lookups)
    permit = partial(quotas.permit_host_question, account.pk, address)
    evidence = Evidence(account, lookups.get, enqueue_record, permit)
    context = confirm(posted, account=account, app=plan.app, session=session, evidence=evidence)
    keys = section_keys(plan, plan.placements, context, locale)
    lookups.ask(keys)
    if evidence.is_warm:
        used, until = _evidence(context, digest, session, evidence, lookups)
        lookup = Lookup((stamp, *used, *(keys if keys.are_lasting else ())))
        _remember(name, _Remembered(with_posted(context, None), used, until, plan, locale, keys, lookup, _Made()))
    return Entry(context, keys, lookups.values)


def enter_session(plan: AppPlan, digest: str | None) -> Session | None:
    """Return the session of a follow-up request, or None. One trip to the cache. Raises `PlanIsOld`."""
    lookups = Lookups()
    keys = [stamp_key(plan.account.pk)]
    if digest is not None:
        keys.append(session_key(plan.account.pk, digest))
    lookups.ask(keys)
    _require_stamp(plan, lookups)
    return _session(plan, digest, lookups)


def _require_stamp(plan: AppPlan, lookups: Lookups) -> None:
    if lookups.get(stamp_key(plan.account.pk)) != plan.stamp:
        raise PlanIsOld


def _session(plan: AppPlan, digest: str | None, lookups: Lookups) -> Session | None:
    """Return the session; one that has ended is no session. Raises `SignInRequired` to say that it has."""
    if digest is None or plan.account.trust != Trust.SIGNED_IN:
        return None
    session = read_session(plan.account.pk, digest, lookups.get(session_key(plan.account.pk, digest)))
    if session is None:
        raise SignInRequired.ended()
    return session


def _fingerprint(plan: AppPlan, posted: AppContext, digest: str | None) -> tuple[Any, ...]:
    """Return all that confirmation reads of what was posted."""
    conversation, contact = posted.conversation, posted.contact
    return (
        plan.app.pk,
        plan.account.trust,
        digest,
        posted.agent.id if posted.agent else None,
        *((conversation.id, conversation.uuid, conversation.inbox_id) if conversation else ()),
        *(contact.id, contact.email, contact.phone_number, contact.identifier),
    )


def _likely_keys(account_id: int, posted: AppContext, digest: str | None) -> list[str]:
    """Return where the cache has what confirmation will ask for, as far as can be told before."""
    conversation, contact_id = posted.conversation, posted.contact.id
    keys = [session_key(account_id, digest)] if digest is not None else []
    if posted.agent and posted.agent.id is not None:
        keys.append(agent_key(account_id, posted.agent.id))
    if conversation and conversation.id is not None:
        keys.append(conversation_key(account_id, conversation.id))
        if conversation.inbox_id is not None:
            keys.append(inbox_key(account_id, conversation.inbox_id))
    elif contact_id is not None:
        keys.append(contact_key(account_id, contact_id))
    if contact_id is not None:
        keys.append(contact_dropped_key(account_id, contact_id))
    return keys


def _evidence(
    context: ConfirmedContext, digest: str | None, session: Session | None, evidence: Evidence, lookups: Lookups
) -> tuple[dict[str, Any], float]:
    """Return what the cache said that the context rests on, and until when it may speak for it."""
    used, until = evidence.used, evidence.oldest + AHEAD_SECONDS
    if session is not None and digest is not None:
        name = session_key(context.account_id, digest)
        used[name] = lookups.get(name)
        # The database said so, not the cache: the next request will find it there.
        until = min(until, session.ends_at if used[name] is not None else 0)
    return used, until


def _remember(name: tuple[Any, ...], remembered: _Remembered) -> None:
    with _lock:
        _remembered[name] = remembered
        while len(_remembered) > MAX_REMEMBERED:
            del _remembered[next(iter(_remembered))]
