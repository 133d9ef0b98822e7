"""Texts that break what does not expect them, and data changed in every way that data go wrong."""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

# An attribute with this name in a page was made of a text that should have been escaped.
MARK = "data-hostile"

HOSTILE: Mapping[str, str] = {
    "markup": f'<img src=x onerror=alert(1) {MARK}="1"><b {MARK}>',
    "script": f"</title></textarea></details><script {MARK}>alert(1)</script><!--",
    "quotes": f'" \' ` {MARK}=1 onmouseover="alert(1)" x=\'',
    "address": f"javascript:alert(1)//{MARK}",
    "template": "{% hostile %}{{ hostile.hostile|hostile }}{# hostile",
    "format": "%(hostile)s %s %d {0} {hostile} $hostile ${hostile}",
    "direction": "\u202egnp.exe\u2066 שלום \u200f",
    "long": "Donaudampfschifffahrtsgesellschaft" * 40,
    "emoji": "👩‍👩‍👧‍👦🏳️‍🌈 Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚a̴l \U0001f9ff",
    "control": "null\x00 escape\x1b[31m bell\x07 \ufffe",
    "lines": "first\r\nX-Hostile: 1\r\n\r\nlast\u2028line",
    "digits": "٣٤٥",
    "spaces": " \t\u00a0 ",
    "empty": "",
}

# Each list of huge data has so many rows.
MANY = 2_000
# Texts that have a form, which the code that made the data keeps to: moments, numbers, codes, colours.
_FORMED = re.compile(
    r"\d{4}-\d\d(-\d\d)?([T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?)?"
    r"|[+-]?\d+([.,]\d+)?|[A-Z]{2,3}|#[0-9a-fA-F]{3,8}"
)

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Mutation:
    """Data that were changed. `change` says how, for people: "data['rows'][0]['name'] is missing".

    `path` leads to what was changed; it is empty where that is all of it.
    """

    change: str
    data: Any
    path: Path = ()


def is_free(text: str) -> bool:
    """Return whether a text may be anything: it is no date, number or code."""
    return not _FORMED.fullmatch(text)


def with_hostile_strings(data: Any, *, fixed: Collection[str] = ()) -> Iterator[Mutation]:
    """Yield the data with all their free texts replaced, once for each of `HOSTILE`.

    Texts under the keys in `fixed` stay.
    """
    for name, text in HOSTILE.items():
        yield Mutation(f"all texts are hostile ({name})", replace_strings(data, text, fixed=fixed))


def with_one_hostile_string(data: Any, *, fixed: Collection[str] = (), formed: bool = False) -> Iterator[Mutation]:
    """Yield the data with one free text replaced at a time, each by another of `HOSTILE` in turn.

    `formed`: dates, numbers and codes as well, which nobody vouches for in another system's answer.
    """
    texts = list(HOSTILE.items())
    for number, (path, value) in enumerate(walk(data)):
        if isinstance(value, str) and (formed or is_free(value)) and not set(path) & set(fixed):
            name, text = texts[number % len(texts)]
            yield Mutation(f"{spell(path)} is hostile ({name})", changed(data, path, text), path)


def with_one_missing(data: Any) -> Iterator[Mutation]:
    """Yield the data with one key missing at a time, and with its value null."""
    for path, _value in walk(data):
        if path and isinstance(path[-1], str):
            yield Mutation(f"{spell(path)} is missing", changed(data, path, _MISSING), path)
            yield Mutation(f"{spell(path)} is null", changed(data, path, None), path)


def with_one_of_another_kind(data: Any) -> Iterator[Mutation]:
    """Yield the data with one value at a time replaced by one of another kind."""
    for path, value in walk(data):
        others: tuple[Any, ...] = ({}, [], "text", 7, True)
        for other in others:
            if type(other) is not type(value):
                yield Mutation(f"{spell(path)} is {other!r}", changed(data, path, other), path)


def with_huge_lists(data: Any, rows: int = MANY) -> Any:
    """Return the data with every list that has anything in it as long as `rows`; only the outermost ones."""
    if isinstance(data, list) and data:
        return [data[number % len(data)] for number in range(rows)]
    if isinstance(data, dict):
        return {key: with_huge_lists(value, rows) for key, value in data.items()}
    return data


def replace_strings(data: Any, text: str, *, fixed: Collection[str] = ()) -> Any:
    """Return the data with all free texts replaced by `text`, but those under the keys in `fixed`.

    Where `text` has "{}", that stands for what was there.
    """
    if isinstance(data, str):
        return (text.replace("{}", data) if "{}" in text else text) if is_free(data) else data
    if isinstance(data, list | tuple):
        return [replace_strings(item, text, fixed=fixed) for item in data]
    if isinstance(data, dict):
        return {
            key: value if key in fixed else replace_strings(value, text, fixed=fixed) for key, value in data.items()
        }
    return data


def replace_numbers(data: Any, number: int, *, fixed: Collection[str] = ()) -> Any:
    """Return the data with all numbers replaced by `number`, but those under the keys in `fixed`."""
    if isinstance(data, int | float) and not isinstance(data, bool):
        return number
    if isinstance(data, list | tuple):
        return [replace_numbers(item, number, fixed=fixed) for item in data]
    if isinstance(data, dict):
        return {
            key: value if key in fixed else replace_numbers(value, number, fixed=fixed) for key, value in data.items()
        }
    return data


def shows_number(html: str, number: int) -> bool:
    """Return whether the HTML has the number, however its digits are grouped."""
    return re.search(r"\D?".join(str(number)), html) is not None


def spell(path: Path) -> str:
    """Return the path as Python writes it: data['rows'][0]."""
    return "data" + "".join(f"[{step!r}]" for step in path)


_MISSING: Any = object()


def walk(data: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Yield everything in the data with its path; of lists the first two rows, since rows are alike."""
    yield path, data
    if isinstance(data, dict):
        for key, value in data.items():
            yield from walk(value, (*path, key))
    elif isinstance(data, list | tuple):
        for number, value in enumerate(data[:2]):
            yield from walk(value, (*path, number))


def changed(data: Any, path: Path, new: Any) -> Any:
    """Return the data with `new` under the path; what is changed is copied, the rest shared."""
    if not path:
        return new
    step, *rest = path
    if isinstance(data, dict):
        if not rest and new is _MISSING:
            return {key: value for key, value in data.items() if key != step}
        return {**data, step: changed(data[step], tuple(rest), new)}
    number = int(step)
    return [*data[:number], changed(data[number], tuple(rest), new), *data[number + 1 :]]
