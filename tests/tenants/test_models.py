"""What the database itself refuses."""

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, IntegrityError, connection, transaction
from pytest_django.fixtures import Settings

from panels.models import Placement
from tenants.models import Account, DashboardApp, Trust, new_app_key
from tests.factories import make_account, make_app, make_connection, make_placement

pytestmark = pytest.mark.django_db


def test_account_is_safe_by_default() -> None:
    account = Account(name="Acme", host_origin="https://voxys.example", host_account_id=1)
    account.full_clean()
    assert account.trust == Trust.SIGNED_IN
    assert account.is_demonstration is False


def test_account_of_a_host_is_connected_once() -> None:
    make_account(host_account_id=5)
    make_account(host_account_id=5, host_origin="https://other.example")
    with pytest.raises(IntegrityError), transaction.atomic():
        make_account(host_account_id=5)


@pytest.mark.parametrize("values", [{"trust": "everybody"}, {"host_account_id": 0}])
def test_impossible_account_is_refused_by_the_database(values: dict[str, object]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        make_account(**values)


@pytest.mark.parametrize(
    "origin",
    ["", "voxys.example", "https://", "https://voxys.example/", "https://voxys.example:443", "http://h:80", "ftp://h",
     "https://user@h", "https://VOXYS.example", "https://a b", "https://h:99999", "https://h?x",
     "https://h; script-src *", "https://*.example", "javascript://h"],
)  # fmt: skip
def test_address_that_is_no_origin_is_refused(origin: str) -> None:
    with pytest.raises(ValidationError):
        Account(name="A", host_origin=origin, host_account_id=1).full_clean()
    with pytest.raises(ValidationError):
        Account(name="A", host_origin="https://h", host_account_id=1, extra_host_origins=[origin]).full_clean()


@pytest.mark.parametrize(
    "origin", ["https://voxys.example", "http://localhost:8000", "http://[::1]:8000", "https://127.0.0.1:8443"]
)
def test_origin_is_accepted(origin: str) -> None:
    Account(name="A", host_origin=origin, host_account_id=1).full_clean()


@pytest.mark.parametrize("origin", ["http://voxys.example", "http://10.0.0.1:3000", "http://localhost.example"])
def test_address_without_tls_is_for_development_only(origin: str, settings: Settings) -> None:
    account = Account(name="A", host_origin=origin, host_account_id=1)
    with pytest.raises(ValidationError, match="https"):
        account.full_clean()
    settings.DEBUG = True
    account.full_clean()


@pytest.mark.parametrize("values", [{"time_zone": "Mars/Base"}, {"locale": "klingon"}, {"extra_host_origins": "x"}])
def test_unknown_words_are_refused_with_a_sentence(values: dict[str, object]) -> None:
    with pytest.raises(ValidationError) as caught:
        Account(name="A", host_origin="https://h", host_account_id=1, **values).full_clean()
    assert list(caught.value.message_dict) == list(values)


def test_app_keys_are_unguessable_and_different() -> None:
    keys = {new_app_key() for _ in range(100)}
    assert len(keys) == 100
    assert min(map(len, keys)) >= 22


@pytest.mark.parametrize("key", ["short", "x" * 21, "x" * 30 + "/", "x" * 30 + "é"])
def test_guessable_key_is_refused_by_the_database(key: str) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        make_app(key=key)


def test_app_key_names_one_app() -> None:
    app = make_app()
    with pytest.raises(IntegrityError), transaction.atomic():
        make_app(key=app.key)


def test_title_is_unique_in_its_account_only() -> None:
    app = make_app(title="Orders")
    make_app(title="Orders")
    with pytest.raises(IntegrityError), transaction.atomic():
        make_app(app.account, title="Orders")


def test_rows_of_an_account_are_reached_through_it() -> None:
    mine, theirs = make_app(), make_app()
    assert list(DashboardApp.objects.for_account(mine.account)) == [mine]
    assert list(DashboardApp.objects.for_account(theirs.account_id)) == [theirs]


def test_placement_cannot_be_in_another_accounts_app() -> None:
    mine, theirs = make_app(), make_app()
    with pytest.raises(DatabaseError), transaction.atomic():
        Placement.objects.create(account=mine.account, dashboard_app=theirs, panel="orders")
    placement = make_placement(mine)
    with pytest.raises(DatabaseError), transaction.atomic():
        Placement.objects.filter(pk=placement.pk).update(dashboard_app=theirs)


def test_placement_cannot_use_another_accounts_connection() -> None:
    mine, theirs = make_app(), make_app()
    placement = make_placement(mine)
    with pytest.raises(DatabaseError), transaction.atomic():
        placement.connections.add(make_connection(theirs.account))
    assert list(placement.connections.all()) == []


def test_same_account_is_kept_against_plain_sql() -> None:
    mine, theirs = make_app(), make_app()
    placement, shop = make_placement(mine), make_connection(theirs.account)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO panels_placement_connections (placement_id, connection_id) VALUES (%s, %s)",
            [placement.pk, shop.pk],
        )
