"""How the connector says who it is: and that tokens are fetched once, kept in memory, and fetched anew when refused."""

import base64
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl

import pytest

from panels.api import Identity, OperatorError, TemporaryError
from panels.connectors.json_http import authentication
from panels.connectors.json_http.connector import JsonHttpConnector
from panels.settings_forms import clean_settings
from tests.support.json_http import order
from tests.support.outside import Asked, OutsideSystem, Reply, running

ADA = Identity(emails=("ada@example.com",), order=("email",))


@pytest.fixture(autouse=True)
def _no_tokens() -> Iterator[None]:
    authentication.tokens.clear()
    yield
    authentication.tokens.clear()


def connector(address: str, **entered: Any) -> JsonHttpConnector:
    form = JsonHttpConnector.SettingsForm
    settings = {"address": address, "orders_addresses": "/orders?email={email}", **entered}
    return JsonHttpConnector(clean_settings(form, settings), name="Acme")


def oauth(outside: OutsideSystem, **entered: Any) -> dict[str, Any]:
    secrets = {"client_id": "me:you", "client_secret": "s ecret", "token_address": f"{outside.url}/token"}
    return {"auth": "oauth", "scope": "read", **secrets, **entered}


class TokenApi:
    """Gives tokens, and takes the newest only."""

    def __init__(self, outside: OutsideSystem, **answer: Any) -> None:
        self.given = 0
        self.answer = {"expires_in": 3600, **answer}
        self.asked_for_tokens: list[Asked] = []
        outside.answer = self

    def __call__(self, asked: Asked) -> Reply:
        if asked.path == "/token":
            self.asked_for_tokens.append(asked)
            self.given += 1
            return Reply({"access_token": f"token-{self.given}", **self.answer})
        if asked.headers.get("authorization") != f"Bearer token-{self.given}":
            return Reply({}, status=401)
        return Reply([order(1)])


def test_a_secret_in_a_header(outside: OutsideSystem) -> None:
    outside.answer = lambda asked: Reply([])
    values = {"auth": "header", "header_name": "X-Api-Key", "header_value": "k 1", "headers": "X-Channel: main"}
    connector(outside.url, **values).orders(ADA)
    assert (outside.asked[0].headers["x-api-key"], outside.asked[0].headers["x-channel"]) == ("k 1", "main")
    assert "authorization" not in outside.asked[0].headers


def test_name_and_password(outside: OutsideSystem) -> None:
    outside.answer = lambda asked: Reply([])
    connector(outside.url, auth="basic", user="ü", password="p:w").orders(ADA)
    kind, _space, said = outside.asked[0].headers["authorization"].partition(" ")
    assert (kind, base64.b64decode(said).decode()) == ("Basic", "ü:p:w")


def test_a_token_is_fetched_once_for_many_calls(outside: OutsideSystem) -> None:
    api = TokenApi(outside)
    for _call in range(3):
        assert len(connector(outside.url, **oauth(outside)).orders(ADA).orders) == 1
    assert api.given == 1
    asked = api.asked_for_tokens[0]
    assert dict(parse_qsl(asked.body.decode())) == {"grant_type": "client_credentials", "scope": "read"}
    assert base64.b64decode(asked.headers["authorization"].split()[1]) == b"me%3Ayou:s%20ecret", "RFC 6749, 2.3.1"


def test_a_refused_token_is_fetched_anew_and_only_once(outside: OutsideSystem) -> None:
    api = TokenApi(outside)
    connector(outside.url, **oauth(outside)).orders(ADA)
    api.given += 1  # somebody else has got one, and ours ended
    assert len(connector(outside.url, **oauth(outside)).orders(ADA).orders) == 1
    assert api.given == 3
    outside.answer = lambda asked: Reply({"access_token": "x"}, status=200 if asked.path == "/token" else 401)
    outside.asked.clear()
    with pytest.raises(OperatorError):
        connector(outside.url, **oauth(outside)).orders(ADA)
    assert [asked.path for asked in outside.asked].count("/orders") == 2


def test_a_token_that_has_ended_is_not_used(outside: OutsideSystem) -> None:
    api = TokenApi(outside, expires_in=20)  # less than is left for an answer
    for _call in range(2):
        connector(outside.url, **oauth(outside)).orders(ADA)
    assert api.given == 2


def test_another_secret_address_or_scope_has_another_token(outside: OutsideSystem) -> None:
    api = TokenApi(outside)
    with running() as other:
        TokenApi(other)
        for entered in ({}, {"client_secret": "other"}, {"scope": ""}):
            connector(outside.url, **oauth(outside, **entered)).orders(ADA)
        assert api.given == 3
        connector(other.url, **oauth(other)).orders(ADA)
        assert [asked.path for asked in other.asked] == ["/token", "/orders"]


def test_servers_that_want_the_credentials_in_the_body_get_them_there(outside: OutsideSystem) -> None:
    def answer(asked: Asked) -> Reply:
        if asked.path != "/token":
            return Reply([order(1)])
        said = dict(parse_qsl(asked.body.decode()))
        return Reply({"access_token": "t"}) if said.get("client_secret") == "s ecret" else Reply({}, status=400)

    outside.answer = answer
    assert len(connector(outside.url, **oauth(outside)).orders(ADA).orders) == 1


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (Reply({"error": "invalid_client"}, status=401), OperatorError), (Reply({}, status=403), OperatorError),
        (Reply({}), TemporaryError), (Reply({"access_token": 7}), TemporaryError), (Reply([]), TemporaryError),
        (Reply({"access_token": "a\r\nX-Evil: 1"}), TemporaryError), (Reply({"access_token": ""}), TemporaryError),
        (Reply({"access_token": "x" * 9000}), TemporaryError), (Reply(b"<html>"), TemporaryError),
        (Reply({}, status=500), TemporaryError),
    ],
)  # fmt: skip
def test_no_token(outside: OutsideSystem, reply: Reply, kind: type[Exception]) -> None:
    outside.answer = lambda asked: reply
    with pytest.raises(kind) as caught:
        connector(outside.url, **oauth(outside)).orders(ADA)
    assert "s ecret" not in str(caught.value)
    assert {asked.path for asked in outside.asked} == {"/token"}


def test_secrets_that_come_back_are_not_shown(outside: OutsideSystem) -> None:
    outside.answer = lambda asked: Reply([order(1, note=asked.headers["x-key"], tags=list(asked.headers.values()))])
    shown = connector(outside.url, auth="header", header_name="X-Key", header_value='Token canary"1')
    shown.orders(ADA)
    told = str(shown.explain())
    assert "•••" in told
    assert "canary" not in told


def test_a_token_that_comes_back_is_not_shown(outside: OutsideSystem) -> None:
    def answer(asked: Asked) -> Reply:
        if asked.path == "/token":
            return Reply({"access_token": "canary-token"})
        return Reply([order(1, note=asked.headers["authorization"])])

    outside.answer = answer
    shown = connector(outside.url, **oauth(outside))
    shown.orders(ADA)
    assert "canary" not in str(shown.explain())
