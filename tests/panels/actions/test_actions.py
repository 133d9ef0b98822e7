"""Actions: for agents with a session, once for every press, with consent, audited; and never another account's."""

import datetime as dt
import re
import secrets
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone
from kombu.exceptions import OperationalError

from panels.actions import services
from panels.actions.base import ActionContext
from panels.actions.markup import action_button
from panels.actions.tasks import purge_actions, run_action
from panels.api import Done, FinalError, OperatorError, PanelContext, PanelUnavailable, TemporaryError
from panels.models import ActionRun
from panels.testing import make_context
from tenants.models import AuditEntry
from tenants.signals import contact_deleted
from tests.panels.actions.points import Give, PointsPanel, Tab, installed_points
from tests.support.host import ADMINISTRATOR, AGENT, HostInMemory

pytestmark = pytest.mark.django_db
State = ActionRun.State


@pytest.fixture(autouse=True)
def _panel(worker_at_hand: None) -> Iterator[None]:
    with installed_points():
        yield


@pytest.fixture
def tab(hosts: dict[int, HostInMemory]) -> Tab:
    return Tab(hosts)


def test_it_is_done_once_for_every_press(tab: Tab) -> None:
    assert [tab.outcome(), tab.outcome(), tab.outcome()] == ["done"] * 3
    assert len(Give.runs) == 1
    assert tab.outcome(key=secrets.token_hex(16)) == "done"
    assert (len(Give.runs), PointsPanel.points) == (2, 50)


def test_what_it_says_and_what_it_changed_are_shown(tab: Tab) -> None:
    assert "40 points" in tab.open()
    html = tab.press().content.decode()
    assert "5 given." in html
    assert "45 points" in html
    assert f'data-placement="{tab.placement.pk}"' in html


def test_it_is_given_who_and_what(tab: Tab) -> None:
    tab.press(points=7, reason="late", words="<b>")
    (ctx,) = Give.runs
    assert ctx.params == {"points": 7, "reason": "late", "words": "<b>"}
    assert (ctx.identity.contact_id, ctx.identity.emails) == (70, ("ada@example.com",))
    assert (ctx.agent_id, ctx.role, ctx.conversation_id, ctx.key) == (AGENT, "agent", 7, tab.key)


def test_what_is_wrong_comes_back_with_what_was_entered(tab: Tab) -> None:
    html = tab.press(points=-3, reason="kind", words='"><script>').content.decode()
    assert html.startswith('<div data-outcome="invalid">')
    assert 'value="-3"' in html
    assert 'aria-invalid="true"' in html
    assert "<script>" not in html
    assert tab.outcome(points=5000, reason="kind") == "invalid"
    assert not ActionRun.objects.exists()


def test_a_question_is_asked_and_answered_for_that_alone(tab: Tab) -> None:
    html = tab.press(points=500, reason="kind").content.decode()
    assert "Give 500 to one who has 40?" in html
    consent = re.search(r'data-consent="(\w+)"', html)
    assert consent
    assert tab.outcome(points=600, reason="kind", consent=consent[1]) == "confirm", "a yes to something else"
    assert tab.outcome(points=500, reason="kind", consent=consent[1], key="k" * 20) == "confirm", "another press"
    assert Give.runs == []
    assert tab.outcome(points=500, reason="kind", consent=consent[1]) == "done"


def test_a_yes_does_not_count_once_the_question_is_another(tab: Tab) -> None:
    consent = re.search(r'data-consent="(\w+)"', tab.press(points=500, reason="kind").content.decode())
    assert consent
    tab.press(key="k" * 20)  # now there are 45
    assert tab.outcome(points=500, reason="kind", consent=consent[1]) == "confirm"


@pytest.mark.parametrize("error", [KeyError("points"), ValueError("ada@example.com")])
def test_a_question_that_cannot_be_asked_does_nothing(
    tab: Tab, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, error: Exception
) -> None:
    def fail(self: Give, ctx: PanelContext, params: Any) -> str:
        raise error

    monkeypatch.setattr(Give, "question", fail)
    response = tab.press()
    assert (response.status_code, response.json()["code"]) == (503, "unavailable")
    assert response.json()["detail"] == "This could not be prepared. Nothing was done."
    assert response.json()["trace_id"] in caplog.text
    assert "ada@example.com" not in caplog.text
    assert not ActionRun.objects.exists()


def test_a_question_that_never_ends_holds_nobody_up(tab: Tab, monkeypatch: pytest.MonkeyPatch) -> None:
    is_over = threading.Event()

    def think(self: Give, ctx: PanelContext, params: Any) -> str:
        is_over.wait(30)
        return ""

    monkeypatch.setattr(Give, "question", think)
    monkeypatch.setattr("panels.actions.views.CHECK_SECONDS", 0.05)
    response = tab.press()
    is_over.set()
    assert response.json()["detail"] == "This could not be prepared. Nothing was done."
    assert not ActionRun.objects.exists()


@pytest.mark.parametrize("trust", ["verified", "link"])
def test_without_a_session_nothing_is_offered_or_done(hosts: dict[int, HostInMemory], trust: str) -> None:
    tab = Tab(hosts, trust=trust)
    assert "data-action" not in tab.open()
    response = tab.press()
    assert (response.status_code, response.json()["code"]) == (403, "not_confirmed")
    assert Give.runs == []


def test_only_administrators_do_what_is_theirs(hosts: dict[int, HostInMemory], tab: Tab) -> None:
    assert "Reset" not in tab.open()
    response = tab.press("reset", x="")
    assert (response.status_code, response.json()["code"]) == (403, "not_confirmed")
    assert PointsPanel.points == 40
    theirs = Tab(hosts, ADMINISTRATOR)
    assert "Reset" in theirs.open()
    assert theirs.outcome("reset", x="") == "done"
    assert PointsPanel.points == 0


def test_an_action_that_is_none_is_not_there(tab: Tab) -> None:
    assert tab.press("take").status_code == 404
    assert tab.press(key="short").json()["code"] == "wrong_type"


@pytest.mark.parametrize(
    ("error", "outcome", "sentence"),
    [
        (FinalError("No such card."), "failed", "No such card."),
        (OperatorError("The key was refused."), "failed", "The key was refused."),
        (PanelUnavailable("Not today."), "failed", "Not today."),
        (TemporaryError("No answer."), "unknown", "No answer. It is not known whether this was done."),
        (ValueError("ada@example.com"), "unknown", "It is not known whether this was done."),
    ],
)
def test_how_it_goes_wrong(
    tab: Tab, error: Exception, outcome: str, sentence: str, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(ctx: ActionContext) -> Done:
        raise error

    Give.answer = fail
    html = tab.press().content.decode()
    assert f'data-outcome="{outcome}"' in html
    assert sentence in html
    assert ActionRun.objects.get().trace_id in html
    assert "ada@example.com" not in caplog.text + html
    assert ("data-again" in html) == (outcome == "unknown")


def test_what_is_not_known_and_repeatable_is_tried_again_under_the_same_key(tab: Tab) -> None:
    def fail(ctx: ActionContext) -> Done:
        raise TemporaryError("No answer.")

    Give.answer = fail
    assert tab.outcome() == "unknown"
    Give.answer = None
    assert tab.outcome() == "done"
    assert [ctx.key for ctx in Give.runs] == [tab.key] * 2


def test_what_may_not_be_repeated_is_not(tab: Tab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Give, "is_repeatable", False)

    def fail(ctx: ActionContext) -> Done:
        raise TemporaryError("No answer.")

    Give.answer = fail
    assert [tab.outcome(), tab.outcome()] == ["unknown"] * 2
    assert len(Give.runs) == 1
    assert ActionRun.objects.get().input == ""


def test_without_a_worker_nothing_is_left_to_be_done(tab: Tab, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_broker(*args: Any, **kwargs: Any) -> None:
        raise OperationalError

    monkeypatch.setattr(run_action, "apply_async", no_broker)
    response = tab.press()
    assert (response.status_code, response.json()["code"]) == (503, "unavailable")
    assert "Nothing was done" in response.json()["detail"]
    assert not ActionRun.objects.exists()


class _Slow:
    """A worker that has not got round to it."""

    ids: list[int]

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.ids = []
        monkeypatch.setattr(run_action, "apply_async", lambda args, **kwargs: self.ids.extend(args))
        monkeypatch.setattr("panels.actions.waiting.MAX_SECONDS", 0.01)


def test_the_page_asks_until_it_is_known(tab: Tab, monkeypatch: pytest.MonkeyPatch) -> None:
    slow = _Slow(monkeypatch)
    assert [tab.outcome(), tab.outcome()] == ["waiting"] * 2
    assert len(slow.ids) == 1
    run_action(slow.ids[0])
    run_action(slow.ids[0])  # a task may come twice
    assert tab.outcome() == "done"
    assert len(Give.runs) == 1


def test_what_no_worker_begins_is_not_done_and_stays_so(tab: Tab, monkeypatch: pytest.MonkeyPatch) -> None:
    slow = _Slow(monkeypatch)
    tab.press()
    ActionRun.objects.update(created_at=timezone.now() - dt.timedelta(seconds=90))
    assert tab.outcome() == "failed"
    run_action(slow.ids[0])
    assert Give.runs == []


def test_what_a_killed_worker_had_begun_is_not_known(tab: Tab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Give, "is_repeatable", False)
    slow = _Slow(monkeypatch)
    tab.press()
    assert services.claim(slow.ids[0]) is not None
    assert tab.outcome() == "waiting"
    ActionRun.objects.update(begun_at=timezone.now() - dt.timedelta(seconds=90))
    assert tab.outcome() == "unknown"
    run_action(slow.ids[0])
    assert Give.runs == []


def test_what_was_entered_is_sealed_and_dropped(tab: Tab, monkeypatch: pytest.MonkeyPatch) -> None:
    slow = _Slow(monkeypatch)
    tab.press(points=5, reason="kind", words="a secret word")
    run = ActionRun.objects.get()
    assert run.input
    assert "secret" not in run.input
    assert "ada" not in run.input
    run_action(slow.ids[0])
    run.refresh_from_db()
    assert run.input == ""


def test_a_switched_off_panel_does_nothing_any_longer(tab: Tab, monkeypatch: pytest.MonkeyPatch) -> None:
    slow = _Slow(monkeypatch)
    tab.press()
    tab.placement.is_enabled = False
    tab.placement.save()
    run_action(slow.ids[0])
    assert Give.runs == []
    assert ActionRun.objects.get().state == State.FAILED


def test_it_is_audited_without_what_was_entered(tab: Tab) -> None:
    tab.press(points=5, reason="kind", words="a secret word")
    entry = AuditEntry.objects.get(action="act")
    assert (entry.account_id, entry.actor, entry.via) == (tab.account.pk, f"agent {AGENT}", "frame")
    told = {name: after for name, (_before, after) in entry.changes.items()}
    assert told["action"] == "give"
    assert told["outcome"] == "done"
    assert told["note"] == "5 points"
    assert "secret" not in str(entry.changes)


def test_a_deleted_contact_is_forgotten(hosts: dict[int, HostInMemory], tab: Tab) -> None:
    other = Tab(hosts)
    for one in (tab, other):
        one.press()
    contact_deleted.send(sender=None, account_id=tab.account.pk, contact_id=70, customers=set())
    assert [run.account_id for run in ActionRun.objects.all()] == [other.account.pk]


def test_each_row_has_a_form_of_its_own() -> None:
    ctx = make_context({"points": 40}, actions=PointsPanel.actions, can_act=True)
    forms = [action_button(ctx, "give", {"reason": reason}) for reason in ("a-1", "a1", "", "a-1")]
    ids = [re.findall(r'<details[^>]* id="([^"]+)"', form) for form in forms]
    assert [len(found) for found in ids] == [1] * 4
    assert ids[0] == ids[3]
    assert len({found[0] for found in ids}) == 3


def test_old_presses_are_purged(tab: Tab) -> None:
    tab.press()
    purge_actions()
    assert ActionRun.objects.count() == 1
    ActionRun.objects.update(created_at=timezone.now() - dt.timedelta(days=8))
    purge_actions()
    assert not ActionRun.objects.exists()


def test_the_row_stays_in_its_account(hosts: dict[int, HostInMemory], tab: Tab) -> None:
    tab.press()
    with pytest.raises(IntegrityError), transaction.atomic():
        ActionRun.objects.update(account=Tab(hosts).account)
