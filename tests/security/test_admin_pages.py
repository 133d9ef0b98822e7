"""The admin works under its policy: none of its pages asks the browser for what the policy refuses."""

import re
from collections.abc import Iterator

import pytest
from django.contrib import admin
from playwright.sync_api import Browser, ConsoleMessage, FilePayload, Page, expect

from tests.support.product import Product

MODELS = sorted(f"{model._meta.app_label}/{model._meta.model_name}" for model in admin.site._registry)


class Complaints(list[str]):
    """What the browser complains of while it shows pages."""

    def __init__(self, page: Page) -> None:
        super().__init__()
        page.on("console", self._note)
        page.on("pageerror", lambda error: self.append(str(error)))

    def _note(self, message: ConsoleMessage) -> None:
        # There is no favicon, and some add forms are forbidden.
        if message.type in ("error", "warning") and "Failed to load resource" not in message.text:
            self.append(f"{message.text} ({message.page.url if message.page else ''})")


@pytest.fixture(scope="module")
def page(browser: Browser) -> Iterator[Page]:
    """One page for the module: it signs in once."""
    with browser.new_context() as context:
        yield context.new_page()


@pytest.fixture(scope="module")
def complaints(page: Page) -> Complaints:
    return Complaints(page)


@pytest.fixture(scope="module")
def signed_in(page: Page, product: Product, complaints: Complaints) -> Page:
    operator = product.state["admin"]
    page.goto(operator["url"])
    page.fill("#id_username", operator["username"])
    page.fill("#id_password", operator["password"])
    page.click("[type=submit]")
    page.wait_for_url(re.compile(r"/admin/$"))
    assert complaints == []
    return page


def test_start_page(signed_in: Page, complaints: Complaints) -> None:
    assert signed_in.locator("a[href='/admin/tenants/account/']").count() >= 1
    assert complaints == []


@pytest.mark.parametrize("model", MODELS)
def test_lists_and_forms_run_nothing_the_policy_refuses(
    signed_in: Page, product: Product, complaints: Complaints, model: str
) -> None:
    page, address = signed_in, f"{product.base_url}/admin/{model}/"
    answer = page.goto(address)
    assert answer is not None
    assert answer.status == 200
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
    assert "script-src 'self' 'unsafe-eval';" in answer.headers["content-security-policy"]
    links = page.locator("#result_list th a").evaluate_all("links => links.map(({ href }) => href)")
    for link in links[:2]:
        page.goto(link)
        page.wait_for_load_state("load")
        for button in page.locator(".add-row a").all():
            button.click()
        page.goto(re.sub(r"/change/.*", "/history/", link))
        page.goto(re.sub(r"/change/.*", "/delete/", link))
    page.goto(f"{address}add/")
    page.wait_for_load_state("load")
    found = list(complaints)
    complaints.clear()
    assert found == []


def test_import_shows_a_file_before_it_is_done(signed_in: Page, product: Product, complaints: Complaints) -> None:
    page = signed_in
    page.goto(f"{product.base_url}/admin/tenants/account/")
    page.get_by_role("link", name="Import", exact=True).click()
    content = (
        "name;host_origin;host_account_id\r\nFrom a file;https://voxys.example;77\r\n;https://voxys.example;78\r\n"
    )
    file: FilePayload = {"name": "accounts.csv", "mimeType": "text/csv", "buffer": content.encode("utf-8-sig")}
    page.locator("[name=file]").set_input_files(file)
    page.get_by_role("button", name="Show what would change").click()
    expect(page.locator(".import-accounts dd")).to_have_text("+ account From a file (https://voxys.example, 77)")
    expect(page.get_by_role("alert")).to_have_text("line 3: Every line needs a name.")
    expect(page.get_by_role("button", name="Import", exact=True)).to_be_visible()
    found = list(complaints)
    complaints.clear()
    assert found == []


def test_an_injected_script_does_not_run(signed_in: Page, product: Product) -> None:
    """The policy is in force. Last of the module: it complains."""
    signed_in.goto(f"{product.base_url}/admin/")
    signed_in.evaluate(
        """() => {
          const script = document.createElement('script');
          script.textContent = 'window.injected = true';
          document.body.append(script);
          document.body.insertAdjacentHTML('beforeend', '<img src=x onerror="window.injected = true">');
        }"""
    )
    signed_in.wait_for_timeout(50)
    assert signed_in.evaluate("window.injected") is None


def test_nobody_frames_the_admin(page: Page, product: Product) -> None:
    page.goto(f"{product.base_url}/healthz")
    page.set_content(f'<iframe src="{product.base_url}/admin/login/"></iframe>')
    page.wait_for_timeout(100)
    assert page.frames[1].url.startswith("chrome-error:")
