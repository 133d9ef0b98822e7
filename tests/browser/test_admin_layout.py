"""Forms of the admin keep their shape whatever is written in them: long help texts, long names."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

from tests.support.product import Product

LANTERNA = 17
LONG = "Filiale 07 mit einem sehr langen Namen, den jemand braucht"


@pytest.fixture
def admin(page: Page, product: Product) -> Page:
    page.goto(product.state["admin"]["url"])
    page.fill("[name=username]", product.state["admin"]["username"])
    page.fill("[name=password]", product.state["admin"]["password"])
    page.locator("[type=submit]").click()
    page.wait_for_url("**/admin/")
    return page


@pytest.fixture
def account_id(product: Product) -> int:
    return next(int(one["id"]) for one in product.state["accounts"] if one["host_account_id"] == LANTERNA)


@pytest.fixture
def long_name(admin: Page, product: Product, account_id: int) -> Iterator[str]:
    """A connection of a long name, switched off, since other tests share the product."""
    admin.goto(f"{product.base_url}/admin/panels/connection/add/?account={account_id}&connector=demo")
    admin.fill("[name=name]", LONG)
    admin.locator("[name=is_enabled]").uncheck(force=True)
    admin.locator("[name=_save]").locator("visible=true").click()
    admin.wait_for_url("**/change/")
    yield LONG
    admin.goto(f"{product.base_url}/admin/panels/connection/?q=Filiale")
    admin.get_by_role("link", name=LONG).click()
    admin.wait_for_url("**/change/**")
    admin.goto(f"{admin.url.split('/change/')[0]}/delete/")
    admin.locator("form [type=submit]").last.click()
    admin.wait_for_url("**/connection/")


def test_fields_stand_in_one_column_beside_long_help_texts(admin: Page, product: Product, account_id: int) -> None:
    admin.goto(f"{product.base_url}/admin/panels/connection/add/?account={account_id}&connector=woocommerce")
    fields = admin.locator("[name=name], [name^=setting_]")
    assert fields.count() == 4
    assert len(set(fields.evaluate_all("all => all.map((one) => Math.round(one.getBoundingClientRect().left))"))) == 1


def test_long_names_break_on_a_phone(admin: Page, product: Product, account_id: int, long_name: str) -> None:
    admin.set_viewport_size({"width": 390, "height": 844})
    admin.goto(f"{product.base_url}/admin/panels/placement/?account__id__exact={account_id}")
    address = admin.locator("#result_list a[href*='/change/']").first.get_attribute("href")
    admin.goto(f"{product.base_url}{address}")
    name = admin.get_by_text(long_name)
    assert name.evaluate("one => one.scrollWidth <= one.clientWidth")
    assert admin.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
