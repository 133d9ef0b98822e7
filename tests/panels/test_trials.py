"""A connection is tried with a sample customer: before it is saved, after, by whom, and what is left of it."""

import logging
from typing import Any

import pytest
from django.test import Client

from panels.api import Detail, Identity, OperatorError
from panels.models import Connection
from tenants.models import AuditEntry, Role
from tenants.secrets import set_secret
from tests.factories import make_account, make_connection
from tests.support.admin import make_operator, signed_in
from tests.support.connectors import (  # noqa: F401 - fixtures
    RecordingConnector,
    WithSecret,
    connector,
    connector_with_secret,
)
from tests.support.json_http import order
from tests.support.outside import OutsideSystem, Reply

pytestmark = pytest.mark.django_db

SAMPLE = {"sample-email": "ada@example.com"}
DEMO = {"setting_shop": "Demo", "setting_currency": "EUR", "setting_latency": "0", "setting_fault": "none"}
EDITED = {"name": "Shop", "is_enabled": "on", "_edited": "1"}


def address(connection: Connection) -> str:
    return f"/admin/panels/connection/{connection.pk}/try/"


def test_what_agents_would_see(admin_client: Client) -> None:
    connection = make_connection(make_account(), connector="demo", settings={"shop": "Demo"})
    page = admin_client.post(address(connection), SAMPLE)
    text = page.content.decode()
    for capability in ("customer", "orders", "payments"):
        assert f'data-capability="{capability}"' in text
    assert text.count("<iframe") == 3
    assert "sandbox" in text
    assert "ada@example.com" in text
    assert "no-store" in page["Cache-Control"]


def test_the_connections_page_has_the_fields(admin_client: Client) -> None:
    connection = make_connection(make_account(), connector="demo")
    Connection.objects.filter(pk=connection.pk).update(match_by=["email"])
    page = admin_client.get(f"/admin/panels/connection/{connection.pk}/change/").content.decode()
    assert f'formaction="{address(connection)}"' in page
    assert 'name="sample-email"' in page
    page = admin_client.get("/admin/panels/connection/add/?connector=demo").content.decode()
    assert 'formaction="/admin/panels/connection/add/try/?connector=demo"' in page


def test_what_is_being_edited_is_tried_and_not_saved(
    admin_client: Client,
    connector_with_secret: type[WithSecret],  # noqa: F811 - the fixture
) -> None:
    saved = {"address": "https://shop.example"}
    connection = make_connection(make_account(), name="Saved", connector="with-secret", settings=saved)
    set_secret(connection, "token", "canary")
    entries = AuditEntry.objects.count()
    kept = {**SAMPLE, **EDITED, "setting_address": "https://shop.example", "setting_token": ""}
    assert admin_client.post(address(connection), kept).status_code == 200
    assert connector_with_secret.seen == [{"address": "https://shop.example", "token": "canary"}], (
        "stored, same address"
    )
    moved = {**kept, "setting_address": "https://evil.example", "setting_token": "mine"}
    admin_client.post(address(connection), moved)
    assert connector_with_secret.seen[1:] == [{"address": "https://evil.example", "token": "mine"}]
    page = admin_client.post(address(connection), {**moved, "setting_token": ""}).content.decode()
    assert len(connector_with_secret.seen) == 2, "without a secret for it nothing is asked"
    assert "token" in page
    connection.refresh_from_db()
    assert (connection.name, connection.settings) == ("Saved", saved)
    assert AuditEntry.objects.count() == entries


def test_a_new_connection_is_tried_before_it_is_saved(admin_client: Client) -> None:
    account = make_account()
    body = {**SAMPLE, **DEMO, **EDITED, "account": account.pk, "name": "Shop Berlin"}
    page = admin_client.post("/admin/panels/connection/add/try/?connector=demo", body).content.decode()
    assert page.count("<iframe") == 3
    assert "Shop Berlin" in page.split("<iframe")[0], "the way back names it"
    assert not Connection.objects.exists()
    wrong = {**body, "setting_currency": "x"}
    page = admin_client.post("/admin/panels/connection/add/try/?connector=demo", wrong).content.decode()
    assert "Three capital letters" in page


@pytest.mark.parametrize(
    ("sample", "said"),
    [
        ({}, "Enter something"), ({"sample-phone": "030 123"}, "country code"), ({"sample-email": "ada"}, "valid email"),  # noqa: E501
    ],
)  # fmt: skip
def test_samples_that_are_none(admin_client: Client, sample: dict[str, str], said: str) -> None:
    connection = make_connection(make_account(), connector="demo")
    page = admin_client.post(address(connection), sample).content.decode()
    assert said in page
    assert "data-capability" not in page


def test_the_sample_is_given_as_a_customer_is(
    admin_client: Client,
    connector: type[RecordingConnector],  # noqa: F811 - the fixture
) -> None:
    seen: list[Identity] = []

    def answer(capability: str, who: Identity) -> Any:
        seen.append(who)
        return connector({}, name="x").demo(capability, who)

    connector.answer = staticmethod(answer)
    connection = make_connection(make_account())
    Connection.objects.filter(pk=connection.pk).update(match_by=["phone", "attribute:shop_id"])
    sample = {"sample-phone": "+49 30 123456", "sample-attribute:shop_id": "s-7", "sample-identifier": "7", **SAMPLE}
    admin_client.post(address(connection), sample)
    assert {who.phones for who in seen} == {("+4930123456",)}
    assert {(who.attribute("shop_id"), who.identifier, who.emails) for who in seen} == {("s-7", None, ())}
    assert {who.order for who in seen} == {("phone", "attribute:shop_id")}


def test_failures_and_details_are_shown_and_nothing_is_left(
    admin_client: Client,
    connector: type[RecordingConnector],  # noqa: F811 - the fixture
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def answer(capability: str, who: Identity) -> Any:
        if capability == "orders":
            raise OperatorError("%(system)s refused.", values={"system": "Shop"})
        raise KeyError(who.emails[0])

    connector.answer = staticmethod(answer)
    detail = Detail("Raw <b>", text="<script>", rows=(("orders.total", "no amount"),), is_problem=True)
    monkeypatch.setattr(connector, "explain", lambda self: [detail], raising=False)
    caplog.set_level(logging.DEBUG)
    page = admin_client.post(address(make_connection(make_account())), SAMPLE).content.decode()
    for said in ("Shop refused.", "The connector failed: KeyError.", "Raw &lt;b&gt;", "&lt;script&gt;", "orders.total"):
        assert said in page
    assert "ada@example.com" not in caplog.text
    assert not AuditEntry.objects.filter(changes__icontains="ada@example.com").exists()


def test_another_accounts_connection_is_404_and_support_may_not(client: Client) -> None:
    mine, theirs = make_account(name="Mine"), make_account(name="Canary")
    own, other = make_connection(mine, connector="demo"), make_connection(theirs, connector="demo")
    me, support = signed_in(make_operator(mine)), signed_in(make_operator(mine, role=Role.SUPPORT))
    assert me.post(address(own), SAMPLE).status_code == 200
    for body in (SAMPLE, {**SAMPLE, **EDITED, **DEMO}):
        answer = me.post(address(other), body)
        assert answer.status_code == 404
        assert "Canary" not in answer.content.decode()
        assert support.post(address(own), body).status_code == 403
        assert support.post(address(other), body).status_code == 404
    assert me.get(address(other)).status_code == 404
    new = {**SAMPLE, **EDITED, **DEMO, "account": theirs.pk}
    page = me.post("/admin/panels/connection/add/try/?connector=demo", new).content.decode()
    assert "data-capability" not in page, "nor is one tried for the other account"
    assert support.post("/admin/panels/connection/add/try/?connector=demo", new).status_code == 403
    assert "sample-email" not in support.get(f"/admin/panels/connection/{own.pk}/change/").content.decode()
    assert client.post(address(own), SAMPLE).status_code == 302


def test_json_over_http_shows_its_answer_and_what_is_wrong(admin_client: Client, outside: OutsideSystem) -> None:
    outside.answer = lambda asked: Reply([order(1, secret=asked.headers["x-key"], tax="12,5")])
    account = make_account()
    values = {
        "address": outside.url,
        "auth": "header",
        "header_name": "X-Key",
        "orders_addresses": "/orders?email={email}",
    }
    connection = make_connection(account, connector="json-http", settings=values)
    set_secret(connection, "header_value", "canary-key")
    fields = {f"setting_{name}": value for name, value in values.items()}
    rest = {"setting_currency": "EUR", "setting_amounts": "decimal", "setting_time_zone": "UTC"}
    page = admin_client.post(address(connection), {**SAMPLE, **EDITED, **fields, **rest}).content.decode()
    assert "A-1" in page
    assert "&quot;minor&quot;: 1250" in page, "the records as they are stored"
    assert "orders.tax" in page
    assert "Answer of /orders (200)" in page
    assert "canary-key" not in page
    assert "•••" in page
    bad = {**SAMPLE, **EDITED, **fields, **rest, "setting_orders_mapping": "total = [?"}
    assert "no JMESPath" in admin_client.post(address(connection), bad).content.decode()
