"""Two operators, and one writes ids of the other's rows wherever an id can be written: parameters, bodies, choices."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.contenttypes.models import ContentType
from django.db.models import ForeignKey, ManyToManyField
from django.test import Client

from panels.models import Connection, Placement
from tenants.models import Account, ApiToken, DashboardApp, Notice
from tests.factories import make_account, make_app, make_connection, make_placement
from tests.security.canary import CANARY, canary_account, everything, told
from tests.support.admin import MODELS, OF_ACCOUNTS, address_of, make_operator, make_row, signed_in
from tests.support.connectors import RecordingConnector, connector  # noqa: F401 - a fixture

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("few_or_many_accounts")]

DEMO = {"setting_shop": "x", "setting_currency": "EUR", "setting_latency": "0", "setting_fault": "none"}
SAMPLE = {"sample-email": "ada@example.com", "_edited": "1"}


@pytest.fixture
def mine() -> Account:
    return make_account(name="Mine")


@pytest.fixture
def theirs() -> Account:
    return canary_account()


@pytest.fixture
def their_rows(theirs: Account) -> dict[Any, Any]:
    """One row of each kind, with the word in it where the kind has any."""
    rows = {model: make_row(model, theirs) for model in OF_ACCOUNTS}
    for app in DashboardApp.objects.filter(account=theirs):
        DashboardApp.objects.filter(pk=app.pk).update(title=f"{CANARY} tab {app.pk}")
    Connection.objects.filter(account=theirs).update(name=f"{CANARY} shop")
    Placement.objects.filter(account=theirs).update(title=f"{CANARY} place")
    Notice.objects.filter(account=theirs).update(text=f"{CANARY} notice")
    return rows


@pytest.fixture
def me(mine: Account) -> Client:
    for model in OF_ACCOUNTS:
        make_row(model, mine)
    return signed_in(make_operator(mine))


def lookups(model: Any, theirs: Account, row: Any) -> Iterator[str]:
    """Yield parameters that somebody could write behind a list's address."""
    yield from ("_popup=1", "_to_field=id", "_to_field=name", "_facets=1", "all=", "p=1", "o=-1", "e=1")
    for name in ("account", "account__id__exact", "account_id", "account__in", "account__pk"):
        yield f"{name}={theirs.pk}"
    yield from (f"id={row.pk}", f"pk={row.pk}", f"id__in={row.pk}", f"id__gte={row.pk}", f"pk__range=0,{row.pk}")
    for path in ("account__name", "account__secrets__last4", "dashboard_app__title", "session__agent_name", "user"):
        yield f"{path}__startswith=C"
    for field in model._meta.get_fields():
        if field.is_relation:
            yield f"{field.name}={row.pk}"
            yield f"{field.name}__isnull=False"
            yield f"{field.name}__id__gte=0"
            yield f"{field.name}__account__name__startswith={CANARY}"
        elif model is Account:
            yield f"{field.name}__gte="


@pytest.mark.parametrize("model", OF_ACCOUNTS, ids=lambda model: model._meta.model_name)
def test_no_parameter_of_a_list_brings_or_names_their_rows(
    model: Any, me: Client, theirs: Account, their_rows: dict[Any, Any]
) -> None:
    row = their_rows[model]
    for query in lookups(model, theirs, row):
        answer = me.get(address_of(model, f"?{query}"), follow=True)
        assert answer.status_code in (200, 400), query
        assert CANARY not in told(answer).replace(f"={CANARY}", ""), query
        assert f'value="{row.pk}" class="action-select"' not in told(answer), query
        if answer.status_code == 200:
            assert row not in answer.context["cl"].result_list, query


def test_relations_to_what_operators_may_not_see_are_no_filters(me: Client, theirs: Account) -> None:
    """Otherwise their own rows would tell, one guess after the other, who else may see them."""
    for query in (
        *("operators__user__username__startswith=o", "operators__role=operator", "secrets__sealed__startswith=1"),
        *("api_tokens__name=x", "audit_entries__actor__startswith=o", "preflight__lights__contains=x"),
    ):
        answer = me.get(address_of(Account, f"?{query}"))
        # What is no field at all leads back to the whole list.
        assert answer.status_code == 400 or answer["Location"].endswith("?e=1"), query


@pytest.mark.parametrize("model", OF_ACCOUNTS, ids=lambda model: model._meta.model_name)
@pytest.mark.parametrize("across", ["0", "1"])
def test_no_action_reaches_their_rows(
    model: Any, across: str, me: Client, theirs: Account, their_rows: dict[Any, Any]
) -> None:
    before = everything(theirs)
    names = {name for name, *_rest in _actions(me, model)}
    if across == "1":
        names -= {"delete_selected"}  # what is mine is still wanted below
    for name in names:
        body = {"action": name, "_selected_action": [their_rows[model].pk], "select_across": across, "post": "yes"}
        for query in ("", f"?account__id__exact={theirs.pk}", f"?id={their_rows[model].pk}"):
            answer = me.post(address_of(model, query if model is not Account else ""), body, follow=True)
            assert answer.status_code in (200, 400), name
            assert CANARY not in told(answer), name
    assert everything(theirs) == before


def _actions(client: Client, model: Any) -> list[Any]:
    page = client.get(address_of(model))
    form = page.context["cl"].model_admin.get_action_choices(page.wsgi_request)
    return [choice for choice in form if choice[0]]


def test_the_actions_do_reach_their_owners_rows(theirs: Account, their_rows: dict[Any, Any]) -> None:
    """What is refused above is no action that would do nothing to anybody."""
    they = signed_in(make_operator(theirs))
    found = {model._meta.model_name: sorted(name for name, *_ in _actions(they, model)) for model in OF_ACCOUNTS}
    assert found["account"] == ["check_hosts", "delete_selected", "export_csv", "export_yaml"]
    assert found["agentsession"] == ["revoke", "revoke_accounts", "revoke_agents"]
    assert found["viewrecord"] == ["export"]
    for name in ("export_csv", "export_yaml"):
        body = {"action": name, "_selected_action": [theirs.pk]}
        assert CANARY in told(they.post(address_of(Account), body))


def test_no_choice_by_typing_offers_them(me: Client, their_rows: dict[Any, Any], mine: Account) -> None:
    asked = 0
    for model in admin.site._registry:
        for field in model._meta.get_fields():
            if not isinstance(field, ForeignKey | ManyToManyField):
                continue
            where: dict[str, str] = {
                "app_label": model._meta.app_label,
                "model_name": model.__name__.lower(),
                "field_name": field.name,
            }
            for term in ("", CANARY, "a"):
                answer = me.get("/admin/autocomplete/", {**where, "term": term})
                assert CANARY not in told(answer), where
                assert answer.status_code in (200, 403, 404), where
                asked += answer.status_code == 200
    assert asked > 10


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.model_name)
def test_no_empty_form_begins_with_theirs(model: Any, me: Client, theirs: Account, their_rows: dict[Any, Any]) -> None:
    """The address of a form may name what it begins with."""
    for query in (f"?account={theirs.pk}", f"?accounts={theirs.pk}", f"?account={theirs.pk}&connector=demo&_popup=1"):
        answer = me.get(address_of(model, f"add/{query}"), follow=True)
        assert answer.status_code in (200, 403, 404)
        assert CANARY not in told(answer)


@pytest.mark.parametrize("model", OF_ACCOUNTS, ids=lambda model: model._meta.model_name)
def test_a_page_of_mine_with_their_ids_in_the_body_changes_nothing_of_theirs(
    model: Any, me: Client, mine: Account, theirs: Account, their_rows: dict[Any, Any]
) -> None:
    before, row = everything(theirs), model._default_manager.filter(**_of(model, mine)).first()
    app, shop = their_rows[DashboardApp], their_rows[Connection]
    body = {
        "id": their_rows[model].pk,
        "pk": their_rows[model].pk,
        "account": theirs.pk,
        "account_id": theirs.pk,
        "dashboard_app": app.pk,
        "connections": [shop.pk],
        "session": 1,
        "name": "Taken",
        "title": "Taken",
        "position": "0",
        "is_enabled": "on",
        "is_resolved": "on",
        **DEMO,
        "placements-TOTAL_FORMS": "0",
        "placements-INITIAL_FORMS": "0",
        "panels": ["orders"],
        "hours": "1",
    }
    answer = me.post(address_of(model, f"{row.pk}/change/"), body, follow=True)
    assert answer.status_code in (200, 403)
    assert CANARY not in told(answer)
    assert everything(theirs) == before
    if model is not Account:
        row.refresh_from_db()
        assert row.account == mine


def _of(model: Any, account: Account) -> dict[str, Any]:
    return {"pk": account.pk} if model is Account else {"account": account}


def test_connections_of_theirs_are_no_choice_of_a_placement(me: Client, mine: Account, theirs: Account) -> None:
    placement, shop = make_placement(make_app(mine)), make_connection(theirs, name=CANARY, connector="demo")
    answer = me.post(
        address_of(Placement, f"{placement.pk}/change/"),
        {"position": "0", "is_enabled": "on", "connections": [shop.pk], "setting_rows": "3"},
    )
    assert answer.status_code == 200
    assert CANARY not in told(answer)
    assert not placement.connections.exists()


def test_placements_of_theirs_are_no_rows_of_my_tab(me: Client, mine: Account, theirs: Account) -> None:
    """The rows below a tab come with their ids, and with whose they are."""
    app, their_app = make_app(mine), make_app(theirs, title=CANARY)
    placement = make_placement(their_app, title=CANARY)
    before = everything(theirs)
    for more in (
        {"placements-0-id": placement.pk, "placements-INITIAL_FORMS": "1", "placements-0-DELETE": "on"},
        {"placements-0-id": placement.pk, "placements-INITIAL_FORMS": "1", "placements-0-title": "Taken"},
        {"placements-0-id": placement.pk, "placements-INITIAL_FORMS": "0"},
        {"placements-0-dashboard_app": their_app.pk, "placements-INITIAL_FORMS": "0"},
    ):
        body = {
            "title": "Mine",
            "position": "0",
            "is_enabled": "on",
            "placements-TOTAL_FORMS": "1",
            "placements-0-panel": "orders",
            "placements-0-position": "0",
            "placements-0-dashboard_app": app.pk,
            **more,
        }
        answer = me.post(address_of(DashboardApp, f"{app.pk}/change/"), body)
        assert answer.status_code in (200, 302)
        assert CANARY not in told(answer)
        assert everything(theirs) == before
    assert set(Placement.objects.exclude(account=theirs).values_list("account", flat=True)) == {mine.pk}


def test_no_trial_for_their_account(
    me: Client,
    theirs: Account,
    connector: type[RecordingConnector],  # noqa: F811 - the fixture
) -> None:
    body = {**SAMPLE, "name": "x", "is_enabled": "on"}
    address = address_of(Connection, "add/try/?connector=recording")
    answer = me.post(address, {**body, "account": theirs.pk})
    assert answer.status_code == 200
    assert CANARY not in told(answer)
    assert RecordingConnector.calls == []
    me.post(address, {**body, "account": Account.objects.get(name="Mine").pk})
    assert RecordingConnector.calls, "what was refused would have asked"


def test_no_token_for_their_account(me: Client, theirs: Account) -> None:
    answer = me.post(address_of(ApiToken, "add/"), {"name": "x", "scopes": ["read"], "accounts": [theirs.pk]})
    assert answer.status_code == 200
    assert CANARY not in told(answer)
    assert not ApiToken.objects.filter(accounts=theirs).exists()


def test_djangos_shortcut_to_any_row_leads_nowhere(me: Client, their_rows: dict[Any, Any]) -> None:
    for model, row in their_rows.items():
        kind = ContentType.objects.get_for_model(model).pk
        answers = [me.get(f"/admin/r/{kind}/{pk}/") for pk in (row.pk, 10**9)]
        assert [answer.status_code for answer in answers] == [404, 404]
        assert CANARY not in told(answers[0])


def test_the_search_of_the_sidebar_finds_none_of_them(me: Client, their_rows: dict[Any, Any]) -> None:
    for query in (f"?s={CANARY}", f"?s={CANARY}&extended=1", f"?q={CANARY}"):
        answer = me.get(f"/admin/search/{query}")
        assert answer.status_code == 200
        assert CANARY not in told(answer).replace(f'"{CANARY}"', "").replace(f"s={CANARY}", "")
