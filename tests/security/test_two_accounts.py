"""Every URL with another account's session, token, app, placement and connection; and no URL is forgotten."""

from itertools import product as combinations
from typing import Any

import pytest
from django.test import Client
from django.urls import get_resolver, include, path, re_path

# Whose tests speak for the URLs of their matters, also where this file is run alone.
from tests.security import test_actions, test_api_accounts, test_sign_in, test_webhooks  # noqa: F401
from tests.security.urls import ADMIN, names_of, two_accounts, unknown, untested
from tests.security.world import Tenant, asked_for, refusal, rows, shows_data
from tests.simulator.development import test_inspection  # noqa: F401 - likewise
from tests.support.connectors import RecordingConnector

PATTERNS = get_resolver().url_patterns


# --- no URL is forgotten ---------------------------------------------------------------------------------


def test_every_url_keeps_two_accounts_apart() -> None:
    """A new URL fails here: write its test with `@two_accounts`, or say why it shows nothing of an account."""
    assert untested(PATTERNS) == set()
    assert unknown(PATTERNS) == set()


def test_a_new_url_would_be_noticed() -> None:
    def view(request: Any) -> None: ...

    new = [
        *PATTERNS,
        path("a/<str:app_key>/export", view, name="export"),  # type: ignore[arg-type]
        path("a/<str:app_key>/", include(([path("x/<int:id>/", view, name="row")], "new"))),  # type: ignore[arg-type]
        path("api/v1/", include([path("accounts/", view, name="accounts"), path("nameless/<int:id>", view)])),  # type: ignore[arg-type]
        re_path(r"^hooks/(?P<key>.+)/extra$", view),  # type: ignore[arg-type]
    ]
    found = untested(new)
    assert found == {"export", "new:row", "accounts", "api/v1/nameless/<int:id>", "^hooks/(?P<key>.+)/extra$"}
    assert untested(new, tested=found) >= {"frame", "panels:context"}


def test_all_urls_are_walked() -> None:
    names = set(names_of(PATTERNS))
    assert {"frame", "panels:context", "panels:placement", "admin:index", "admin:tenants_account_change"} <= names


def test_no_url_hides_behind_the_name_of_another() -> None:
    names = [name for name in names_of(PATTERNS) if not name.startswith(ADMIN)]
    assert sorted(names) == sorted(set(names))


# --- frames ----------------------------------------------------------------------------------------------


@two_accounts("frame")
def test_frame_document_says_nothing_of_other_accounts(mine: Tenant, theirs: Tenant) -> None:
    theirs.account.host_origin = "https://theirs.example"
    theirs.account.save()
    theirs.app.title = "Their title"
    theirs.app.save()
    response = Client().get(f"/a/{mine.app.key}/", headers=theirs.session())
    assert response.status_code == 200
    whole = f"{response.headers} {response.content.decode()}"
    for word in ("theirs.example", "Their title", theirs.app.key, theirs.account.name):
        assert word not in whole


@two_accounts("panels:context")
def test_context_of_another_account(mine: Tenant, theirs: Tenant, connector: type[RecordingConnector]) -> None:
    """Sessions, contexts and apps of two accounts in all combinations: only those of one go together."""
    answers = {one.email: rows(one.warm()) for one in (mine, theirs)}
    assert answers[mine.email].isdisjoint(answers[theirs.email])
    connector.calls.clear()
    for session_of, body_of, app_of in combinations((mine, theirs), repeat=3):
        response = app_of.post_raw(body_of.body(), session_of.session())
        if session_of is body_of is app_of:
            assert rows(response) == answers[app_of.email]
        else:
            assert refusal(response)[0] in (401, 403)
            assert "X-Voxys-Context" not in response
    assert connector.calls == []


@two_accounts("panels:context")
def test_context_that_does_not_name_its_account(mine: Tenant, theirs: Tenant) -> None:
    """The same ids are in both accounts: the app's account decides whose customer is shown."""
    body = theirs.body().replace(f'"account_id": {theirs.account.host_account_id}, ', "")
    assert "account_id" not in body
    expected = rows(mine.warm())
    response = mine.post_raw(body, mine.session())
    assert rows(response) == expected
    assert theirs.email not in response.content.decode()


FOLLOW_UPS = [("get", ""), ("get", "?part=rows"), ("get", "?part=details"), ("post", "refresh"), ("post", "link")]


def _follow(how: str, tail: str, *, app: Tenant, placement: int, token: str, session: dict[str, str]) -> Any:
    address = f"/a/{app.app.key}/panels/{placement}/{tail}"
    return getattr(Client(), how)(address, headers={**session, "X-Voxys-Context": token})


@two_accounts("panels:placement", "panels:refresh", "panels:link")
@pytest.mark.parametrize(("how", "tail"), FOLLOW_UPS)
def test_follow_up_of_another_account(
    mine: Tenant, theirs: Tenant, connector: type[RecordingConnector], how: str, tail: str
) -> None:
    """App, placement, token and session of two accounts in all combinations."""
    tokens = {one.email: one.token() for one in (mine, theirs)}
    connector.calls.clear()
    for app, placement, token, session in combinations((mine, theirs), repeat=4):
        if app is placement is token is session:
            continue
        response = _follow(
            how, tail, app=app, placement=placement.placement.pk, token=tokens[token.email], session=session.session()
        )
        assert refusal(response)[0] in (401, 403, 404)
    assert connector.calls == []


@two_accounts("panels:placement", "panels:refresh", "panels:link")
def test_placement_of_another_account_or_app_does_not_exist(mine: Tenant, theirs: Tenant) -> None:
    """With an honest token and session: 404, and the same answer as for one that was never there."""
    token, session = mine.token(), mine.session()
    details = set()
    for placement in (theirs.placement.pk, mine.other_app.placements.get().pk, 2**31 - 1, 0):
        for how, tail in FOLLOW_UPS:
            response = _follow(how, tail, app=mine, placement=placement, token=token, session=session)
            assert refusal(response) == (404, "unknown_app")
            details.add(response.json()["detail"])
    assert len(details) == 1


@two_accounts("panels:context", "panels:placement")
def test_connection_of_another_account_is_never_asked(
    mine: Tenant, theirs: Tenant, connector: type[RecordingConnector]
) -> None:
    """Even a row that ties a placement to another account's connection is refused, by the database."""
    with pytest.raises(Exception, match="account"):
        mine.placement.connections.add(theirs.connection)


def test_customers_of_two_accounts_share_nothing_in_the_cache(
    mine: Tenant, theirs: Tenant, connector: type[RecordingConnector]
) -> None:
    """One e-mail address in both accounts: each asks its own systems."""
    for one in (mine, theirs):
        one.host.change_contact(70, email="same@example.com")
        one.host.change_conversation(7, one.host.contacts[70])
        one.email = "same@example.com"
    mine.warm()
    asked = len(connector.calls)
    theirs.warm()
    assert len(connector.calls) == 2 * asked
    assert asked_for(connector) == {"same@example.com"}


def test_nothing_is_shown_before_all_this(mine: Tenant) -> None:
    assert shows_data(mine.warm())
