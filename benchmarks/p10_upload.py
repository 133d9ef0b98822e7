"""P10: what a real browser uploads of a long conversation."""

from playwright.sync_api import Request

from benchmarks import contexts
from benchmarks.browsers import host_origin, opened_host
from benchmarks.pages import serving_pages
from benchmarks.prepared import ROWS
from benchmarks.results import Result
from benchmarks.servers import Stage

SIZE = 70_000


def run() -> list[Result]:
    context = contexts.long(SIZE)
    uploads: list[int] = []

    def note(request: Request) -> None:
        if request.url.endswith("/context"):
            uploads.append(len(request.post_data_buffer or b""))

    with Stage() as stage, serving_pages() as pages:
        key = stage.prepare_product([host_origin(pages)])["key"]
        server = stage.start_product()
        with opened_host(pages, context, rows=ROWS) as host:
            host.page.on("request", note)
            host.open_tab(f"{server.origin}/a/{key}/")
    if not uploads:
        raise SystemExit("The frame posted no context.")
    what = f"bytes uploaded for a context of {len(context)} bytes ({len(uploads)} request)"
    return [Result("P10", what, sum(uploads), 5000, "lower", 1)]
