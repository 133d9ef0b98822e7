"""P1: what a posted context costs the server, beside a bare Django project.

The same request goes to all three in turn, round after round; each round gives one ratio of processor
time per request, and the median of the ratios counts.
"""

import json
from pathlib import Path
from statistics import median

from benchmarks import contexts
from benchmarks.baseline.template import derive
from benchmarks.load import Target, ask_once, load
from benchmarks.results import Result
from benchmarks.servers import Server, Stage

ROUNDS = 11
# Enough for the clock of processor time, which ticks in hundredths of a second.
REQUESTS = 800
WARM_UP = 400


def run() -> list[Result]:
    with Stage() as stage:
        return compare(stage)


def compare(stage: Stage) -> list[Result]:
    prepared = stage.prepare_product(["http://localhost"], trust="signed_in")
    body = contexts.trimmed()
    product = stage.start_product()
    ours = Target(product.port, f"/a/{prepared['key']}/context", body, f"Authorization: Bearer {prepared['token']}\r\n")
    answer = ask_once(ours)
    answer = ask_once(ours)
    if answer.status != 200 or answer.body.count(b'data-state="ready"') != 3:
        raise SystemExit(f"The context was not answered as expected: {answer.status}, {answer.body[:200]!r}")

    bare = stage.start_bare(write_sections(stage.folder / "sections", answer.body))
    template = Target(bare.port, "/sections", body)
    hello = Target(bare.port, "/hello", body)
    if ask_once(template).body != answer.body:
        raise SystemExit("The bare view's sections are not byte-identical to ours.")

    costs = measure([(product, ours), (bare, template), (bare, hello)])
    what = f"CPU per request: {{}}, {len(body)} B context, 3 placements, 20 rows, {len(answer.body)} B answer"
    return [
        Result("P1a", what.format("bare Django template / ours"), ratio(costs, 1, 0), 2.5, "higher", ROUNDS),
        Result("P1b", what.format("bare Django hello / ours"), ratio(costs, 2, 0), 0.4, "higher", ROUNDS),
    ]


def write_sections(folder: Path, answer: bytes) -> Path:
    folder.mkdir()
    template, values = derive(answer.decode())
    (folder / "sections.html").write_text(template, encoding="utf-8")
    (folder / "sections.json").write_text(json.dumps(values), encoding="utf-8")
    return folder


def measure(sides: list[tuple[Server, Target]]) -> list[list[float]]:
    """Return the seconds of processor time per request, by round and side."""
    for _, target in sides:
        load(target, requests=WARM_UP, connections=16)
    return [[cost(server, target) for server, target in sides] for _ in range(ROUNDS)]


def cost(server: Server, target: Target) -> float:
    before = server.cpu_seconds()
    load(target, requests=REQUESTS)
    return (server.cpu_seconds() - before) / REQUESTS


def ratio(costs: list[list[float]], one: int, other: int) -> float:
    return median(costs_of_round[one] / costs_of_round[other] for costs_of_round in costs)
