"""What an operator may enter for a shop."""

from typing import Any

import pytest

from panels import registry
from panels.connectors.shopify.connector import ShopifyConnector
from panels.connectors.shopify.settings import ShopifySettingsForm
from panels.settings_forms import check_settings, secret_names

GOOD = {"shop": "my-shop.myshopify.com", "client_id": "", "token": "shpat_1"}


def form(**entered: Any) -> ShopifySettingsForm:
    return ShopifySettingsForm(data={**GOOD, **entered})


@pytest.mark.parametrize(
    "entered", ["my-shop.myshopify.com", "https://My-Shop.myshopify.com/", " my-shop.myshopify.com "]
)
def test_the_shop_is_kept_by_its_name_at_shopify(entered: str) -> None:
    settings = form(shop=entered)
    assert settings.is_valid(), settings.errors
    assert settings.cleaned_data["shop"] == "my-shop.myshopify.com"


@pytest.mark.parametrize(
    "entered",
    [
        "",
        "my-shop",
        "shop.example.com",
        "http://my-shop.myshopify.com",
        "https://my-shop.myshopify.com/admin",
        "https://key:secret@my-shop.myshopify.com",
        "my-shop.myshopify.com.evil.example",
        "my-shop.myshopify.com@evil.example",
        "evil.example/my-shop.myshopify.com",
        "my-shop.myshopify.com?x=1",
        "my-shop.myshopify.com:8080",
        "-shop.myshopify.com",
        "a.b.myshopify.com",
        "127.0.0.1",
        "shöp.myshopify.com",
    ],
)
def test_no_other_address_is_asked(entered: str) -> None:
    assert "shop" in form(shop=entered).errors


def test_a_secret_says_what_it_is() -> None:
    assert "client_id" in form(token="shpss_1").errors
    assert form(token="shpss_1", client_id="abc").is_valid()
    for odd in ("shpat_1\n2", "shpat 1", "shpat_é"):
        assert "token" in form(token=odd).errors
    assert "token" in form(token="").errors


def test_the_secret_is_one_and_goes_with_the_shop() -> None:
    assert secret_names(ShopifySettingsForm) == ("token",)
    assert ShopifyConnector.destination == ("shop",)
    # A stored secret need not be entered again.
    check_settings(ShopifySettingsForm, {"shop": GOOD["shop"], "client_id": "abc"}, {}, stored=("token",))


def test_what_is_asked_is_the_shop_over_tls() -> None:
    assert ShopifyConnector(GOOD, name="Shop").base == "https://my-shop.myshopify.com"


def test_it_is_installed() -> None:
    assert registry.connectors().plugins["shopify"] is ShopifyConnector
