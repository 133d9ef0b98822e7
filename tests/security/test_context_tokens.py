"""Context tokens replayed: each is good for its account, app, session and trust level, for minutes."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.signing import TimestampSigner
from django.test import Client
from msgspec import msgpack
from pytest_django import DjangoCaptureOnCommitCallbacks

from tenants.models import AgentSession
from tenants.trust.sessions import revoke_account, revoke_agent, revoke_session
from tests.security.world import Tenant, refusal, shows_data
from voxysapps.context.token import TOKEN_SECONDS, b64_decode, b64_encode  # type: ignore[attr-defined]

CLOSED = (403, "not_confirmed")


def follow(one: Tenant, token: str, headers: dict[str, str], *, app: Any = None, placement: int | None = None) -> Any:
    address = f"/a/{(app or one.app).key}/panels/{placement or one.placement.pk}/"
    return Client().get(address, headers={**headers, "X-Voxys-Context": token})


def test_honest_follow_up_shows_data(mine: Tenant) -> None:
    """What all others here would get, were they let in."""
    assert shows_data(follow(mine, mine.token(), mine.session()))


def test_replayed_without_the_session(mine: Tenant) -> None:
    assert refusal(follow(mine, mine.token(), {})) == (401, "no_session")


def test_replayed_with_the_session_of_a_colleague(mine: Tenant) -> None:
    mine.host.members[1] = frozenset({5, 8})
    assert refusal(follow(mine, mine.token(), mine.session(8))) == CLOSED


def test_replayed_with_another_session_of_the_same_agent(mine: Tenant) -> None:
    token = mine.token()
    mine._headers.clear()
    assert refusal(follow(mine, token, mine.session())) == CLOSED


def test_replayed_with_the_session_of_another_account(mine: Tenant, theirs: Tenant) -> None:
    assert refusal(follow(mine, mine.token(), theirs.session())) == (401, "ended")


def test_replayed_for_another_app_of_the_account(mine: Tenant) -> None:
    placement = mine.other_app.placements.get().pk
    assert refusal(follow(mine, mine.token(), mine.session(), app=mine.other_app, placement=placement)) == CLOSED


def test_replayed_for_an_app_of_another_account(mine: Tenant, theirs: Tenant) -> None:
    token = mine.token()
    for session in (mine.session(), theirs.session()):
        assert refusal(follow(theirs, token, session))[0] in (401, 403)


def test_replayed_after_its_minutes(mine: Tenant, clock: Any) -> None:
    token = mine.token()
    clock.shift(TOKEN_SECONDS + 1)
    assert refusal(follow(mine, token, mine.session())) == CLOSED


def test_replayed_after_signing_out(
    mine: Tenant, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    token = mine.token()
    ways: tuple[Callable[[], int], ...] = (
        lambda: revoke_session(AgentSession.objects.for_account(mine.account).latest("id")),
        lambda: revoke_agent(mine.account, 5),
        lambda: revoke_account(mine.account),
    )
    for revoke in ways:
        with django_capture_on_commit_callbacks(execute=True):
            revoke()
        assert refusal(follow(mine, token, mine.session())) == (401, "ended")
        assert refusal(mine.post(mine.session())) == (401, "ended")
        mine._headers.clear()
        token = mine.token()


def test_replayed_after_the_session_has_ended(mine: Tenant, clock: Any) -> None:
    mine.token()
    clock.shift(timedelta(days=31))
    assert refusal(mine.post(mine.session())) == (401, "ended")


@pytest.mark.parametrize(("before", "after"), [("link", "signed_in"), ("verified", "signed_in"), ("link", "verified")])
def test_issued_at_a_lower_level(
    mine: Tenant, before: str, after: str, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    mine.account.trust = before
    mine.account.save()
    token = mine.post()["X-Voxys-Context"]
    assert follow(mine, token, {}).status_code == 200
    with django_capture_on_commit_callbacks(execute=True):
        mine.account.trust = after
        mine.account.save()
    assert refusal(follow(mine, token, mine.session())) == CLOSED


def _claims(token: str) -> list[Any]:
    claims: list[Any] = msgpack.decode(b64_decode(token.split(":", maxsplit=1)[0].encode()))
    return claims


@pytest.mark.parametrize(
    "change",
    [
        lambda token, key: token.replace(token.split(":")[0], b64_encode(msgpack.encode(_other(token))).decode()),
        lambda token, key: TimestampSigner(key="guess", salt="voxysapps.context.token").sign(token.split(":")[0]),
        lambda token, key: TimestampSigner(salt="another purpose").sign(token.split(":")[0]),
        lambda token, key: token.rsplit(":", 1)[0] + ":" + "A" * 43,
        lambda token, key: token.rsplit(":", 1)[0] + ":",
        lambda token, key: token.split(":")[0],
        lambda token, key: "",
        lambda token, key: "\x00" * 40,
        lambda token, key: "é" * 40,
        lambda token, key: "a:b:c" * 1000,
    ],
    ids=["other claims", "other key", "other purpose", "signature", "no signature", "bare", "none", "nul", "é", "long"],
)
def test_forged(mine: Tenant, change: Callable[[str, str], str]) -> None:
    token = mine.token()
    assert refusal(follow(mine, change(token, mine.app.key), mine.session())) == CLOSED


def _other(token: str) -> list[Any]:
    claims = _claims(token)
    return [value if not isinstance(value, int) else value + 1 for value in claims]


def test_agents_own_token_says_nothing_of_secrets(mine: Tenant) -> None:
    """The browser may read it: it holds ids and the customer's own identifiers, and no session token."""
    text = str(_claims(mine.token()))
    assert mine.session()["Authorization"].removeprefix("Bearer ") not in text
    assert mine.account.hook_key not in text
