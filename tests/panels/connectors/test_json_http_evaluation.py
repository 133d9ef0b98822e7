"""No mapping, however it is written, holds a worker or its memory for longer than it may."""

import json
import os
import resource
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import jmespath
import psutil
import pytest
from django.utils import translation

from panels.api import ConnectorError, TemporaryError
from panels.connectors.json_http import evaluation, evaluator
from panels.connectors.json_http.evaluation import SECONDS, Evaluated, MappingFailed, cpu_seconds_of, evaluate
from panels.connectors.json_http.mapping import make_plan, read_mapping

ROWS = [{"id": number, "name": "x" * 1000, "list": [[1, 2], [3, 4]]} for number in range(3)]


def run(mapping: str, answer: Any = ROWS, **options: Any) -> Evaluated:
    plan = make_plan("orders", "orders", read_mapping("orders", mapping))
    body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
    return evaluate(plan, body, system="Acme", **options)


def test_an_expression_nested_too_deeply_is_said_in_the_operators_language() -> None:
    plan = make_plan("orders", "orders", {"orders.total": f"{'!' * 590}a"})
    with translation.override("de"):
        evaluated = evaluate(plan, json.dumps(ROWS).encode(), system="Acme")
    assert evaluated.errors == {"orders.total": "Es ist zu tief verschachtelt."}


def times(number: int, expression: str, first: str = "@") -> str:
    return " | ".join([first, *[expression] * number])


BOMBS = {
    "shared parts written out": f"note = to_string({times(26, '[@,@]')})",
    "a list twice as long each time": f"note = length({times(29, '[@,@][]')})",
    "a text twice as long each time": f"""note = {times(29, "join('',[@,@])", "name")}""",
    "equal, but not the same": f"note = ({times(30, '[@,@]')}) == ({times(30, '[@,@]')})",
    "many long texts": f"""note = {times(10, "join('',[@,@])", "name")} | [{",".join(["join('a',[@,''])"] * 22)}]""",
    "two lists each as long": f"note = length({times(12, '[*][@,@,@,@,@,@,@,@][]', 'list')})",
    "rows without end": f"orders = {times(29, '[@,@][]')}",
    "whether there are more": f"more = to_string({times(26, '[@,@]')})",
}


@pytest.mark.parametrize("bomb", BOMBS)
def test_bombs_harm_nobody(bomb: str) -> None:
    before = {child.pid for child in psutil.Process().children()}
    largest, started = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.monotonic()
    with pytest.raises(MappingFailed) as caught:
        run(BOMBS[bomb], seconds=10 * SECONDS)  # so that it ends of its own limits, on a busy machine, too
    assert time.monotonic() - started < 10 * SECONDS
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - largest < 64_000, "nothing of it came to us"
    assert {child.pid for child in psutil.Process().children()} <= before, "nothing is left of it"
    assert caught.value.field == {"rows without end": "orders", "whether there are more": "more"}.get(
        bomb, "orders.note"
    )
    assert caught.value.sentence.startswith("The mapping of Acme ")
    assert caught.value.permanent
    assert [row["fields"]["id"] for row in run("").rows] == [0, 1, 2], "the next one works"


@pytest.mark.parametrize("pairs", [20, 28, 60])
def test_what_would_be_vast_if_written_out_is_cut(pairs: int) -> None:
    made = run(f"note = {times(pairs, '[@,@]')}")
    assert made.rows[0]["fields"]["note"] == [[], []]


@pytest.mark.parametrize(
    ("used", "kind", "sentence"),
    [
        (0.29, MappingFailed, "The mapping of Acme takes too long, at "),
        (0.01, TemporaryError, "The answer of Acme could not be read in time: our server is busy at the moment."),
    ],
)
def test_the_clock_ends_what_takes_too_long(
    monkeypatch: pytest.MonkeyPatch, used: float, kind: type[ConnectorError], sentence: str
) -> None:
    """Only a mapping that had the processor is to blame."""
    monkeypatch.setattr(evaluation, "cpu_seconds_of", lambda pid: used)
    started = time.monotonic()
    with pytest.raises(kind) as caught:
        run(BOMBS["equal, but not the same"], seconds=0.3 + _time_to_start())
    assert time.monotonic() - started < 5
    assert caught.value.sentence.startswith(sentence)


def _time_to_start() -> float:
    started = time.monotonic()
    run("")
    return time.monotonic() - started


def test_a_process_that_gets_no_time_is_nobodys_fault(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    idle = tmp_path / "idle.py"
    idle.write_text("import time; time.sleep(60)")
    monkeypatch.setattr(evaluation, "_SCRIPT", str(idle))
    with pytest.raises(TemporaryError, match="our server is busy"):
        run("", seconds=0.5)


def test_processor_time_is_told() -> None:
    assert cpu_seconds_of(os.getpid()) == pytest.approx(time.process_time(), abs=0.5)
    assert cpu_seconds_of(2**22 + 1) is None, "there is no such process"


def test_huge_texts_and_deep_answers() -> None:
    made = run("", [{"id": 1, "note": "y" * 1_900_000, "tags": ["z" * 5000] * 500}])
    assert len(made.rows[0]["fields"]["note"]) == evaluator.LONGEST_TEXT
    assert len(made.rows[0]["fields"]["tags"]) == evaluator.MOST_TEXTS
    for body in (b"[" * 100_000, b'{"a":' * 50_000 + b"1" + b"}" * 50_000, b"<html>", b"", b"\xff", b"NaN", b"[NaN]"):
        with pytest.raises(TemporaryError):
            run("", body)
    with pytest.raises(TemporaryError):
        run("", b"[" + b"9" * 10_000 + b"]")


def test_errors_are_told_by_field_and_harm_no_other() -> None:
    made = run("note = length(id)\ntags = nope(@)\ntotal = abs(name)\nnumber = to_string(id)\ndue = list[0] | sum(@)")
    assert set(made.errors) == {"orders.note", "orders.tags", "orders.total"}
    assert [row["fields"]["number"] for row in made.rows] == ["0", "1", "2"]
    assert made.rows[0]["fields"]["due"] == 3


def test_the_process_knows_nothing() -> None:
    """It has no environment but the one it is given, and none of our modules."""
    source = Path(evaluator.__file__).read_text()
    imported = {
        line.split()[1].split(".")[0] for line in source.splitlines() if line.strip().startswith(("import", "from"))
    }
    assert imported == {"json", "os", "resource", "sys", "collections", "typing", "jmespath"}


def test_threads_share_nothing() -> None:
    """As in a worker of the threads pool, where one thread's bomb must not be the other's."""
    threads_before = threading.active_count()

    def work(number: int) -> str:
        try:
            made = run(BOMBS["a text twice as long each time"] if number % 3 == 0 else f'note = `"{number}"`')
        except ConnectorError as error:
            return type(error).__name__
        return str(made.rows[0]["fields"]["note"])

    with ThreadPoolExecutor(6) as pool:
        found = list(pool.map(work, range(12)))
    assert found == ["MappingFailed" if number % 3 == 0 else str(number) for number in range(12)]
    assert threading.active_count() <= threads_before + 1


@pytest.mark.parametrize("bomb", BOMBS)
def test_where_address_space_is_not_limited_what_is_made_is_counted(bomb: str) -> None:
    """As on macOS."""
    packages = str(Path(jmespath.__file__).parent.parent)
    code = f"""
import resource, runpy, sys
limit = resource.setrlimit
resource.setrlimit = lambda what, most: None if what == resource.RLIMIT_AS else limit(what, most)
sys.argv = ["evaluator", {packages!r}]
runpy.run_path({evaluator.__file__!r}, run_name="__main__")
"""
    plan = make_plan("orders", "orders", read_mapping("orders", BOMBS[bomb]))
    given = json.dumps(plan).encode() + b"\n" + json.dumps(ROWS).encode()
    with tempfile.TemporaryFile() as place:
        done = subprocess.run(  # noqa: S603 - our own
            [sys.executable, "-c", code], input=given, stdout=subprocess.PIPE, stderr=place, timeout=20, check=False
        )
    if bomb == "many long texts":
        assert done.returncode == evaluator.TOO_MUCH_MEMORY
    else:
        assert done.returncode in (evaluator.TOO_MUCH_MEMORY, evaluator.TOO_MUCH_OUTPUT, -9, -24)


def test_a_large_worker_does_not_count() -> None:
    """What this process has in memory is not the mapping's."""
    ballast = bytearray(b"x" * (evaluator.MEMORY_BYTES + 50_000_000))
    assert len(run("").rows) == 3
    del ballast
