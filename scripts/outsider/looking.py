"""What an operator does in the admin, and what an agent then sees in the simulator, in Chromium."""

import re
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Frame
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from scripts.outsider.installation import Failed

_SECONDS = 20


class Desk:
    """One person at a browser, who is operator and agent of the first demonstration account."""

    def __init__(self, browser: Browser, state: dict[str, Any]) -> None:
        self._state = state
        self._account = state["accounts"][0]
        self._app = self._account["apps"][0]
        self._page = browser.new_page(viewport={"width": 1360, "height": 900})
        self._page.set_default_timeout(_SECONDS * 1000)

    def sign_in(self) -> None:
        """Sign in to the admin."""
        admin = self._state["admin"]
        self._page.goto(admin["url"])
        self._enter(username=admin["username"], password=admin["password"])
        self._page.locator("[type=submit]").click()
        self._page.wait_for_url(re.compile(r"/admin/$"))

    def add_panel(self, slug: str, **settings: str) -> None:
        """Put the panel into the account's first app, on top, and enter its settings."""
        page, app = self._page, f"/admin/tenants/dashboardapp/{self._app['id']}/change/"
        self._open(app)
        row = page.locator("[name=placements-TOTAL_FORMS]").input_value()
        page.locator("a.add-row").click()
        page.select_option(f"[name=placements-{row}-panel]", slug)
        self._save()
        self._open(app)
        links = page.locator("a[href^='/admin/panels/placement/']").all()
        paths = [link.get_attribute("href") or "" for link in links]
        self._open(max(paths, key=lambda path: int(path.split("/")[4])))  # the newest
        self._enter(**{f"setting_{name}": value for name, value in settings.items()})
        self._save()

    def add_connection(self, connector: str, name: str, *, panel: str, **settings: str) -> None:
        """Connect the account to a system, which is asked whether it answers, and have it fill the app's panel."""
        self._open(f"/admin/panels/connection/add/?account={self._account['id']}&connector={connector}")
        self._enter(name=name, **{f"setting_{key}": value for key, value in settings.items()})
        self._save()
        placement = next(one for one in self._app["placements"] if one["panel"] == panel)
        self._open(f"/admin/panels/placement/{placement['id']}/change/")
        self._page.get_by_label(name).check()
        self._save()

    def look(self, *, shown: dict[str, str], picture: Path | None) -> None:
        """Open the tab in the simulator; fail where a panel, by its slug, does not show the text."""
        page, conversation = self._page, self._account["conversations"][0]
        page.goto(f"{self._state['simulator_url']}#conversation={conversation['id']}")
        page.evaluate("simulator.ready.then(() => null)")
        titles = [app["title"] for app in page.evaluate("simulator.apps")]
        page.evaluate("(tab) => simulator.openTab(tab)", titles.index(self._app["title"]) + 1)
        frame = self._frame()
        for slug, text in shown.items():
            section = frame.locator(f"section[data-panel='{slug}'][data-state='ready']")
            try:
                section.get_by_text(text).first.wait_for(state="visible")
            except PlaywrightTimeout:
                told = frame.locator(f"section[data-panel='{slug}']").all_inner_texts()
                raise Failed(f"The simulator does not show “{text}” in the panel {slug}, but: {told}") from None
        if picture is not None:
            page.screenshot(path=picture)

    def _frame(self) -> Frame:
        for _ in range(_SECONDS * 10):
            for frame in self._page.frames:
                if f"/{self._app['key']}/" in frame.url:
                    return frame
            self._page.wait_for_timeout(100)
        raise Failed(f"The simulator does not open the tab {self._app['title']}.")

    def _open(self, path: str) -> None:
        self._page.goto(f"{self._state['base_url']}{path}")

    def _enter(self, **values: str) -> None:
        for name, value in values.items():
            self._page.fill(f"[name={name}]", value)

    def _save(self) -> None:
        before = self._page.url
        self._page.get_by_role("button", name="Save", exact=True).click()
        try:
            self._page.wait_for_url(lambda url: url != before)
        except PlaywrightTimeout:
            said = self._page.locator(".errorlist, .errornote, .text-red-700").all_inner_texts()
            raise Failed(f"The admin does not save {before}: {' '.join(said)}") from None
