"""Snapshots: what a source answered for one customer, and when.

Each is two cache entries. The *head* is small and says how old the data are and what went wrong since;
a request reads the heads with its fragments and needs nothing else while they agree. The *data* are read
only to render a new fragment.
"""

import hashlib
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Self

from django.core.cache import cache
from msgspec import MsgspecError, Struct, msgpack

from panels.capabilities import CAPABILITIES
from panels.errors import sentence

# Past its freshness a snapshot is still shown, marked with its age, for so long.
KEPT_SECONDS = 24 * 3600
# Longer than any call takes that was begun before.
_FORGOTTEN_SECONDS = 120


@dataclass(frozen=True, slots=True)
class Source:
    """Where a placement's data come from: a connection's capability, the host's own, or the panel's own fetch.

    `connector` is named for the host only, for which there is no connection.
    """

    key: str
    connection_id: int | None = None
    capability: str | None = None
    placement_id: int | None = None
    generation: int = 0
    connector: str | None = None

    def __hash__(self) -> int:
        return hash(self.key)  # it says all the others do, and is asked for many times in a request

    @classmethod
    def of_connection(cls, connection_id: int, capability: str, *, generation: int = 0) -> Self:
        """Return the source of a connection's capability; `generation` is the connection's."""
        key = f"c{connection_id}.{capability}" + (f".{generation}" if generation else "")
        return cls(key, connection_id=connection_id, capability=capability, generation=generation)

    @classmethod
    def of_host(cls, connector: str, capability: str) -> Self:
        """Return the source of what the host itself answers, through the host connector of this slug."""
        return cls(f"h.{connector}.{capability}", capability=capability, connector=connector)

    @property
    def system(self) -> int | str:
        """What counts and limits go by: the connection's id, the host connector's slug, or "placement." with its id."""
        if self.placement_id is not None:
            return f"placement.{self.placement_id}"  # no slug has a dot
        return self.connection_id if self.connection_id is not None else str(self.connector)

    @classmethod
    def of_placement(cls, placement_id: int, *, generation: int = 0) -> Self:
        """Return the source of what a panel fetches by itself; `generation` is the placement's."""
        key = f"p{placement_id}" + (f".{generation}" if generation else "")
        return cls(key, placement_id=placement_id, generation=generation)


class Failure(Struct, frozen=True, array_like=True):
    """The last refresh went wrong, and so did `tries` in a row.

    `message` with its `values` is for the agent; `at` in seconds since the epoch.
    """

    message: str
    permanent: bool
    trace_id: str
    at: float
    values: dict[str, str] = {}
    tries: int = 1

    @property
    def sentence(self) -> str:
        """What went wrong, in the language of the moment."""
        return sentence(self.message, self.values)


class Head(Struct, frozen=True, array_like=True):
    """The state of one snapshot. Times are seconds since the epoch.

    `version` names the data, which were fetched at `fetched_at`; both are None before the first answer.
    Until `due_at` nobody asks the source again, whether it answered or failed.
    """

    due_at: float
    version: str | None = None
    fetched_at: float | None = None
    failure: Failure | None = None

    def is_due(self, now: float, changed_at: float = 0.0) -> bool:
        """Return whether the source is to be asked again: after some time, or after it said that something changed.

        After a failure, time alone counts: what changed is asked for then.
        """
        if self.failure is None and self.fetched_at is not None and self.fetched_at <= changed_at:
            return True
        return now >= self.due_at


def head_key(account_id: int, source: Source, customer: str) -> str:
    return f"{account_id}:head:{source.key}:{customer}"


def data_key(account_id: int, source: Source, customer: str) -> str:
    return f"{account_id}:data:{source.key}:{customer}"


def identity_key(account_id: int, customer: str) -> str:
    """Return where a refresh that is queued finds whom it is about."""
    return f"{account_id}:identity:{customer}"


def changed_key(account_id: int, contact_id: int) -> str:
    """Return where the cache has when the host last said that something went on with the contact."""
    return f"{account_id}:changed:{contact_id}"


def note_change(account_id: int, contact_id: int) -> None:
    """Let what was fetched from the host about the contact be fetched anew when somebody looks."""
    cache.set(changed_key(account_id, contact_id), time.time(), KEPT_SECONDS)


def read_changed(account_id: int, source: Source, contact_id: int | None) -> float:
    """Return when what the source has of the contact last changed, as far as it said so; 0: it did not."""
    if source.connector is None or contact_id is None:
        return 0.0
    return float(cache.get(changed_key(account_id, contact_id)) or 0.0)


_decode_head = msgpack.Decoder(Head).decode


def to_head(stored: bytes | None) -> Head | None:
    """Return the head as stored, or None for none and for one that another version of the code wrote."""
    try:
        return None if stored is None else _decode_head(stored)
    except MsgspecError:
        return None


def read_head(account_id: int, source: Source, customer: str) -> Head | None:
    return to_head(cache.get(head_key(account_id, source, customer)))


def write_answer(account_id: int, source: Source, customer: str, answer: Any, *, now: float, fresh_for: float) -> Head:
    """Store what the source answered and return its head. The version changes only with the data."""
    data = msgpack.encode(answer)
    head = Head(
        due_at=now + fresh_for, version=hashlib.blake2b(data, digest_size=8).hexdigest(), fetched_at=now, failure=None
    )
    cache.set_many(
        {
            head_key(account_id, source, customer): msgpack.encode(head),
            data_key(account_id, source, customer): data,
        },
        KEPT_SECONDS,
    )
    return head


def write_failure(
    account_id: int, source: Source, customer: str, failure: Failure, *, before: Head | None, retry_in: float
) -> Head:
    """Note that a refresh went wrong, keeping the data there are."""
    head = Head(
        due_at=failure.at + retry_in,
        version=before.version if before else None,
        fetched_at=before.fetched_at if before else None,
        failure=failure,
    )
    # The data's own time to live still ends 24 h after they were fetched; so must the head's.
    age = failure.at - head.fetched_at if head.fetched_at else 0
    cache.set(head_key(account_id, source, customer), msgpack.encode(head), max(KEPT_SECONDS - age, 60))
    return head


def forget_customers(account_id: int, sources: Iterable[Source], customers: Iterable[str]) -> None:
    """Delete all that is kept of the customers, named by their digests.

    The HTML made of it is shown no more, since no head speaks for it, and ends by itself within `KEPT_SECONDS`.
    """
    customers, sources = list(customers), list(sources)
    now = time.time()
    cache.set_many({_forgotten_key(account_id, customer): now for customer in customers}, _FORGOTTEN_SECONDS)
    keys = [identity_key(account_id, customer) for customer in customers]
    for kind in (head_key, data_key):
        keys += [kind(account_id, source, customer) for customer in customers for source in sources]
    cache.delete_many(keys)


def was_forgotten(account_id: int, customer: str, *, since: float) -> bool:
    """Return whether the customer was forgotten at or after this moment, in seconds since the epoch."""
    at = cache.get(_forgotten_key(account_id, customer))
    return at is not None and float(at) >= since


def _forgotten_key(account_id: int, customer: str) -> str:
    return f"{account_id}:forgotten:{customer}"


def read_data(account_id: int, sources: Iterable[Source], customer: str) -> dict[str, Any]:
    """Return the decoded data by source key, in one trip; sources without data are missing."""
    keys = {data_key(account_id, source, customer): source for source in sources}
    found: Mapping[str, bytes] = cache.get_many(keys)
    data: dict[str, Any] = {}
    for key, stored in found.items():
        source = keys[key]
        kind = CAPABILITIES[source.capability] if source.capability else Any
        try:
            data[source.key] = msgpack.decode(stored, type=kind)
        except MsgspecError:
            continue  # written by another version of the code: fetched again
    return data
