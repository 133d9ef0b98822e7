"""How a member of the panel API is taken away: announced in one version, gone in the next major one.

A member that is deprecated in 1.x works for at least two more minor versions, and until 2.0 in any case. Whoever
uses it gets a `PanelDeprecationWarning` that names what to use instead; `panels.testing` shows it in the tests.
"""

import ast
import functools
import pkgutil
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")


class PanelDeprecationWarning(DeprecationWarning):
    """A panel or connector uses something of the panel API that will be gone."""


@dataclass(frozen=True, slots=True)
class Deprecation:
    """What becomes of a member: deprecated `since` that version of the panel API, gone in `removed_in`.

    `instead` is a sentence that says what to do, such as "Use `Money.of`.". `target` is where a deprecated name
    is found meanwhile, such as "panels.capabilities.money:Money".
    """

    since: str
    instead: str
    target: str = ""
    removed_in: str = "2.0"

    def sentence(self, name: str) -> str:
        """Return what an author is told about the member called `name`."""
        return (
            f"{name} is deprecated since panel API {self.since} and will be gone in {self.removed_in}. {self.instead}"
        )

    def warn(self, name: str, *, stacklevel: int = 1) -> None:
        """Warn whoever called the caller; `stacklevel` counts further callers in between."""
        warnings.warn(self.sentence(name), PanelDeprecationWarning, stacklevel=stacklevel + 2)


# Names of `panels.api` that are deprecated.
NAMES: dict[str, Deprecation] = {}


def deprecated(deprecation: Deprecation) -> Callable[[Callable[Parameters, Result]], Callable[Parameters, Result]]:
    """Return the decorator of a deprecated function or method: each call of it warns."""

    def decorate(function: Callable[Parameters, Result]) -> Callable[Parameters, Result]:
        @functools.wraps(function)
        def warning(*args: Parameters.args, **kwargs: Parameters.kwargs) -> Result:
            deprecation.warn(f"{function.__qualname__}()")
            return function(*args, **kwargs)

        return warning

    return decorate


def deprecated_names(module: str, names: Mapping[str, Deprecation]) -> Callable[[str], Any]:
    """Return the `__getattr__` of a module some of whose names are deprecated.

    Reading one of them warns, and gives what is at its `target`.
    """

    def get(name: str) -> Any:
        if name not in names:
            raise AttributeError(f"module {module!r} has no attribute {name!r}")
        names[name].warn(f"{module}.{name}")
        return pkgutil.resolve_name(names[name].target)

    return get


def warn_of_overrides(kind: type, members: Mapping[str, Deprecation], *, stacklevel: int = 1) -> None:
    """Warn of each deprecated member that the class defines anew; for `__init_subclass__` of a public class."""
    for name in members:
        if name in vars(kind):
            members[name].warn(f"{kind.__qualname__}.{name}", stacklevel=stacklevel + 1)


def uses_of(
    names: Mapping[str, Deprecation], files: Iterable[Path], *, module: str = "panels.api"
) -> Iterator[tuple[str, str]]:
    """Yield each use of the module's deprecated names in the files: where it is ("panel.py:3"), and the sentence.

    It reads the source, since a module that was imported before warns nobody again.
    """
    for path in files:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"), filename=str(path))):
            if isinstance(node, ast.ImportFrom) and node.module == module:
                found = [alias.name for alias in node.names]
            elif isinstance(node, ast.Attribute) and ast.unparse(node.value) in {module, module.rpartition(".")[2]}:
                found = [node.attr]
            else:
                continue
            for name in found:
                if name in names:
                    yield f"{path.name}:{node.lineno}", names[name].sentence(f"{module}.{name}")
