"""Finds the Chromium of this machine."""

import os
import shutil
from functools import cache
from pathlib import Path
from typing import Any

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "microsoft-edge")
MACOS = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
PLAYWRIGHT_DOWNLOADS = ("~/.cache/ms-playwright", "~/Library/Caches/ms-playwright")
NONE_FOUND = (
    "The browser tests need Chromium. Get one with `.venv/bin/playwright install chromium`, "
    "`apt-get install chromium` or `brew install --cask chromium`, or name yours in BROWSER_PATH."
)

# Playwright's list without ThirdPartyStoragePartitioning: a frame's storage is apart for every host
# page, as it is for agents. Chromium takes the last --disable-features it is given.
DISABLED_FEATURES = (
    "AvoidCorsURLLoaderRestartOnRedirect",
    "AvoidUnnecessaryBeforeUnloadCheckSync",
    "DestroyProfileOnBrowserClose",
    "HttpsFirstBalancedModeAutoEnable",
    "HttpsUpgrades",
    "MediaRouter",
    "NetworkTimeServiceQuerying",
    "OptimizationHints",
    "PaintHolding",
    "PreconnectToSearch",
)


@cache
def find_browser() -> str | None:
    for variable in ("BROWSER_PATH", "CHROMIUM"):
        if named := os.environ.get(variable):
            return shutil.which(named)
    for name in (*NAMES, *MACOS):
        if found := shutil.which(name):
            return found
    for folder in (os.environ.get("PLAYWRIGHT_BROWSERS_PATH") or "", *PLAYWRIGHT_DOWNLOADS):
        for pattern in ("chromium-*/chrome-linux*/chrome", "chromium-*/chrome-mac*/*.app/Contents/MacOS/*"):
            for found in sorted(map(str, Path(folder).expanduser().glob(pattern)), reverse=True) if folder else ():
                return found
    return None


def launch_arguments() -> dict[str, Any]:
    arguments = [f"--disable-features={','.join(DISABLED_FEATURES)}", "--disable-sync"]
    if os.geteuid() == 0:
        arguments.append("--no-sandbox")
    return {"executable_path": find_browser(), "args": arguments}
