"""The loyalty system: members with points, asked over its JSON API."""

from collections.abc import Mapping
from typing import Any, TypedDict

from django.utils.translation import gettext as _

from panels.api import FinalError, Identity, SystemClient, is_same_email


class Booking(TypedDict):
    """Points that came or went."""

    points: int
    reason: str


class Member(TypedDict):
    """Somebody who has points; bookings newest first."""

    id: str
    email: str
    points: int
    level: str
    bookings: list[Booking]


class LoyaltySystem:
    """`GET /members?email=` finds members, `POST /members/{id}/points` gives some."""

    def __init__(self, settings: Mapping[str, Any]) -> None:
        headers = {"Authorization": f"Bearer {settings['token']}"}
        self._client = SystemClient(settings["address"], name=_("The loyalty system"), headers=headers)

    def find(self, who: Identity) -> Member | None:
        """Return the member who has one of the customer's e-mail addresses, or None. Raises a `ConnectorError`."""
        for email in who.emails:
            found: list[Member] = self._client.get("/members", params={"email": email}, shape=list[Member])
            for member in found:
                if is_same_email(member["email"], email):  # whatever else was found is somebody else
                    return member
        return None

    def give(self, member: Member, points: int, *, reason: str, key: str) -> int:
        """Give points, once for a `key`, and return how many the member has. Raises a `ConnectorError`."""
        answer = self._client.ask(
            "POST",
            "/members/{id}/points",
            {"id": member["id"]},
            json={"points": points, "reason": reason},
            headers={"Idempotency-Key": key},
        )
        return int(self._client.json(answer)["points"])

    def member(self, who: Identity) -> Member:
        """Return the member. Raises `FinalError` where there is none."""
        member = self.find(who)
        if member is None:
            raise FinalError(_("This customer is no member."))
        return member
