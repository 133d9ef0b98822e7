"""Liveness and readiness."""

import pytest
from django.test import Client

from voxysapps import health

pytestmark = pytest.mark.django_db


def test_ready_when_all_answer(client: Client) -> None:
    response = client.get("/readyz")
    assert (response.status_code, response.json()) == (200, {"database": True, "cache": True, "broker": True})


@pytest.mark.parametrize("part", ["database", "cache", "broker"])
def test_not_ready_names_what_is_away(client: Client, monkeypatch: pytest.MonkeyPatch, part: str) -> None:
    monkeypatch.setattr(health, f"_{part}", lambda: False)
    response = client.get("/readyz")
    assert response.status_code == 503
    assert [name for name, well in response.json().items() if not well] == [part]
    assert client.get("/healthz").status_code == 200
