"""An account is served once its token was proved; secrets go in and never come out; trust shows its colour."""

from typing import Any
from unittest.mock import patch

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from tenants.host.errors import HostError, HostForbidden, HostNotFound, HostRefusedToken, HostUnreachable
from tenants.host.records import HostProfile
from tenants.models import Account, AgentSession, AuditEntry, Notice
from tenants.notices import raise_notice
from tenants.secrets import get_host_token, set_hook_secret, set_host_token
from tenants.trust.identity import identifier_digests
from tenants.trust.sessions import find_session, issue_session
from tests.factories import make_account, make_view_record

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
        (Host(failure=HostUnreachable("There is no answer.")), "There is no answer."),
    ],
    ids=["agent", "other account", "bad token", "forbidden", "not found", "away"],
)
def test_a_token_that_is_not_good_is_said_so_and_nothing_is_saved(operator: Client, host: Host, sentence: str) -> None:
    page = save(operator, host, host_token="token").content.decode()
    assert sentence in page
    assert not Account.objects.exists()


@pytest.mark.parametrize(
    "pasted",
    ["https://voxys.example/app/accounts/7/dashboard", " HTTPS://Voxys.example/ ", "https://voxys.example?x=1#y"],
)
def test_an_address_that_was_pasted_whole_is_cut_to_what_is_needed(operator: Client, pasted: str) -> None:
    save(operator, Host(), host_origin=pasted)
    assert Account.objects.get().host_origin == "https://voxys.example"


@pytest.mark.parametrize("entered", ["voxys.example", "https://somebody@voxys.example/", "ftp://voxys.example/"])
def test_what_is_no_address_is_refused_as_it_was_entered(operator: Client, entered: str) -> None:
    assert "is no address of a host" in save(operator, Host(), host_origin=entered).content.decode()
    assert not Account.objects.exists()


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


def test_notice_is_resolved_and_opened_again_on_its_own_page(operator: Client) -> None:
    account = make_account()
    raise_notice(account, "mail-failing", "Mail cannot leave.")
    notice = Notice.objects.get()
    address = f"/admin/tenants/notice/{notice.pk}/change/"
    for is_resolved in (True, False, True):
        assert operator.post(address, {"is_resolved": "on"} if is_resolved else {}).status_code == 302
        notice.refresh_from_db()
        assert notice.is_resolved == is_resolved
    assert AuditEntry.objects.filter(object_type="tenants.notice").count() == 3
    # It comes again at once, and is then the one to look at.
    raise_notice(account, "mail-failing", "Mail cannot leave.")
    refused = operator.post(address, {})
    assert "look at the open notice" in refused.content.decode()
    notice.refresh_from_db()
    assert notice.is_resolved


def test_a_customer_is_found_among_the_records_of_very_many_accounts(operator: Client) -> None:
    accounts = [make_account() for _number in range(1_100)]
    for account in (accounts[0], accounts[-1]):
        (digest,) = identifier_digests(account.pk, "ada@example.com")
        make_view_record(account, identifiers=f" {digest} ", agent_id=account.pk)
    make_view_record(accounts[1], agent_id=accounts[1].pk)
    response: Any = operator.get("/admin/tenants/viewrecord/", {"q": "Ada@example.com"})
    found = {record.account_id for record in response.context["cl"].result_list}
    assert found == {accounts[0].pk, accounts[-1].pk}
