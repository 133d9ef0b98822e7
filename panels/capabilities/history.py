"""The capability `history`: what went on with the contact before, as the host itself has it."""

from collections.abc import Sequence
from typing import ClassVar, Self

import msgspec
from django.utils.translation import gettext_lazy as _
from msgspec import structs

from panels.capabilities.records import Answer, Instant, Record, merge_records, newest_first
from panels.capabilities.words import AuthorWord, ConversationWord
from tenants.trust.sight import Sight


class Line(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One public message, shortened: never a private note. `text` is None where only files were sent."""

    by: AuthorWord
    text: str | None = None
    name: str | None = None
    at: Instant | None = None
    attachments: int = 0

    SENSITIVE: ClassVar = ("text",)


class Conversation(Record, frozen=True, kw_only=True):
    """A conversation of the contact, by the number that agents know it by.

    `inbox_id` and `assignee_id` are the host's: they decide who may see it.
    """

    number: int
    word: ConversationWord
    begun_at: Instant | None = None
    last_at: Instant | None = None
    inbox: str | None = None
    inbox_id: int | None = None
    assignee: str | None = None
    assignee_id: int | None = None
    labels: tuple[str, ...] = ()
    last_line: Line | None = None


class Note(Record, frozen=True, kw_only=True):
    """What an agent wrote down about the contact; customers never see it."""

    text: str | None = None
    at: Instant | None = None
    author: str | None = None

    SENSITIVE: ClassVar = ("text",)


class History(Answer, frozen=True, kw_only=True):
    """The contact's conversations by their last activity and notes by their time, newest first, and its labels."""

    TITLE: ClassVar = _("History")

    conversations: tuple[Conversation, ...] = ()
    notes: tuple[Note, ...] = ()
    labels: tuple[str, ...] = ()

    IS_RESTRICTED: ClassVar = True

    @property
    def inboxes(self) -> frozenset[int]:
        return frozenset(one.inbox_id for one in self.conversations if one.inbox_id is not None)

    def seen_by(self, sight: Sight) -> Self:
        return structs.replace(
            self,
            conversations=tuple(one for one in self.conversations if sight.sees(one.inbox_id, one.assignee_id)),
            notes=self.notes if sight.sees_contacts else (),
            labels=self.labels if sight.sees_contacts else (),
        )

    @classmethod
    def merge(cls, answers: Sequence[tuple[str, Self]]) -> Self:
        conversations = merge_records((source, answer.conversations) for source, answer in answers)
        conversations.sort(key=lambda one: newest_first(one, one.last_at))
        notes = merge_records((source, answer.notes) for source, answer in answers)
        notes.sort(key=lambda note: newest_first(note, note.at))
        return cls(
            conversations=tuple(conversations),
            notes=tuple(notes),
            labels=tuple(dict.fromkeys(label for _source, answer in answers for label in answer.labels)),
            **cls.merge_rest(answers),
        )
