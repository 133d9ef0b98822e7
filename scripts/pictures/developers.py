"""What developers see who follow the pages: their own panel in the agent's window."""

from playwright.sync_api import expect

from scripts.pictures.agents import AGNES, LANTERNA
from scripts.pictures.camera import Camera, Scenes, Window, press, sign_in_to_admin, wait_for_data

SCENES = Scenes()


@SCENES.of("first-panel", package="first-panel.md")
def first_panel(camera: Camera) -> None:
    page = sign_in_to_admin(camera, camera.page())
    page.goto(f"{camera.product.base_url}/admin/tenants/dashboardapp/?q=Lanterna")
    page.get_by_role("link", name="Customer", exact=True).first.click()
    page.get_by_text("Add another Placement", exact=True).click()
    panel = page.locator("select[name$='-panel']:visible").last
    panel.select_option(label="Tier")
    press(page, "Save")
    window = Window(camera, camera.page(width=1440, height=900), LANTERNA, conversation=AGNES)
    frame = window.open("Customer")
    expect(frame.locator("section[data-panel=acme-tier]")).to_be_visible()
    wait_for_data(frame)
    frame.locator("section[data-panel=acme-tier]").scroll_into_view_if_needed()
    camera.take("first-panel", window.page, height=900)
