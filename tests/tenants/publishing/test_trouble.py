"""What an operator reads where publishing does not go well, and what becomes of it."""

import datetime as dt
from itertools import count
from typing import Any
from unittest.mock import DEFAULT, patch

import pytest
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.test import Client

from tenants.host.errors import (
    HostForbidden,
    HostLimited,
    HostNotFound,
    HostRefusedToken,
    HostRejected,
    HostUnreachable,
)
from tenants.models import Account, AuditEntry, DashboardApp
from tenants.publishing.plan import make_plan
from tenants.publishing.services import drift, publish
from tenants.services import rotate_app_key
from tests.factories import make_account, make_app
from tests.support.admin import make_operator, signed_in
from tests.support.api import operators_api
from tests.support.publishing_host import OURS, Killed, PublishingHost, publishing_to
from voxysapps.cache import RedisCache, _Outage

OLD = "https://old.example"


def page(account: Account) -> str:
    return f"/admin/tenants/account/{account.pk}/publish/"


def has_button(client: Client, account: Account) -> bool:
    form = client.get(page(account)).content.decode().split("account-page-buttons")[1].split("</form>")[0]
    return 'type="submit"' in form


def audited() -> dict[str, list[str]]:
    return {name: new for name, (_old, new) in AuditEntry.objects.get(action="publish").changes.items()}


def test_a_webhook_without_the_slash_would_not_arrive(account: Account, host: PublishingHost, client: Any) -> None:
    """It answers 404 here, and the host tells nobody."""
    path = f"/hooks/{account.hook_key}"
    assert [client.post(address).status_code for address in (path, f"{path}/")] == [404, 401]
    host.create_webhook(f"{OURS}{path}")
    assert publish(account).is_complete
    assert [url for url, _events in host.hooks.values()] == [f"{OURS}{path}/"]


def test_how_the_servers_name_is_written_is_no_difference(account: Account, host: PublishingHost) -> None:
    publish(account)
    for id_, (title, (url,)) in host.apps.items():
        host.apps[id_] = (title, (url.replace(OURS, "HTTPS://APPS.example:443"),))
    for id_, (url, events) in host.hooks.items():
        host.hooks[id_] = (url.replace(OURS, "https://Apps.Example"), events)
    assert drift(account) == []


def test_a_tab_that_somebody_made_anew_as_it_was_is_no_difference(account: Account, host: PublishingHost) -> None:
    publish(account)
    title, urls = host.apps.pop(max(host.apps))
    assert len(drift(account)) == 1
    made = host.put_app(title, *urls)
    assert drift(account) == []
    publish(account)
    assert DashboardApp.objects.get(title=title).host_id == made


def test_a_host_that_signs_knows_all_events(account: Account, host: PublishingHost) -> None:
    """As after an upgrade of one that knew a few only."""
    host.is_old, host.signs = True, False
    publish(account)
    assert drift(account) == []
    host.is_old, host.signs = False, True
    publish(account)
    assert "contact_updated" in next(iter(host.hooks.values()))[1]


def test_tabs_of_a_server_that_may_still_be_there_are_named_before(account: Account, host: PublishingHost) -> None:
    """A copy of the database for tests has the same keys."""
    for app in account.dashboard_apps.all():
        host.put_app(app.title, f"{OLD}/a/{app.key}/")
    (note,) = make_plan(account).notes
    assert OLD in note
    assert "takes that one's place" in note
    publish(account)
    assert make_plan(account).notes == ()


def test_two_accounts_for_one_account_of_the_host_do_not_remove_each_others(
    account: Account, host: PublishingHost
) -> None:
    """The same installation under another name."""
    twin = make_account(host_origin="https://inside.example", host_account_id=account.host_account_id)
    make_app(twin, title="Theirs")
    with publishing_to({account.pk: host, twin.pk: host}):
        publish(account)
        publish(twin)
        assert [title for title, _urls in host.tabs] == ["Orders", "Payments", "Customer", "Theirs"]
        assert len(host.hooks) == 2
        assert drift(account) == drift(twin) == []
        (note,) = make_plan(account).notes
        assert "Theirs" in note
        assert twin.name not in note
        # It moves to another account of the host, and leaves its own behind: there they can never work.
        Account.objects.filter(pk=twin.pk).update(host_account_id=account.host_account_id + 1)
        publish(account)
        assert [title for title, _urls in host.tabs] == ["Orders", "Payments", "Customer"]
        assert len(host.hooks) == 1


def test_a_host_whose_list_has_no_order_of_its_own(account: Account, host: PublishingHost) -> None:
    """Upstream names no order, so PostgreSQL puts a row that was written behind the others."""
    host.lists_last_written_last = True
    publish(account)
    for order in ((2, 1, 0), (0, 2, 1), (1, 0, 2)):
        for app, position in zip(DashboardApp.objects.order_by("pk"), order, strict=True):
            DashboardApp.objects.filter(pk=app.pk).update(position=position, title=f"{app.title}.")
        outcome = publish(account)
        assert outcome.is_complete
        apps = DashboardApp.objects.order_by("position")
        assert [title for title, _urls in host.tabs] == [app.title for app in apps]
        host.begin()
        assert publish(account).done == ()
        assert host.writes == []


def test_a_host_that_keeps_something_else_is_told_of(account: Account, host: PublishingHost) -> None:
    with patch.object(host, "update_dashboard_app", lambda *given: None):
        publish(account)
        DashboardApp.objects.filter(title="Orders").update(title="Sales")
        outcome = publish(account)
    assert not outcome.is_complete
    assert "keeps it otherwise" in outcome.failed[0]
    assert "Sales" in outcome.failed[0]


def test_one_deleted_just_now_is_added_again(account: Account, host: PublishingHost) -> None:
    publish(account)
    DashboardApp.objects.filter(title="Orders").update(title="Sales")
    plan = make_plan(account)
    del host.apps[min(host.apps)]
    with patch("tenants.publishing.services.make_plan", side_effect=[plan, DEFAULT, DEFAULT], wraps=make_plan):
        assert publish(account).is_complete
    assert [title for title, _urls in host.tabs] == ["Sales", "Payments", "Customer"]


def test_a_tab_that_the_host_always_misses_is_told_of(account: Account, host: PublishingHost) -> None:
    with patch.object(host, "create_dashboard_app", side_effect=HostNotFound("The host does not have this.")):
        outcome = publish(account)
    assert len(outcome.failed) == len(outcome.paste) == 3
    assert len(host.hooks) == 1


@pytest.mark.parametrize(
    ("failure", "advice", "is_pasted"),
    [
        (HostUnreachable("away"), "in a while", False),
        (HostLimited("slow down"), "in a while", False),
        (HostLimited("slow down", retry_after=42.0), "in 42 seconds", False),
        (HostRefusedToken("who?"), "valid token", True),
    ],
)
def test_what_was_not_begun_is_told_and_what_to_do(
    account: Account, host: PublishingHost, failure: Exception, advice: str, is_pasted: bool
) -> None:
    """By hand only what trying again does not bring."""
    host.begin(fails_at=3, failure=failure)
    outcome = publish(account)
    assert (len(outcome.done), len(outcome.failed)) == (1, 3)
    assert "not begun" in outcome.failed[-1]
    assert advice in outcome.advice
    assert len(outcome.paste) == (3 if is_pasted else 0)
    assert len(audited()["failed"]) == 3


@pytest.mark.parametrize("failure", [HostForbidden("Not you."), HostRejected("Not in your plan.")])
def test_what_may_not_be_looked_at_is_to_be_entered_by_hand(
    account: Account, host: PublishingHost, failure: Exception, capsys: pytest.CaptureFixture[str]
) -> None:
    """As with an agent's token: everybody may list tabs, and administrators webhooks."""
    publish(account)
    DashboardApp.objects.filter(title="Orders").update(title="Sales")
    with patch.object(host, "webhooks", side_effect=failure):
        plan = make_plan(account)
        assert not plan.is_empty
        assert str(failure) in plan.closed[0]
        assert f"{OURS}/hooks/{account.hook_key}/" in plan.paste[0]
        assert "Webhook secret" in plan.paste[0]
        told = signed_in(make_operator(account)).get(page(account)).content.decode()
        assert "To be entered in Voxys by hand" in told
        assert f"{OURS}/hooks/{account.hook_key}/" in told
        with pytest.raises(CommandError):
            call_command("publish", str(account.pk), "--dry-run")
        assert "by hand" in capsys.readouterr().out
        with pytest.raises(ValidationError, match="could not be looked at"):
            drift(account)
        outcome = publish(account)
    assert not outcome.is_complete
    assert host.tabs[0][0] == "Sales"
    assert outcome.paste == plan.paste
    with patch.object(host, "dashboard_apps", side_effect=failure):
        plan = make_plan(account)
    assert [step for step in plan.steps if "tab" in step.describe()] == []
    assert len(plan.paste) == 3


def test_a_slow_host_does_not_hold_up_the_request(account: Account, host: PublishingHost) -> None:
    outcome = publish(account, seconds=-1)
    assert host.writes == []
    assert len(outcome.failed) == 4
    assert "slow" in outcome.advice
    assert publish(account).is_complete


def test_a_killed_one_is_in_the_audit_with_what_it_did(account: Account, host: PublishingHost) -> None:
    host.begin(fails_at=4, failure=Killed())
    with pytest.raises(Killed):
        publish(account)
    assert len(audited()["done"]) == 2


def test_nobody_is_kept_waiting_by_one_who_was_killed(account: Account, host: PublishingHost) -> None:
    """The lock is a lease: its holder renews it, and who is dead does not."""
    with patch.object(cache, "add", return_value=True) as add:
        publish(account)
    ((_key, _token, seconds),) = (call.args for call in add.call_args_list if "publishing" in call.args[0])
    assert seconds <= 10


def test_without_redis_nobody_is_told_that_somebody_else_is_at_it(
    account: Account, host: PublishingHost, monkeypatch: pytest.MonkeyPatch
) -> None:
    # An outage is the whole process's: this one ends with the test.
    monkeypatch.setattr("voxysapps.cache._outage", _Outage())
    away = RedisCache("redis://127.0.0.1:1/0", {})
    with patch("voxysapps.leases.cache", away):
        assert publish(account).is_complete
        assert publish(account).is_complete


def test_where_the_host_has_it_all_and_nobody_knows_the_button_is_there(account: Account, host: PublishingHost) -> None:
    """Broken off while looking whether the host has it: there is nothing to change, and it is not published."""
    host.signs = False
    host.begin(fails_at=6, failure=HostUnreachable("away"))
    publish(account)
    assert make_plan(account).is_empty
    client = signed_in(make_operator(account))
    assert has_button(client, account)
    client.post(page(account))
    assert Account.objects.get(pk=account.pk).published_at
    assert not has_button(client, account)


def test_the_page_says_what_to_do_about_what_was_not_begun(account: Account, host: PublishingHost) -> None:
    host.begin(fails_at=3, failure=HostLimited("The host asks us to slow down.", retry_after=42.0))
    told = signed_in(make_operator(account)).post(page(account)).content.decode()
    assert "in 42 seconds" in told
    assert "not begun" in told
    assert "by hand" not in told


def test_the_command_waits_for_a_slow_host(account: Account, host: PublishingHost) -> None:
    with patch("tenants.publishing.services.time.monotonic", side_effect=count(step=60)):
        call_command("publish", str(account.pk))
    assert len(host.apps) == 3


def test_a_port_that_is_none_is_said(account: Account, host: Any, settings: Any) -> None:
    settings.PUBLIC_URL = "https://apps.example:port"
    with pytest.raises(ValidationError, match="scheme and name"):
        publish(account)


def test_keys_given_twice_before_publishing_once(account: Account, host: PublishingHost) -> None:
    publish(account)
    ids = list(host.apps)
    app = DashboardApp.objects.get(title="Orders")
    for _time in range(2):
        rotate_app_key(app, keep_old_for=dt.timedelta(hours=1))
    publish(account)
    assert list(host.ids) == ids


def test_the_api_tells_the_same(account: Account, host: PublishingHost) -> None:
    api, address = operators_api(account), f"accounts/{account.pk}/publish/"
    plan = api.get(address).json()
    assert (plan["is_empty"], len(plan["steps"]), plan["closed"], plan["paste"]) == (False, 4, [], [])
    host.begin(fails_at=3, failure=HostLimited("The host asks us to slow down.", retry_after=42.0))
    outcome = api.post(address).json()
    assert (outcome["is_complete"], len(outcome["done"]), len(outcome["failed"])) == (False, 1, 3)
    assert "in 42 seconds" in outcome["advice"]
    host.begin()
    assert api.post(address).json()["is_complete"]
    assert api.get(address).json() == {"is_empty": True, "steps": [], "notes": [], "closed": [], "paste": []}
