"""Publishing ends in the same state from wherever it begins and however often it is broken off."""

import datetime as dt
from collections.abc import Callable
from typing import Any, get_args
from unittest.mock import DEFAULT, patch

import pytest
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command

from tenants.host.client import EVENTS, EVENTS_OF_OLD_HOSTS
from tenants.host.errors import HostForbidden, HostLimited, HostNotFound, HostRejected, HostUnreachable
from tenants.models import Account, AuditEntry, DashboardApp
from tenants.publishing.plan import make_plan
from tenants.publishing.services import drift, publish
from tenants.publishing.steps import RemoveApp, RemoveWebhook, Step
from tenants.secrets import get_hook_secret, set_hook_secret
from tenants.services import rotate_app_key, rotate_hook_key
from tests.factories import make_account, make_app
from tests.support.publishing_host import OURS, Killed, PublishingHost, publishing_to


def wanted(account: Account) -> list[tuple[str, tuple[str, ...]]]:
    apps = DashboardApp.objects.for_account(account).filter(is_enabled=True).order_by("position", "pk")
    return [(app.title, (f"{OURS}/a/{app.key}/",)) for app in apps]


def hook_url(account: Account) -> str:
    return f"{OURS}/hooks/{account.hook_key}/"


def require_published(account: Account, host: PublishingHost) -> None:
    assert [tab for tab in host.tabs if OURS in tab[1][0]] == wanted(account)
    assert [url for url, _events in host.hooks.values() if OURS in url] == [hook_url(account)]
    ids = sorted(host.apps)
    by_url = {host.apps[id_][1]: id_ for id_ in ids}
    for app in DashboardApp.objects.for_account(account).filter(is_enabled=True):
        assert app.host_id == by_url[f"{OURS}/a/{app.key}/",]
    if host.signs:
        (id_,) = (id_ for id_, (url, _events) in host.hooks.items() if url == hook_url(account))
        assert get_hook_secret(account) == f"secret-of-{id_}"
    assert Account.objects.get(pk=account.pk).published_at
    host.begin()
    again = publish(account)
    assert again.is_complete
    assert (host.writes, again.done) == ([], ())


def test_everything_is_put_into_an_empty_host(account: Account, host: PublishingHost) -> None:
    outcome = publish(account)
    assert (len(outcome.done), outcome.failed) == (4, ())
    require_published(account, host)
    assert get_hook_secret(account) == f"secret-of-{next(iter(host.hooks))}"
    account.refresh_from_db()
    assert account.published_at
    assert AuditEntry.objects.get(action="publish").account == account


def test_what_is_there_is_adopted(account: Account, host: PublishingHost) -> None:
    for title, urls in wanted(account):
        host.put_app(title, *urls)
    host.create_webhook(hook_url(account))
    host.begin()
    plan = make_plan(account)
    assert not plan.is_empty
    publish(account)
    assert host.writes == []
    require_published(account, host)


def test_foreign_tabs_and_webhooks_are_never_touched(account: Account, host: PublishingHost) -> None:
    host.put_app("Orders", "https://other.example/a/0123456789012345678901/")
    host.put_app("Two", f"{OURS}/a/{account.dashboard_apps.all()[0].key}/", "https://other.example/")
    host.create_webhook("https://other.example/hooks/0123456789012345678901/")
    before = dict(host.apps), dict(host.hooks)
    plan = make_plan(account)
    publish(account)
    assert before[0].items() <= host.apps.items()
    assert before[1].items() <= host.hooks.items()
    assert len(plan.notes) == 1


def test_order_names_addresses_and_what_is_switched_off(account: Account, host: PublishingHost) -> None:
    publish(account)
    first, second, third = DashboardApp.objects.for_account(account)
    for app, values in ((first, {"position": 9}), (second, {"is_enabled": False}), (third, {"title": "Who"})):
        for name, value in values.items():
            setattr(app, name, value)
        app.save()
    rotate_app_key(third, keep_old_for=dt.timedelta(hours=1))
    ids = set(host.apps)
    publish(account)
    assert set(host.apps) < ids  # rewritten in place, one removed
    require_published(account, host)
    assert [title for title, _urls in host.tabs] == ["Who", "Orders"]


def test_one_switched_off_touches_no_other(account: Account, host: PublishingHost) -> None:
    publish(account)
    DashboardApp.objects.filter(title="Payments").update(is_enabled=False)
    host.begin()
    publish(account)
    assert host.writes == ["delete"]


def test_another_webhook_address(account: Account, host: PublishingHost) -> None:
    publish(account)
    rotate_hook_key(account, keep_old_for=dt.timedelta(hours=1))
    publish(account)
    require_published(account, host)
    assert get_hook_secret(account) == f"secret-of-{next(iter(host.hooks))}"


def test_a_server_that_has_moved(account: Account, host: PublishingHost) -> None:
    """The same keys under another name are ours still."""
    for title, (url,) in wanted(account):
        host.put_app(title, url.replace(OURS, "https://old.example"))
    host.create_webhook(hook_url(account).replace(OURS, "https://old.example"))
    publish(account)
    require_published(account, host)
    assert len(host.apps) == 3
    assert len(host.hooks) == 1


def test_an_old_host(account: Account, host: PublishingHost) -> None:
    host.signs, host.is_old = False, True
    publish(account)
    require_published(account, host)
    assert next(iter(host.hooks.values()))[1] == EVENTS_OF_OLD_HOSTS
    assert get_hook_secret(account) is None


def test_a_webhook_of_few_events_gets_all(account: Account, host: PublishingHost) -> None:
    host.create_webhook(hook_url(account), ("message_created",))
    publish(account)
    assert next(iter(host.hooks.values()))[1] == EVENTS


def test_drift_is_told_after_somebody_changed_something(account: Account, host: PublishingHost) -> None:
    host.apps.clear()
    assert drift(account) == []  # not published yet
    publish(account)
    assert drift(account) == []
    id_ = min(host.apps)
    host.apps[id_] = ("Mine now", host.apps[id_][1])
    del host.apps[sorted(host.apps)[2]]
    assert len(drift(account)) == 2
    publish(account)
    require_published(account, host)


def everything_is_wrong(account: Account, host: PublishingHost) -> None:
    """Tabs of before, twice there, misnamed or missing, and the webhook of another address."""
    rows = wanted(account)
    host.put_app("Gone", f"{OURS}/a/0123456789012345678901/")
    host.put_app("Wrong name", *rows[2][1])
    host.put_app(rows[0][0], *rows[0][1])
    host.put_app(rows[0][0], *rows[0][1])
    host.put_app("Old", f"{OURS}/a/0123456789012345678902/")
    host.create_webhook(f"{OURS}/hooks/0123456789012345678901/")


def somebody_was_at_it(account: Account, host: PublishingHost) -> None:
    """What was published once: a tab renamed, one deleted, one led elsewhere, the webhook made anew with few events."""
    rows = wanted(account)
    ids = [host.put_app(title, *urls) for title, urls in rows]
    for app, id_ in zip(DashboardApp.objects.for_account(account), ids, strict=True):
        DashboardApp.objects.filter(pk=app.pk).update(host_id=id_)
    host.apps[ids[0]] = ("Mine now", rows[0][1])
    host.apps[ids[1]] = (rows[1][0], ("https://other.example/",))
    del host.apps[ids[2]]
    host.create_webhook(hook_url(account), ("message_created",))


def nothing_is_known_here(account: Account, host: PublishingHost) -> None:
    """The host has it all, and we have forgotten what it calls the tabs, and the webhook's secret."""
    for title, urls in wanted(account):
        host.put_app(title, *urls)
    host.create_webhook(hook_url(account))


BEGINNINGS = (everything_is_wrong, somebody_was_at_it, nothing_is_known_here)


def begin_anew(account: Account, host: PublishingHost, spoil: Callable[[Account, PublishingHost], None]) -> None:
    host.begin()
    host.apps.clear()
    host.hooks.clear()
    DashboardApp.objects.for_account(account).update(host_id=None)
    set_hook_secret(account, "")
    Account.objects.filter(pk=account.pk).update(published_at=None)
    account.refresh_from_db()
    cache.delete(f"{account.pk}:publishing")  # a killed process leaves it until it ends by itself
    spoil(account, host)


def test_every_kind_of_step_is_in_these_beginnings(account: Account, host: PublishingHost) -> None:
    kinds: set[type] = set()
    for spoil in BEGINNINGS:
        begin_anew(account, host, spoil)
        kinds |= {type(step) for step in make_plan(account).steps}
    assert kinds == set(get_args(Step))


@pytest.mark.parametrize("spoil", BEGINNINGS, ids=lambda spoil: spoil.__name__)
@pytest.mark.parametrize("has_done_it", [False, True], ids=["before", "after"])
@pytest.mark.parametrize(
    "failure",
    [
        Killed(),
        HostUnreachable("away"),
        HostLimited("slow down", retry_after=1.0),
        HostForbidden("no"),
        HostNotFound("?"),
    ],
    ids=["killed", "away", "limited", "forbidden", "not there"],
)
def test_broken_off_at_every_call_it_ends_in_the_same_state(
    account: Account,
    host: PublishingHost,
    spoil: Callable[[Account, PublishingHost], None],
    has_done_it: bool,
    failure: BaseException,
) -> None:
    """A publishing that dies at call 0, 1, 2 and so on, before the host has done it or after."""
    begin_anew(account, host, spoil)
    host.begin()
    assert publish(account).is_complete
    number, tabs, hooks = host.calls, host.tabs, list(host.hooks.values())
    assert number >= 2
    for at in range(number):
        begin_anew(account, host, spoil)
        host.begin(fails_at=at, failure=failure, has_done_it=has_done_it)
        try:
            outcome = publish(account)
        except (Killed, ValidationError):
            outcome = None
        assert host.calls > at  # it was met
        is_told = outcome is None or not outcome.is_complete
        # Only what was to be removed may be missing.
        assert is_told or isinstance(failure, HostNotFound)
        if is_told:
            assert Account.objects.get(pk=account.pk).published_at is None
        cache.delete(f"{account.pk}:publishing")
        host.begin()
        assert publish(account).is_complete
        assert (host.tabs, list(host.hooks.values())) == (tabs, hooks)
        require_published(account, host)


@pytest.mark.parametrize("kind", ["apps", "hooks"])
def test_what_somebody_else_removes_meanwhile_is_removed(account: Account, host: PublishingHost, kind: str) -> None:
    begin_anew(account, host, everything_is_wrong)
    plan = make_plan(account)
    for step in plan.steps:
        if isinstance(step, RemoveApp) and kind == "apps":
            del host.apps[step.host_id]
        elif isinstance(step, RemoveWebhook) and kind == "hooks":
            del host.hooks[step.host_id]
    with patch("tenants.publishing.services.make_plan", side_effect=[plan, DEFAULT, DEFAULT], wraps=make_plan):
        assert publish(account).is_complete
    require_published(account, host)


def test_a_step_that_is_forbidden_is_to_be_pasted_and_stops_no_other(account: Account, host: PublishingHost) -> None:
    host.begin(fails_at=2, failure=HostForbidden("Not you."))
    outcome = publish(account)
    assert not outcome.is_complete
    assert len(outcome.done) == 3
    assert "Orders" in outcome.paste[0]
    assert f"{OURS}/a/" in outcome.paste[0]
    account.refresh_from_db()
    assert account.published_at is None


def test_what_nobody_could_enter_by_hand_is_not_to_be_pasted(account: Account, host: PublishingHost) -> None:
    host.begin(fails_at=3, failure=HostRejected("Account limit exceeded."))
    outcome = publish(account)
    assert "Account limit exceeded." in outcome.failed[0]
    assert outcome.paste == ()


def test_nobody_publishes_at_the_same_time(account: Account, host: PublishingHost) -> None:
    cache.add(f"{account.pk}:publishing", "somebody", 60)
    with pytest.raises(ValidationError, match="Somebody else"):
        publish(account)
    assert host.writes == []


def test_two_accounts_on_one_host_leave_each_other_alone(account: Account, host: PublishingHost) -> None:
    other = make_account()
    make_app(other, title="Orders")
    elsewhere = PublishingHost()
    with publishing_to({account.pk: host, other.pk: elsewhere}):
        publish(account)
        before = host.tabs, dict(host.hooks)
        publish(other)
        assert (host.tabs, host.hooks) == before
        assert [url for _title, (url,) in elsewhere.tabs] == [f"{OURS}/a/{other.dashboard_apps.get().key}/"]


@pytest.mark.parametrize(
    ("url", "said"),
    [("", "Set PUBLIC_URL"), ("http://apps.example", "https only"), ("https://apps.example/path", "scheme and name")],
)
def test_an_address_of_ours_that_cannot_work_is_said(
    account: Account, host: Any, settings: Any, url: str, said: str
) -> None:
    settings.PUBLIC_URL, settings.DEBUG = url, False
    with pytest.raises(ValidationError, match=said):
        publish(account)


def test_an_unproved_account_is_not_published(account: Account, host: PublishingHost) -> None:
    account.host_proved_at = None
    with pytest.raises(ValidationError, match="token"):
        publish(account)
    assert host.calls == 0


def test_command(account: Account, host: PublishingHost, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("publish", str(account.pk), "--dry-run")
    assert host.writes == []
    assert "Add the tab “Orders”" in capsys.readouterr().out
    call_command("publish", account.name)
    assert len(host.apps) == 3
    call_command("publish", "--all")
    assert "Nothing to change." in capsys.readouterr().out
    with pytest.raises(CommandError, match="0 accounts"):
        call_command("publish", "nobody")
    host.begin(fails_at=0, failure=HostUnreachable("There is no answer."))
    with pytest.raises(CommandError):
        call_command("publish", str(account.pk))
    assert "There is no answer." in capsys.readouterr().out
