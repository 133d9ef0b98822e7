"""Admin, API, CSV and files write through the same services, and each knows every field that an operator can set."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.contrib import admin
from django.contrib.admin.utils import flatten_fieldsets
from django.contrib.auth.models import User
from django.test import RequestFactory
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from panels.declarations.csv_files import read_csv, write_csv
from panels.declarations.dumping import _Dumper, dump_yaml
from panels.declarations.shapes import AccountShape, AppShape, ConnectionShape, PlacementShape
from panels.declarations.yaml_files import load
from panels.models import Connection, Placement
from panels.rest.connections import ConnectionSerializer
from panels.rest.placements import PlacementSerializer
from tenants.models import Account, DashboardApp
from tenants.rest.accounts import AccountSerializer
from tenants.rest.apps import DashboardAppSerializer
from tests.factories import make_account, make_app, make_connection, make_placement
from tests.panels.declarations.support import apply_text, plan_of
from tests.support.admin import MODELS

ROOT = Path(__file__).parents[3]
# Where operators come in.
DOORS = re.compile(r"(tenants|panels)/(.*/)?(admin\b|rest/|forms\.py|management/|declarations/).*")
_WRITES = {
    *("save", "create", "update", "delete", "bulk_create", "bulk_update", "get_or_create", "update_or_create"),
    *("set", "add", "remove", "clear"),
}
# What the API keeps for itself.
OF_ITS_OWN = {
    "tenants/rest/access.py": {"ApiToken.objects.filter.update"},
    "tenants/rest/idempotency.py": {
        *("IdempotencyKey.objects.filter.delete", "IdempotencyKey.objects.create", "mine.save"),
    },
}

SHAPES: dict[Any, Any] = {
    Account: AccountShape,
    DashboardApp: AppShape,
    Connection: ConnectionShape,
    Placement: PlacementShape,
}
SERIALIZERS: dict[Any, Any] = {
    Account: AccountSerializer,
    DashboardApp: DashboardAppSerializer,
    Connection: ConnectionSerializer,
    Placement: PlacementSerializer,
}
# In a file a row stands where it belongs, and the order is the order.
BY_PLACE = {"account", "dashboard_app", "position"}


def settable(model: Any) -> set[str]:
    """Return the fields that an operator can set."""
    return {field.name for field in (*model._meta.fields, *model._meta.many_to_many) if field.editable} - {"id"}


def called(node: ast.expr) -> str:
    """Return the names of a chain of calls, as Account.objects.filter.update."""
    if isinstance(node, ast.Call):
        return called(node.func)
    if isinstance(node, ast.Attribute):
        return f"{called(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else "?"


def writes_in(source: str) -> Iterator[str]:
    """Yield what is called there as Django's writing methods are."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute) or node.func.attr not in _WRITES:
            continue
        chain, given_names = called(node.func), {one.arg for one in node.keywords}
        is_rows = ".objects." in chain or "queryset" in chain
        # Rows' own methods take names only, as dictionaries' and sets' do not; what is not committed is no write.
        is_rows_own = node.func.attr in ("save", "delete", "create") or (node.func.attr == "update" and not node.args)
        is_relation = node.func.attr in ("set", "add", "clear", "remove") and chain.count(".") > 1
        if (is_rows or is_rows_own or is_relation) and "commit" not in given_names:
            yield chain


def test_no_door_writes_past_the_services() -> None:
    doors = [path for app in ("tenants", "panels") for path in (ROOT / app).rglob("*.py")]
    doors = [path for path in doors if DOORS.fullmatch(path.relative_to(ROOT).as_posix())]
    assert len(doors) > 40
    found = {path.relative_to(ROOT).as_posix(): set(writes_in(path.read_text(encoding="utf-8"))) for path in doors}
    assert {path: writes for path, writes in found.items() if writes} == OF_ITS_OWN


@pytest.mark.parametrize(
    "source",
    [
        "account.save()",
        "queryset.update(is_resolved=True)",
        "Account.objects.bulk_create(rows)",
        "operator.accounts.set(chosen)",
        "row.placements.all().delete()",
    ],
)
def test_the_search_for_writes_would_notice(source: str) -> None:
    assert list(writes_in(source))


@pytest.mark.parametrize("source", ["formset.save(commit=False)", "found.update(more)", "seen.add(1)"])
def test_what_is_no_write_is_not_taken_for_one(source: str) -> None:
    assert not list(writes_in(source))


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.model_name)
def test_pages_of_the_admin_do_not_save_and_delete_by_themselves(model: Any) -> None:
    shown = type(admin.site._registry[model])
    for name in ("save_model", "delete_model", "delete_queryset"):
        assert getattr(shown, name) is not getattr(admin.ModelAdmin, name), name
    if shown.inlines:
        assert shown.save_formset is not admin.ModelAdmin.save_formset


# --- every field, everywhere ---------------------------------------------------------------------------

RICH = {
    Account: {
        "name": "Fernweh: “Reisen” & =1",
        "host_origin": "https://voxys.example",
        "host_account_id": 4,
        "host_api": "https://api.voxys.example",
        "extra_host_origins": ["https://a.example", "https://b.example"],
        "trust": "verified",
        "sign_in_method": "any",
        "locale": "de",
        "time_zone": "Europe/Berlin",
        "hides_from_unverified": True,
        "hides_from_agents": True,
        "view_records_kept_days": 30,
        "accepts_unsigned_hooks": True,
        "is_active": False,
    },
    DashboardApp: {
        "title": "Bestellungen: 2026-01-01",
        "position": 1,
        "is_enabled": False,
        "is_draft": True,
        "draft_agents": [5, 6],
        "inboxes": [1, 2],
        "teams": [3],
    },
    Connection: {
        "name": "no",
        "connector": "vault",
        "settings": {"url": "https://shop.example", "note": "017"},
        "match_by": ["email", "identifier"],
        "is_enabled": False,
    },
    Placement: {"panel": "orders", "title": "Zweite", "position": 1, "is_enabled": False, "settings": {"rows": 3}},
}


@pytest.fixture
def account(db: None) -> Account:
    """An account with another value than the default in every field that an operator can set."""
    account = make_account(**RICH[Account], host_proved_at=None)
    shop = make_connection(account, **RICH[Connection])
    make_connection(account, name="Second", connector="demo", settings={"shop": "lanterna"})
    make_app(account, title="First", position=0)
    app = make_app(account, **RICH[DashboardApp])
    make_placement(app, panel="customer", position=0)
    make_placement(app, shop, **RICH[Placement])
    make_placement(app, panel="orders", position=2)
    return account


def described(account: Account) -> dict[Any, Any]:
    """Return what the exported file says of each of the rich rows."""
    (told,) = yaml.safe_load(dump_yaml(Account.objects.filter(pk=account.pk)))["accounts"]
    app = told["apps"][1]
    return {Account: told, DashboardApp: app, Connection: told["connections"][1], Placement: app["placements"][1]}


@pytest.mark.parametrize("model", SHAPES, ids=lambda model: model._meta.model_name)
def test_every_field_has_another_value_than_its_default(model: Any) -> None:
    """Or else the tests below would miss a field that is forgotten."""
    assert settable(model) - RICH[model].keys() <= {"account", "dashboard_app", "connections"}
    for name, value in RICH[model].items():
        assert model._meta.get_field(name).get_default() != value, name


@pytest.mark.parametrize("model", SHAPES, ids=lambda model: model._meta.model_name)
def test_every_field_is_in_the_file_and_the_api_and_the_admin(model: Any, account: Account) -> None:
    fields = settable(model)
    assert fields - BY_PLACE <= set(SHAPES[model].__struct_fields__)
    told = described(account)[model]
    assert fields - BY_PLACE <= told.keys()
    assert {name: told[name] for name in RICH[model].keys() - BY_PLACE} == {
        name: value for name, value in RICH[model].items() if name not in BY_PLACE
    }
    writable = {name for name, field in SERIALIZERS[model]().fields.items() if not field.read_only}
    assert fields <= writable
    row = model.objects.get(**{name: RICH[model][name] for name in ("name", "title") if name in RICH[model]})
    request = RequestFactory().get("/")
    request.user = User(is_superuser=True, is_active=True)
    page = set(flatten_fieldsets(admin.site._registry[model].get_fieldsets(request, row)))
    # The plugin's settings are fields of their own; what it is, is shown by its name.
    page |= {"settings"} if any(name.startswith("setting_") for name in page) else set()
    page |= {"connector", "panel"} if "kind" in page else set()
    assert fields <= page


def test_every_field_of_accounts_is_in_the_table(account: Account) -> None:
    header, _row = "".join(write_csv([account])).splitlines()
    assert settable(Account) == set(header.split(","))
    (one,) = read_csv("".join(write_csv([account])))[0].accounts
    assert {name: getattr(one.account, name) for name in RICH[Account]} == RICH[Account]


def test_what_is_exported_makes_the_same_anew(account: Account) -> None:
    before = dump_yaml(Account.objects.all())
    (unchanged,) = plan_of(before)
    assert unchanged.is_empty
    account.delete()
    _lines, problems = apply_text(before)
    assert problems == []
    assert dump_yaml(Account.objects.all()) == before
    (again,) = plan_of(before)
    assert again.is_empty


def test_the_table_makes_the_same_anew(account: Account) -> None:
    before = "".join(write_csv(Account.objects.all()))
    account.delete()
    # What a table lacks stays empty.
    assert apply_text(as_yaml(before))[1] == []
    assert "".join(write_csv(Account.objects.all())) == before


def as_yaml(table: str) -> str:
    (one,) = read_csv(table)[0].accounts
    return yaml.safe_dump({"accounts": [{name: getattr(one.account, name) for name in RICH[Account]}]})


_TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=30)
_NUMBERS = st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False, allow_infinity=False)
_VALUES = st.recursive(
    st.none() | st.booleans() | _NUMBERS | _TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_TEXTS, inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=60, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow])
@given(_VALUES)
def test_whatever_is_written_as_yaml_is_read_as_it_was(value: Any) -> None:
    assert load(yaml.dump(value, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=110)) == value
