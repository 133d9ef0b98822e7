"""What happened to a connection lately, or to the host: calls, errors by kind, how long they took. For operators.

Counters by the hour in the cache, for a day; a worker counts after each call.
"""

import threading
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Literal

from django.core.cache import cache
from msgspec import MsgspecError, Struct, msgpack, structs

HOURS = 24
_HOUR = 3600
_KEPT_SECONDS = (HOURS + 1) * _HOUR
_LAST_KEPT_SECONDS = 30 * 24 * _HOUR
_WRITTEN_EVERY = 15.0
# So many customers without a success in between, and it is not about them.
MANY_CUSTOMERS = 3

# `panels.snapshots.Source.system`.
System = int | str
ErrorKind = Literal["temporary", "limited", "final", "operator", "broken"]
ERROR_KINDS: tuple[ErrorKind, ...] = ("temporary", "limited", "final", "operator", "broken")
# Upper bounds in milliseconds; what took longer than the last is counted under 0.
BOUNDS = (100, 200, 300, 500, 800, 1_200, 2_000, 3_000, 5_000, 8_000, 15_000)


_openings: Counter[tuple[int, System, bool]] = Counter()
_lock = threading.Lock()
_written_at = time.monotonic()


class Last(Struct, frozen=True, array_like=True):
    """The last success and the last failure, in seconds since the epoch; 0: none. `message` with its `values`.

    `failed` has the digests of the customers about whom calls have failed since the last success, some of them.
    """

    success_at: float = 0.0
    failure_at: float = 0.0
    message: str = ""
    values: dict[str, str] = {}
    trace_id: str = ""
    kind: ErrorKind | None = None
    failed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Statistics:
    """One system over the last hours. Times in milliseconds."""

    calls: int = 0
    requests: int = 0
    errors: dict[str, int] = field(default_factory=dict)
    median: int | None = None
    slow: int | None = None
    opened: int = 0
    missed: int = 0

    @property
    def hit_rate(self) -> float | None:
        """The share of looks at a customer whose data were there already; None without any."""
        return None if not self.opened else 1 - self.missed / self.opened

    @property
    def hit_percent(self) -> int | None:
        """The hit rate in whole per cent."""
        return None if self.hit_rate is None else round(100 * self.hit_rate)


def count_call(account_id: int, system: System, *, seconds: float, error: ErrorKind | None) -> None:
    """Count one call of a connector, and how long it took."""
    milliseconds = round(seconds * 1000)
    bound = next((bound for bound in BOUNDS if milliseconds <= bound), 0)
    _count(account_id, system, ["calls", f"took.{bound}", *([f"error.{error}"] if error else [])])


def count_request(account_id: int, system: System) -> None:
    """Count one request to the outside system: a call may need several."""
    _count(account_id, system, ["requests"])


def count_opening(account_id: int, system: System, *, missed: bool) -> None:
    """Count a look at a customer, and whether the data were missing then: here now, in the cache before long.

    Requests call this, so it costs no trip; `write_openings` takes what has come together behind an answer.
    """
    with _lock:
        _openings[account_id, system, missed] += 1


def write_openings(*, at_once: bool = False, **_signal: Any) -> None:
    """Add what was counted to the cache, every few seconds; receives Django's `request_finished`."""
    global _written_at  # noqa: PLW0603 - one for the process
    now = time.monotonic()
    if not _openings or (now - _written_at < _WRITTEN_EVERY and not at_once):
        return
    with _lock:
        _written_at = now
        counted = dict(_openings)
        _openings.clear()
    for (account_id, system, missed), number in counted.items():
        _count(account_id, system, ["opened", "missed"] if missed else ["opened"], number)


def note_success(account_id: int, system: System) -> None:
    """Note an answer. The last failure is still told of."""
    before = read_last(account_id, system)
    _write_last(account_id, system, structs.replace(before, success_at=time.time(), failed=()))


def note_failure(
    account_id: int,
    system: System,
    message: str,
    values: dict[str, str],
    *,
    kind: ErrorKind,
    customer: str,
    trace_id: str,
) -> None:
    """Note a call that went wrong, about the customer of this digest."""
    before = read_last(account_id, system)
    failed = tuple(dict.fromkeys((*before.failed, customer)))[:MANY_CUSTOMERS]
    _write_last(account_id, system, Last(before.success_at, time.time(), message, values, trace_id, kind, failed))


def read_last(account_id: int, system: System) -> Last:
    return to_last(cache.get(last_key(account_id, system)))


def to_last(stored: bytes | None) -> Last:
    """Return what was stored under `last_key`, or a blank."""
    try:
        return msgpack.decode(stored or b"", type=Last)
    except MsgspecError:
        return Last()


def read_statistics(account_id: int, systems: Iterable[System], *, hours: int = HOURS) -> dict[System, Statistics]:
    """Return the statistics of each system, in one trip to the cache."""
    now = int(time.time() // _HOUR)
    wanted = {
        _key(account_id, system, hour, name): (system, name)
        for system in systems
        for hour in range(now - hours + 1, now + 1)
        for name in _NAMES
    }
    sums: dict[System, Counter[str]] = {system: Counter() for system, _name in wanted.values()}
    for key, count in cache.get_many(wanted).items():
        system, name = wanted[key]
        sums[system][name] += int(count)
    return {system: _statistics(found) for system, found in sums.items()}


_NAMES = (
    *("calls", "requests", "opened", "missed"),
    *(f"error.{kind}" for kind in ERROR_KINDS),
    *(f"took.{bound}" for bound in (*BOUNDS, 0)),
)


def _statistics(found: Counter[str]) -> Statistics:
    return Statistics(
        calls=found["calls"],
        requests=found["requests"],
        errors={kind: found[f"error.{kind}"] for kind in ERROR_KINDS if found[f"error.{kind}"]},
        median=_share(found, 0.5),
        slow=_share(found, 0.95),
        opened=found["opened"],
        missed=found["missed"],
    )


def _share(found: Counter[str], share: float) -> int | None:
    """Return the bound under which this share of the calls took; None without calls."""
    counts = [(bound, found[f"took.{bound}"]) for bound in (*BOUNDS, 0)]
    total = sum(count for _bound, count in counts)
    so_far = 0
    for bound, count in counts:
        so_far += count
        if total and so_far >= share * total:
            return bound or BOUNDS[-1]
    return None


def _count(account_id: int, system: System, names: Iterable[str], number: int = 1) -> None:
    hour = int(time.time() // _HOUR)
    for name in names:
        key = _key(account_id, system, hour, name)
        if not cache.add(key, number, _KEPT_SECONDS):
            try:
                cache.incr(key, number)
            except ValueError:
                continue  # it ran out between the two


def _write_last(account_id: int, system: System, last: Last) -> None:
    cache.set(last_key(account_id, system), msgpack.encode(last), _LAST_KEPT_SECONDS)


def last_key(account_id: int, system: System) -> str:
    """Return where the cache has the system's last success and failure."""
    return f"{account_id}:last:{system}"


def _key(account_id: int, system: System, hour: int, name: str) -> str:
    return f"{account_id}:stats:{system}:{hour}:{name}"
