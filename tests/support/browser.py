"""How the tests start the Chromium of this machine."""

import os
from typing import Any

from panels.testing.browser import find_browser

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


def launch_arguments() -> dict[str, Any]:
    arguments = [f"--disable-features={','.join(DISABLED_FEATURES)}", "--disable-sync"]
    if os.geteuid() == 0:
        arguments.append("--no-sandbox")
    return {"executable_path": find_browser(), "args": arguments}
