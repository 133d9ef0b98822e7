"""How described values and stored ones are compared, and how a change is told in a line."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

_MAX_TOLD = 80


def is_same(one: Any, other: Any) -> bool:
    """Return whether two JSON values are the same. A database may have made 1e16 of 1.0e+16."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(is_same(value, other[name]) for name, value in one.items())
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(is_same, one, other))
    if isinstance(one, float) or isinstance(other, float):
        return isinstance(one, int | float) and isinstance(other, int | float) and float(one) == float(other)
    return bool(one == other)


def set_fields(row: Any, values: Mapping[str, Any]) -> list[str]:
    """Set the row's fields; return what changed, in words."""
    changes = []
    for name, value in values.items():
        if not is_same(old := getattr(row, name), value):
            setattr(row, name, value)
            changes.append(f"{name} {told(old)} → {told(value)}")
    return changes


def told(value: Any) -> str:
    """Return the value as it is told in a line."""
    text = value if isinstance(value, str) and value else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _MAX_TOLD else f"{text[:_MAX_TOLD]}…"


def positions_of(rows: Sequence[Any]) -> Iterable[int]:
    """Return the positions that bring the rows into this order: those they have, where these do."""
    stored = [row for row in rows if row.pk]
    keys = [(row.position, row.pk) for row in stored]
    # New ones only at the end, and the others in order.
    if all(row.pk for row in rows[: len(stored)]) and keys == sorted(keys):
        first_free = keys[-1][0] + 1 if keys else 0
        return [row.position for row in stored] + list(range(first_free, first_free + len(rows) - len(stored)))
    return range(len(rows))
