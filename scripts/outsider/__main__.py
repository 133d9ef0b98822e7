"""A panel and a connector made by an outsider, from an empty folder to the agent's window: `make outsider`.

It builds the wheel, installs it into a fresh environment, writes a panel and a connector with `voxysapps
startpanel` and `startconnector`, installs these and the two examples, and runs their tests unchanged. It starts the
product, sets panel and connector up in the admin as an operator does, and looks at them in the simulator, in Chromium.
The systems that they ask are on this machine. It says what it does, and ends with 1 and a sentence where something is
not so; nothing is left behind.
"""

import argparse
import json
import shutil
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import NoReturn

from playwright.sync_api import Browser, sync_playwright

from panels.testing.browser import REQUIRED, find_browser
from scripts.outsider.installation import NOISE, ROOT, Failed, Installation, new_installation
from scripts.outsider.looking import Desk
from scripts.outsider.systems import ORDER, POINTS, TOKEN, Systems, running_systems
from voxysapps.embedded.ports import free_port

EXAMPLES = ("loyalty", "tracker")
PANEL, CONNECTOR, CONNECTION = "club-points", "club-shop", "Outsider's shop"
# After so many seconds it is given up, whatever hangs.
LONGEST = 900


def main(picture: Path | None) -> None:
    """Do all of it. Raises `Failed`."""
    if find_browser() is None:
        raise Failed("There is no Chromium to look with; BROWSER_PATH names one that is not found by itself.")
    with new_installation() as installation:
        install(installation)
        for command, name in (("startpanel", PANEL), ("startconnector", CONNECTOR)):
            make(installation, command, name)
        for name in EXAMPLES:
            bring(installation, name)
        with step("the product is started where nothing was set up"), running_systems() as systems:
            port = free_port()
            with installation.running(port) as state:
                look(json.loads(state.read_text(encoding="utf-8")), systems, picture)


def install(installation: Installation) -> None:
    """Install the product, and what its authors' tests look with."""
    with step("the product's wheel is built"):
        wheel = installation.build_wheel()
    with step(f"{wheel.name} is installed into a fresh environment"):
        installation.make_environment(wheel)
        installation.pip_install(pinned("playwright"))
    installation.env |= {"BROWSER_PATH": find_browser() or "", REQUIRED: "required"}


def make(installation: Installation, command: str, name: str) -> None:
    """Write the package, install it, and run its tests."""
    with step(f"voxysapps {command} {name}"):
        installation.run(["voxysapps", command, name], seconds=60)
    with step(f"{name} is installed"):
        installation.pip_install(f"./{name}")
    test(installation, name)


def bring(installation: Installation, name: str) -> None:
    """Install one of the example packages and run its tests, where nothing else of the checkout is."""
    shutil.copytree(ROOT / "examples" / name, installation.folder / f"example-{name}", ignore=NOISE)
    with step(f"the example “{name}” is installed"):
        installation.pip_install(f"./example-{name}")
    test(installation, f"example-{name}")


def test(installation: Installation, name: str) -> None:
    """Run the tests of the package in this folder."""
    with step(f"the tests of {name} are run as they are"):
        said = installation.run(["pytest", "-q", "-p", "no:cacheprovider"], seconds=200, within=name)
        summary = said.rstrip().splitlines()[-1]
        if "skipped" in summary:
            raise Failed(f"Not all tests of {name} were run: {summary}")
        print(f"   {summary}")


def look(state: dict[str, object], systems: Systems, picture: Path | None) -> None:
    """Set both up, and see them."""
    with chromium() as browser:
        desk = Desk(browser, state)
        with step("an operator adds the panel and the connection in the admin"):
            desk.sign_in()
            desk.add_panel(PANEL, address=f"{systems.url}/points", token=TOKEN)
            desk.add_connection(CONNECTOR, CONNECTION, panel="orders", address=f"{systems.url}/shop", token=TOKEN)
        with step("an agent opens the tab in the simulator"):
            desk.look(shown={PANEL: f"{POINTS['points']:,}", "orders": str(ORDER["number"])}, picture=picture)
            print(f"   the systems were asked: {', '.join(systems.asked)}")


@contextmanager
def chromium() -> Iterator[Browser]:
    """Yield this machine's Chromium."""
    arguments = ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_browser(), args=arguments)
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def step(what: str) -> Iterator[None]:
    """Say what is done, and how many seconds it took."""
    print(f"== {what}", flush=True)
    began = time.monotonic()
    yield
    print(f"   {time.monotonic() - began:.1f} s", flush=True)


def pinned(package: str) -> str:
    """Return the requirement of the checkout's own tests for the package."""
    lines = (ROOT / "requirements-dev.txt").read_text(encoding="utf-8").splitlines()
    return next(line for line in lines if line.startswith(f"{package}=="))


def give_up(number: int, _frame: FrameType | None) -> NoReturn:
    """End what takes too long, or is to end; everything that was started is stopped on the way out."""
    raise Failed(f"It takes longer than {LONGEST} seconds." if number == signal.SIGALRM else "It was stopped.")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="make outsider", description="A panel made by an outsider.")
    parser.add_argument("--picture", type=Path, help="where to put a picture of the agent's window")
    options = parser.parse_args()
    for ending in (signal.SIGALRM, signal.SIGTERM, signal.SIGINT):
        signal.signal(ending, give_up)
    signal.alarm(LONGEST)
    try:
        main(options.picture)
    except Failed as error:
        sys.exit(f"FAILED: {error}")
    print("An outsider's panel and connector work.")
