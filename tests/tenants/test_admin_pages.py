"""Pages of the admin say in words what is there, what is not, and where to go on."""

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from tenants import audit
from tenants.models import Account, Light, Notice, Preflight, ViewRecord
from tenants.notices import raise_notice
from tenants.services import save_account
from tests.factories import make_account, make_app, make_connection
from tests.support.admin import MODELS, OF_ACCOUNTS, address_of, make_operator, make_row, signed_in

pytestmark = pytest.mark.django_db

CANARY = "Canary"


def text_of(client: Client, address: str, **more: Any) -> str:
    answer = client.get(address, **more)
    assert answer.status_code == 200, address
    return answer.content.decode()


def test_the_first_page_names_what_needs_the_operator_and_nothing_of_others() -> None:
    unproved, unpublished, red, fine, other, off = (
        make_account(name=name, **values)
        for name, values in (
            ("Unproved", {"host_proved_at": None}),
            ("Unpublished", {}),
            ("Red", {}),
            ("Fine", {}),
            (CANARY, {"host_proved_at": None}),
            ("Switched off", {"host_proved_at": None, "is_active": False}),
        )
    )
    Account.objects.filter(pk__in=[red.pk, fine.pk]).update(published_at=fine.created_at)
    Preflight.objects.create(account=red, worst=Light.RED)
    Preflight.objects.create(account=fine, worst=Light.GREEN)
    raise_notice(red, "mail-failing", "Look at the mail.")
    raise_notice(other, "mail-failing", f"{CANARY} notice")
    mine = signed_in(make_operator(unproved, unpublished, red, fine, off))
    page = text_of(mine, "/admin/")
    assert CANARY not in page
    assert page.index("Red") < page.index("Unproved") < page.index("Unpublished")
    assert f'href="/admin/tenants/account/{unproved.pk}/change/"' in page
    assert "Look at the mail." in page
    assert "Fine" not in page
    assert "Switched off" not in page


def test_the_first_page_without_anything_to_do_and_without_accounts() -> None:
    Preflight.objects.create(account=make_account(), worst=Light.RED)
    assert "Connect the first account" in text_of(signed_in(make_operator()), "/admin/")
    account = make_account(published_at="2026-01-01T00:00:00Z")
    page = text_of(signed_in(make_operator(account)), "/admin/")
    assert "None: every account is connected" in page


def test_a_check_of_before_yesterday_is_told_with_its_age(admin_client: Client) -> None:
    """Nothing has checked at night since then, so the light says nothing of today."""
    found = Preflight.objects.create(account=make_account(), worst=Light.GREEN)
    assert "days ago" not in text_of(admin_client, "/admin/tenants/account/")
    Preflight.objects.filter(pk=found.pk).update(checked_at=timezone.now() - dt.timedelta(days=5, hours=1))
    assert "5 days ago" in text_of(admin_client, "/admin/tenants/account/").replace("\xa0", " ")


def test_whoever_is_no_operator_sees_nothing_on_the_first_page(django_user_model: Any) -> None:
    make_account(name=CANARY, host_proved_at=None)
    somebody = django_user_model.objects.create_user("somebody", is_staff=True)
    page = text_of(signed_in(somebody), "/admin/")
    assert CANARY not in page
    assert "Add an account" not in page


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.model_name)
def test_an_empty_list_says_what_it_will_have(model: Any) -> None:
    make_row(model)  # somebody else's
    client = signed_in(make_operator())
    page = text_of(client, address_of(model))
    assert "Nothing here yet" in page
    assert page.split("Nothing here yet")[1].split("<p")[1].split(">")[1].split("<")[0].strip()
    page = text_of(client, f"{address_of(model)}?q=nobody")
    assert "Nothing matches" in page
    assert "Show all" in page


def test_the_audit_speaks_of_fields_and_kinds_as_the_forms_do(admin_client: Client) -> None:
    account = make_account(name="Old")
    account.name = "New"
    save_account(account)
    audit.record(
        "change",
        make_connection(account, name="Shop", connector="demo"),
        before={"settings": {"shop": "a", "currency": "EUR"}},
        after={"settings": {"shop": "b", "currency": "EUR"}},
    )
    page = text_of(admin_client, "/admin/tenants/auditentry/")
    assert "name: Old → New" in page
    assert "settings, shop: a → b" in page
    assert "EUR" not in page
    assert "tenants.account" not in page
    assert ">changed<" in page.replace("\n", "").replace(" ", "")


def test_the_audit_reads_on_from_right_to_left_with_each_value_in_its_own_direction(admin_client: Client) -> None:
    account = make_account(name="Old")
    account.name = "(New)"
    save_account(account)
    page = admin_client.get("/admin/tenants/auditentry/", headers={"Accept-Language": "ar"}).content.decode()
    assert "الاسم: \u2068Old\u2069 ← \u2068(New)\u2069" in page


def test_the_audit_shows_times_and_lists_as_people_write_them(admin_client: Client) -> None:
    account = make_account()
    after = {"published_at": "2026-03-04T05:06:07.890123+00:00", "done": ["One", "Two"], "name": "Tea at 5"}
    audit.record("publish", account, after=after)
    page = text_of(admin_client, "/admin/tenants/auditentry/")
    assert "published: 03/04/2026 5:06 a.m." in page
    assert "done: One; Two" in page
    assert "name: Tea at 5" in page


def test_a_row_of_the_audit_is_short_and_its_page_has_all(admin_client: Client) -> None:
    account = make_account()
    audit.record("add", account, after={f"field{number}": number for number in range(9)} | {"empty": ""})
    assert "and 6 more" in text_of(admin_client, "/admin/tenants/auditentry/")
    entry = account.audit_entries.get()
    page = text_of(admin_client, f"/admin/tenants/auditentry/{entry.pk}/change/")
    assert "field8: 8" in page
    assert "empty" not in page.split("field8: 8")[0].split("field0")[1]


def test_what_goes_with_an_account_is_counted_not_listed() -> None:
    account, other = make_account(name="Going"), make_account()
    for owner, number in ((account, 3), (other, 5)):
        for _row in range(number):
            make_row(ViewRecord, owner)
    make_app(account, title=CANARY)
    page = text_of(signed_in(make_operator(account)), f"/admin/tenants/account/{account.pk}/delete/")
    assert "View records: 3" in page
    assert "Dashboard apps: 1" in page
    assert CANARY not in page


@pytest.mark.parametrize("model", OF_ACCOUNTS, ids=lambda model: model._meta.model_name)
def test_what_goes_with_an_account_goes(model: Any, admin_client: Client) -> None:
    account = make_account()
    make_row(model, account)
    admin_client.post(f"/admin/tenants/account/{account.pk}/delete/", {"post": "yes"})
    assert not Account.objects.filter(pk=account.pk).exists()


def test_a_notice_is_in_the_language_of_whoever_reads_it(admin_client: Client) -> None:
    said = "The pre-flight shows a red light. Open it on the account's page."
    raise_notice(make_account(), "preflight", said)
    assert Notice.objects.get().text == said
    address = "/admin/tenants/notice/"
    assert "shows a red light" in text_of(admin_client, address)
    assert "shows a red light" not in text_of(admin_client, address, headers={"accept-language": "de"})


def test_steps_that_are_done_lead_to_what_was_made(admin_client: Client) -> None:
    account, other = make_account(), make_account()
    for owner, name in ((account, "Mine"), (other, CANARY)):
        make_connection(owner, name=name, connector="demo")
        make_app(owner, title=name)
    page = text_of(admin_client, f"/admin/tenants/account/{account.pk}/change/")
    for kind in ("panels/connection", "tenants/dashboardapp"):
        address = f"/admin/{kind}/?account__id__exact={account.pk}"
        assert f'href="{address}"' in page
        shown = text_of(admin_client, address)
        assert "Mine" in shown
        assert CANARY not in shown
