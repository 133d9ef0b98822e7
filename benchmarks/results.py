"""What the benchmarks return, as a table and as JSON."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

LATEST = Path(__file__).parent / "out" / "latest.json"


@dataclass(frozen=True)
class Result:
    id: str
    what: str
    value: float
    # None: told for information.
    goal: float | None
    better: Literal["higher", "lower"]
    runs: int

    @property
    def is_reached(self) -> bool:
        if self.goal is None:
            return True
        return self.value >= self.goal if self.better == "higher" else self.value <= self.goal


def print_table(results: list[Result]) -> None:
    rows = [("id", "value", "goal", "", "what")]
    rows += [(each.id, f"{each.value:.2f}", _goal(each), _verdict(each), each.what) for each in results]
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    for row in rows:
        print("  ".join([*(text.ljust(width) for text, width in zip(row, widths, strict=False)), row[4]]))


def write_latest(results: list[Result]) -> None:
    LATEST.parent.mkdir(exist_ok=True)
    LATEST.write_text(json.dumps([asdict(each) for each in results], indent=2, ensure_ascii=False) + "\n", "utf-8")


def _goal(result: Result) -> str:
    if result.goal is None:
        return "-"
    return f"{'>=' if result.better == 'higher' else '<='} {result.goal:g}"


def _verdict(result: Result) -> str:
    if result.goal is None:
        return ""
    return "reached" if result.is_reached else "MISSED"
