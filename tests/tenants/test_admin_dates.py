"""Years, months and days above the lists that grow with every day."""

import datetime as dt
import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tenants.models import Account, AuditEntry
from tests.factories import make_account
from tests.support.admin import make_operator, signed_in

pytestmark = pytest.mark.django_db

LIST = "/admin/tenants/auditentry/"


@pytest.fixture
def reader(admin_client: Client) -> Client:
    AuditEntry.objects.all().delete()  # that the reader was made
    return admin_client


def make_entry(day: str, account: Account | None = None) -> AuditEntry:
    at = dt.datetime.fromisoformat(f"{day}T12:00:00+00:00")
    return AuditEntry.objects.create(at=at, account=account, actor="Ada", via="admin", action="add", object_type="x.y")


def shown(client: Client, query: str = "") -> tuple[str | None, list[tuple[str, str | None]]]:
    """Return where the page leads back to, and the dates to choose from with where they lead."""
    page: Any = client.get(LIST + query)
    assert page.status_code == 200
    dates = page.context["cl"].dates
    for one in dates["choices"]:
        assert re.search(rf">?\s*{re.escape(one['title'])}\s*<", page.content.decode())
    back = dates["back"] and f"{dates['back']['title']} {dates['back']['link']}"
    return back, [(one["title"], one.get("link")) for one in dates["choices"]]


def test_of_several_years_one_is_chosen_then_a_month_then_a_day(reader: Client) -> None:
    for day in ("2023-11-05", "2025-02-27"):
        make_entry(day)
    back, choices = shown(reader)
    assert (back, choices[0]) == (None, ("2023", "?at__year=2023"))
    assert [title for title, _link in choices] == ["2023", "2024", "2025"]

    back, choices = shown(reader, "?at__year=2023&via=admin")
    assert back == "All dates ?via=admin"
    assert [title for title, _link in choices] == ["November 2023", "December 2023"]
    assert choices[1][1] == "?at__month=12&at__year=2023&via=admin"

    back, choices = shown(reader, "?at__year=2025&at__month=2")
    assert back == "2025 ?at__year=2025"
    assert len(choices) == 27
    assert choices[-1] == ("February 27", "?at__day=27&at__month=2&at__year=2025")

    back, choices = shown(reader, "?at__year=2025&at__month=2&at__day=27")
    assert back == "February 2025 ?at__month=2&at__year=2025"
    assert choices == [("February 27", None)]


def test_where_all_is_of_one_year_or_month_that_is_chosen_already(reader: Client) -> None:
    make_entry("2024-02-27")
    assert [title for title, _link in shown(reader)[1]] == ["February 27"]
    make_entry("2024-03-01")
    assert [title for title, _link in shown(reader)[1]] == ["February 2024", "March 2024"]
    assert [title for title, _link in shown(reader, "?at__year=2024&at__month=2")[1]] == [
        "February 27",
        "February 28",
        "February 29",
    ]


def test_a_chosen_day_shows_its_rows(reader: Client) -> None:
    make_entry("2024-02-27")
    chosen = make_entry("2024-02-28")
    page: Any = reader.get(f"{LIST}?at__year=2024&at__month=2&at__day=28")
    assert list(page.context["cl"].queryset) == [chosen]


def test_an_empty_list_has_no_dates_and_a_wrong_one_is_refused(reader: Client) -> None:
    page: Any = reader.get(LIST)
    assert page.context["cl"].dates == {}
    make_entry("2024-02-27")
    assert reader.get(f"{LIST}?at__year=2024&at__month=13").status_code == 302
    assert len(shown(reader, "?at__month=2")[1]) == 1


def test_operators_are_told_the_dates_of_their_accounts_only() -> None:
    mine = make_account()
    make_entry("2021-01-01", make_account())
    make_entry("2024-02-27", mine)
    make_entry("2026-01-01")
    assert [title for title, _link in shown(signed_in(make_operator(mine)))[1]] == ["February 27"]


@pytest.mark.parametrize("name", ["auditentry", "viewrecord", "agentsession"])
def test_no_list_reads_all_rows_for_dates_or_for_what_to_filter_by(name: str, reader: Client) -> None:
    with CaptureQueriesContext(connection) as queries:
        reader.get(f"/admin/tenants/{name}/")
    found = [query["sql"] for query in queries if re.search("DISTINCT|MIN|MAX", query["sql"])]
    assert found == []
