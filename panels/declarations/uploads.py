"""A file that came through the browser: how it is read, and how it comes back for the second press.

It may hold tokens, so between the two presses it is kept nowhere here: neither on the disk nor in the session, the
cache or the database. The page that shows what would be done has it in a hidden field, sealed with a key that only
the server has, for this user and this session, and for some minutes. So what is done is the very file that was
shown, and whoever keeps the page, or comes by the field in another way, has nothing they could read or use. To choose
the file a second time would keep as little, but what is done could be another file than the one that was shown.
"""

import json
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from django.utils.translation import gettext as _
from msgspec import UnsetType

from panels.declarations.applying import AccountPlan
from panels.declarations.csv_files import read_csv
from panels.declarations.reading import read_declarations, unreadable
from panels.declarations.shapes import AccountShape, Declarations, NamedSecret, Problem
from voxysapps.sealing import Place, SealBroken, seal, unseal

# Each account with a token asks its host, while the browser waits. The command has no such limits.
MAX_ACCOUNTS = 200
# After so long what is left waits for another press: proxies wait for a minute, and the last account may take its
# host's time, and the page some seconds.
SECONDS = 25
LIFETIME_SECONDS = 600


@dataclass(frozen=True, slots=True)
class Upload:
    """The text of a file, and whether it is YAML: else it is CSV."""

    text: str = field(repr=False)
    is_yaml: bool


@dataclass(frozen=True, slots=True)
class Sealed:
    """What comes back with the second press: the file, the digest of what was shown of it, and what was refused.

    `refused` are problems by their account's place in the file, of accounts that an earlier press has tried.
    """

    upload: Upload
    seen: str
    refused: Mapping[str, Sequence[Problem]]


class NotThere(Exception):
    """What came back is no sealed file of this user and session, or was sealed too long ago."""


def read_upload(upload: Upload) -> tuple[Declarations, Mapping[str, str]]:
    """Return the accounts of the file, and the secrets in it, which only a table may have."""
    secrets: Mapping[str, str] = {}
    if upload.is_yaml:
        declarations = _without_names(read_declarations(upload.text))
    else:
        declarations, secrets = read_csv(upload.text)
    if len(declarations.accounts) > MAX_ACCOUNTS:
        why = _("more than %(number)s accounts. Divide it, or use the command for files of this kind.")
        return unreadable(why % {"number": MAX_ACCOUNTS}), {}
    return declarations, secrets


def seal_upload(
    upload: Upload, seen: str, *, user_id: int, session: str, refused: Mapping[str, Sequence[Problem]] | None = None
) -> str:
    """Return the file for a hidden field, with the rest of `Sealed`."""
    told = {where: [(one.where, one.sentence) for one in problems] for where, problems in (refused or {}).items()}
    packed = {"at": time.time(), "seen": seen, "is_yaml": upload.is_yaml, "text": upload.text, "refused": told}
    return seal(json.dumps(packed, ensure_ascii=False), _place(user_id, session))


def open_upload(sealed: str, *, user_id: int, session: str) -> Sealed:
    """Return what was sealed. Raises `NotThere`."""
    try:
        packed: dict[str, Any] = json.loads(unseal(sealed, _place(user_id, session)))
    except SealBroken:
        raise NotThere from None
    if not 0 <= time.time() - packed["at"] <= LIFETIME_SECONDS:
        raise NotThere
    refused = {where: [Problem(*one) for one in told] for where, told in packed["refused"].items()}
    return Sealed(Upload(packed["text"], packed["is_yaml"]), packed["seen"], refused)


def digest_of(plans: Iterable[AccountPlan]) -> str:
    """Return a digest of what the plans would change."""
    told = [(plan.declared.where, plan.lines, [str(problem) for problem in plan.problems]) for plan in plans]
    return sha256(json.dumps(told).encode()).hexdigest()


def _place(user_id: int, session: str) -> Place:
    return Place(0, "panels.upload", user_id, session)


def _without_names(declarations: Declarations) -> Declarations:
    """Return the declarations without accounts that name secrets.

    The names are of variables in the server's environment. Whoever uploads a file also says where each is sent.
    """
    sentence = _("Secrets are not taken from an uploaded file. Leave this out, and enter it on the page it belongs to.")
    good, problems = [], list(declarations.problems)
    for one in declarations.accounts:
        found = [Problem(f"{one.place}: {path}", sentence) for path in _named(one.account)]
        problems += found
        if not found:
            good.append(one)
    return Declarations(tuple(good), tuple(problems))


def _named(account: AccountShape) -> Iterator[str]:
    """Yield where the account names secrets."""
    yield from (name for name in ("host_token", "hook_secret") if isinstance(getattr(account, name), NamedSecret))
    for index, connection in enumerate(_list(account.connections)):
        yield from (f"connections[{index}].secrets.{name}" for name in _names(connection))
    for index, app in enumerate(_list(account.apps)):
        for order, placement in enumerate(_list(app.placements)):
            yield from (f"apps[{index}].placements[{order}].secrets.{name}" for name in _names(placement))


def _names(shape: Any) -> list[str]:
    return [] if isinstance(shape.secrets, UnsetType) else list(shape.secrets)


def _list(shapes: Any) -> list[Any]:
    return [] if isinstance(shapes, UnsetType) else shapes
