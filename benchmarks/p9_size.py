"""P9: the frame's scripts and styles, compressed: what a first visit costs the agent's line."""

import gzip
import http.client
import re
from pathlib import Path

from benchmarks.results import Result
from benchmarks.servers import Server, Stage
from voxysapps.bridge import assets

_HTMX = Path(assets.__file__).parent / "static" / "bridge" / "htmx.min.js"
_HTMX_ADDRESS = re.compile(rb'data-htmx="([^"]+)"')


def run() -> list[Result]:
    with Stage() as stage:
        key = stage.prepare_product(["http://localhost"])["key"]
        server = stage.start_product()
        document = get(server, f"/a/{key}/")
        address = _HTMX_ADDRESS.search(gzip.decompress(document))
        if address is None:
            raise SystemExit("The frame names no htmx.")
        sent = len(document) + len(get(server, address[1].decode()))
    parts = (assets.early_script(), assets.bridge_script(), assets.style(), _HTMX.read_text(encoding="utf-8"))
    size = sum(len(gzip.compress(part.encode(), compresslevel=9)) for part in parts)
    return [
        Result("P9", "kB of script and style, htmx included, gzip -9", size / 1000, 30, "lower", 1),
        Result("P9-sent", "kB of the whole document and htmx, as sent", sent / 1000, 30, "lower", 1),
    ]


def get(server: Server, path: str) -> bytes:
    """Return the answer's body as it came over the line."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
    connection.request("GET", path, headers={"Accept-Encoding": "gzip"})
    response = connection.getresponse()
    body = response.read()
    connection.close()
    if response.status != 200 or response.headers["Content-Encoding"] != "gzip":
        raise SystemExit(f"{path}: {response.status}, {response.headers['Content-Encoding']}")
    return body
