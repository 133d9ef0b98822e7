"""Takes the pictures of the documentation: always the same size, language, zone and colours."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlencode

from playwright.sync_api import Browser, BrowserContext, FloatRect, Frame, Locator, Page, expect

from tests.support.product import Product

# Half a large window: what is read in it stays readable in the column of a page.
WIDTH, HEIGHT = 1100, 720
PATIENCE = 20_000
SETTLED = """() => {
  const states = [...document.querySelectorAll('#panels section')].map(({ dataset }) => dataset.state);
  return states.length > 0 && !states.includes('loading');
}"""


class Camera:
    """A browser in front of a running product, and the folder where the pictures go."""

    def __init__(self, browser: Browser, product: Product, folder: Path) -> None:
        self.product = product
        self._browser = browser
        self._folder = folder
        self._contexts: list[BrowserContext] = []

    def page(self, *, width: int = WIDTH, height: int = HEIGHT, look: Literal["light", "dark"] = "light") -> Page:
        """Return the page of somebody new: no cookies, nothing kept."""
        context = self._browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme=look,
            locale="en-US",
            timezone_id="Europe/Berlin",
            reduced_motion="reduce",
            device_scale_factor=1,
        )
        context.set_default_timeout(PATIENCE)
        self._contexts.append(context)
        return context.new_page()

    def take(self, name: str, shown: Page | Locator, *, height: int = HEIGHT) -> None:
        """Write the picture of a page's window, made `height` pixels high, or of so much of one thing in it."""
        path = self._folder / f"{name}.png"
        if isinstance(shown, Page):
            shown.wait_for_load_state("networkidle")
            shown.set_viewport_size({"width": self._width_of(shown), "height": height})
            shown.screenshot(path=path, animations="disabled")
            return
        box = shown.bounding_box()
        assert box is not None, f"{name} is not in sight"
        clip: FloatRect = {**box, "height": min(height, box["height"])}
        shown.page.screenshot(path=path, animations="disabled", clip=clip)

    @staticmethod
    def _width_of(page: Page) -> int:
        return page.viewport_size["width"] if page.viewport_size else WIDTH

    def close(self) -> None:
        """End everybody's session, so that one scene finds nothing of another."""
        for context in self._contexts:
            context.close()
        self._contexts.clear()

    def account(self, name: str) -> dict[str, Any]:
        """Return the demonstration account, as state.json tells of it."""
        return next(one for one in self.product.state["accounts"] if one["name"] == name)


@dataclass(frozen=True)
class Scene:
    """Pictures that are taken together, and how."""

    pictures: tuple[str, ...]
    play: Callable[[Camera], None]
    # The page of docs/panels whose package is installed for it.
    package: str | None = None


class Scenes(list[Scene]):
    """The scenes of a module, in the order in which they are written."""

    def of(
        self, *pictures: str, package: str | None = None
    ) -> Callable[[Callable[[Camera], None]], Callable[[Camera], None]]:
        """Name the pictures that the decorated function takes, and the page whose package it needs."""

        def add(play: Callable[[Camera], None]) -> Callable[[Camera], None]:
            self.append(Scene(pictures, play, package))
            return play

        return add


class Window:
    """An agent's window: the stand-in host with one conversation open."""

    def __init__(self, camera: Camera, page: Page, account: str, *, conversation: int, agent: str = "") -> None:
        self.page = page
        self.account = camera.account(account)
        agents = self.account["agents"]
        who = next((one for one in agents if one["name"] == agent), agents[0])
        self.agent: dict[str, Any] = who
        place = {
            "account": self.account["host_account_id"],
            "agent": who["id"],
            "conversation": conversation,
            "host": "g3a",
        }
        page.goto(f"{camera.product.simulator_url}#{urlencode(place)}")
        page.wait_for_selector("html[data-simulator=ready]")
        # What invites to connect an account is there until somebody has, as other scenes do.
        page.locator(".tools-button--open").evaluate_all("(all) => all.forEach((one) => one.remove())")

    def open(self, title: str) -> Frame:
        """Open a tab; return the frame in it."""
        titles = [app["title"] for app in self.account["apps"]]
        self.page.evaluate("(tab) => simulator.openTab(tab)", titles.index(title) + 1)
        element = self.page.locator("iframe:visible")
        element.wait_for()
        frame = element.element_handle().content_frame()
        assert frame is not None
        return frame

    @property
    def tab(self) -> Locator:
        """What the open tab shows, without the host around it."""
        return self.page.locator("iframe:visible")


def wait_for_data(frame: Frame) -> None:
    """Wait until every panel of the frame has an answer."""
    frame.wait_for_function(SETTLED, polling=100)


def sign_in_to_admin(camera: Camera, page: Page) -> Page:
    """Return the page at the admin's first page, signed in."""
    admin = camera.product.state["admin"]
    page.goto(admin["url"])
    page.fill("[name=username]", admin["username"])
    page.fill("[name=password]", admin["password"])
    page.click("[type=submit]")
    page.wait_for_url(re.compile(r"/admin/$"))
    return page


def press(page: Page, name: str) -> None:
    """Press the button or link of this name, and wait for what comes."""
    button = page.get_by_role("button", name=name, exact=True)
    link = page.get_by_role("link", name=name, exact=True)
    button.or_(link).first.click()
    page.wait_for_load_state("networkidle")


def set_fault(camera: Camera, connection: str, fault: str) -> None:
    """Let a connection of the demonstration go wrong, or right again ("none"), as an operator can."""
    page = sign_in_to_admin(camera, camera.page())
    page.goto(f"{camera.product.base_url}/admin/panels/connection/?q={connection}")
    page.get_by_role("link", name=connection, exact=True).click()
    page.select_option("[name=setting_fault]", fault, force=True)
    press(page, "Save")
    expect(page).to_have_url(re.compile(r"/admin/panels/connection/"))
