"""An account is served once its token was proved; secrets go in and never come out; trust shows its colour."""

import re
from typing import Any
from unittest.mock import patch

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.utils import timezone

from tenants.host.errors import (
    HostError,
    HostForbidden,
    HostInTrouble,
    HostNotFound,
    HostRefusedToken,
    HostUnreachable,
    HostUnreadable,
)
from tenants.host.records import HostProfile
from tenants.models import Account, AgentSession, AuditEntry, Notice
from tenants.notices import raise_notice
from tenants.secrets import describe_secrets, get_host_token, set_hook_secret, set_host_token
from tenants.trust.identity import identifier_digests
from tenants.trust.sessions import find_session, issue_session
from tests.factories import make_account, make_app, make_view_record

pytestmark = pytest.mark.django_db


class Host:
    """What proves a token: whose it is, and whether it may see the webhooks."""

    def __init__(self, *, role: str = "administrator", account: int = 7, failure: HostError | None = None) -> None:
        self._profile = HostProfile(id=1, roles={account: role})
        self._failure = failure
        self.asked: list[tuple[str, str | None]] = []

    def __call__(self, account: Account, *, token: str | None = None, **_options: Any) -> "Host":
        self.asked.append((account.api_address, token))
        return self

    def profile(self) -> HostProfile:
        if self._failure:
            raise self._failure
        return self._profile

    def webhooks(self) -> list[Any]:
        return []


@pytest.fixture
def operator(client: Client) -> Client:
    client.force_login(get_user_model().objects.create_superuser("root", "root@example.com", "x"))
    return client


def entered(**values: Any) -> dict[str, Any]:
    return {
        "name": "Shop", "is_active": "on", "locale": "", "time_zone": "UTC",
        "host_origin": "https://voxys.example", "extra_host_origins": "", "host_account_id": "7", "host_api": "",
        "trust": "signed_in", "sign_in_method": "mail", "view_records_kept_days": "365",
        "host_token": "", "hook_secret": "", **values,
    }  # fmt: skip


def save(operator: Client, host: Host, account: Account | None = None, **values: Any) -> Any:
    path = f"/admin/tenants/account/{account.pk}/change/" if account else "/admin/tenants/account/add/"
    with patch("tenants.services.HostClient", host):
        return operator.post(path, entered(**values), follow=True)


def test_an_account_is_served_once_its_token_was_proved(operator: Client) -> None:
    host = Host()
    response = save(operator, host, host_token=" token-of-an-administrator ")
    account = Account.objects.get()
    assert account.is_proved, response.content.decode()
    assert get_host_token(account) == "token-of-an-administrator"
    assert host.asked == [("https://voxys.example", "token-of-an-administrator")]


def test_without_a_token_it_is_stored_but_not_served(operator: Client) -> None:
    page = save(operator, Host()).content.decode()
    assert not Account.objects.get().is_proved
    assert "Nothing is served for this account yet" in page


@pytest.mark.parametrize(
    ("host", "sentence"),
    [
        (Host(role="agent"), "This is an agent&#x27;s token"),
        (Host(account=8), "but in 8. Check the account id"),
        (Host(failure=HostRefusedToken("no")), "does not accept this token"),
        (Host(failure=HostForbidden("no")), "no administrator"),
        (Host(failure=HostNotFound("no")), "no such account"),
        (Host(failure=HostUnreachable("There is no answer.")), "There is no answer. Check its address"),
        (Host(failure=HostInTrouble("It has trouble.")), "It has trouble. Try again in a few minutes."),
        (Host(failure=HostUnreadable("A page.")), "What answers at https://voxys.example is not Voxys."),
    ],
    ids=["agent", "other account", "bad token", "forbidden", "not found", "away", "in trouble", "another program"],
)
def test_a_token_that_is_not_good_is_said_so_and_nothing_is_saved(operator: Client, host: Host, sentence: str) -> None:
    page = save(operator, host, host_token="token").content.decode()
    assert sentence in page
    assert not Account.objects.exists()


@pytest.mark.parametrize(
    "pasted",
    [
        *("https://voxys.example/app/accounts/7/dashboard", " HTTPS://Voxys.example/ ", "https://voxys.example?x=1#y"),
        *("voxys.example", "Voxys.example/app/accounts/7/dashboard"),
    ],
)
def test_an_address_that_was_pasted_whole_is_cut_to_what_is_needed(operator: Client, pasted: str) -> None:
    save(operator, Host(), host_origin=pasted)
    assert Account.objects.get().host_origin == "https://voxys.example"


@pytest.mark.parametrize(
    ("pasted", "kept"),
    [
        ("https://Straße.example/app", "https://xn--strae-oqa.example"),
        ("bücher.example:8443/app", "https://xn--bcher-kva.example:8443"),
        ("https://مثال.example", "https://xn--mgbh0fb.example"),
    ],
)
def test_a_name_in_other_letters_is_kept_as_browsers_report_it(operator: Client, pasted: str, kept: str) -> None:
    save(operator, Host(), host_origin=pasted)
    assert Account.objects.get().host_origin == kept


@pytest.mark.parametrize(
    "entered",
    [
        "voxys",
        "https://-ü.example/",
        "somebody@voxys.example",
        "https://somebody@voxys.example/",
        "ftp://voxys.example/",
    ],
)
def test_what_is_no_address_is_refused_as_it_was_entered(operator: Client, entered: str) -> None:
    assert "is no address of a host" in save(operator, Host(), host_origin=entered).content.decode()
    assert not Account.objects.exists()


@pytest.mark.parametrize(
    ("pasted", "kept"),
    [
        ("https://inside.example/", "https://inside.example"),
        ("https://inside.example/api/v1/", "https://inside.example"),
        ("https://inside.example/host/api", "https://inside.example/host"),
        ("https://inside.example/apis", "https://inside.example/apis"),
    ],
)
def test_the_address_of_an_api_is_kept_without_what_we_add_ourselves(operator: Client, pasted: str, kept: str) -> None:
    save(operator, Host(), host_api=pasted)
    assert Account.objects.get().host_api == kept


def test_what_is_wrong_far_below_is_said_and_linked_at_the_top(operator: Client) -> None:
    account = make_account(host_account_id=7, name="Shop")
    page = save(operator, Host(role="agent"), account, host_token="token").content.decode()
    link = page.index('<a href="#id_host_token">')
    assert link < page.index('id="id_host_token"')
    assert "This is an agent" in page[link : page.index("</li>", link)]


def test_an_account_without_proof_leads_to_where_the_token_is_entered(operator: Client) -> None:
    account = make_account()
    step = 'href="#id_host_token"'
    assert step not in operator.get(f"/admin/tenants/account/{account.pk}/change/").content.decode()
    Account.objects.update(host_proved_at=None)
    assert step in operator.get(f"/admin/tenants/account/{account.pk}/change/").content.decode()


AGAIN = "Enter this once more"


@pytest.mark.parametrize(
    ("values", "is_asked"),
    [
        ({"name": "", "host_token": "token-canary"}, True),
        ({"host_token": "token-canary", "host_account_id": "8"}, False),  # said by the token itself
        ({"name": ""}, False),
        ({"hook_secret": "secret-canary", "host_token": "token-canary", "host_account_id": "8"}, True),
    ],
    ids=["another field", "the token", "nothing entered", "another secret"],
)
def test_a_secret_is_asked_for_again_where_something_else_is_wrong(
    operator: Client, values: dict[str, str], is_asked: bool
) -> None:
    account = make_account(host_account_id=7) if "hook_secret" in values else None
    page = save(operator, Host(), account, **values).content.decode()
    assert (AGAIN in page) is is_asked
    assert "canary" not in page


def test_whoever_saves_second_is_told_and_overwrites_only_when_meant(operator: Client, client: Client) -> None:
    account = make_account(host_account_id=7, name="Shop")
    address = f"/admin/tenants/account/{account.pk}/change/"
    seen = operator.get(address).context["seen"]
    # Neither what the platform writes down by itself, nor saving the same, is somebody else's change.
    Account.objects.update(published_at=timezone.now(), host_proved_at=timezone.now())
    assert operator.get(address).context["seen"] == seen
    save(operator, Host(), account, name="Theirs", _seen=seen)
    late = save(operator, Host(), account, name="Mine", trust="verified", _seen=seen)
    assert "root has changed this" in late.content.decode()
    assert 'value="Mine"' in late.content.decode()
    account.refresh_from_db()
    assert (account.name, account.trust) == ("Theirs", "signed_in")
    save(operator, Host(), account, name="Mine", _seen=late.context["seen"])
    account.refresh_from_db()
    assert account.name == "Mine"


def test_an_account_that_was_published_leaves_tabs_behind_and_its_page_says_so(operator: Client) -> None:
    account = make_account()
    address = f"/admin/tenants/account/{account.pk}/delete/"
    assert "Its tabs stay in Voxys" not in operator.get(address).content.decode()
    Account.objects.update(published_at=timezone.now())
    assert "Its tabs stay in Voxys" in operator.get(address).content.decode()


def test_what_the_host_does_not_know_of_a_tab_yet_is_to_be_published(operator: Client) -> None:
    account = make_account()
    app = make_app(account, title="Orders", host_id=3)
    address, said = f"/admin/tenants/dashboardapp/{app.pk}", "does not know of this change"
    entered = {
        "title": "Purchases", "position": "0", "is_enabled": "on",
        "placements-TOTAL_FORMS": "0", "placements-INITIAL_FORMS": "0",
    }  # fmt: skip
    before = operator.post(f"{address}/change/", entered, follow=True).content.decode()
    assert said not in before  # nothing was published: the account's page leads there
    Account.objects.update(published_at=timezone.now())
    assert said not in operator.post(f"{address}/change/", entered, follow=True).content.decode()
    renamed = operator.post(f"{address}/change/", {**entered, "title": "Sales"}, follow=True).content.decode()
    assert said in renamed
    assert f'href="/admin/tenants/account/{account.pk}/publish/"' in renamed
    assert "its tab stays in Voxys" in operator.get(f"{address}/delete/").content.decode()
    assert said in operator.post(f"{address}/delete/", {"post": "yes"}, follow=True).content.decode()


def test_after_a_change_of_the_host_one_stays_where_the_token_is_entered(operator: Client) -> None:
    account = make_account(host_account_id=7, host_origin="https://voxys.example")
    moved = save(operator, Host(), account, host_account_id="8")
    assert moved.redirect_chain[-1][0] == f"/admin/tenants/account/{account.pk}/change/"
    assert "enter an administrator&#x27;s token" in moved.content.decode()


def test_secrets_never_come_out(operator: Client) -> None:
    account = make_account(host_account_id=7)
    set_host_token(account, "token-canary")
    set_hook_secret(account, "secret-canary")
    page = operator.get(f"/admin/tenants/account/{account.pk}/change/").content.decode()
    assert "token-canary" not in page
    assert "API token …nary" in page
    assert all(secret.sealed not in page for secret in account.secrets.all())


def test_browsers_fill_no_password_into_the_fields_of_secrets(operator: Client) -> None:
    """The operator's own would be sent to the host as its token."""
    account = make_account()
    for address in ("/admin/tenants/account/add/", f"/admin/tenants/account/{account.pk}/change/"):
        fields = re.findall(r'<input[^>]* type="password"[^>]*>', operator.get(address).content.decode())
        assert fields
        assert all('autocomplete="new-password"' in field for field in fields)


@pytest.mark.parametrize(
    "change",
    [{"host_origin": "https://evil.example"}, {"host_api": "https://evil.example"}, {"host_account_id": "8"}],
    ids=str,
)
def test_another_destination_clears_its_secrets(operator: Client, change: dict[str, str]) -> None:
    account = make_account(host_account_id=7, host_origin="https://voxys.example")
    set_host_token(account, "token")
    set_hook_secret(account, "secret")
    host = Host()
    save(operator, host, account, **change)
    account.refresh_from_db()
    assert not account.secrets.exists()
    assert not account.is_proved
    assert host.asked == []


def test_saving_something_else_keeps_them(operator: Client) -> None:
    account = make_account(host_account_id=7, host_origin="https://voxys.example")
    set_host_token(account, "token")
    save(operator, Host(), account, name="Renamed")
    account.refresh_from_db()
    assert (account.name, get_host_token(account), account.is_proved) == ("Renamed", "token", True)


def test_a_place_on_a_host_is_taken_once_proved_and_not_before(operator: Client) -> None:
    make_account(host_account_id=7, host_origin="https://voxys.example", host_proved_at=None)
    save(operator, Host(), host_token="token")
    assert Account.objects.filter(host_proved_at__isnull=False).count() == 1
    page = save(operator, Host(), name="Second", host_token="token").content.decode()
    assert "connected already" in page
    assert Account.objects.filter(host_proved_at__isnull=False).count() == 1


def test_a_place_that_is_taken_while_saving_loses_nothing_that_was_entered(operator: Client) -> None:
    make_account(host_account_id=7, host_origin="https://voxys.example")
    host = Host()
    with patch("tenants.services._require_free_place"):  # it was free a moment ago
        page = save(operator, host, name="Second", host_token="canary-token")
    form = page.context["adminform"].form
    assert "connected already" in str(form.errors["host_account_id"])
    assert (form["name"].value(), form["host_account_id"].value()) == ("Second", "7")
    assert "Enter this once more" in str(form.errors["host_token"])
    assert b"canary" not in page.content
    assert len(host.asked) == 1
    assert not Account.objects.filter(name="Second").exists()


def test_a_place_that_was_guessed_is_not_told_to_be_taken(operator: Client) -> None:
    """Only whoever has an administrator's token learns that the account is connected."""
    make_account(host_account_id=7, host_origin="https://voxys.example")
    mine = make_account(host_account_id=8, host_origin="https://voxys.example")
    assert "already" not in save(operator, Host(), name="Second").content.decode()
    assert not Account.objects.get(name="Second").is_proved
    assert "already" not in save(operator, Host(role="agent"), name="Third", host_token="token").content.decode()
    assert "already" not in save(operator, Host(), mine).content.decode()
    mine.refresh_from_db()
    assert (mine.host_account_id, mine.is_proved) == (7, False)
    assert "connected already" in save(operator, Host(), mine, host_token="token").content.decode()


def test_asking_the_host_again_is_written_down(operator: Client) -> None:
    account = make_account(host_account_id=7, host_proved_at=None)
    set_host_token(account, "token")
    body = {"action": "check_hosts", "_selected_action": [account.pk]}
    with patch("tenants.services.HostClient", Host()):
        operator.post("/admin/tenants/account/", body)
    account.refresh_from_db()
    assert account.is_proved
    entry = AuditEntry.objects.get(object_type="tenants.account")
    assert (entry.action, entry.actor, [*entry.changes]) == ("check_host", "root", ["host_proved_at"])
    # That it is still as it was is no news, however often it is asked.
    with patch("tenants.services.HostClient", Host()):
        operator.post("/admin/tenants/account/", body)
    assert AuditEntry.objects.filter(object_type="tenants.account").count() == 1


def test_asking_the_host_again_takes_nobodys_place(operator: Client) -> None:
    proved = make_account(host_account_id=7)
    account = make_account(host_account_id=7, host_proved_at=None)
    set_host_token(account, "token")
    body = {"action": "check_hosts", "_selected_action": [account.pk]}
    with patch("tenants.services.HostClient", Host()):
        page = operator.post("/admin/tenants/account/", body, follow=True).content.decode()
    assert "connected already" in page
    assert Account.objects.get(host_proved_at__isnull=False) == proved


def test_a_token_that_no_key_opens_is_told_so(operator: Client, settings: Any) -> None:
    """As after an old key was taken out of ENCRYPTION_KEYS too soon: entering it again helps, copying it does not."""
    account = make_account(host_account_id=7)
    set_host_token(account, "a-token-of-twenty-one")
    settings.ENCRYPTION_KEYS = ["n" * 40]
    page = operator.get(f"/admin/tenants/account/{account.pk}/change/").content.decode()
    assert "cannot be opened any longer: enter it again" in page
    said = "The stored token cannot be opened any longer. Enter it again."
    body = {"action": "check_hosts", "_selected_action": [account.pk]}
    assert said in operator.post("/admin/tenants/account/", body, follow=True).content.decode()
    assert said in operator.get(f"/admin/tenants/account/{account.pk}/publish/").content.decode()
    assert [one.is_readable for one in describe_secrets(account)] == [False]
    save(operator, Host(), account, host_token="a-token-of-twenty-one", host_origin=account.host_origin)
    assert get_host_token(Account.objects.get(pk=account.pk)) == "a-token-of-twenty-one"


def test_trust_shows_its_colour(operator: Client) -> None:
    make_account(trust="link")
    assert 'class="trust trust-link"' in operator.get("/admin/tenants/account/").content.decode()


# --- sessions and notices ------------------------------------------------------------------------------


def issue(account: Account, agent: int) -> tuple[AgentSession, str]:
    return issue_session(
        account, agent_id=agent, agent_name=f"Agent {agent}", agent_email="", method="mail", browser="Firefox"
    )


@pytest.mark.parametrize(
    ("action", "left"), [("revoke", [1, 2, 3]), ("revoke_agents", [2, 3]), ("revoke_accounts", [3])]
)
def test_sessions_are_ended(
    operator: Client, action: str, left: list[int], django_capture_on_commit_callbacks: Any
) -> None:
    account, other = make_account(), make_account()
    sessions = [issue(account, 5), issue(account, 5), issue(account, 6), issue(other, 5)]
    body = {"action": action, "_selected_action": [sessions[0][0].pk]}
    with django_capture_on_commit_callbacks(execute=True):
        operator.post("/admin/tenants/agentsession/", body)
    owners = [account, account, account, other]
    found = [number for number, (_row, token) in enumerate(sessions) if find_session(owners[number].pk, token)]
    assert found == left
    # Each end is written down, once.
    ended = [str(row.pk) for number, (row, _token) in enumerate(sessions) if number not in left]
    entries = AuditEntry.objects.filter(object_type="tenants.agentsession").order_by("pk")
    assert sorted(entry.object_id for entry in entries) == ended
    assert {(entry.action, entry.actor) for entry in entries} == {("revoke", "root")}
    assert {entry.account for entry in entries} == {account}
    operator.post("/admin/tenants/agentsession/", body)
    assert entries.count() == len(ended), "what has ended ends no second time"


def test_the_page_of_a_session_has_nothing_to_save(operator: Client) -> None:
    row, _token = issue(make_account(), 5)
    address = f"/admin/tenants/agentsession/{row.pk}/change/"
    assert 'name="_save"' not in operator.get(address).content.decode()
    assert operator.post(address, {}).status_code == 403


def test_a_notice_is_closed_on_its_page_and_that_is_written_down(operator: Client) -> None:
    raise_notice(make_account(), "mail-failing", "Mail cannot leave.")
    notice = Notice.objects.get()
    address = f"/admin/tenants/notice/{notice.pk}/change/"
    assert operator.post(address, {}).status_code == 302  # left open
    assert not AuditEntry.objects.filter(object_type="tenants.notice").exists()
    assert operator.post(address, {"is_resolved": "on"}).status_code == 302
    notice.refresh_from_db()
    assert notice.is_resolved
    entry = AuditEntry.objects.get(object_type="tenants.notice")
    assert (entry.actor, entry.account, entry.changes) == ("root", notice.account, {"is_resolved": [False, True]})
    assert operator.post(address, {}).status_code == 302  # closed stays closed
    notice.refresh_from_db()
    assert notice.is_resolved
    assert AuditEntry.objects.filter(object_type="tenants.notice").count() == 1
    # The same thing again is said again, at once.
    raise_notice(notice.account, "mail-failing", "Mail cannot leave.")
    assert Notice.objects.filter(is_resolved=False).count() == 1


def test_notices_count_up_and_are_resolved(operator: Client) -> None:
    account = make_account()
    raise_notice(account, "mail-failing", "Mail cannot leave.")
    raise_notice(account, "mail-failing", "Mail cannot leave.")
    notice = Notice.objects.get()
    operator.post("/admin/tenants/notice/", {"action": "resolve", "_selected_action": [notice.pk]})
    notice.refresh_from_db()
    assert notice.is_resolved
    entry = AuditEntry.objects.get(object_type="tenants.notice")
    assert (entry.action, entry.changes) == ("change", {"is_resolved": [False, True]})


def test_a_customer_is_found_among_the_records_of_very_many_accounts(operator: Client) -> None:
    accounts = [make_account() for _number in range(1_100)]
    for account in (accounts[0], accounts[-1]):
        (digest,) = identifier_digests(account.pk, "ada@example.com")
        make_view_record(account, identifiers=f" {digest} ", agent_id=account.pk)
    make_view_record(accounts[1], agent_id=accounts[1].pk)
    response: Any = operator.get("/admin/tenants/viewrecord/", {"q": "Ada@example.com"})
    found = {record.account_id for record in response.context["cl"].result_list}
    assert found == {accounts[0].pk, accounts[-1].pk}


def test_where_an_account_is_chosen_no_others_records_are_searched_for_a_customer(operator: Client) -> None:
    accounts = [make_account() for _number in range(3)]
    for account in accounts:
        (digest,) = identifier_digests(account.pk, "ada@example.com")
        make_view_record(account, identifiers=f" {digest} ")
    with patch("tenants.admin.viewing.identifier_digests", side_effect=identifier_digests) as digests:
        response: Any = operator.get(
            f"/admin/tenants/viewrecord/?q=ada@example.com&account__id__exact={accounts[1].pk}"
        )
    assert [record.account_id for record in response.context["cl"].result_list] == [accounts[1].pk]
    assert [call.args[0] for call in digests.mock_calls] == [accounts[1].pk]
