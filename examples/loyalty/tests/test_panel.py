from typing import Any

import pytest
from acme_loyalty.panel import GivePoints, LoyaltyPanel

from panels.api import ActionContext, FetchContext, FinalError, Identity
from panels.testing import Asked, Http, PanelContract

SETTINGS = {"address": "https://points.example", "token": "s3cret-token", "rows": 2}


def make_member(email: str = "ada@example.com", points: int = 1250) -> dict[str, Any]:
    reasons = ("Order #1042", "Voucher", "Welcome to the club")
    bookings = [{"points": 50, "reason": reason} for reason in reasons]
    return {"id": "m/7", "email": email, "points": points, "level": "Silver", "bookings": bookings}


class TestLoyaltyPanel(PanelContract):
    """What every panel must be."""

    panel = LoyaltyPanel
    settings = SETTINGS
    data = make_member()
    empty_data = None

    def serve(self, http: Http) -> None:
        http.get("/members", [make_member()])


def make_action_context(identity: Identity) -> ActionContext:
    return ActionContext(
        identity=identity,
        settings=SETTINGS,
        params={"points": 5, "reason": "Late parcel"},
        agent_id=5,
        role="agent",
        conversation_id=7,
        key="one-press",
        trace_id="",
    )


def test_somebody_elses_points_are_not_shown(http: Http, identity: Identity) -> None:
    http.get("/members", [make_member("canada@example.com")])
    assert LoyaltyPanel().fetch(FetchContext(identity=identity, settings=SETTINGS, trace_id="")) is None


def test_points_are_given_once_for_a_press(http: Http, identity: Identity) -> None:
    given: list[Asked] = []

    def give(asked: Asked) -> dict[str, Any]:
        given.append(asked)
        return make_member(points=1255)

    http.get("/members", [make_member()])
    http.on("POST", "/members/{id}/points", give)
    done = GivePoints().run(make_action_context(identity))
    assert str(done.message) == "5 points given. There are 1255 now."
    assert done.note == "5 points"
    [asked] = given
    assert asked.headers["idempotency-key"] == "one-press"
    assert asked.json() == {"points": 5, "reason": "Late parcel"}


def test_who_is_no_member_is_given_none(http: Http, identity: Identity) -> None:
    http.get("/members", [])
    with pytest.raises(FinalError, match="no member"):
        GivePoints().run(make_action_context(identity))
