"""A real proxy between connectors and the systems of tests, which spoils what passes as a test asks."""

import json
import os
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.support.proxy.installing import FOLDER, NotInstallableError, find_mitmdump
from tests.support.real_systems import serving
from voxysapps.embedded.ports import free_port

ADDON = Path(__file__).with_name("addon.py")
# The addon's own, which cannot be imported here.
CONTROL = "/.proxy"
RETRY_AFTER_SECONDS = 45


@dataclass(frozen=True, slots=True)
class FaultyProxy:
    """Asked at `url`, it asks the system behind it."""

    url: str

    def stand_before(self, system: str, *, fault: str = "none", field: str = "") -> None:
        """Pass requests on to the address `system` from now on, with this fault; forget what was seen before.

        `field` is what is missing in every answer by the fault "vanished".
        """
        self._control({"port": urlsplit(system).port, "fault": fault, "field": field})

    def trace_ids(self) -> list[str]:
        """Return the trace id of each request that came since."""
        return [seen["trace_id"] for seen in self._control()]

    def _control(self, orders: dict[str, Any] | None = None) -> Any:
        body = None if orders is None else json.dumps(orders).encode()
        request = urllib.request.Request(self.url + CONTROL, data=body, headers={"Content-Type": "application/json"})  # noqa: S310 - our own
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310 - our own
            return json.load(answer)


@contextmanager
def running_proxy(mitmdump: Path) -> Iterator[FaultyProxy]:
    """Run mitmproxy on a free port of this machine."""
    port = free_port()
    # Nothing is asked before the addon has said where the system is.
    options = {"connection_strategy": "lazy", "confdir": str(FOLDER / "configuration"), "http2": "false"}
    command = [str(mitmdump), "--quiet", "--mode", "reverse:http://127.0.0.1:9", "--listen-host", "127.0.0.1"]
    command += ["--listen-port", str(port), "--scripts", str(ADDON)]
    for name, value in options.items():
        command += ["--set", f"{name}={value}"]
    with serving(command, port, CONTROL) as url:
        yield FaultyProxy(url)


@pytest.fixture(scope="session")
def proxy(request: pytest.FixtureRequest) -> Iterator[FaultyProxy]:
    """The proxy, one for all tests. Where it cannot be had they are skipped; in .ci/run that is a failure."""
    capture = request.config.pluginmanager.getplugin("capturemanager")

    def say(text: str) -> None:
        with capture.global_and_fixture_disabled():
            print(f"\n{text}", flush=True)  # noqa: T201 - for who waits

    try:
        mitmdump = find_mitmdump(say=say)
    except NotInstallableError as error:
        if os.environ.get("NEEDS_MITMPROXY"):
            pytest.fail(str(error), pytrace=False)
        pytest.skip(str(error))
    with running_proxy(mitmdump) as running:
        yield running
