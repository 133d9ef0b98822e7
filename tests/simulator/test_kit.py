"""The gallery of components."""

import pytest
from django.test import Client

from voxysapps.simulator.kit.entries import entries


@pytest.mark.parametrize("lang", ["en", "ar"])
def test_tmp(client: Client, lang: str) -> None:
    for entry in entries():
        r = client.get(f"/simulator/kit/of/{entry.component.name}/?lang={lang}", headers={"host": "localhost"})
        assert r.status_code == 200
    assert client.get("/simulator/kit/", headers={"host": "localhost"}).status_code == 200
    assert client.get("/simulator/kit/all/", headers={"host": "localhost"}).status_code == 200
