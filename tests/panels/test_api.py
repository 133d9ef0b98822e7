"""The public surface: whole, documented member by member, and no more than that."""

import ast
import inspect
import re
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from packaging.specifiers import SpecifierSet
from packaging.version import Version

import panels.testing
from panels import api

# Whose members authors write or use: each must say what it is.
CLASSES = [
    value
    for name in (*api.__all__,)
    if inspect.isclass(value := getattr(api, name)) and value.__module__.partition(".")[0] in {"panels", "tenants"}
]
# Their members are fields with names that speak; their docstrings tell the rest.
RECORDS = {kind for kind in CLASSES if hasattr(kind, "__struct_fields__")}
KIT = [getattr(panels.testing, name) for name in panels.testing.__all__]
CONTRACTS = [panels.testing.PanelContract, panels.testing.ConnectorContract]


def undocumented(kind: type) -> Iterator[str]:
    """Yield the public members that the class defines and says nothing about.

    A member is documented by its docstring, by a comment on the line before it (`#:` or `#`) or on its own line, or by
    the class's docstring or a base's, which names it in backticks.
    """
    lines, _start = inspect.getsourcelines(kind)
    told = " ".join(base.__doc__ or "" for base in kind.__mro__)
    tree = ast.parse(
        inspect.cleandoc("\n" + "".join(lines)) if lines[0][0] != " " else inspect.cleandoc("".join(lines))
    )
    (definition,) = tree.body
    assert isinstance(definition, ast.ClassDef)
    for node in definition.body:
        for name in _names(node):
            is_told = f"`{name}`" in told or (isinstance(node, ast.FunctionDef) and ast.get_docstring(node) is not None)
            if not name.startswith("_") and not is_told and not _has_comment(lines, node):
                yield name


def _names(node: ast.stmt) -> list[str]:
    if isinstance(node, ast.FunctionDef):
        return [node.name]
    if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
        return [node.target.id]
    if isinstance(node, ast.Assign):
        return [target.id for target in node.targets if isinstance(target, ast.Name)]
    return []


def _has_comment(lines: list[str], node: ast.stmt) -> bool:
    before, own = lines[node.lineno - 2], lines[node.lineno - 1]
    return before.lstrip().startswith("#") or "  # " in own


@pytest.mark.parametrize("name", api.__all__)
def test_every_name_says_what_it_is(name: str) -> None:
    value: Any = getattr(api, name)
    if inspect.isclass(value) or inspect.isfunction(value):
        # A dataclass without a docstring is given its signature as one.
        assert (value.__doc__ or "").strip(), name
        assert not (value.__doc__ or "").startswith(f"{name}("), name
    else:
        assert _comment_before(name), f"{name}: write a comment before its definition"


def _comment_before(name: str) -> str:
    """Return the comment on the line before the definition of a constant, in whichever module of ours that is."""
    for module in list(sys.modules.values()):
        if (module.__name__.partition(".")[0] in {"panels", "tenants"}) and name in vars(module):
            source = inspect.getsource(module) if getattr(module, "__file__", None) else ""
            if found := re.search(rf"^(#.*)\n{name}\b.*=", source, re.MULTILINE):
                return found[1]
    return ""


@pytest.mark.parametrize("kind", [kind for kind in CLASSES if kind not in RECORDS], ids=lambda kind: kind.__name__)
def test_every_member_says_what_it_is(kind: type) -> None:
    if issubclass(kind, api.Word):
        assert (kind.__doc__ or "").strip()  # each word has a label, which is what it is
        return
    assert list(undocumented(kind)) == []


@pytest.mark.parametrize("kind", CONTRACTS, ids=lambda kind: kind.__name__)
def test_every_test_and_setting_of_a_contract_says_what_it_is(kind: type) -> None:
    assert list(undocumented(kind)) == []


def test_everything_in_the_kit_says_what_it_is() -> None:
    assert [value for value in KIT if callable(value) and not (value.__doc__ or "").strip()] == []


def test_member_without_a_word_is_found() -> None:
    assert list(undocumented(_Silent)) == ["silent", "mute"]


class _Silent:
    """Tells of `told`."""

    told = 1
    # What it is.
    commented = 2
    silent = 3

    def mute(self) -> None: ...

    def speaking(self) -> None:
        """Do nothing."""


def test_version_counts_on_its_own() -> None:
    assert Version(api.API_VERSION) >= Version("1.1")
    assert api.API_VERSION in SpecifierSet(api.Panel.requires_api)
