"""What the page about settings and secrets shows works as it stands there."""

import re
from typing import Any

import pytest
from django import forms

from panels.api import FetchContext, Identity, OperatorError
from panels.inspection import inspect_plugin
from panels.settings_forms import clean_settings, secret_names
from panels.testing import Http
from tests.docs.pages import DOCS

ADA = Identity(emails=("ada@example.com",))


@pytest.fixture(scope="module")
def page() -> dict[str, Any]:
    """What a module has that holds all the page's code."""
    text = (DOCS / "panels" / "settings-and-secrets.md").read_text(encoding="utf-8")
    code = "\n".join(re.findall(r"^```python\n(.*?)^```$", text, re.MULTILINE | re.DOTALL))
    names: dict[str, Any] = {"__name__": "acme_loyalty.panel"}
    exec(compile(code, "settings-and-secrets.md", "exec"), names)  # noqa: S102 -- our own page
    return names


def test_settings_begin_valid(page: dict[str, Any]) -> None:
    form: type[forms.Form] = page["TierSettings"]
    assert clean_settings(form, {}) == {"gold": 750, "shows_orders": True}
    assert not form({"gold": "0"}).is_valid()


def test_the_key_is_a_secret(page: dict[str, Any]) -> None:
    assert secret_names(page["LoyaltySettings"]) == ("api_key",)


def test_the_panel_is_one_that_the_product_takes(page: dict[str, Any]) -> None:
    panel = inspect_plugin(page["LoyaltyPanel"], "acme-loyalty")
    assert panel.destination == ("address",)


@pytest.fixture
def http() -> Any:
    with Http().in_place_of_the_network() as http:
        yield http
        http.check()


def fetch(page: dict[str, Any], **settings: str) -> Any:
    settings = {"address": "https://loyalty.example", "api_key": "a key", **settings}
    return page["LoyaltyPanel"]().fetch(FetchContext(identity=ADA, settings=settings, trace_id="t"))


def test_it_asks_with_the_key_and_takes_the_right_member(page: dict[str, Any], http: Http) -> None:
    others = {"email": "ada@example.com.other", "points": 1, "card": "1"}
    http.get("/members", {"members": [others, {"email": "Ada@example.com", "points": 120, "card": "4711"}]})
    assert fetch(page) == {"points": 120, "card": "4711"}
    (asked,) = http.asked
    assert (asked.origin, asked.params) == ("https://loyalty.example", {"email": "ada@example.com"})
    assert asked.headers["x-api-key"] == "a key"


def test_nobody_known_is_nothing_to_show(page: dict[str, Any], http: Http) -> None:
    http.get("/members", {"members": []})
    assert page["LoyaltyPanel"]().is_empty(fetch(page))


def test_not_set_up_yet_is_an_operators_matter(page: dict[str, Any], http: Http) -> None:
    with pytest.raises(OperatorError, match="Nobody has entered the address"):
        fetch(page, address="")
