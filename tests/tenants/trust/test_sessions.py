"""Sessions are found without a query while they are used, end by themselves, and end at once when revoked."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.utils import timezone
from msgspec import msgpack

from tenants.models import Account, AgentSession
from tenants.trust import sessions
from tenants.trust.sessions import find_session, issue_session, revoke_account, revoke_agent, revoke_session
from tests.factories import make_account

pytestmark = pytest.mark.django_db

DAY = 24 * 3600


def issue(account: Account, agent: int = 5) -> tuple[AgentSession, str]:
    return issue_session(
        account, agent_id=agent, agent_name="Tom", agent_email="tom@example.com", method="mail", browser="Firefox"
    )


def test_the_token_is_stored_nowhere() -> None:
    row, token = issue(make_account())
    stored = AgentSession.objects.filter(pk=row.pk).values_list()[0]
    assert len(token) >= 43
    assert not any(token in str(value) for value in stored)


def test_found_without_a_query_once_it_was_used(django_assert_num_queries: Any) -> None:
    account = make_account()
    row, token = issue(account)
    with django_assert_num_queries(1):
        found = find_session(account.pk, token)
    assert found
    assert (found.id, found.agent_id) == (row.pk, 5)
    with django_assert_num_queries(0):
        assert find_session(account.pk, token) == found


def test_a_session_of_another_account_is_none() -> None:
    account, other = make_account(), make_account()
    _row, token = issue(account)
    issue(other)
    assert find_session(account.pk, token)
    assert find_session(other.pk, token) is None


@pytest.mark.parametrize("token", ["", "x", "x" * 4000, "\udcff", "a b"])
def test_rubbish_is_no_session(token: str) -> None:
    assert find_session(make_account().pk, token) is None


def test_an_agent_signs_in_once_a_month(clock: Any) -> None:
    account = make_account()
    _row, token = issue(account)
    for _days in range(5):
        clock.shift(5 * DAY)
        cache.clear()  # it forgets by its own clock
        assert find_session(account.pk, token)
    clock.shift(6 * DAY)
    cache.clear()
    assert find_session(account.pk, token) is None


def test_an_unused_session_ends_after_two_weeks(clock: Any) -> None:
    account = make_account()
    _row, token = issue(account)
    clock.shift(15 * DAY)
    assert find_session(account.pk, token) is None


def test_a_session_ends_though_the_cache_still_has_it(clock: Any) -> None:
    account = make_account()
    row, token = issue(account)
    AgentSession.objects.filter(pk=row.pk).update(expires_at=timezone.now() + timedelta(seconds=60))
    assert find_session(account.pk, token)
    clock.shift(61)
    assert find_session(account.pk, token) is None


@pytest.mark.django_db(transaction=True)
def test_revoked_sessions_end_at_once_and_no_others() -> None:
    account, other = make_account(), make_account()
    tom, sue = issue(account, agent=5), issue(account, agent=6)
    again, elsewhere = issue(account, agent=5), issue(other, agent=5)
    for _row, token in (tom, sue, again):
        assert find_session(account.pk, token)
    assert find_session(other.pk, elsewhere[1])

    revoke_session(tom[0])
    assert find_session(account.pk, tom[1]) is None
    assert find_session(account.pk, again[1])
    assert revoke_agent(account, 5) == 1
    assert find_session(account.pk, again[1]) is None
    assert find_session(account.pk, sue[1])
    assert revoke_account(account) == 1
    assert find_session(account.pk, sue[1]) is None
    assert find_session(other.pk, elsewhere[1])
    tom[0].refresh_from_db()
    assert tom[0].revoked_at


@pytest.mark.django_db(transaction=True)
def test_a_request_that_read_the_row_before_cannot_bring_it_back() -> None:
    account = make_account()
    row, token = issue(account)
    before = sessions.Session(row.pk, 5, row.expires_at.timestamp())
    revoke_session(row)
    digest = sessions.token_digest(account.pk, token)
    cache.add(sessions.session_key(account.pk, digest), msgpack.encode(before), 300)
    assert find_session(account.pk, token) is None
