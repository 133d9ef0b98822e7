"""Notes about a contact, as the capability has them."""

from panels.api import HostNote, Note
from panels.connectors.host.conversations import moment


def make_note(note: HostNote) -> Note | None:
    """Return a note of the host as a record, whole: it is short, and was written to be read. None without its text."""
    if not note.id or not note.content.strip():
        return None
    return Note(
        external_id=f"note-{note.id}",
        text=note.content.strip(),
        at=moment(note.created_at),
        author=note.author_name,
    )
