"""Evaluates mappings in a process of its own. Run as a script by `evaluation`; imports nothing of ours.

An expression of 131 characters can make 50 MB, or nothing for hours. So this process gives itself limits before it
reads anything, and dies of them alone: it has no environment, no secrets, and knows one answer of one system.

It reads one line of JSON, the plan, and after it the answer to map; it writes the mapped rows as JSON. While it
works, what it is at stands in the file that is its standard error. How it ended is told by its exit code.
"""

import json
import os
import resource
import sys
from collections.abc import Iterator
from typing import Any

# At the first the system ends the process by SIGXCPU, at the second by SIGKILL.
CPU_SECONDS, MOST_CPU_SECONDS = 2, 4
MEMORY_BYTES = 256 * 1024 * 1024
# Elements of lists and letters of texts, all together.
MOST_MADE = 20_000_000
OUTPUT_BYTES = 2_000_000
# More rows than anybody looks through, and items of one row.
MOST_ROWS = 200
MOST_INSIDE = 100
# More of a text, or more texts, than any field of ours shows.
LONGEST_TEXT = 2_000
MOST_TEXTS = 50
# Exit codes.
BAD_ANSWER, TOO_MUCH_MEMORY, TOO_MUCH_OUTPUT = 41, 42, 43
PLACE_BYTES = 120
# The one error in our own words, which whoever reads it translates; the others are in jmespath's.
TOO_DEEP = "It is nested too deeply."

# What APIs put their rows into, tried in this order.
_WRAPPERS = ("data", "items", "results", "rows", "records", "content", "hits")


class TooMuchMade(Exception):
    """A mapping makes more lists and texts on its way than any answer needs. Counted, since macOS limits no memory."""


class TooMuchOutput(Exception):
    """What a mapping makes is larger than anything that could be shown."""


def limit_ourselves() -> None:
    """Give this process its limits: none of them can be lifted again."""
    for what, soft, hard in (
        (resource.RLIMIT_CPU, CPU_SECONDS, MOST_CPU_SECONDS),
        (resource.RLIMIT_AS, MEMORY_BYTES, MEMORY_BYTES),
        (resource.RLIMIT_CORE, 0, 0),  # it would hold a customer's data
        (resource.RLIMIT_FSIZE, 4096, 4096),
        (resource.RLIMIT_NOFILE, 16, 16),
    ):
        try:
            resource.setrlimit(what, (soft, hard))
        except (ValueError, OSError):
            continue  # macOS refuses some: what is counted while evaluating, and the parent's clock, are left


class Evaluation:
    """Evaluates one plan, and keeps by field what went wrong first."""

    def __init__(self) -> None:
        import jmespath  # noqa: PLC0415 - where it lies is told on the command line
        from jmespath.functions import Functions  # noqa: PLC0415
        from jmespath.visitor import Options, TreeInterpreter  # noqa: PLC0415

        class Bounded(Functions):  # type: ignore[misc]  # jmespath has no types
            """The functions that make one large text in one go, of which nothing else would be told in time."""

            def _func_join(self, separator: str, parts: list[str]) -> str:
                _bounded_size(sum(map(len, parts)) + len(separator) * len(parts))
                return separator.join(parts)

            def _func_to_string(self, value: Any) -> str:
                return value if isinstance(value, str) else "".join(bounded_json(value))

        class Counting(TreeInterpreter):  # type: ignore[misc]  # likewise
            """Counts what it makes, before where one step can make much of little."""

            made = 0

            def visit(self, node: Any, *values: Any) -> Any:
                found = super().visit(node, *values)
                if isinstance(found, list | str):
                    self.count(len(found))
                return found

            def visit_flatten(self, node: Any, value: Any) -> Any:
                base = self.visit(node["children"][0], value)
                if not isinstance(base, list):
                    return None
                self.count(sum(len(element) for element in base if isinstance(element, list)))
                return [one for element in base for one in (element if isinstance(element, list) else [element])]

            def count(self, number: int) -> None:
                self.made += number
                if self.made > MOST_MADE:
                    raise TooMuchMade

        for name in ("join", "to_string"):
            method = getattr(Bounded, f"_func_{name}")
            method.signature = Functions.FUNCTION_TABLE[name]["signature"]
            Bounded.FUNCTION_TABLE[name] = {"function": method, "signature": method.signature}
        self._compile = jmespath.compile
        self._interpreter = Counting(Options(custom_functions=Bounded()))
        self._parsed: dict[str, Any] = {}
        self.errors: dict[str, str] = {}

    def rows(self, node: dict[str, Any], value: Any, most: int) -> tuple[list[Any], bool]:
        """Return the node's rows in `value`, mapped, and whether there were more."""
        elements = self._elements(node, value)
        mapped = [
            {
                "fields": {name: self._value(field, element) for name, field in node["fields"].items()},
                "inside": {name: self.rows(inner, element, MOST_INSIDE)[0] for name, inner in node["inside"].items()},
            }
            for element in elements[:most]
        ]
        return mapped, len(elements) > most

    def own(self, path: str, expression: str, value: Any) -> Any:
        """Return what the operator's expression makes of the value; None where it fails."""
        _tell_place(path)
        try:
            parsed = self._parsed.get(expression)
            if parsed is None:
                parsed = self._parsed[expression] = self._compile(expression)
            return self._interpreter.visit(parsed.parsed, value)
        except (MemoryError, TooMuchMade, TooMuchOutput):
            raise
        except RecursionError:
            self.errors.setdefault(path, TOO_DEEP)
        except Exception as error:  # noqa: BLE001 - jmespath lets many kinds through
            self.errors.setdefault(path, f"{error}"[:300])
        return None

    def _elements(self, node: dict[str, Any], value: Any) -> list[Any]:
        if node["own"] is not None:
            found = self.own(node["path"], node["own"], value)
        elif node["is_top"]:
            found = _unwrapped(value, node["defaults"], node["others"])
        else:
            found = _first(node["defaults"], value)
        if found is None:
            return []
        return found if isinstance(found, list) else [found]

    def _value(self, field: dict[str, Any], element: Any) -> Any:
        if field["own"] is not None:
            return _short(self.own(field["path"], field["own"], element))
        return _short(_first(field["defaults"], element))


def _short(value: Any, *, is_inside: bool = False) -> Any:
    """Return as much of a field's value as can be of use: a text, a number, or a list of such."""
    if isinstance(value, str):
        return value[:LONGEST_TEXT]
    if isinstance(value, list):
        return [] if is_inside else [_short(one, is_inside=True) for one in value[:MOST_TEXTS]]
    return {} if isinstance(value, dict) else value


def _first(paths: list[str], value: Any) -> Any:
    """Return what is at the first of the dotted paths that leads anywhere."""
    for path in paths:
        found = value
        for name in path.split("."):
            found = found.get(name) if isinstance(found, dict) else None
        if found not in (None, "", [], {}):
            return found
    return None


def _unwrapped(value: Any, names: list[str], others: list[str]) -> Any:
    """Return the rows of an answer: itself, or what it wraps them in; nothing of one that has `others` only."""
    if not isinstance(value, dict):
        return value
    for name in (*names, *_WRAPPERS):
        if name in value and not isinstance(value[name], str | int | float):
            found = value[name]
            return _unwrapped(found, names, others) if isinstance(found, dict) else found
    return None if not value or any(name in value for name in others) else value


def _bounded_size(size: int) -> None:
    if size > OUTPUT_BYTES:
        raise TooMuchOutput


def bounded_json(value: Any) -> Iterator[str]:
    """Yield the value as JSON, piece by piece. Raises TooMuchOutput as soon as it is too much.

    A value may share its parts with itself: small here, without end when written.
    """
    size = 0
    for piece in json.JSONEncoder(separators=(",", ":"), default=str).iterencode(value):
        size += len(piece)
        _bounded_size(size)
        yield piece


def _tell_place(path: str) -> None:
    os.pwrite(2, path.encode()[: PLACE_BYTES - 1].ljust(PLACE_BYTES), 0)


def _refuse_constant(name: str) -> Any:
    raise ValueError(name)


def main() -> int:
    """Do the work and return the exit code."""
    limit_ourselves()
    sys.path.append(sys.argv[1])
    try:
        plan = json.loads(sys.stdin.buffer.readline())
        try:
            answer = json.loads(sys.stdin.buffer.read(), parse_constant=_refuse_constant)
        except (ValueError, RecursionError):
            return BAD_ANSWER
        evaluation = Evaluation()
        rows, has_more = evaluation.rows(plan["rows"], answer, MOST_ROWS)
        more = evaluation.own("more", plan["more"], answer) if plan["more"] else False
        made = {"rows": rows, "more": has_more or more not in (None, False, "", [], {}), "errors": evaluation.errors}
        text = "".join(bounded_json(made))
        _tell_place("")
        sys.stdout.write(text)
        sys.stdout.flush()
    except (MemoryError, TooMuchMade):
        return TOO_MUCH_MEMORY
    except TooMuchOutput:
        return TOO_MUCH_OUTPUT
    return 0


if __name__ == "__main__":
    # Without Python's own farewell: freeing what a mapping has made may take long.
    os._exit(main())
