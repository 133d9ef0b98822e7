"""What all records and answers have in common.

Structs leave out what is as by default when they are stored: most of a record is.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Annotated, Any, ClassVar, Self, TypeVar
from urllib.parse import quote

import msgspec
from django.utils.functional import Promise

from panels.capabilities.words import MatchWord
from tenants.trust.sight import Sight

# A moment, stored as aware UTC; panels show it in the agent's zone.
Instant = Annotated[datetime, msgspec.Meta(tz=True)]

# Sorts after every real moment when sorting newest first.
LONG_AGO = datetime(1, 1, 1, tzinfo=UTC)


class Record(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One thing another system knows. `external_id` is its id there, `source` the connection's name.

    Connectors leave `source` empty: merging fills it. `url` opens the record in the other system.
    `raw_status` holds that system's own words by kind, such as {"payment": "PARTIALLY_PAID"}: they are
    shown as tooltips, and in place of a word we have none for. `test` marks what is not real business.

    Causes and reasons (`decline`, `reason`, `cancel_reason`, `risk`) are stored as the connector says them, and shown
    in the agent's language where the translations know them.
    """

    external_id: str
    source: str = ""
    url: str | None = None
    raw_status: dict[str, str] = {}
    test: bool = False

    @property
    def key(self) -> str:
        """The record's id among all connections; safe inside URLs and HTML ids."""
        return f"{quote(self.source, safe='')}:{quote(self.external_id, safe='')}"


class Candidate(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Somebody whom the contact may be, where several match: an agent decides. Only what tells them apart."""

    external_id: str
    source: str = ""
    name: str | None = None
    email: str | None = None
    phone: str | None = None

    SENSITIVE: ClassVar = ("email", "phone")


class Window(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How far back a connection was able to look; `since` None: to the beginning."""

    source: str = ""
    since: Instant | None = None


class Caveat(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What an agent has to know of an answer, such as that something may be missing.

    `text` is shown in the agent's language where the translations know it.
    """

    text: str
    source: str = ""


class Answer(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a capability answers. Subclasses name the records: fields that are tuples of `Record`s, newest first.

    `matched_by` is by what the records were found to be the contact's, the weakest of it; None: not told.
    Where several customers of one system match, nobody's records are given but the `candidates`: one who
    is not the contact would have their orders read out to them.
    """

    windows: tuple[Window, ...] = ()
    caveats: tuple[Caveat, ...] = ()
    matched_by: MatchWord | None = None
    candidates: tuple[Candidate, ...] = ()

    # What operators read where it is named.
    TITLE: ClassVar[str | Promise] = ""
    # Whether it tells of the host's conversations, which not every agent may see. Then no panel is given
    # the answer itself, but what `seen_by` leaves of it for whoever looks.
    IS_RESTRICTED: ClassVar[bool] = False

    @property
    def inboxes(self) -> frozenset[int]:
        """The host's inboxes of whose conversations it tells; only of restricted answers."""
        return frozenset()

    def seen_by(self, sight: Sight) -> Self:
        """Return what is left of it for somebody who may see so much of the host."""
        return self

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to show. By default: no records."""
        return not any(getattr(self, name) for name in self._record_fields())

    @classmethod
    def merge(cls, answers: Sequence[tuple[str, Self]]) -> Self:
        """Return one answer of several connections', by connection name, as if one system had given it.

        Every record names its source and is there once per (source, external_id), the first kept. By default one
        connection's records follow the other's: sort them where they are to be mixed.
        """
        records: dict[str, Any] = {
            name: tuple(merge_records((source, getattr(answer, name)) for source, answer in answers))
            for name in cls._record_fields()
        }
        return cls(**records, **cls.merge_rest(answers))

    @classmethod
    def _record_fields(cls) -> list[str]:
        """Return the fields that a subclass has added."""
        return [name for name in cls.__struct_fields__ if name not in Answer.__struct_fields__]

    @classmethod
    def merge_matches(cls, answers: Sequence[tuple[str, Self]]) -> MatchWord | None:
        """Return the weakest match of the answers that hold anything; None when one does not tell."""
        words = [answer.matched_by for _source, answer in answers if not answer.is_empty]
        return None if None in words else max(filter(None, words), key=lambda word: word.rank, default=None)

    @classmethod
    def merge_rest(cls, answers: Sequence[tuple[str, Self]]) -> dict[str, Any]:
        """Return all that is not records, merged, by field."""
        return {
            "matched_by": cls.merge_matches(answers),
            **{
                name: tuple(
                    dict.fromkeys(
                        msgspec.structs.replace(one, source=source)
                        for source, answer in answers
                        for one in getattr(answer, name)
                    )
                )
                for name in ("windows", "caveats", "candidates")
            },
        }


AnyRecord = TypeVar("AnyRecord", bound=Record)


def merge_records(groups: Iterable[tuple[str, Sequence[AnyRecord]]]) -> list[AnyRecord]:
    """Return the groups' records with their source, without repetitions, in the order given."""
    seen: dict[tuple[str, str], AnyRecord] = {}
    for source, records in groups:
        for record in records:
            key = (source, record.external_id)
            if key not in seen:
                seen[key] = msgspec.structs.replace(record, source=source)
    return list(seen.values())


def newest_first(record: Record, at: datetime | None) -> tuple[Any, ...]:
    """Return the sort key "newest first", the same for the same records in any order."""
    return (-((at or LONG_AGO) - LONG_AGO).total_seconds(), record.source, record.external_id)
