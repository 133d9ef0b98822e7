"""What was fetched ahead is rendered ahead: the first look waits for no template, and sees what it would have."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.template.loader import render_to_string
from django.test import Client, TestCase
from pytest_django import DjangoAssertNumQueries

from panels import access, fragments
from panels.api import TemporaryError
from panels.orders.panel import OrdersPanel
from panels.prefetch import rendering, tasks, viewers
from panels.prefetch.viewers import Viewer, read_viewers
from tenants.models import Account, DashboardApp
from tenants.trust.confirmation import ConfirmedContext, foresee
from tenants.trust.identity import Identity
from tenants.webhooks import planner
from tenants.webhooks.events import HostEvent
from tests.factories import make_account, make_placement
from tests.panels.prefetch.conftest import Desk, any_event, make_desk, work
from tests.support.connectors import RecordingConnector
from tests.support.contexts import context_body
from tests.support.host import ADMINISTRATOR, AGENT, host_answers, make_contact, sign_in
from tests.support.trips import counted_trips

pytestmark = pytest.mark.django_db

# Of another customer, of whom nothing is known when the tabs are opened first.
GRACE: dict[str, Any] = {
    "conversation": 8,
    "contact": 80,
    "email": "grace@example.com",
    "name": "Grace Hopper",
    "uuid": "uuid-of-8",
}
CUSTOMER, ORDERS = 0, 1


@pytest.fixture(autouse=True)
def _new_process() -> Iterator[None]:
    viewers.forget_said()
    access.forget_remembered()
    yield
    viewers.forget_said()


@pytest.fixture
def rendered(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A list that gets every panel's template that is rendered, of the whole process."""
    templates: list[str] = []

    def render(template: str, *args: Any, **kwargs: Any) -> str:
        templates.append(template)
        return render_to_string(template, *args, **kwargs)

    monkeypatch.setattr(fragments.rendering, "render_to_string", render)
    return templates


@pytest.fixture
def desk(desk: Desk) -> Desk:
    """The desk, whose host knows another customer, too."""
    know_grace(desk)
    return desk


def know_grace(desk: Desk, **values: Any) -> None:
    desk.host.change_conversation(8, make_contact(80, name="Grace Hopper", email="grace@example.com"), **values)


def apps_of(account: Account) -> list[DashboardApp]:
    return list(DashboardApp.objects.for_account(account).order_by("pk"))


def open_tab(desk: Desk, which: int, agent: int = AGENT, lang: str = "en", **values: Any) -> str:
    """Return what the agent sees of conversation 7, or of another."""
    body = context_body(desk.account, agent=agent, **{"uuid": "uuid-of-7", **values})
    headers = sign_in(desk.account, agent) if desk.account.trust == "signed_in" else {}
    path = f"/a/{apps_of(desk.account)[which].key}/context?lang={lang}"
    response = Client().post(path, body, content_type="application/json", headers=headers)
    assert response.status_code == 200, response.content
    return str(response.content.decode())


def fetch_ahead(desk: Desk, conversation: int = 8) -> None:
    planner.deal_with(HostEvent(desk.account.pk, **any_event(conversation_id=conversation)))
    work()


def states(html: str) -> set[str]:
    return set(re.findall(r'data-state="(\w+)"', html))


@pytest.mark.parametrize("trust", ["link", "verified", "signed_in"])
def test_first_look_renders_nothing_and_sees_what_it_would_have(
    desk: Desk, rendered: list[str], monkeypatch: pytest.MonkeyPatch, trust: str
) -> None:
    desk.account.trust = trust
    desk.account.save()
    for which in (CUSTOMER, ORDERS):
        open_tab(desk, which)
    fetch_ahead(desk)
    assert sorted(rendered) == ["customer/panel.html", "orders/panel.html", "payments/panel.html"]
    rendered.clear()
    seen = [open_tab(desk, which, **GRACE) for which in (CUSTOMER, ORDERS)]
    assert rendered == []
    assert set.union(*map(states, seen)) == {"ready"}
    monkeypatch.setattr(fragments, "_is_current", lambda *_args: False)
    assert [open_tab(desk, which, **GRACE) for which in (CUSTOMER, ORDERS)] == seen
    assert len(rendered) == 3, "and now they were rendered by the requests"


def test_each_role_sees_its_own(desk: Desk, rendered: list[str]) -> None:
    desk.account.hides_from_agents = True
    desk.account.save()
    for agent in (AGENT, ADMINISTRATOR):
        open_tab(desk, CUSTOMER, agent)
    fetch_ahead(desk)
    assert rendered == ["customer/panel.html"] * 2
    rendered.clear()
    assert "grace@example.com" not in open_tab(desk, CUSTOMER, AGENT, **GRACE)
    assert "grace@example.com" in open_tab(desk, CUSTOMER, ADMINISTRATOR, **GRACE)
    assert rendered == []


def test_what_administrators_see_is_no_agents(desk: Desk, rendered: list[str]) -> None:
    desk.account.hides_from_agents = True
    desk.account.save()
    open_tab(desk, CUSTOMER, ADMINISTRATOR)
    fetch_ahead(desk)
    rendered.clear()
    assert "grace@example.com" not in open_tab(desk, CUSTOMER, AGENT, **GRACE)
    assert rendered == ["customer/panel.html"]


def change(account: Account, **values: Any) -> None:
    """Change the account as an operator does, which tells every process."""
    for name, value in values.items():
        setattr(account, name, value)
    with TestCase.captureOnCommitCallbacks(execute=True):
        account.save()


def test_what_was_hidden_meanwhile_is_not_shown(desk: Desk, rendered: list[str]) -> None:
    open_tab(desk, CUSTOMER)
    fetch_ahead(desk)
    rendered.clear()
    assert "grace@example.com" in open_tab(desk, CUSTOMER, **GRACE)
    assert rendered == []
    change(desk.account, hides_from_agents=True)
    assert "grace@example.com" not in open_tab(desk, CUSTOMER, **GRACE)


@pytest.mark.parametrize("hides", [False, True])
@pytest.mark.parametrize("verified", [True, False, None])
def test_visitors_identity_is_as_the_host_vouches_for_it(
    desk: Desk, rendered: list[str], verified: bool | None, hides: bool
) -> None:
    desk.account.hides_from_unverified = hides
    desk.account.save()
    know_grace(desk, channel="Channel::WebWidget", hmac_verified=verified)
    open_tab(desk, CUSTOMER)
    fetch_ahead(desk)
    rendered.clear()
    html = open_tab(desk, CUSTOMER, **GRACE, channel="Channel::WebWidget")
    assert rendered == []
    assert "Identity not verified" in html, "she was found by her e-mail, for which no host vouches"
    assert ("grace@example.com" in html) is (not hides or verified is True)


def test_languages_in_use(desk: Desk, rendered: list[str]) -> None:
    open_tab(desk, ORDERS, lang="de")
    fetch_ahead(desk)
    rendered.clear()
    assert "Bestellungen" in open_tab(desk, ORDERS, lang="de", **GRACE)
    assert rendered == []
    assert "Orders" in open_tab(desk, ORDERS, lang="en", **GRACE)
    assert len(rendered) == 2


def test_nobody_looks_nothing_is_rendered(desk: Desk, rendered: list[str]) -> None:
    fetch_ahead(desk)
    assert len(desk.calls) == 3
    assert rendered == []


@pytest.mark.parametrize("need", [{"vary": ("agent",)}, {"vary": ("conversation",)}, {"needs": ("messages",)}])
def test_what_others_would_see_differently_is_left_to_them(
    desk: Desk, rendered: list[str], monkeypatch: pytest.MonkeyPatch, need: dict[str, Any]
) -> None:
    for name, value in need.items():
        monkeypatch.setattr(OrdersPanel, name, value)
    open_tab(desk, ORDERS)
    fetch_ahead(desk)
    assert rendered == ["payments/panel.html"]


def test_what_only_some_may_see_of_the_host_is_left_to_them(desk: Desk, rendered: list[str]) -> None:
    make_placement(apps_of(desk.account)[ORDERS], panel="history")
    open_tab(desk, ORDERS)
    fetch_ahead(desk)
    assert "contact_conversations" in desk.host.calls, "it was fetched"
    assert sorted(rendered) == ["orders/panel.html", "payments/panel.html"]


def test_drafts_and_tabs_of_other_inboxes(desk: Desk, rendered: list[str]) -> None:
    open_tab(desk, CUSTOMER)
    open_tab(desk, ORDERS)
    customer, orders = apps_of(desk.account)
    customer.inboxes = [2]
    customer.save()
    orders.is_draft = True
    orders.save()
    fetch_ahead(desk)
    assert rendered == []


def test_what_is_there_is_left_as_it_is(desk: Desk, rendered: list[str]) -> None:
    open_tab(desk, ORDERS)
    fetch_ahead(desk)
    rendered.clear()
    fetch_ahead(desk)
    assert rendered == []


def test_what_has_not_answered_is_not_rendered(desk: Desk, rendered: list[str]) -> None:
    open_tab(desk, ORDERS)
    answer = RecordingConnector({}, name=desk.shop.name).demo

    def fail_at_orders(capability: str, who: Identity) -> Any:
        if capability == "orders":
            raise TemporaryError("Asleep.")
        return answer(capability, who)

    RecordingConnector.answer = fail_at_orders
    fetch_ahead(desk)
    assert rendered == ["payments/panel.html"]


def test_only_so_much_of_one_customer(desk: Desk, rendered: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    for lang in ("en", "de", "ar"):
        open_tab(desk, ORDERS, lang=lang)
    monkeypatch.setattr(rendering, "MAX_FRAGMENTS", 3)
    fetch_ahead(desk)
    assert len(rendered) == 3


def test_panel_that_fails_spoils_neither_the_others_nor_the_fetching(
    desk: Desk, rendered: list[str], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    open_tab(desk, ORDERS)

    def fail(*_args: Any) -> None:
        raise ValueError("grace@example.com")

    monkeypatch.setattr(OrdersPanel, "get_context", fail)
    fetch_ahead(desk)
    assert "panel orders failed to render" in caplog.text
    assert "grace@example.com" not in caplog.text
    rendered.clear()
    assert states(open_tab(desk, ORDERS, **GRACE)) == {"ready", "error"}
    assert rendered == [], "payments were there"


def test_whatever_goes_wrong_stays_here(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    open_tab(desk, ORDERS)

    def fail(*_args: Any, **_options: Any) -> None:
        raise RuntimeError("grace@example.com")

    monkeypatch.setattr(fragments, "render_ahead", fail)
    fetch_ahead(desk)
    assert len(desk.calls) == 3
    assert "rendering ahead failed" in caplog.text
    assert "grace@example.com" not in caplog.text
    assert work() == [], "nothing is tried again"
    assert states(open_tab(desk, ORDERS, **GRACE)) == {"ready"}


def test_opening_one_tab_renders_the_others(desk: Desk, rendered: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[Any, ...]] = []
    monkeypatch.setattr(tasks.warm_siblings, "apply_async", lambda args, **options: asked.append(args))
    for which in (CUSTOMER, ORDERS):
        open_tab(desk, which)
    asked.clear()
    open_tab(desk, CUSTOMER, **GRACE)
    tasks.warm_siblings(*asked[0])
    rendered.clear()
    assert states(open_tab(desk, ORDERS, **GRACE)) == {"ready"}
    assert rendered == []


def test_other_accounts_customers_are_rendered_for_nobody(desk: Desk, rendered: list[str]) -> None:
    theirs = make_desk()
    know_grace(theirs)
    with host_answers({desk.account.pk: desk.host, theirs.account.pk: theirs.host}):
        open_tab(desk, ORDERS)
        fetch_ahead(theirs)
        assert rendered == []
        fetch_ahead(desk)
        assert len(rendered) == 2
        rendered.clear()
        assert states(open_tab(theirs, ORDERS, **GRACE)) == {"ready"}
        assert len(rendered) == 2, "the same customer of another account is another one"
    assert read_viewers(make_account().pk) == []


def test_app_of_another_account_is_not_rendered(desk: Desk, rendered: list[str]) -> None:
    theirs = make_desk()
    viewer = Viewer(apps_of(theirs.account)[ORDERS].key, "en", "agent")
    who = Identity(contact_id=80, name="Grace Hopper", emails=("grace@example.com",))
    fetch_ahead(desk)
    assert rendering._render_for(viewer, desk.account.pk, who, None, None, 20) == 0
    assert rendered == []


def test_what_is_foreseen_answers_nobody(desk: Desk) -> None:
    app = apps_of(desk.account)[ORDERS]
    context = foresee(desk.account, app, Identity(contact_id=80), identity_verified=None, role="agent")
    assert not isinstance(context, ConfirmedContext)
    assert (context.agent_id, context.session_id, context.conversation_id, context.posted) == (None, None, None, None)


def test_who_looks_at_which_tab(desk: Desk) -> None:
    open_tab(desk, ORDERS, ADMINISTRATOR, lang="ar")
    key = apps_of(desk.account)[ORDERS].key
    assert read_viewers(desk.account.pk) == [Viewer(key, "ar", "administrator")]
    DashboardApp.objects.filter(key=key).update(is_enabled=False)
    assert read_viewers(desk.account.pk) == []


def test_remembering_costs_requests_nothing(desk: Desk) -> None:
    open_tab(desk, ORDERS)
    fetch_ahead(desk, 7)
    for _ in range(2):
        open_tab(desk, ORDERS)
    with counted_trips() as trips:
        open_tab(desk, ORDERS)
    assert trips == ["ask", "count"]


def test_account_without_viewers_costs_a_prefetch_one_query_and_one_trip(
    desk: Desk, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    who = Identity(contact_id=80)
    with django_assert_num_queries(1), counted_trips() as trips:
        assert rendering.render_ahead(desk.account.pk, who, None) == 0
    assert trips == ["get_many"]


def test_another_time_zone_is_rendered_anew(desk: Desk, rendered: list[str]) -> None:
    open_tab(desk, ORDERS)
    fetch_ahead(desk)
    open_tab(desk, ORDERS, **GRACE)
    rendered.clear()
    change(desk.account, time_zone="Asia/Tokyo")
    open_tab(desk, ORDERS, **GRACE)
    assert len(rendered) == 2
