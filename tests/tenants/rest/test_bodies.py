"""Bodies that cannot be taken are refused as problems, at every kind of address."""

import pytest

from tests.support.admin import make_operator
from tests.support.api import api_of

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("path", ["accounts/", "connections/", "tokens/", "apply/"])
@pytest.mark.parametrize(
    ("body", "status"),
    [
        ("[" * 100_000, 400),
        ('{"accounts": ' * 990 + "1" + "}" * 990, 400),
        ('{"name": ' + "1" * 5_000 + "}", 400),
        ('{"name": "\\ud800", "secrets": {"\\ud800": 1}, "\\ud800": 1}', 400),
        (b"\xff", 400),
        ('{"name": "' + "x" * 5_000_000 + '"}', 413),
    ],
    ids=["nested", "nested objects", "digits", "halves", "no text", "large"],
)
def test_odd_bodies(path: str, body: str | bytes, status: int) -> None:
    response = api_of(make_operator()).send(path, body, "application/json")
    assert (response.status_code, response["Content-Type"]) == (status, "application/problem+json")
