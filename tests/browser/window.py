"""The agent's window as the tests see it: the stand-in host, and in it the tabs with our frames."""

import re
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from typing import Any
from urllib.parse import urlencode

from playwright.sync_api import BrowserContext, Frame, Page, Request, Route
from playwright.sync_api import Error as PlaywrightError

from tests.browser.truth import Truth

# The frame's own elements with an id: rows with details. Each is there once.
ROW_IDS = """[...document.querySelectorAll('#panels [id^=vx-]:not([id^=vx-title])')].map(({ id }) => id).sort()"""
STATES = """[...document.querySelectorAll('#panels section')].map(({ dataset }) => dataset.state)"""
STATUS = "(document.querySelector('#status:not([hidden])')?.dataset.kind ?? null)"
SHOWS_ALL = f"""(rows) => {{
  const states = {STATES};
  return states.length > 0 && states.every((state) => ['ready', 'stale', 'empty'].includes(state))
    && JSON.stringify({ROW_IDS}) === JSON.stringify(rows);
}}"""
# All generations that show a frame in an iframe, in the host's order of ages.
GENERATIONS = ("g1-first", "g1-same-id", "g1", "g2", "g3a", "g3b")
FETCH_INFO = "chatwoot-dashboard-app:fetch-info"


class Tab:
    """One dashboard app: its tab in the host's window, or its page on a phone."""

    def __init__(self, window: "Window", title: str, key: str) -> None:
        self.window = window
        self.title = title
        self.key = key

    @property
    def frame(self) -> Frame:
        """The frame with our document, once it is there."""
        frame: Frame = self.window.wait_for(self._find, f"a frame of {self.title}")
        return frame

    @property
    def is_loaded(self) -> bool:
        return self._find() is not None

    def _find(self) -> Frame | None:
        phones = [page for page in self.window.context.pages if "/simulator/webview/" in page.url]
        frames = [frame for page in (self.window.page, *phones) for frame in page.frames]
        ours = [frame for frame in frames if not frame.is_detached() and f"/{self.key}/" in frame.url]
        return ours[0] if ours else None

    def open(self) -> "Tab":
        titles = [app["title"] for app in self.window.run("simulator.apps")]
        self.window.run("(tab) => simulator.openTab(tab)", titles.index(self.title) + 1)
        return self

    def ask(self) -> None:
        """Ask the host from this frame, as its own bridge does."""
        self.frame.evaluate("voxys.ask()")

    @property
    def posts(self) -> int:
        """How many contexts this frame has posted."""
        return len(self.bodies)

    @property
    def bodies(self) -> list[str]:
        """The contexts this frame has posted, as they left the browser."""
        frame = self.frame
        return [request.post_data or "" for request in self.window.requests if request.frame is frame]

    @property
    def states(self) -> list[str]:
        states: list[str] = self.frame.evaluate(STATES)
        return states

    @property
    def rows(self) -> list[str]:
        rows: list[str] = self.frame.evaluate(ROW_IDS)
        return rows

    @property
    def status(self) -> str | None:
        """What the page says instead of (or above) panels, by kind."""
        kind: str | None = self.frame.evaluate(STATUS)
        return kind

    def wait_until_shows(self, conversation: int, *, timeout: float = 8_000) -> None:
        """Wait until the customer of the conversation is shown: all rows, each once, and no others."""
        wanted = self.window.truth.rows(self.key, conversation)
        self.wait_for(SHOWS_ALL, wanted, timeout=timeout)

    def wait_for_status(self, kind: str | None, *, timeout: float = 8_000) -> None:
        self.wait_for(f"(kind) => {STATUS} === kind", kind, timeout=timeout)

    def wait_for_state(self, state: str, *, timeout: float = 8_000) -> None:
        self.wait_for(
            f"(state) => {{ const all = {STATES}; return all.length && all.every((one) => one === state) }}",
            state,
            timeout=timeout,
        )

    def wait_for(self, condition: str, argument: Any = None, *, timeout: float = 8_000) -> None:
        """Wait until the script's condition holds in this tab's frame, in whichever document."""
        give_up = time.monotonic() + timeout / 1000
        while True:
            try:
                # Not by animation frames: a hidden tab has none.
                remaining = max(1, give_up - time.monotonic()) * 1000
                self.frame.wait_for_function(condition, arg=argument, timeout=remaining, polling=40)
            except PlaywrightError as error:
                if time.monotonic() < give_up:
                    continue  # the frame went away; its successor counts
                shown = f"{self.title} shows states {self.states}, status {self.status}"
                if isinstance(argument, list):
                    shown += (
                        f"; rows too many {set(self.rows) - set(argument)}, missing {set(argument) - set(self.rows)}"
                    )
                raise AssertionError(f"{shown}; not so: {condition} {argument}") from error
            return


class Window:
    """The stand-in host in a browser page."""

    def __init__(self, page: Page, simulator_url: str, truth: Truth) -> None:
        self._apps: list[dict[str, Any]] | None = None
        self.page = page
        self.truth = truth
        self.requests: list[Request] = []
        self.url = simulator_url
        self.context.on("request", self._note)

    @property
    def context(self) -> BrowserContext:
        return self.page.context

    def _note(self, request: Request) -> None:
        if request.method == "POST" and request.url.split("?")[0].endswith("/context"):
            self.requests.append(request)

    def start(self, generation: str = "g3a", *, conversation: int, **place: object) -> "Window":
        """Open the host; it then shows the conversation's messages."""
        self.requests.clear()
        place = {"host": generation, "conversation": conversation, **place}
        self.page.goto("about:blank")
        self.page.goto(f"{self.url}#{urlencode(place)}")
        self.page.evaluate("simulator.ready.then(() => null)")
        self._apps = self.run("simulator.apps")
        return self

    def restart(self, generation: str, *, conversation: int) -> "Window":
        """Open the host, or bring the open one back to where `start` would: records stay as they are."""
        self.context.unroute_all()
        if self._apps is None:
            return self.start(generation, conversation=conversation)
        self.requests.clear()
        # What a test has put beside the host's own iframes.
        self.run("document.querySelectorAll('iframe:not([id])').forEach((iframe) => iframe.remove())")
        self.run("simulator.openTab(0)")
        self.run("simulator.setTheme('light')")
        self.run("(generation) => simulator.setGeneration(generation)", generation)
        self.open_conversation(conversation)
        self.clear_log()
        return self

    def forget(self) -> None:
        """Make the next `restart` load the host anew."""
        self._apps = None

    def run(self, script: str, argument: Any = None) -> Any:
        return self.page.evaluate(script, argument)

    def tab(self, title: str) -> Tab:
        return Tab(self, title, self.truth.app_key(title))

    def keep_apps(self, *titles: str) -> list[Tab]:
        """Leave only these apps in the host, in this order."""
        apps = [app for title in titles for app in self._apps or () if app["title"] == title]
        # In one go: the first versions of the host load all frames at once.
        self.run("(apps) => { simulator.setApps(apps); simulator.clearLog(); }", apps)
        return [self.tab(title) for title in titles]

    def open_conversation(self, conversation: int) -> None:
        self.run("(id) => simulator.openConversation(id)", conversation)

    def show_messages(self) -> None:
        self.run("simulator.openTab(0)")

    # --- what the host did ---------------------------------------------------------------------------

    def clear_log(self) -> None:
        self.run("simulator.clearLog()")

    @property
    def log(self) -> list[dict[str, Any]]:
        log: list[dict[str, Any]] = self.run("simulator.log.map(({ body, ...entry }) => ({ reason: null, ...entry }))")
        return log

    def receivers(self, reason: str | None = None) -> Counter[str]:
        """Return how many contexts each app was sent, according to the host."""
        return Counter(
            entry["to"] for entry in self.log if entry["direction"] == "out" and reason in (None, entry["reason"])
        )

    def questions(self) -> int:
        return sum(entry["event"] == "fetch-info" for entry in self.log)

    def settle(self) -> None:
        """Wait until every message that is on its way has been heard, there and back."""
        for _ in range(2):
            for frame in self.page.frames:
                # A frame that navigates meanwhile is heard in the second round.
                with suppress(PlaywrightError):
                    frame.evaluate("new Promise((resolve) => setTimeout(resolve, 10))")

    def wait_for(self, find: Callable[[], Any], what: str, *, timeout: float = 8_000) -> Any:
        """Return what `find` returns once it is something."""
        for _ in range(int(timeout / 25)):
            if found := find():
                return found
            self.page.wait_for_timeout(25)
        raise AssertionError(f"{what} did not come; the host's log: {self.log}")

    # --- what the network does -----------------------------------------------------------------------

    def hold(self, pattern: str) -> "Held":
        """Keep requests whose path matches from the platform until they are let go."""
        held = Held()
        self.context.route(re.compile(pattern), held.keep)
        return held


class Held:
    """Requests on their way that do not arrive before they are let go."""

    def __init__(self) -> None:
        self.routes: list[Route] = []
        self._is_open = False

    def keep(self, route: Route) -> None:
        if self._is_open:
            route.continue_()
        else:
            self.routes.append(route)

    def let_go(self) -> None:
        """Let all through, those to come too."""
        self._is_open = True
        for route in self.routes:
            route.continue_()
