"""What others have done to us is told as what it is."""

from unittest.mock import patch

import psycopg.errors
import pytest
from django.db import OperationalError

from tests.factories import make_account
from tests.support.api import operators_api

pytestmark = pytest.mark.django_db


def caused(error: Exception, cause: Exception | None) -> Exception:
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (OperationalError("database is locked"), 409),
        (caused(OperationalError("Verklemmung entdeckt"), psycopg.errors.DeadlockDetected()), 409),
        (caused(OperationalError("x"), psycopg.errors.SerializationFailure()), 409),
        (caused(OperationalError("disk full"), psycopg.errors.DiskFull()), 500),
        (OperationalError("disk I/O error"), 500),
    ],
    ids=["SQLite", "deadlock", "serialization", "full", "broken"],
)
def test_busy_databases_are_no_error_of_the_server(error: Exception, status: int) -> None:
    api = operators_api(make_account())
    with patch("tenants.rest.apps.save_dashboard_app", side_effect=error):
        account = api.get("accounts/").json()["results"][0]["id"]
        assert api.post("dashboard-apps/", {"account": account, "title": "x"}).status_code == status
