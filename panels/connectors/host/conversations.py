"""Conversations and messages of the host, as the capability has them."""

import datetime as dt
from collections.abc import Iterable, Mapping

from panels.api import AuthorWord, Conversation, ConversationWord, HostConversation, HostMessage, Line

_WORDS = {
    "open": ConversationWord.OPEN,
    "pending": ConversationWord.PENDING,
    "snoozed": ConversationWord.SNOOZED,
    "resolved": ConversationWord.RESOLVED,
}
_AUTHORS = {"user": AuthorWord.AGENT, "agent_bot": AuthorWord.BOT, "contact": AuthorWord.CUSTOMER}
# What somebody said and somebody read, in the host's words: no activities, no greetings and surveys of its own.
_SPOKEN = frozenset({"incoming", "outgoing"})
_LONGEST = 280


def make_conversation(
    one: HostConversation, line: Line | None, inboxes: Mapping[int, str], *, url: str
) -> Conversation:
    """Return a conversation of the host as a record; what the host leaves out is left out."""
    word = _WORDS.get(one.status or "", ConversationWord.UNKNOWN)
    last_at = moment(one.last_activity_at) or (line.at if line else None) or moment(one.created_at)
    return Conversation(
        external_id=str(one.id),
        number=one.id,
        url=url,
        raw_status={"conversation": one.status} if one.status else {},
        word=word,
        begun_at=moment(one.created_at),
        last_at=last_at,
        inbox=inboxes.get(one.inbox_id) if one.inbox_id is not None else None,
        inbox_id=one.inbox_id,
        assignee=one.assignee_name,
        assignee_id=one.assignee_id,
        labels=one.labels,
        last_line=line,
    )


def last_line_of(messages: Iterable[HostMessage]) -> Line | None:
    """Return the newest public message that somebody wrote; None where there is none.

    Never a private note, not even a part of one: panels show a line as what passed between agent and customer.
    """
    public = [one for one in messages if _is_public(one)]
    newest = max(public, key=lambda one: (one.created_at or 0.0, one.id), default=None)
    if newest is None:
        return None
    return Line(
        by=_author_of(newest),
        text=shortened(newest.content) or None,
        # The customer is known; the others have names.
        name=newest.sender_name if newest.kind == "outgoing" else None,
        at=moment(newest.created_at),
        attachments=newest.attachments,
    )


def shortened(text: str) -> str:
    """Return the text in one line, cut where it gets long."""
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1].rstrip()}…"


def moment(seconds: float | None) -> dt.datetime | None:
    return None if seconds is None else dt.datetime.fromtimestamp(seconds, dt.UTC)


def _is_public(message: HostMessage) -> bool:
    if message.private or not message.tells_private or message.is_deleted or message.kind not in _SPOKEN:
        return False
    return bool(message.content.strip() or message.attachments)


def _author_of(message: HostMessage) -> AuthorWord:
    """Return who wrote it. Which way it went decides: only what came in are the customer's words."""
    if message.kind == "incoming":
        return AuthorWord.CUSTOMER
    author = _AUTHORS.get(message.sender_type or "", AuthorWord.UNKNOWN)
    return AuthorWord.UNKNOWN if author is AuthorWord.CUSTOMER else author
