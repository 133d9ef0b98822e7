"""The host connector: what Voxys itself has of the contact."""

from collections.abc import Sequence

from panels.api import (
    MAX_CONVERSATIONS,
    Conversation,
    Gaps,
    History,
    HostConnector,
    HostConversation,
    Identity,
    Line,
    MatchWord,
    Window,
)
from panels.connectors.host.conversations import last_line_of, make_conversation
from panels.connectors.host.notes import make_note

# Where a conversation's newest message is a private note, its messages are asked for; of so many conversations.
_MOST_ASKED = 5


class HostConversations(HostConnector):
    """Answers with the contact's latest conversations, each with its last public line, its notes and labels.

    All that an administrator sees: the platform shows each agent only what is theirs to see.
    """

    slug = "host"
    title = "Voxys"
    capabilities = ("history",)
    # Whoever changes something in the host makes it say so by a webhook; without those, this is what is waited.
    fresh_for = 60

    def history(self, who: Identity) -> History:
        gaps = Gaps(self.name)
        found = self.host.conversations()
        inboxes = self.host.inbox_names()
        lines = self._last_lines(found)
        conversations = [make_conversation(one, lines[one.id], inboxes, url=self.host.address(one.id)) for one in found]
        answer = History(
            conversations=tuple(conversations),
            notes=gaps.kept(
                self.host.notes(), make_note, lacking=lambda note: "note.content" if note.id else "note.id"
            ),
            labels=tuple(self.host.labels()),
            windows=_window(conversations),
            # The contact is the host's own.
            matched_by=MatchWord.IDENTIFIER,
        )
        return gaps.told(History.merge([("", answer)]))

    def _last_lines(self, found: Sequence[HostConversation]) -> dict[int, Line | None]:
        """Return each conversation's last public line; None where none is near the end."""
        lines: dict[int, Line | None] = {}
        asked = 0
        for one in found:
            line = last_line_of(one.messages)
            if line is None and asked < _MOST_ASKED:
                asked += 1
                line = last_line_of(self.host.messages(one.id))
            lines[one.id] = line
        return lines


def _window(conversations: list[Conversation]) -> tuple[Window, ...]:
    """Say from when on conversations are told, where the host may have older ones."""
    if len(conversations) < MAX_CONVERSATIONS:
        return ()
    since = min((one.begun_at for one in conversations if one.begun_at), default=None)
    return (Window(since=since),) if since else ()
