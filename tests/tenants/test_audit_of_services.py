"""What is written down of what is rarely done: broken-off publishing, users who go, rotations before their time."""

import datetime as dt
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from panels.configuration import get_plan
from tenants import audit
from tenants.models import ApiToken, AuditEntry, Operator
from tenants.publishing.services import publish
from tenants.publishing.steps import CreateApp
from tenants.services import rotate_app_key, rotate_hook_key
from tests.factories import make_account, make_app
from tests.support.admin import make_operator, signed_in
from tests.support.api import api_of
from tests.support.publishing_host import PublishingHost, publishing_to

pytestmark = pytest.mark.django_db

HOUR = dt.timedelta(hours=1)


def test_what_was_published_before_it_broke_off_is_on_record(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.PUBLIC_URL = "https://apps.example"
    account = make_account()
    make_app(account, title="First", position=0)
    make_app(account, title="Second", position=1)
    real = CreateApp.carry_out

    def breaks(self: CreateApp, *args: Any) -> None:
        if self.app.title == "Second":
            raise RuntimeError
        real(self, *args)

    monkeypatch.setattr(CreateApp, "carry_out", breaks)
    with publishing_to({account.pk: PublishingHost()}), pytest.raises(RuntimeError):
        publish(account)
    entry = AuditEntry.objects.get(action="publish")
    assert ["First" in step for step in entry.changes["done"][1]] == [True]


def test_a_user_goes_with_their_tokens_and_one_entry_tells_it(admin_client: Client) -> None:
    account = make_account(name="Lanterna")
    user = make_operator(account)
    api = api_of(user, name="Terraform")
    address = f"/admin/auth/user/{user.pk}/delete/"
    assert "Terraform" in admin_client.get(address).content.decode()
    assert admin_client.post(address, {"post": "yes"}).status_code == 302
    assert not User.objects.filter(pk=user.pk).exists()
    assert not ApiToken.objects.exists()
    assert not Operator.objects.exists()
    assert api.get("accounts/").status_code == 401
    entry = AuditEntry.objects.get(via="admin")
    assert (entry.action, entry.object_type, entry.actor) == ("delete", "auth.user", "admin")
    told = {name: entry.changes[name] for name in ("role", "accounts", "api_tokens")}
    assert told == {"role": ["operator", None], "accounts": [["Lanterna"], None], "api_tokens": [["Terraform"], None]}


@pytest.mark.parametrize("kind", ["app", "webhook"])
def test_who_changes_an_address_twice_is_told_that_the_first_ends_now(kind: str, admin_client: Client) -> None:
    app = make_app()
    address = f"/admin/tenants/dashboardapp/{app.pk}/rotate-key/"
    if kind == "webhook":
        address = f"/admin/tenants/account/{app.account_id}/rotate-hook-key/"
    warning = "but ends at once when you change it"
    assert warning not in admin_client.get(address).content.decode()
    rotate_app_key(app, keep_old_for=HOUR)
    rotate_hook_key(app.account, keep_old_for=HOUR)
    assert warning in admin_client.get(address).content.decode()
    assert warning not in admin_client.post(address, {"hours": "1"}, follow=True).content.decode()


def test_an_old_address_ends_at_its_time_in_every_process(clock: Any) -> None:
    """Also in one that has read the app a moment ago, and hears of no change."""
    app = make_app()
    first = app.key
    rotate_app_key(app, keep_old_for=dt.timedelta(seconds=20))
    assert get_plan(first) is not None
    clock.shift(21)
    assert get_plan(first) is None
    assert get_plan(app.key) is not None


def test_of_three_addresses_two_are_good() -> None:
    app = make_app()
    keys = [app.key]
    for _time in range(2):
        rotate_app_key(app, keep_old_for=HOUR)
        keys.append(app.key)
    assert [get_plan(key) is not None for key in keys] == [False, True, True]


@pytest.mark.parametrize("who", ["root", "operator"])
def test_nobody_changes_or_deletes_what_was_written_down(who: str) -> None:
    account = make_account()
    user = User.objects.create_superuser("root") if who == "root" else make_operator(account)
    client, api = signed_in(user), api_of(user)
    entry = audit.record("add", account, after={"name": "Canary"})
    assert entry
    before = list(AuditEntry.objects.order_by("pk").values())
    page = f"/admin/tenants/auditentry/{entry.pk}/"
    for address in (f"{page}change/", f"{page}delete/", "/admin/tenants/auditentry/add/"):
        assert client.post(address, {"post": "yes", "actor": "nobody"}).status_code == 403
    client.post(
        "/admin/tenants/auditentry/", {"action": "delete_selected", "_selected_action": [entry.pk], "post": "1"}
    )
    for answer in (
        api.patch(f"audit/{entry.pk}/", {"actor": "nobody"}),
        api.delete(f"audit/{entry.pk}/"),
        api.post("audit/", {"actor": "nobody"}),
    ):
        assert answer.status_code == 405
    assert list(AuditEntry.objects.order_by("pk").values()) == before


def test_what_is_told_of_a_deleted_account_is_for_platform_administrators(admin_client: Client) -> None:
    account = make_account(name="Gone")
    client = signed_in(make_operator(account))
    audit.record("change", account, before={"name": "Canary"}, after={"name": "Gone"})
    assert "Canary" in client.get("/admin/tenants/auditentry/").content.decode()
    assert client.post(f"/admin/tenants/account/{account.pk}/delete/", {"post": "yes"}).status_code == 302
    assert "Canary" not in client.get("/admin/tenants/auditentry/").content.decode()
    assert "Canary" in admin_client.get("/admin/tenants/auditentry/").content.decode()
