"""Whatever operators ask for, they get of their own accounts only, however many these are."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser, User
from django.db.models import QuerySet

from tenants import selectors
from tenants.models import Account
from tenants.selectors import visible
from tests.factories import make_account
from tests.support.admin import OF_ACCOUNTS, make_operator, make_row

pytestmark = pytest.mark.django_db


def rows_of(model: Any) -> QuerySet[Any]:
    rows: QuerySet[Any] = model._default_manager.all()
    return rows


@pytest.mark.parametrize("few", [0, 1, 2, 3, 1_000])
@pytest.mark.parametrize("model", OF_ACCOUNTS, ids=lambda model: model._meta.model_name)
def test_operators_see_their_accounts_however_many(model: Any, few: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(selectors, "FEW_ACCOUNTS", few)
    mine = [make_row(model, make_account()) for _one in range(2)]
    accounts = [row if model is Account else row.account for row in mine]
    user, other = make_operator(*accounts), make_row(model, make_account())
    make_operator(other if model is Account else other.account)
    assert set(visible(rows_of(model), user)) == set(mine)
    assert visible(rows_of(model), user).count() == 2
    assert not visible(rows_of(model).filter(pk=other.pk), user).exists()
    assert visible(rows_of(model), make_operator()).count() == 0


@pytest.mark.parametrize(("chosen", "is_asked_of_each"), [(1, False), (2, False), (3, True)])
def test_of_many_accounts_each_row_is_asked_whose_it_is(
    chosen: int, is_asked_of_each: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(selectors, "FEW_ACCOUNTS", 2)
    user = make_operator(*(make_account() for _one in range(chosen)))
    assert ("EXISTS" in str(visible(rows_of(Account), user).query)) is is_asked_of_each


def stranger() -> User:
    return User.objects.create_user("stranger", is_staff=True)


def inactive() -> User:
    user = make_operator(has_all_accounts=True)
    user.is_active = False
    return user


@pytest.mark.parametrize("who", [stranger, inactive, AnonymousUser])
@pytest.mark.parametrize("model", OF_ACCOUNTS, ids=lambda model: model._meta.model_name)
def test_whoever_is_no_operator_sees_nothing(model: Any, who: Callable[[], Any]) -> None:
    make_row(model)
    assert visible(rows_of(model), who()).count() == 0
