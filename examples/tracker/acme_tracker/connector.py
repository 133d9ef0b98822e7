"""The tracker of a carrier: parcels by the receiver's e-mail address or phone."""

from datetime import UTC, datetime
from typing import NotRequired, TypedDict

from django import forms
from django.utils.translation import gettext_lazy as _

from acme_tracker.parcels import Parcel, Parcels, ParcelWord
from panels.api import (
    Connector,
    Identity,
    MatchWord,
    SecretField,
    SystemClient,
    is_same_email,
    is_same_phone,
    match_values,
)

LONG_AGO = datetime(1, 1, 1, tzinfo=UTC)


class Row(TypedDict):
    """A parcel as the tracker tells of it."""

    id: str
    number: str
    state: str
    email: NotRequired[str | None]
    phone: NotRequired[str | None]
    url: NotRequired[str | None]
    sent_at: NotRequired[datetime | None]
    due_at: NotRequired[datetime | None]


class Account(TypedDict):
    """Whose token it is."""

    name: str


class TrackerSettingsForm(forms.Form):
    """How the tracker is reached."""

    address = forms.URLField(label=_("Address of the tracker"), assume_scheme="https")
    token = SecretField(label=_("Token"))


class TrackerConnector(Connector):
    """Asks `GET /parcels?receiver=` with the token of one of the carrier's customers."""

    slug = "acme-tracker"
    title = _("Acme tracker")
    requires_api = "~=1.1"
    capabilities = ("acme_parcels",)
    SettingsForm = TrackerSettingsForm
    destination = ("address",)
    recognises_by = ("email", "phone")
    fresh_for = 300
    max_rate = (60, 60)

    def acme_parcels(self, who: Identity) -> Parcels:
        """Return the parcels whose receiver has one of the contact's addresses or numbers."""
        for by, value in match_values(who):
            rows = self._client().get("/parcels", params={"receiver": value}, shape=list[Row])
            # A tracker that searches for parts of words finds other receivers, too.
            found = [_parcel(row) for row in rows if _is_receiver(row, by, value)]
            if found:
                found.sort(key=lambda parcel: parcel.sent_at or LONG_AGO, reverse=True)
                return Parcels(parcels=tuple(found), matched_by=by)
        return Parcels()

    def check(self) -> str:
        account: Account = self._client().get("/account", shape=Account)
        return str(_("The tracker answers for %(name)s.") % {"name": account["name"]})

    def _client(self) -> SystemClient:
        headers = {"Authorization": f"Bearer {self.settings['token']}"}
        return SystemClient(self.settings["address"], name=self.name, headers=headers)


def _parcel(row: Row) -> Parcel:
    return Parcel(
        external_id=row["id"],
        number=row["number"],
        word=ParcelWord.of(row["state"]),
        raw_status={"state": row["state"]},
        url=row.get("url"),
        sent_at=row.get("sent_at"),
        due_at=row.get("due_at"),
    )


def _is_receiver(row: Row, by: MatchWord, value: str) -> bool:
    if by == MatchWord.EMAIL:
        return is_same_email(row.get("email"), value)
    return by == MatchWord.PHONE and is_same_phone(row.get("phone"), value)
