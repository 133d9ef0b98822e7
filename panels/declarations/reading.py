"""Reads a file of accounts. Whatever is wrong with it comes out as sentences that say where."""

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import msgspec
from django.utils.translation import gettext as _
from msgspec import UnsetType

from panels.declarations.shapes import (
    AccountShape,
    ConnectionShape,
    Declarations,
    Declared,
    NamedSecret,
    PlacementShape,
    Problem,
)
from panels.declarations.yaml_files import Unreadable, load

MAX_ACCOUNTS = 1_000
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,99}")
_PATH = re.compile(r" - at `(?:key` in `)?\$?\.?(?P<path>[^`]*)`$")
_NO_TEXT_IN_YAML = re.compile("Expected `str`, got `(?:int|float|bool)`")
# The one character that PostgreSQL keeps in no text, and halves of characters.
_NO_TEXT = re.compile("[\x00\ud800-\udfff]")


class Misshapen(Exception):
    """The description of an account is not as it has to be, at `path` in it."""

    def __init__(self, path: str, sentence: str) -> None:
        super().__init__(sentence)
        self.path = path
        self.sentence = sentence


def read_declarations(content: str | bytes) -> Declarations:
    """Return what the YAML file says; a problem with one account leaves the others readable."""
    try:
        raw = load(content)
    except Unreadable as error:
        return unreadable(str(error))
    return read_plain(raw)


def read_plain(raw: Any) -> Declarations:
    """Return what the file says, once it is plain values, and of no more than YAML's depth."""
    try:
        accounts = _accounts(raw)
    except Unreadable as error:
        return unreadable(str(error))
    declared: list[Declared] = []
    problems: list[Problem] = []
    for index, account in enumerate(accounts):
        where = f"accounts[{index}]"
        try:
            declared.append(Declared(where, read_account(account)))
        except Misshapen as error:
            problems.append(Problem(f"{where}.{error.path}" if error.path else where, error.sentence))
    return without_twins(declared, problems)


def read_account(raw: Any, *, from_text: bool = False) -> AccountShape:
    """Return the account that is described. `from_text`: numbers and truths come as text. Raises `Misshapen`."""
    try:
        account = msgspec.convert(raw, AccountShape, strict=not from_text, dec_hook=_secret)
    except msgspec.ValidationError as error:
        sentence = str(error)
        found = _PATH.search(sentence)
        told = sentence[: found.start()] if found else sentence
        told = told if told.endswith(".") else f"{told}."
        if _NO_TEXT_IN_YAML.match(told):
            told += " " + _("What YAML takes for a number, or for true or false, is text in quotation marks.")
        raise Misshapen(found["path"] if found else "", told) from None
    for path, sentence in _problems_within(account):
        raise Misshapen(path, sentence)
    return account


def without_twins(declared: Sequence[Declared], problems: Iterable[Problem]) -> Declarations:
    """Return the declarations without those that mean the same account as another."""
    found = list(problems)
    places = Counter(one.account.address for one in declared if one.account.address)
    names = Counter(one.account.name for one in declared)
    loose = {one.account.name for one in declared if one.account.address is None}
    good = []
    for one in declared:
        # Of one name on two hosts there may be two accounts, as long as each is told with its place.
        if names[one.account.name] > 1 and one.account.name in loose:
            found.append(Problem(f"{one.place}: name", _there_twice(one.account.name)))
        elif one.account.address and places[one.account.address] > 1:
            found.append(Problem(f"{one.place}: host_account_id", _("This account of this host is there twice.")))
        else:
            good.append(one)
    return Declarations(tuple(good), tuple(found))


def unreadable(why: str) -> Declarations:
    """Return that nothing could be read."""
    return Declarations(problems=(Problem(_("The file cannot be read"), why),))


def _accounts(raw: Any) -> list[Any]:
    if not isinstance(raw, dict) or set(raw) != {"accounts"} or not isinstance(raw["accounts"], list):
        raise Unreadable(_("it has to be an object with a list “accounts”, and nothing else."))
    if len(raw["accounts"]) > MAX_ACCOUNTS:
        raise Unreadable(_("too many accounts. At most %(number)s are read.") % {"number": MAX_ACCOUNTS})
    return raw["accounts"]


def _secret(kind: type, raw: Any) -> NamedSecret:
    """Accept a secret's name only: a value in the file would be in its history for ever."""
    if isinstance(raw, NamedSecret):  # of a table, which names them itself
        return raw
    name = raw.get("env") if isinstance(raw, dict) and set(raw) == {"env"} else None
    if isinstance(name, str) and _VARIABLE.fullmatch(name):
        return NamedSecret(name)
    raise ValueError(_("Secrets do not belong into the file. Name a variable of the environment: {env: NAME}"))


def _problems_within(account: AccountShape) -> Iterator[tuple[str, str]]:
    """Yield what the shapes cannot say, with the path in the account."""
    plain = msgspec.to_builtins(account, enc_hook=lambda secret: secret.name)
    if any(_NO_TEXT.search(text) for text in _texts(plain)):
        yield "", _("There is a character in it that cannot be kept, such as number 0.")
    if isinstance(account.host_origin, UnsetType) != isinstance(account.host_account_id, UnsetType):
        yield "host_account_id", _("Give host_origin and host_account_id, or neither.")
    connections = _list(account.connections)
    apps = _list(account.apps)
    yield from _twice("connections", "name", [connection.name for connection in connections])
    yield from _twice("apps", "title", [app.title for app in apps])
    former = [app.was for app in apps if not isinstance(app.was, UnsetType)]
    if len(set(former)) < len(former) or set(former) & {app.title for app in apps if app.was != app.title}:
        yield "apps", _("“was” names an app that the file has for another.")
    for index, connection in enumerate(connections):
        yield from _odd_settings(f"connections[{index}]", connection)
    for index, app in enumerate(apps):
        for order, placement in enumerate(_list(app.placements)):
            path = f"apps[{index}].placements[{order}]"
            yield from _odd_settings(path, placement)
            yield from _twice(f"{path}.connections", "", list(_list(placement.connections)))


def _odd_settings(path: str, shape: ConnectionShape | PlacementShape) -> Iterator[tuple[str, str]]:
    settings = {} if isinstance(shape.settings, UnsetType) else shape.settings
    try:
        # What would come back from the database as something else would be changed by every run.
        is_json = json.loads(json.dumps(settings, allow_nan=False)) == settings
    except (TypeError, ValueError):
        is_json = False
    if not is_json:
        yield f"{path}.settings", _("A value is none that JSON has.")


def _twice(path: str, field: str, names: list[str]) -> Iterator[tuple[str, str]]:
    for index, name in enumerate(names):
        if name in names[:index]:
            yield f"{path}[{index}]" + (f".{field}" if field else ""), _there_twice(name)


def _there_twice(name: str) -> str:
    return _("“%(name)s” is there twice.") % {"name": name}


def _list(values: Any) -> list[Any]:
    return [] if isinstance(values, UnsetType) else values


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield str(name)
            yield from _texts(inner)
    elif isinstance(value, list | tuple | set):
        for inner in value:
            yield from _texts(inner)
