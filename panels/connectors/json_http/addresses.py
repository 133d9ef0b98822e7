"""What is asked for a customer: the operator's addresses and body, with places for what the customer is known by.

A value is data wherever it goes: one segment of the path, one value of the query, or one string of the body. It
cannot name another host, climb out of its place, or add to a query.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, unquote

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from panels.api import Identity, MatchKey, MatchValue, MatchWord, match_values

MOST_ADDRESSES = 6
_PLACE = re.compile(r"\{([^{}]*)\}")
_KEY = re.compile(r"email|phone|identifier|attribute:[\w.-]{1,100}")
_ATTRIBUTE = "attribute:"


@dataclass(frozen=True, slots=True)
class Address:
    """One address. `key` is the kind of value it has a place for; `in_path`: whether that is a segment of the path."""

    key: MatchKey
    path: str
    query: tuple[tuple[str, str], ...] = ()
    in_path: bool = False
    body: Any = None
    graphql: str = ""

    def params(self, value: str) -> dict[str, list[str]]:
        """Return the query with the value in its place."""
        filled: dict[str, list[str]] = {}
        for name, text in self.query:
            filled.setdefault(name, []).append(value if _PLACE.fullmatch(text) else text)
        return filled

    def filled_body(self, value: str) -> Any:
        """Return the body with the value in its place; None for a request without one."""
        filled = _fill(self.body, value)
        # The text of a query is the operator's alone; values are variables.
        return {"query": self.graphql, "variables": filled or {}} if self.graphql else filled


class Lookup(NamedTuple):
    """One kind of value to look for, all values of it, and by what a record that has one was matched."""

    key: MatchKey
    values: tuple[MatchValue, ...]

    @property
    def by(self) -> MatchWord:
        return self.values[0].by


@dataclass(frozen=True, slots=True)
class Question:
    """What one capability asks: nothing without addresses."""

    addresses: tuple[Address, ...] = ()
    is_graphql: bool = False

    def about(self, key: MatchKey) -> tuple[Address, ...]:
        """Return the addresses that look for this kind of value."""
        return tuple(address for address in self.addresses if address.key == key)


@lru_cache(maxsize=512)
def read_question(addresses: str, graphql: str, body: str) -> Question:
    """Return what is asked. Raises ValidationError, by the names of the three fields."""
    lines = [line.strip() for line in addresses.splitlines() if line.strip()]
    if len(lines) > MOST_ADDRESSES:
        raise ValidationError({"addresses": _("Enter at most %(number)d addresses.") % {"number": MOST_ADDRESSES}})
    content, body_key = _read_body(body)
    if (graphql.strip() or body.strip()) and not lines:
        raise ValidationError({"addresses": _("Enter the address to which this is sent.")})
    try:
        found = tuple(_read_address(line, content, body_key, graphql.strip()) for line in lines)
    except ValidationError as error:
        raise ValidationError({"addresses": error.messages}) from None
    return Question(found, is_graphql=bool(graphql.strip()))


def lookups(who: Identity) -> list[Lookup]:
    """Return what to look for, kind by kind, in the operator's order."""
    if who.linked:
        return [Lookup("identifier", match_values(who))]
    found = [Lookup(key, match_values(who.only((key,)))) for key in who.order]
    return [lookup for lookup in found if lookup.values]


def _read_address(line: str, body: Any, body_key: MatchKey | None, graphql: str) -> Address:
    if (
        not line.startswith("/")
        or line.startswith("//")
        or any(sign in line for sign in "\\#")
        or not line.isprintable()
    ):
        raise ValidationError(
            _("“%(line)s” must begin with one slash: the host is that of the address above.") % _of(line)
        )
    path, _mark, query = line.partition("?")
    for part in path.split("/"):
        if unquote(part) in {".", ".."}:
            raise ValidationError(_("“%(line)s” must not climb with dots.") % _of(line))
        if len(_PLACE.findall(part)) > 1:
            raise ValidationError(_("“%(line)s” has two places in one segment.") % _of(line))
    pairs = tuple(parse_qsl(query, keep_blank_values=True))
    if any(_PLACE.search(name) or (_PLACE.search(text) and not _PLACE.fullmatch(text)) for name, text in pairs):
        raise ValidationError(_("In “%(line)s” a place must be the whole value of the query.") % _of(line))
    in_path = _PLACE.findall(path)
    keys = {*in_path, *(found for _name, text in pairs for found in _PLACE.findall(text))}
    if body_key:
        keys.add(body_key)
    if len(keys) != 1 or "{" in _PLACE.sub("", line) or "}" in _PLACE.sub("", line):
        raise ValidationError(
            _("“%(line)s” needs a place for one kind of value: {email}, {phone}, {identifier} or {attribute:NAME}.")
            % _of(line)
        )
    key = keys.pop()
    if not _KEY.fullmatch(key):
        raise ValidationError(_("“%(line)s”: there is no {%(key)s}.") % {**_of(line), "key": key})
    return Address(key, _PLACE.sub("{value}", path), pairs, bool(in_path), body, graphql)


def _read_body(text: str) -> tuple[Any, MatchKey | None]:
    """Return the body as JSON, and which kind of value it has a place for."""
    if not text.strip():
        return None, None
    try:
        body = json.loads(text)
    except (ValueError, RecursionError):
        raise ValidationError({"body": _("This is no JSON.")}) from None
    if not isinstance(body, dict):
        raise ValidationError({"body": _('Enter an object, such as {"email": "{email}"}.')})
    places: set[str] = set()
    for string in _strings(body):
        found = _PLACE.findall(string)
        if found and not _PLACE.fullmatch(string):
            raise ValidationError({"body": _('In the body a place must be a whole string, such as "{email}".')})
        places.update(found)
    if len(places) > 1:
        raise ValidationError({"body": _("The body may have places for one kind of value only.")})
    return body, next(iter(places), None)


def _strings(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [string for inner in value.values() for string in _strings(inner)]
    if isinstance(value, list):
        return [string for inner in value for string in _strings(inner)]
    return [value] if isinstance(value, str) else []


def _fill(content: Any, value: str) -> Any:
    """Return the content with the value for each string that is nothing but a place."""
    if isinstance(content, dict):
        return {name: _fill(inner, value) for name, inner in content.items()}
    if isinstance(content, list):
        return [_fill(inner, value) for inner in content]
    return value if isinstance(content, str) and _PLACE.fullmatch(content) else content


def _of(line: str) -> Mapping[str, str]:
    return {"line": line[:80]}
