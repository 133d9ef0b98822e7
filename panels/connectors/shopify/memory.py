"""What a worker remembers of a shop from one call to the next: the app's token and rights, and what it may spend."""

import hashlib
import time
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

_MOST = 256


@dataclass
class Bucket:
    """The points an app may spend at a shop, as Shopify last told them; they are given back by the second."""

    available: float = float("inf")
    most: float = float("inf")
    rate: float = 0.0
    told_at: float = 0.0
    # What each query was charged before it ran, by its name.
    costs: dict[str, float] = field(default_factory=dict)

    def note(self, query: str, cost: Mapping[str, Any]) -> None:
        """Remember an answer's `extensions.cost`."""
        if (requested := _number(cost, "requestedQueryCost")) is not None:
            self.costs[query] = requested
        status = cost.get("throttleStatus")
        status = status if isinstance(status, Mapping) else {}
        available, rate = _number(status, "currentlyAvailable"), _number(status, "restoreRate")
        if available is None or not rate or rate < 0:
            return
        self.available, self.rate, self.told_at = available, rate, time.monotonic()
        self.most = _number(status, "maximumAvailable") or float("inf")

    def seconds_until(self, query: str) -> float:
        """Return in how many seconds there will be enough for the query; 0 where nothing speaks against it now."""
        if not self.rate:
            return 0.0
        there = self.available + (time.monotonic() - self.told_at) * self.rate
        return max(min(self.costs.get(query, 0.0), self.most) - there, 0.0) / self.rate


@dataclass
class Memory:
    """What is known of one app at one shop; times in monotonic seconds."""

    bucket: Bucket = field(default_factory=Bucket)
    token: str = ""
    token_until: float = 0.0
    scopes: frozenset[str] = frozenset()
    scopes_until: float = 0.0


_memories: OrderedDict[str, Memory] = OrderedDict()


def memory_of(*key: str) -> Memory:
    """Return what is known of the app that uses these credentials at this address."""
    digest = hashlib.blake2b("\0".join(key).encode(errors="replace"), digest_size=16).hexdigest()
    memory = _memories.setdefault(digest, Memory())
    _memories.move_to_end(digest)
    while len(_memories) > _MOST:
        _memories.popitem(last=False)
    return memory


def forget() -> None:
    """Forget everything, as a new process does."""
    _memories.clear()


def _number(parent: Mapping[str, Any], key: str) -> float | None:
    value = parent.get(key)
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
