"""Agents' sessions, notices and view records by program: what the admin shows and does of them."""

from typing import Any

import pytest

from tenants.models import Account, AgentSession, AuditEntry, Notice, Role
from tenants.notices import raise_notice
from tenants.trust.identity import identifier_digests
from tenants.trust.sessions import find_session, issue_session
from tests.factories import make_account, make_view_record
from tests.support.admin import make_operator
from tests.support.api import Api, api_of

pytestmark = pytest.mark.django_db


def sign_in(account: Account, agent_id: int) -> tuple[AgentSession, str]:
    email = f"agent{agent_id}@voxys.example"
    return issue_session(account, agent_id=agent_id, agent_name="Tom", agent_email=email, method="mail", browser="")


def audited(account: Account) -> list[str]:
    entries = AuditEntry.objects.filter(account=account, via="api").order_by("pk")
    return [f"{entry.action} {entry.object_type}" for entry in entries]


@pytest.mark.django_db(transaction=True)
def test_session_is_ended_at_once_and_stays_in_the_list(api: Api, account: Account) -> None:
    session, text = sign_in(account, 5)
    assert find_session(account.pk, text)
    assert api.delete(f"agent-sessions/{session.pk}/").status_code == 204
    assert find_session(account.pk, text) is None
    assert api.get(f"agent-sessions/{session.pk}/").json()["revoked_at"]
    assert audited(account) == ["revoke tenants.agentsession"]
    assert text not in api.get("agent-sessions/").content.decode()


def test_sessions_of_an_agent_or_of_all_are_ended(api: Api, account: Account) -> None:
    theirs = sign_in(make_account(), 5)[0]
    for agent_id in (5, 5, 6):
        sign_in(account, agent_id)
    path = f"accounts/{account.pk}/end-sessions/"
    assert api.post(path, {"agent_id": 5}).json() == {"ended": 2}
    assert [row["agent_id"] for row in api.get("agent-sessions/", is_ended="false").json()["results"]] == [6]
    assert api.post(path, {"agent": 6}).status_code == 400  # a misspelt agent would be everybody
    assert api.post(path).json() == {"ended": 1}
    theirs.refresh_from_db()
    assert theirs.revoked_at is None
    assert len(audited(account)) == 3


def test_support_ends_and_resolves_nothing(account: Account) -> None:
    session = sign_in(account, 5)[0]
    notice = Notice.objects.create(account=account, kind="x", text="x")
    api = api_of(make_operator(account, role=Role.SUPPORT))
    assert api.get("agent-sessions/").status_code == 200
    for response in (
        api.delete(f"agent-sessions/{session.pk}/"),
        api.post(f"accounts/{account.pk}/end-sessions/"),
        api.patch(f"notices/{notice.pk}/", {"is_resolved": True}),
    ):
        assert response.status_code == 403
    assert not AgentSession.objects.exclude(revoked_at=None).exists()
    assert not Notice.objects.filter(is_resolved=True).exists()


def test_notice_is_resolved_once_and_comes_again(api: Api, account: Account) -> None:
    raise_notice(account, "mail-failing", "Mail cannot leave.")
    row = api.get("notices/", is_resolved="false").json()["results"][0]
    assert (row["kind"], row["text"], row["times"]) == ("mail-failing", "Mail cannot leave.", 1)
    for _ in range(2):
        assert api.patch(f"notices/{row['id']}/", {"is_resolved": True}).json()["is_resolved"]
    assert audited(account) == ["change tenants.notice"]
    assert api.patch(f"notices/{row['id']}/", {"is_resolved": False}).status_code == 400
    assert api.patch(f"notices/{row['id']}/", {"text": "x", "is_resolvd": True}).status_code == 400
    raise_notice(account, "mail-failing", "Mail cannot leave.")
    assert [one["is_resolved"] for one in api.get("notices/").json()["results"]] == [False, True]


def test_view_records_are_found_by_time_and_by_customer(api: Api, account: Account) -> None:
    (digest,) = identifier_digests(account.pk, "ada@example.com")
    early = make_view_record(account, seen_at="2026-11-01T10:00:00Z", identifiers=f" {digest} ")
    late = make_view_record(account, seen_at="2026-11-02T10:00:00Z")

    def found(**query: Any) -> list[int]:
        response = api.get("view-records/", **query)
        assert response.status_code == 200, response.content
        return [row["id"] for row in response.json()["results"]]

    assert found() == [late.pk, early.pk]
    assert found(since="2026-11-02T00:00:00Z") == [late.pk]
    assert found(before="2026-11-02T11:00:00+02:00") == [early.pk]
    assert found(customer=" ADA@example.com", account=account.pk) == [early.pk]
    assert found(customer="bob@example.com", account=account.pk) == []
    assert found(customer=" ", account=account.pk) == []
    # In which account is part of the digest: without it each of ten thousand would have to be asked.
    assert "customer" in api.get("view-records/", customer="ada@example.com").json()["errors"]
    for moment in ("yesterday", "2026-11-02", "2026-11-02T10:00:00", "9999-12-31T23:59:59-12:00", "2026-13-01T00:00Z"):
        assert "since" in api.get("view-records/", since=moment).json()["errors"], moment
