"""Which plugins an account may use: decided once, obeyed everywhere, and nothing is lost by it."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.test import TestCase
from django.utils import translation

from panels import registry
from panels.admin import plugins as plugins_page
from panels.calls import prepare
from panels.configuration import get_plan, read_sources
from panels.connectors.host.connector import HostConversations
from panels.errors import OperatorError
from panels.models import Connection, Placement, PluginOffer
from panels.offers import read_offers, read_offers_of
from panels.orders.panel import OrdersPanel
from panels.services import save_connection, save_placement, try_connection
from panels.services_offers import delete_offer, save_offer
from panels.snapshots import Source
from tenants.models import Account, AuditEntry
from tenants.trust.identity import Identity
from tests.factories import make_account, make_app, make_placement
from tests.panels.containment.support import Tab, make_tab
from tests.panels.declarations.support import apply_text
from tests.support.admin import make_operator, signed_in
from tests.support.api import operators_api

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("worker_at_hand")]
ADA = Identity(contact_id=70, emails=("ada@example.com",))


def offer(kind: str, slug: str, audience: str, *accounts: Account) -> PluginOffer:
    row = PluginOffer.objects.filter(kind=kind, slug=slug).first() or PluginOffer(kind=kind, slug=slug)
    row.audience = audience
    with TestCase.captureOnCommitCallbacks(execute=True):
        save_offer(row, accounts)
    return row


@pytest.fixture
def mine() -> Tab:
    return make_tab("customer")


@pytest.fixture
def theirs() -> Tab:
    return make_tab("customer")


# --- decisions -----------------------------------------------------------------------------------------


def test_everything_is_everybodys_until_somebody_decides(mine: Tab) -> None:
    assert read_offers(mine.account.pk).has_panel("orders")
    assert read_offers(mine.account.pk).has_connector("demo")
    assert read_offers(mine.account.pk).has_panel("not-installed")


@pytest.mark.parametrize(
    ("audience", "of_mine", "of_theirs"), [("all", True, True), ("only", True, False), ("except", False, True)]
)
def test_decision_names_accounts(mine: Tab, theirs: Tab, audience: str, of_mine: bool, of_theirs: bool) -> None:
    offer("panel", "orders", audience, mine.account)
    both = read_offers_of([mine.account.pk, theirs.account.pk])
    for tab, expected in ((mine, of_mine), (theirs, of_theirs)):
        assert read_offers(tab.account.pk).has_panel("orders") is expected
        assert both[tab.account.pk].has_panel("orders") is expected
        assert read_offers(tab.account.pk).has_connector("orders")


def test_plugin_that_asks_for_it_is_nobodys_until_somebody_offers_it(
    mine: Tab, theirs: Tab, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(OrdersPanel, "is_opt_in", True)
    assert not read_offers(mine.account.pk).has_panel("orders")
    row = offer("panel", "orders", "only", mine.account)
    assert read_offers(mine.account.pk).has_panel("orders")
    assert not read_offers(theirs.account.pk).has_panel("orders")
    delete_offer(row)
    assert not read_offers(mine.account.pk).has_panel("orders")


def test_host_connector_that_asks_for_it_is_nobodys_either(mine: Tab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(HostConversations, "is_opt_in", True)
    assert not read_offers(mine.account.pk).has_connector("host")
    offer("connector", "host", "only", mine.account)
    assert read_offers(mine.account.pk).has_connector("host")


def test_decisions_are_in_the_audit(mine: Tab) -> None:
    row = offer("panel", "orders", "only", mine.account)
    offer("panel", "orders", "except", mine.account)
    delete_offer(row)
    entries = AuditEntry.objects.filter(object_type="panels.pluginoffer").order_by("pk")
    assert [entry.action for entry in entries] == ["add", "change", "delete"]
    assert entries[0].changes["accounts"] == [None, [mine.account.name]]
    assert entries[1].changes == {"audience": ["only", "except"]}


# --- agents --------------------------------------------------------------------------------------------


def test_agents_see_nothing_of_it_at_once_and_all_of_it_again_later(mine: Tab, theirs: Tab) -> None:
    placement = mine.app.placements.get(panel="orders")
    placement.settings = {"rows": 3}
    placement.save()
    for tab in (mine, theirs):
        assert tab.look().keys() == {"customer", "orders"}
    row = offer("panel", "orders", "except", mine.account)
    assert mine.look().keys() == {"customer"}
    assert theirs.look().keys() == {"customer", "orders"}
    placement.refresh_from_db()
    assert (placement.settings, placement.is_enabled) == ({"rows": 3}, True)
    with TestCase.captureOnCommitCallbacks(execute=True):
        delete_offer(row)
    assert mine.look()["orders"].state == "ready"


def test_connector_that_is_off_answers_for_nobody_of_the_account(mine: Tab, theirs: Tab) -> None:
    mine.look()
    offer("connector", "demo", "except", mine.account)
    section = mine.look()["orders"]
    assert (section.state, "data-row" in section.html) == ("error", False)
    assert theirs.look()["orders"].state == "ready"


def test_decision_about_what_the_host_answers_holds_from_the_next_request_on() -> None:
    account = make_account(trust="verified")
    app = make_app(account)
    make_placement(app, panel="history")

    def sources() -> list[str]:
        plan = get_plan(app.key)
        assert plan
        return [source.key for placement in plan.placements for source in placement.sources]

    assert sources() == ["h.host.history"]
    row = offer("connector", "host", "except", account)
    assert sources() == []
    with TestCase.captureOnCommitCallbacks(execute=True):
        delete_offer(row)
    assert sources() == ["h.host.history"]


def test_nothing_is_fetched_for_what_is_off(mine: Tab, theirs: Tab) -> None:
    offer("connector", "demo", "except", mine.account)
    assert read_sources(mine.account.pk) == ()
    assert len(read_sources(theirs.account.pk)) == 2
    with pytest.raises(OperatorError):
        prepare(mine.account.pk, Source.of_connection(mine.shop.pk, "orders"), ADA, "trace")
    assert prepare(theirs.account.pk, Source.of_connection(theirs.shop.pk, "orders"), ADA, "trace")
    assert not try_connection(mine.shop).answers
    assert try_connection(theirs.shop).answers


# --- operators -----------------------------------------------------------------------------------------


def test_nothing_new_of_it_is_saved_and_what_there_is_can_be_changed(mine: Tab, theirs: Tab) -> None:
    offer("panel", "orders", "except", mine.account)
    offer("connector", "demo", "except", mine.account)
    for tab, may in ((mine, False), (theirs, True)):
        rows: list[Any] = [
            lambda tab=tab: save_placement(Placement(dashboard_app=tab.app, panel="orders"), ()),
            lambda tab=tab: save_connection(Connection(account=tab.account, name="New", connector="demo")),
        ]
        for save in rows:
            if may:
                save()
            else:
                with pytest.raises(ValidationError, match="is switched off for this account"):
                    save()
    placement = mine.app.placements.get(panel="orders")
    placement.title = "Parcels"
    save_placement(placement)
    mine.shop.name = "Renamed"
    save_connection(mine.shop)


def test_api_refuses_it_and_lists_what_is_offered(mine: Tab, theirs: Tab) -> None:
    offer("panel", "orders", "except", mine.account)
    offer("connector", "demo", "except", mine.account)
    for tab, other, status in ((mine, theirs, 400), (theirs, mine, 201)):
        api = operators_api(tab.account)
        answer = api.post("placements/", {"dashboard_app": tab.app.pk, "panel": "orders"})
        assert answer.status_code == status, answer.content
        answer = api.post("connections/", {"account": tab.account.pk, "name": "New", "connector": "demo"})
        assert answer.status_code == status, answer.content
        for path, slug in (("panels/", "orders"), ("connectors/", "demo")):
            offered = {one["slug"] for one in api.get(path, account=tab.account.pk).json()}
            assert (slug in offered) is (status == 201)
            assert slug in {one["slug"] for one in api.get(path).json()}
            for wrong in (other.account.pk, 10**6):
                assert api.get(path, account=wrong).status_code == 404
            assert api.get(path, account="x").status_code == 400


def test_apply_refuses_it() -> None:
    account = make_account(name="Fernweh", host_account_id=4)
    offer("panel", "orders", "except", account)
    text = (
        "accounts: [{name: Fernweh, host_origin: 'https://voxys.example', host_account_id: 4, trust: link,"
        " apps: [{title: Orders, placements: [{panel: %s}]}]}]"
    )
    _lines, problems = apply_text(text % "orders")
    assert len(problems) == 1
    assert "is switched off for this account" in problems[0]
    _lines, problems = apply_text(text % "customer")
    assert problems == []


def test_admin_offers_only_what_is_offered(mine: Tab, theirs: Tab) -> None:
    offer("panel", "payments", "except", mine.account)
    offer("panel", "orders", "except", mine.account)
    offer("connector", "shopify", "except", mine.account)
    for tab, is_offered in ((mine, False), (theirs, True)):
        client = signed_in(make_operator(tab.account))
        tabs = client.get(f"/admin/tenants/account/{tab.account.pk}/tabs/").content.decode()
        assert ('value="payments"' in tabs) is is_offered
        page = client.get(f"/admin/tenants/dashboardapp/{tab.app.pk}/change/").content.decode()
        assert ('<option value="payments"' in page) is is_offered
        assert ("Orders (switched off for this account)" in page) is not is_offered
        kinds = client.get(f"/admin/panels/connection/add/?account={tab.account.pk}").content.decode()
        assert ("connector=shopify" in kinds) is is_offered
        placement = tab.app.placements.get(panel="orders")
        page = client.get(f"/admin/panels/placement/{placement.pk}/change/").content.decode()
        assert ("Switched off for this account" in page) is not is_offered


# --- the page ------------------------------------------------------------------------------------------


@pytest.fixture
def administrator() -> Any:
    return signed_in(User.objects.create_superuser("root"))


def test_administrator_decides_in_two_steps(administrator: Any, mine: Tab, theirs: Tab) -> None:
    page = administrator.get("/admin/panels/pluginoffer/").content.decode()
    assert "/admin/panels/pluginoffer/add/?kind=panel&amp;slug=orders" in page
    address = "/admin/panels/pluginoffer/add/?kind=panel&slug=orders"
    assert "panel orders" in administrator.get(address).content.decode()
    response = administrator.post(address, {"audience": "only", "accounts": [theirs.account.pk]})
    assert response.status_code == 302
    row = PluginOffer.objects.get()
    assert (row.kind, row.slug, row.audience, list(row.accounts.all())) == ("panel", "orders", "only", [theirs.account])
    assert administrator.get(address)["Location"] == f"/admin/panels/pluginoffer/{row.pk}/change/"
    assert "Only to chosen accounts: 1" in administrator.get("/admin/panels/pluginoffer/").content.decode()
    administrator.post(
        f"/admin/panels/pluginoffer/{row.pk}/change/", {"audience": "all", "accounts": [mine.account.pk]}
    )
    row.refresh_from_db()
    assert (row.audience, list(row.accounts.all())) == ("all", [])
    administrator.post(f"/admin/panels/pluginoffer/{row.pk}/delete/", {"post": "yes"})
    assert not PluginOffer.objects.exists()


@pytest.mark.parametrize("notices", ["before", "in the database"])
def test_two_who_decide_at_once_are_both_answered(
    administrator: Any, mine: Tab, monkeypatch: pytest.MonkeyPatch, notices: str
) -> None:
    """The second is told, and sees what the first has decided."""
    address = "/admin/panels/pluginoffer/add/?kind=panel&slug=orders"

    def another_decides(*_args: Any) -> bool:
        offer("panel", "orders", "except", mine.account)
        return True

    if notices == "before":
        another_decides()
    else:  # after it was looked whether there is a decision, before the transaction in which this one is saved
        monkeypatch.setattr(plugins_page, "is_known", another_decides)
    response = administrator.post(address, {"audience": "all"}, follow=True)
    assert response.status_code == 200
    assert "This was saved by somebody else at the same time. Try again." in response.content.decode()
    assert response.redirect_chain[-1][0] == f"/admin/panels/pluginoffer/{PluginOffer.objects.get().pk}/change/"
    assert PluginOffer.objects.get().audience == "except"


def test_titles_are_in_the_readers_language(administrator: Any) -> None:
    with translation.override("de"):
        registry.forget()
        registry.load_all()
    page = administrator.get("/admin/panels/pluginoffer/").content.decode()
    assert "<strong>Orders</strong>" in page
    page = administrator.get("/admin/panels/pluginoffer/", headers={"Accept-Language": "de"}).content.decode()
    assert "<strong>Bestellungen</strong>" in page


def test_what_there_is_not_cannot_be_decided_about(administrator: Any) -> None:
    for query in ("", "?kind=panel&slug=acme", "?kind=x&slug=orders"):
        assert administrator.get(f"/admin/panels/pluginoffer/add/{query}").status_code in (403, 404)
        administrator.post(f"/admin/panels/pluginoffer/add/{query}", {"audience": "only"})
    assert not PluginOffer.objects.exists()


def test_operators_have_no_such_page(mine: Tab) -> None:
    row = offer("panel", "payments", "only", mine.account)
    client = signed_in(make_operator(mine.account, has_all_accounts=True))
    adding = [f"add/?kind=panel&slug={slug}" for slug in ("orders", "payments")]
    for tail in ("", *adding, f"{row.pk}/change/", f"{row.pk}/delete/"):
        for answer in (
            client.get(f"/admin/panels/pluginoffer/{tail}"),
            client.post(f"/admin/panels/pluginoffer/{tail}"),
        ):
            assert answer.status_code in (403, 404)
    row.refresh_from_db()
    assert list(row.accounts.all()) == [mine.account]
    assert "pluginoffer" not in client.get("/admin/").content.decode()


def test_new_app_without_the_account_is_refused_by_the_service(mine: Tab) -> None:
    offer("panel", "orders", "only")
    with pytest.raises(ValidationError):
        save_placement(Placement(dashboard_app=make_app(mine.account), panel="orders"), ())
