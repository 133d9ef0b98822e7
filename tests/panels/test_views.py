"""What a frame gets: all placements, one placement, a part, a refresh; and what nobody gets."""

import datetime as dt
import json
import re
import threading
from typing import Any

import pytest
from django.db import connections as database_connections
from django.test import Client
from kombu.exceptions import OperationalError
from pytest_django import DjangoAssertNumQueries

from panels import refresh, tasks
from panels.api import FinalError, OperatorError, TemporaryError
from panels.models import Placement
from panels.prefetch.tasks import warm_siblings
from tenants.models import Account, DashboardApp, ViewRecord
from tenants.trust import quotas
from tenants.viewing.services import drain_views
from tests.factories import make_account, make_app, make_connection, make_placement
from tests.support.connectors import RecordingConnector, connector  # noqa: F401 - a fixture
from tests.support.contexts import context_body
from tests.support.trips import counted_trips

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("worker_at_hand")]
THREE = ("customer", "orders", "payments")


@pytest.fixture
def app(connector: type[RecordingConnector]) -> DashboardApp:  # noqa: F811 - the fixture
    """An app with three placements filled by one connection."""
    account = make_account()
    app = make_app(account)
    shop = make_connection(account, name="Shop")
    for panel in THREE:
        make_placement(app, shop, panel=panel)
    return app


@pytest.fixture
def clock(time_machine: Any) -> Any:
    """A clock to shift; it goes on by itself, too."""
    time_machine.move_to(dt.datetime.now(dt.UTC), tick=True)
    return time_machine


def post(client: Client, app: DashboardApp, body: str | None = None, **kwargs: Any) -> Any:
    body = context_body(app.account) if body is None else body
    return client.post(f"/a/{app.key}/context", body, content_type="application/json", **kwargs)


def states(response: Any) -> dict[str, str]:
    return dict(re.findall(r'data-panel="([^"]+)".*?data-state="([^"]+)"', response.content.decode()))


def rows_of(response: Any, panel: str) -> int:
    section = re.search(rf'<section[^>]*data-panel="{panel}".*?</section>', response.content.decode(), re.DOTALL)
    assert section
    return len(re.findall(r"\bdata-row\b", section[0]))


def warm(client: Client, app: DashboardApp, body: str | None = None) -> Any:
    """Post until everything is there, and return the answer."""
    post(client, app, body)
    return post(client, app, body)


def placement_of(app: DashboardApp, panel: str) -> Placement:
    return Placement.objects.for_account(app.account).get(dashboard_app=app, panel=panel)


def follow(client: Client, app: DashboardApp, placement: Placement, token: str, query: str = "") -> Any:
    return client.get(f"/a/{app.key}/panels/{placement.pk}/{query}", headers={"X-Voxys-Context": token})


# --- the way of one context --------------------------------------------------------------------------


def test_context_first_waits_then_shows_every_panel(client: Client, app: DashboardApp) -> None:
    assert states(post(client, app)) == dict.fromkeys(THREE, "loading")
    second = post(client, app)
    assert states(second) == dict.fromkeys(THREE, "ready")
    assert "Ada Byron" in second.content.decode()
    assert second["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in second


def test_answer_has_a_token_for_follow_up_requests(client: Client, app: DashboardApp) -> None:
    token = warm(client, app)["X-Voxys-Context"]
    response = follow(client, app, placement_of(app, "orders"), token)
    assert states(response) == {"orders": "ready"}
    assert response["Cache-Control"] == "no-store"


def test_another_customer_gets_other_data(client: Client, app: DashboardApp) -> None:
    ada = warm(client, app).content.decode()
    bob_body = context_body(app.account, contact=71, email="bob@example.com", name="Bob Stone")
    bob = warm(client, app, bob_body).content.decode()
    assert "ada@example.com" in ada
    assert "bob@example.com" in bob
    assert "ada@example.com" not in bob


def test_contact_whose_email_changed_is_never_shown_the_old_data(client: Client, app: DashboardApp) -> None:
    warm(client, app)
    changed = post(client, app, context_body(app.account, email="grace@example.com"))
    assert states(changed) == dict.fromkeys(THREE, "loading")
    assert "ada@example.com" not in changed.content.decode()


@pytest.mark.parametrize("accounts", [1, 10])
@pytest.mark.parametrize("rows", [1, 3])
def test_warm_context_makes_no_query_and_two_trips(
    client: Client,
    connector: type[RecordingConnector],  # noqa: F811
    django_assert_num_queries: DjangoAssertNumQueries,
    accounts: int,
    rows: int,
) -> None:
    connector.most_rows = rows
    apps = []
    for _ in range(accounts):
        app = make_app()
        shop = make_connection(app.account, name="Shop")
        for panel in THREE:
            make_placement(app, shop, panel=panel)
        apps.append(app)
        warm(client, app)
    for app in apps:
        # No query: the app is in memory. Its account's stamp, heads and fragments; then limits and the view record.
        with django_assert_num_queries(0), counted_trips() as trips:
            response = post(client, app)
        assert trips == ["get_many", "count"]
        assert states(response) == dict.fromkeys(THREE, "ready")
        assert rows_of(response, "orders") == rows


def test_warm_placement_makes_no_query_and_two_trips(
    client: Client, app: DashboardApp, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    token = warm(client, app)["X-Voxys-Context"]
    orders = placement_of(app, "orders")
    with django_assert_num_queries(0), counted_trips() as trips:
        follow(client, app, orders, token)
    assert trips == ["get_many", "get_many", "count"]


def test_changed_app_is_read_again(client: Client, app: DashboardApp, django_capture_on_commit_callbacks: Any) -> None:
    warm(client, app)
    with django_capture_on_commit_callbacks(execute=True):
        Placement.objects.for_account(app.account).get(panel="payments").delete()
    assert list(states(post(client, app))) == ["customer", "orders"]


@pytest.mark.parametrize("switched_off", ["app", "account"])
def test_switched_off_app_is_gone_at_once(
    client: Client, app: DashboardApp, switched_off: str, django_capture_on_commit_callbacks: Any
) -> None:
    warm(client, app)
    with django_capture_on_commit_callbacks(execute=True):
        if switched_off == "app":
            app.is_enabled = False
            app.save()
        else:
            app.account.is_active = False
            app.account.save()
    response = post(client, app)
    assert (response.status_code, response.json()["code"]) == (404, "unknown_app")


# --- one upstream call -------------------------------------------------------------------------------


def test_panels_and_tabs_of_a_customer_share_upstream_calls(
    client: Client,
    app: DashboardApp,
    connector: type[RecordingConnector],  # noqa: F811
) -> None:
    other = make_app(app.account)
    for panel in ("orders", "customer"):
        make_placement(other, panel=panel)
    warm(client, app)
    warm(client, other)
    warm(client, app)
    called = sorted(connector.calls)
    assert called == [("Shop", capability, "ada@example.com") for capability in THREE]


@pytest.mark.django_db(transaction=True)
def test_ten_tabs_opened_at_once_make_one_upstream_call_each(
    app: DashboardApp,
    connector: type[RecordingConnector],  # noqa: F811
) -> None:
    apps = [app]
    for _ in range(9):
        apps.append(make_app(app.account))
        for panel in THREE:
            make_placement(apps[-1], panel=panel)
    connector.seconds = 0.3
    barrier = threading.Barrier(10)
    answers: list[dict[str, str]] = []

    def open_tab(tab: DashboardApp) -> None:
        try:
            barrier.wait(10)
            answers.append(states(post(Client(), tab)))
        finally:
            database_connections.close_all()

    threads = [threading.Thread(target=open_tab, args=(tab,)) for tab in apps]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(answers) == 10
    assert sorted(connector.calls) == [("Shop", capability, "ada@example.com") for capability in THREE]
    assert states(post(Client(), apps[3])) == dict.fromkeys(THREE, "ready")


# --- age, failure, recovery --------------------------------------------------------------------------


def test_old_data_are_shown_at_once_and_fetched_anew_behind(
    client: Client,
    app: DashboardApp,
    connector: type[RecordingConnector],  # noqa: F811
    clock: Any,
) -> None:
    warm(client, app)
    clock.shift(connector.fresh_for + 1)
    old = post(client, app)
    assert states(old) == dict.fromkeys(THREE, "stale")
    assert "Ada Byron" in old.content.decode()
    assert states(post(client, app)) == dict.fromkeys(THREE, "ready")
    assert len(connector.calls) == 6


def test_failure_without_data_is_an_error_card_with_a_trace_id(
    client: Client,
    app: DashboardApp,
    connector: type[RecordingConnector],  # noqa: F811
) -> None:
    def refuse(capability: str, who: Any) -> Any:
        raise OperatorError("Shop refused the token.")

    connector.answer = refuse
    html = warm(client, app).content.decode()
    assert html.count('data-state="error"') == 3
    assert html.count("Shop refused the token.") == 3
    assert re.search(r"Reference [0-9a-f]{16}", html)
    assert "data-retry" not in html, "only an operator can mend it"
    assert html.count("data-refresh") >= 6


def test_failure_keeps_the_old_data_with_a_banner_and_recovers(
    client: Client,
    app: DashboardApp,
    connector: type[RecordingConnector],  # noqa: F811
    clock: Any,
) -> None:
    warm(client, app)

    def fail(capability: str, who: Any) -> Any:
        raise TemporaryError("Shop is slow.", retry_after=20)

    connector.answer = fail
    clock.shift(connector.fresh_for + 1)
    post(client, app)
    failed = post(client, app).content.decode()
    assert failed.count('data-state="stale"') == 3
    assert "Ada Byron" in failed
    assert "Shop is slow." in failed
    assert set(re.findall(r'data-retry="(\d+)"', failed)) <= {"19", "20"}, "the page looks again when it may be over"
    calls = len(connector.calls)
    post(client, app)
    assert len(connector.calls) == calls, "Retry-After is respected"

    connector.answer = None
    clock.shift(21)
    post(client, app)
    well = post(client, app)
    assert states(well) == dict.fromkeys(THREE, "ready")
    assert "Shop is slow." not in well.content.decode()


def test_exception_of_a_plugin_stays_in_its_place(
    client: Client,
    app: DashboardApp,
    connector: type[RecordingConnector],  # noqa: F811
    caplog: pytest.LogCaptureFixture,
) -> None:
    def break_orders(capability: str, who: Any) -> Any:
        if capability == "orders":
            raise KeyError(who.emails[0])
        return RecordingConnector({}, name="Shop").demo(capability, who)

    connector.answer = break_orders
    response = warm(client, app)
    assert states(response) == {"customer": "ready", "orders": "error", "payments": "ready"}
    assert "KeyError at test_views.py:" in caplog.text
    assert "ada@example.com" not in caplog.text


def test_render_error_stays_in_its_place(
    client: Client, app: DashboardApp, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(self: object, ctx: Any) -> dict[str, object]:
        raise ZeroDivisionError(ctx.identity.emails)

    monkeypatch.setattr("panels.payments.panel.PaymentsPanel.get_context", broken)
    assert states(warm(client, app)) == {"customer": "ready", "orders": "ready", "payments": "error"}
    assert "ZeroDivisionError at test_views.py:" in caplog.text
    assert "ada@example.com" not in caplog.text


def test_one_of_two_shops_failing_shows_the_other(
    client: Client,
    connector: type[RecordingConnector],  # noqa: F811
) -> None:
    app = make_app()
    good, bad = (make_connection(app.account, name=name) for name in ("Good", "Bad"))
    make_placement(app, good, bad, panel="orders")
    asked: list[str] = []

    def answer(capability: str, who: Any) -> Any:
        asked.append(connector.calls[-1][0])
        if asked[-1] == "Bad":
            raise FinalError("Bad does not know this customer.")
        return RecordingConnector({}, name="Good").demo(capability, who)

    connector.answer = answer
    response = warm(client, app)
    html = response.content.decode()
    assert states(response) == {"orders": "stale"}
    assert "1 of 2 answered." in html
    assert rows_of(response, "orders") > 0


# --- refresh -----------------------------------------------------------------------------------------


def test_refresh_asks_anew_within_a_quota(
    client: Client,
    app: DashboardApp,
    connector: type[RecordingConnector],  # noqa: F811
) -> None:
    token = warm(client, app)["X-Voxys-Context"]
    orders = placement_of(app, "orders")
    url = f"/a/{app.key}/panels/{orders.pk}/refresh"
    codes = [client.post(url, headers={"X-Voxys-Context": token}).status_code for _ in range(7)]
    assert codes == [200] * 6 + [429]
    assert [capability for _, capability, _ in connector.calls].count("orders") == 7
    assert client.get(url, headers={"X-Voxys-Context": token}).status_code == 405


def test_refused_refresh_asks_nobody_and_one_that_is_not_counts_once(
    client: Client,
    app: DashboardApp,
    connector: type[RecordingConnector],  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(quotas, "AGENT", 4)
    token = warm(client, app)["X-Voxys-Context"]  # by two requests
    drain_views()
    orders = placement_of(app, "orders")
    url = f"/a/{app.key}/panels/{orders.pk}/refresh"
    asked = len(connector.calls)
    answers = [client.post(url, headers={"X-Voxys-Context": token}) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 429, 429]
    assert len(connector.calls) == asked + 2
    assert drain_views() == 2
    newest = ViewRecord.objects.latest("pk")
    assert (newest.account_id, newest.panels) == (app.account_id, ["orders"])


# --- parts -------------------------------------------------------------------------------------------


def test_part_shows_details_of_this_customers_order_only(client: Client, app: DashboardApp) -> None:
    html = warm(client, app).content.decode()
    token = post(client, app)["X-Voxys-Context"]
    orders = placement_of(app, "orders")
    part = re.search(rf'panels/{orders.pk}/(\?part=order[^"]*)"', html)
    assert part
    query = part[1].replace("&amp;", "&")
    assert follow(client, app, orders, token, query).status_code == 200
    bob = warm(client, app, context_body(app.account, contact=71, email="bob@example.com"))["X-Voxys-Context"]
    assert follow(client, app, orders, bob, query).status_code == 404
    assert follow(client, app, orders, token, "?part=nonsense").status_code == 404


# --- nobody else -------------------------------------------------------------------------------------


def test_without_token_nothing_is_shown(client: Client, app: DashboardApp) -> None:
    warm(client, app)
    orders = placement_of(app, "orders")
    for token in ("", "nonsense", "a:b:c"):
        response = follow(client, app, orders, token)
        assert (response.status_code, response.json()["code"]) == (403, "not_confirmed")


def test_token_of_another_app_or_account_is_useless(
    client: Client,
    app: DashboardApp,
) -> None:
    sibling = make_app(app.account)
    make_placement(sibling, panel="orders")
    stranger = make_app()
    shop = make_connection(stranger.account, name="Shop")
    make_placement(stranger, shop, panel="orders")
    for other in (sibling, stranger):
        token = warm(client, other)["X-Voxys-Context"]
        assert follow(client, other, placement_of(other, "orders"), token).status_code == 200
        response = follow(client, app, placement_of(app, "orders"), token)
        assert (response.status_code, response.json()["code"]) == (403, "not_confirmed")


def test_placement_of_another_account_is_not_there(client: Client, app: DashboardApp) -> None:
    stranger = make_app()
    make_placement(stranger, make_connection(stranger.account), panel="orders")
    warm(client, stranger)
    token = warm(client, app)["X-Voxys-Context"]
    response = follow(client, app, placement_of(stranger, "orders"), token)
    assert response.status_code == 404


def test_two_accounts_with_the_same_customer_share_nothing(
    client: Client,
    app: DashboardApp,
    connector: type[RecordingConnector],  # noqa: F811
) -> None:
    other = make_app()
    make_placement(other, make_connection(other.account, name="Elsewhere"), panel="orders")
    warm(client, app)
    assert states(post(client, other)) == {"orders": "loading"}
    assert ("Elsewhere", "orders", "ada@example.com") in connector.calls


def test_context_of_another_account_is_refused(client: Client, app: DashboardApp) -> None:
    other: Account = make_account()
    response = post(client, app, context_body(other))
    assert (response.status_code, response.json()["code"]) == (403, "wrong_account")


def test_token_runs_out(client: Client, app: DashboardApp, clock: Any) -> None:
    token = warm(client, app)["X-Voxys-Context"]
    clock.shift(301)
    assert follow(client, app, placement_of(app, "orders"), token).status_code == 403


def test_identical_data_render_once(client: Client, app: DashboardApp, monkeypatch: pytest.MonkeyPatch) -> None:
    warm(client, app)

    def fail(*args: object, **kwargs: object) -> str:
        raise AssertionError("rendered again")

    monkeypatch.setattr("panels.fragments.rendering.render_to_string", fail)
    assert states(post(client, app)) == dict.fromkeys(THREE, "ready")


def test_app_that_is_not_set_up_says_so(client: Client, connector: type[RecordingConnector]) -> None:  # noqa: F811
    app = make_app()
    make_placement(app, panel="orders")
    make_placement(app, panel="acme-loyalty")
    html = post(client, app).content.decode()
    assert "No connection can fill this panel yet." in html
    assert "This panel is not installed." in html


def test_queue_names_the_customer_by_digest_only(
    client: Client, app: DashboardApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[Any] = []
    monkeypatch.setattr(tasks.refresh_snapshot, "apply_async", lambda **kwargs: sent.append(kwargs))
    post(client, app)
    assert len(sent) == 3
    assert "ada@" not in json.dumps(sent)  # not of three letters: a digest may have those
    assert "Byron" not in json.dumps(sent)


# --- degrading ---------------------------------------------------------------------------------------


def test_broker_gone_fetches_in_the_request(client: Client, app: DashboardApp, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(**kwargs: object) -> None:
        raise OperationalError

    monkeypatch.setattr(tasks.refresh_snapshot, "apply_async", refuse)
    assert states(post(client, app)) == dict.fromkeys(THREE, "ready")


def test_worker_gone_fetches_in_the_request_after_a_while(
    client: Client, app: DashboardApp, monkeypatch: pytest.MonkeyPatch, clock: Any
) -> None:
    for task in (tasks.refresh_snapshot, warm_siblings):
        monkeypatch.setattr(task, "apply_async", lambda **kwargs: None)
    assert states(post(client, app)) == dict.fromkeys(THREE, "loading")
    assert states(post(client, app)) == dict.fromkeys(THREE, "loading")
    clock.shift(refresh.WORKER_GRACE_SECONDS + 1)
    assert states(post(client, app)) == dict.fromkeys(THREE, "ready")


def test_indentation_is_not_sent_but_verbatim_text_is_kept() -> None:
    from panels.fragments.rendering import _without_indentation  # noqa: PLC0415 - private

    assert _without_indentation("<ul>\n    <li>a  b</li>\n\n  </ul>") == "<ul>\n<li>a  b</li>\n</ul>"
    assert _without_indentation("<pre>\n  a</pre>") == "<pre>\n  a</pre>"
