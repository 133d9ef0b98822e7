"""Which custom attributes of a contact are kept: those that connections look for, and no others."""

from typing import Any

import pytest

from panels.services import save_connection
from tenants.trust.attributes import MAX_LENGTH, identifying
from tests.factories import make_account, make_connection
from tests.support.connectors import RecordingConnector, connector  # noqa: F401 - a fixture

pytestmark = pytest.mark.django_db


@pytest.fixture
def account_id(connector: type[RecordingConnector], monkeypatch: pytest.MonkeyPatch) -> int:  # noqa: F811
    monkeypatch.setattr(RecordingConnector, "recognises_by", ("identifier", "attribute", "email"))
    account = make_account()
    save_connection(make_connection(account, match_by=["attribute:shop_id", "email"]))
    return account.pk


@pytest.mark.parametrize(
    ("value", "kept"),
    [("77", "77"), (77, "77"), ("  77 ", "77"), (True, ""), (7.5, ""), (None, ""), (["77"], ""), ({"a": 1}, ""),
     ("x" * (MAX_LENGTH + 1), "")],
)  # fmt: skip
def test_only_what_identifies_is_kept(account_id: int, value: Any, kept: str) -> None:
    found = identifying(account_id, {"shop_id": value, "diagnosis": "secret", "email": "x@example.com"})
    assert found == ((("shop_id", kept),) if kept else ())


def test_other_accounts_attributes_are_none_of_ours(account_id: int) -> None:
    assert identifying(make_account().pk, {"shop_id": "77"}) == ()


def test_attributes_of_switched_off_connections_are_not_kept(account_id: int) -> None:
    account = make_account()
    make_connection(account, match_by=["attribute:crm"], is_enabled=False)
    assert identifying(account.pk, {"crm": "1"}) == ()
