"""The capability of this package: what a tracker answers, and the panel shows."""

from typing import ClassVar

from django.utils.translation import gettext_lazy as _

from panels.api import Answer, Instant, Record, Tone, Word


class ParcelWord(Word):
    """Where a parcel is. Stored as the carrier says it."""

    ANNOUNCED = "announced", Tone.NEUTRAL, _("Announced")
    ON_THE_WAY = "on_the_way", Tone.PROGRESS, _("On its way")
    DELIVERED = "delivered", Tone.GOOD, _("Delivered")
    STUCK = "stuck", Tone.LOOK, _("Held up")
    UNKNOWN = "unknown", Tone.NEUTRAL, _("Unknown")


class Parcel(Record, frozen=True, kw_only=True):
    """One parcel of the contact. A state we have no word for is in `raw_status["state"]`."""

    number: str
    word: ParcelWord
    sent_at: Instant | None = None
    due_at: Instant | None = None


class Parcels(Answer, frozen=True, kw_only=True):
    """The parcels of the contact, the last sent first."""

    TITLE: ClassVar = _("Parcels")

    parcels: tuple[Parcel, ...] = ()
