"""What operators see: an account from its first line to green lights, and what keeps it working."""

import re
from dataclasses import dataclass

from playwright.sync_api import Page, expect

from scripts.pictures.agents import AGNES, FERNWEH, LANTERNA, NORA
from scripts.pictures.camera import Camera, Scenes, Window, press, sign_in_to_admin, wait_for_data

SCENES = Scenes()

# An account of the stand-in host that nobody has connected.
NORDLICHT = 23
TABLE = """name,host_origin,host_account_id,trust,locale
Bergwerk Coffee,https://voxys.bergwerk.example,31,signed_in,de
Quayside Books,https://voxys.quayside.example,32,signed_in,en
Fernweh Outdoor,{origin},4,verified,en
"""


@dataclass(frozen=True)
class Copied:
    """What an operator copies from the host."""

    address: str
    account_id: str
    token: str
    api: str


@SCENES.of(
    *("host-token", "account-add", "account-steps", "connector-kinds", "connection-form", "connection-trial"),
    *("tabs", "publish", "preflight", "secrets"),
)
def an_account_in_five_minutes(camera: Camera) -> None:
    page = camera.page()
    copied = copy_from_the_host(camera, page)
    sign_in_to_admin(camera, page)
    page.goto(f"{camera.product.base_url}/admin/tenants/account/add/")
    page.fill("[name=name]", "Nordlicht Radhaus")
    page.fill("[name=host_origin]", copied.address)
    page.fill("[name=host_account_id]", copied.account_id)
    page.fill("[name=host_token]", copied.token)
    camera.take("account-add", page, height=560)
    # The stand-in host's API is not where its window is; a real one's is.
    page.get_by_text("More", exact=True).click()
    page.fill("[name=host_api]", copied.api)
    press(page, "Save")
    camera.take("account-steps", page)
    press(page, "Add a connection")
    camera.take("connector-kinds", page, height=560)
    page.get_by_role("link", name="Demonstration (invented data)").click()
    page.fill("[name=setting_shop]", "Nordlicht shop")
    camera.take("connection-form", page)
    try_a_customer(camera, page)
    press(page, "Save")
    press(page, "Set up tabs")
    camera.take("tabs", page, height=360)
    press(page, "Create")
    press(page, "Publish")
    camera.take("publish", page, height=380)
    press(page, "Publish")
    press(page, "Pre-flight")
    page.get_by_role("button", name=re.compile("^Run")).click()
    expect(page.get_by_role("button", name="Run again", exact=True)).to_be_visible()
    camera.take("preflight", page, height=880)
    press(page, "Back to the account")
    show_at_the_top(page, "Administrator's API token")
    camera.take("secrets", page)


def copy_from_the_host(camera: Camera, page: Page) -> Copied:
    page.goto(f"{camera.product.simulator_url.rstrip('/')}/profile/{NORDLICHT}/")
    camera.take("host-token", page, height=580)
    address, account_id, token, api = (
        page.locator(f"#{name}").inner_text() for name in ("host-address", "account-id", "access-token", "api-address")
    )
    return Copied(address, account_id, token, api)


def try_a_customer(camera: Camera, page: Page) -> None:
    page.get_by_label("E-mail").fill("ada.okafor@example.com")
    with page.expect_popup() as opened:
        page.get_by_role("button", name="Try", exact=True).click()
    trial = opened.value
    trial.locator(".trial").first.wait_for()
    camera.take("connection-trial", trial, height=640)
    trial.close()


def show_at_the_top(page: Page, text: str) -> None:
    """Scroll to a text, below the bar at the top."""
    page.get_by_text(text, exact=True).first.evaluate(
        "(element) => { element.style.scrollMarginTop = '90px'; element.scrollIntoView({ block: 'start' }) }"
    )


@SCENES.of("overview", "account-list", "dashboard-app", "placement", "health", "view-records", "audit", "plugins")
def everyday(camera: Camera) -> None:
    for account, conversation, tab in ((FERNWEH, NORA, "Customer 360"), (LANTERNA, AGNES, "Customer")):
        wait_for_data(Window(camera, camera.page(), account, conversation=conversation).open(tab))
    page = sign_in_to_admin(camera, camera.page())
    admin = f"{camera.product.base_url}/admin"
    page.goto(f"{admin}/")
    camera.take("overview", page, height=330)
    page.goto(f"{admin}/tenants/account/")
    camera.take("account-list", page, height=520)
    page.goto(f"{admin}/tenants/dashboardapp/")
    page.get_by_role("link", name="Customer 360", exact=True).first.click()
    show_at_the_top(page, "Placements")
    camera.take("dashboard-app", page)
    page.get_by_role("link", name="Change", exact=True).nth(1).click()
    camera.take("placement", page)
    page.goto(f"{admin}/panels/connection/?q=Fernweh")
    page.locator("a[href$='/health/']").first.click()
    camera.take("health", page, height=620)
    wait_for_a_row(page, f"{admin}/tenants/viewrecord/")
    camera.take("view-records", page, height=420)
    page.goto(f"{admin}/tenants/auditentry/")
    camera.take("audit", page)
    page.goto(f"{admin}/panels/pluginoffer/")
    camera.take("plugins", page, height=620)


@SCENES.of("operators", "import")
def several_people_and_accounts(camera: Camera) -> None:
    page = sign_in_to_admin(camera, camera.page())
    admin = f"{camera.product.base_url}/admin"
    add_user(page, admin, "robin.vega")
    page.goto(f"{admin}/tenants/operator/add/")
    choose(page, "user", "robin")
    choose(page, "accounts", "Lanterna")
    camera.take("operators", page, height=480)
    page.goto(f"{admin}/tenants/account/import/")
    origin = camera.product.base_url
    page.set_input_files(
        "[name=file]", {"name": "accounts.csv", "mimeType": "text/csv", "buffer": TABLE.format(origin=origin).encode()}
    )
    press(page, "Show what would change")
    camera.take("import", page, height=460)


def add_user(page: Page, admin: str, name: str) -> None:
    page.goto(f"{admin}/auth/user/add/")
    page.fill("[name=username]", name)
    page.fill("[name=password1]", "battery-horse-staple")
    page.fill("[name=password2]", "battery-horse-staple")
    page.press("[name=password2]", "Enter")
    page.wait_for_url("**/change/")


def choose(page: Page, name: str, text: str) -> None:
    """Choose what is found by a text in a field that searches while one types."""
    page.locator(f".field-{name} .select2-selection").click()
    page.locator(".select2-search__field").last.fill(text)
    page.locator(".select2-results__option", has_text=text).first.click()


def wait_for_a_row(page: Page, address: str) -> None:
    """Open a list again until it has a row: view records are written within a minute."""
    for _try in range(45):
        page.goto(address)
        if page.locator("#result_list tbody tr").count():
            return
        page.wait_for_timeout(2_000)
    raise AssertionError(f"nothing came into {address}")
