"""The operator's mapping: lines "field = JMESPath", read, checked and made into the plan that `evaluator` follows."""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

import jmespath
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from jmespath.exceptions import JMESPathError

from panels.connectors.json_http.fields import ATTRIBUTE, CAPABILITY_SHAPES, CUSTOMERS, Field, Shape

MOST_LINES = 150
LONGEST_EXPRESSION = 600
# Where rows are inside of customers, and whether there are more than the answer has.
_AROUND, _MORE = "customers", "more"
_LINE = re.compile(r"(?P<name>[A-Za-z][\w.:-]*)\s*=(?P<expression>.*)", re.DOTALL)
_ATTRIBUTE = re.compile(rf"{ATTRIBUTE}[\w.-]{{1,100}}")


@lru_cache(maxsize=512)
def read_mapping(capability: str, text: str) -> Mapping[str, str]:
    """Return the expressions by our fields' full names, such as "orders.items.title". Raises ValidationError.

    An empty expression leaves the field out. A line that begins with a space goes on with the one before.
    """
    known = set(_known(capability))
    found: dict[str, str] = {}
    for line in _lines(text):
        match = _LINE.fullmatch(line)
        if match is None:
            raise ValidationError(_("“%(line)s” is not of the form: field = expression.") % {"line": line[:60]})
        name, expression = _full_name(capability, match["name"], known), match["expression"].strip()
        if name is None:
            raise ValidationError(
                _("There is no field “%(name)s”. Known are: %(known)s.")
                % {"name": match["name"], "known": ", ".join(sorted(_short_names(capability)))}
            )
        if name in found:
            raise ValidationError(_("“%(name)s” is there twice.") % {"name": name})
        _check_expression(name, expression)
        found[name] = expression
    if len(found) > MOST_LINES:
        raise ValidationError(_("These are more than %(number)d lines.") % {"number": MOST_LINES})
    return found


def make_plan(capability: str, kind: str, mapping: Mapping[str, str]) -> dict[str, Any]:
    """Return how the rows of one kind are found in an answer and mapped, for `evaluation.evaluate`."""
    shape = CAPABILITY_SHAPES[capability][kind]
    is_first = kind == next(iter(CAPABILITY_SHAPES[capability]))
    rows = _node(kind, shape, mapping, is_top=is_first)
    if capability != "customer" and _AROUND in mapping:
        inner = {**rows, "is_top": False}
        around = Shape((), {name: CUSTOMERS.fields[name] for name in ("customer_id", "email", "phone", "name")})
        rows = {**_node(_AROUND, around, mapping, is_top=False), "inside": {kind: inner}}
    others = [name for other, one in CAPABILITY_SHAPES[capability].items() if other != kind for name in one.defaults]
    return {"rows": {**rows, "others": others}, "more": mapping.get(_MORE, "")}


def is_around(capability: str, mapping: Mapping[str, str]) -> bool:
    """Return whether the answer has rows inside of customers."""
    return capability != "customer" and _AROUND in mapping


def _node(path: str, shape: Shape, mapping: Mapping[str, str], *, is_top: bool) -> dict[str, Any]:
    attributes = [name.removeprefix(f"{path}.") for name in mapping if name.startswith(f"{path}.{ATTRIBUTE}")]
    fields: dict[str, Field] = {**shape.fields, **{name: Field("text") for name in attributes}}
    return {
        "path": path,
        "own": mapping.get(path) or None,
        "defaults": [] if mapping.get(path) == "" else list(shape.defaults),
        "is_top": is_top and mapping.get(path) != "",
        "fields": {name: _field(f"{path}.{name}", field, mapping) for name, field in fields.items()},
        "inside": {name: _node(f"{path}.{name}", inner, mapping, is_top=False) for name, inner in shape.inside.items()},
    }


def _field(path: str, field: Field, mapping: Mapping[str, str]) -> dict[str, Any]:
    is_left_out = mapping.get(path) == ""
    return {"path": path, "own": mapping.get(path) or None, "defaults": [] if is_left_out else list(field.defaults)}


def _lines(text: str) -> Iterator[str]:
    """Yield the lines that say something, those that go on joined."""
    held = ""
    for line in text.splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        if line[0].isspace() and held:
            held = f"{held} {line.strip()}"
            continue
        if held:
            yield held
        held = line.strip()
    if held:
        yield held


def _known(capability: str) -> Iterator[str]:
    """Yield every name that a mapping of the capability may have on the left."""
    yield _MORE
    if capability != "customer":
        yield from (_AROUND, *(f"{_AROUND}.{name}" for name in ("customer_id", "email", "phone", "name")))
    for kind, shape in CAPABILITY_SHAPES[capability].items():
        yield from _names(kind, shape)


def _names(path: str, shape: Shape) -> Iterator[str]:
    yield path
    yield from (f"{path}.{name}" for name in shape.fields)
    for name, inner in shape.inside.items():
        yield from _names(f"{path}.{name}", inner)


def _short_names(capability: str) -> Iterator[str]:
    first = next(iter(CAPABILITY_SHAPES[capability]))
    for name in _known(capability):
        yield name.removeprefix(f"{first}.")


def _full_name(capability: str, name: str, known: set[str]) -> str | None:
    """Return the full name of what an operator may call by a short one; None for what is unknown."""
    first = next(iter(CAPABILITY_SHAPES[capability]))
    for candidate in (name, f"{first}.{name}"):
        if candidate in known:
            return candidate
    before, found, attribute = name.partition(ATTRIBUTE)
    row = before.removesuffix(".") or first
    is_attribute = _ATTRIBUTE.fullmatch(f"{found}{attribute}") and row in {*CAPABILITY_SHAPES[capability], _AROUND}
    return f"{row}.{found}{attribute}" if is_attribute else None


def _check_expression(name: str, expression: str) -> None:
    if not expression:
        return
    if len(expression) > LONGEST_EXPRESSION:
        raise ValidationError(
            _("The expression of “%(name)s” is longer than %(number)d characters.")
            % {"name": name, "number": LONGEST_EXPRESSION}
        )
    try:
        jmespath.compile(expression)
    except RecursionError:
        raise ValidationError(_("The expression of “%(name)s” is nested too deeply.") % {"name": name}) from None
    except (JMESPathError, ValueError) as error:
        message = _("The expression of “%(name)s” is no JMESPath: %(error)s")
        raise ValidationError(message % {"name": name, "error": str(error).splitlines()[0][:200]}) from None
