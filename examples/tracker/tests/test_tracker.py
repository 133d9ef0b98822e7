from typing import Any

from acme_tracker.connector import TrackerConnector
from acme_tracker.panel import ParcelsPanel
from acme_tracker.parcels import Parcel, Parcels, ParcelWord

from panels.api import Identity
from panels.testing import Asked, ConnectorContract, Http, PanelContract

SETTINGS = {"address": "https://tracker.example", "token": "s3cret-token"}


def make_row(number: str, email: str | None, phone: str | None = None, state: str = "on_the_way") -> dict[str, Any]:
    return {
        "id": f"p-{number}",
        "number": number,
        "email": email,
        "phone": phone,
        "state": state,
        "sent_at": f"2026-11-{number[-2:]}T09:30:00+00:00",
        "url": f"https://tracker.example/{number}",
    }


ROWS = [
    make_row("JD0011", "ada@example.com"),
    make_row("JD0012", "ada@example.com", state="at the moon"),
    make_row("JD0013", "Canada@example.com"),
    make_row("JD0014", "bob@example.com"),
]


def answer(asked: Asked) -> list[dict[str, Any]]:
    """Answer as the tracker does, which finds parts of words, and so other receivers' parcels, too."""
    receiver = asked.params["receiver"].lower()
    return [row for row in ROWS if receiver in f"{row['email']} {row['phone']}".lower()]


class TestTrackerConnector(ConnectorContract):
    """What every connector must be, with a tracker that knows Ada and Bob."""

    connector = TrackerConnector
    settings = SETTINGS

    def serve(self, http: Http) -> None:
        http.on("GET", "/parcels", answer)
        http.get("/account", {"name": "Acme"})


class TestParcelsPanel(PanelContract):
    """What every panel must be."""

    panel = ParcelsPanel
    settings = {"rows": 5}
    data = Parcels(
        parcels=(
            Parcel(external_id="1", number="JD0011", word=ParcelWord.DELIVERED, url="https://tracker.example/1"),
            Parcel(external_id="2", number="JD0012", word=ParcelWord.UNKNOWN, raw_status={"state": "at the moon"}),
        )
    )
    empty_data = Parcels()


def test_parcels_are_the_receivers_own_the_last_sent_first(http: Http, identity: Identity) -> None:
    http.on("GET", "/parcels", answer)
    parcels = TrackerConnector(SETTINGS, name="Tracker").acme_parcels(identity).parcels
    assert [parcel.number for parcel in parcels] == ["JD0012", "JD0011"]
    assert [parcel.word for parcel in parcels] == [ParcelWord.UNKNOWN, ParcelWord.ON_THE_WAY]
    assert http.asked[0].headers["authorization"] == "Bearer s3cret-token"
