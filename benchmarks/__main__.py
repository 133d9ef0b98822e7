"""Measures the product against its goals: `make bench`, or `make bench ONLY=P1,P3` for some of them.

Whatever is compared is measured in turn, in this one run; a value is a ratio or a size, never a time.
"""

import argparse
import os
import re
import sys
from collections.abc import Callable

from benchmarks import (
    p1_context,
    p3_parse,
    p4_paint,
    p5_cold,
    p7_webhooks,
    p8_neighbour,
    p9_size,
    p10_upload,
    p12_admin,
)
from benchmarks.results import Result, print_table, write_latest

BENCHMARKS: dict[str, Callable[[], list[Result]]] = {
    "P1": p1_context.run,
    "P3": p3_parse.run,
    "P4": p4_paint.run,
    "P5": p5_cold.run,
    "P7": p7_webhooks.run,
    "P8": p8_neighbour.run,
    "P9": p9_size.run,
    "P10": p10_upload.run,
    "P12": p12_admin.run,
}


def main() -> int:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--only", default=os.environ.get("ONLY", ""), help="ids, such as P1,P3")
    only = parser.parse_args().only.replace(",", " ").split()
    chosen = {name: run for name, run in BENCHMARKS.items() if not only or name in map(number, only)}
    if not chosen:
        parser.error(f"there is no such benchmark; there are {', '.join(BENCHMARKS)}")
    results: list[Result] = []
    for name, run in chosen.items():
        print(f"{name} …", file=sys.stderr, flush=True)
        results += run()
    print_table(results)
    busy = os.getloadavg()[1]
    if busy > 1.5 * (os.cpu_count() or 1):
        print(f"The machine was busy (load {busy:.1f}): what is painted in a browser (P4) looks slower than it is.")
    write_latest(results)
    return 0


def number(asked: str) -> str:
    """Return the benchmark of an id: P1 for P1 and P1a, but P10 for P10."""
    return "".join(re.findall(r"^P\d+", asked.upper()))


if __name__ == "__main__":
    sys.exit(main())
