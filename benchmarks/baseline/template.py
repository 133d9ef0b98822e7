"""From HTML with rows to what a developer would have written for it: one template, and the values it prints.

The markup of the panels changes often, so the template that the product is compared with is derived from
the product's own answer: the rows of a list are laid over each other; what all have in common is the
template's text, what differs is a value (`{{ row.v7 }}`), what only some have stands in an `{% if %}`.
Values are prepared strings. Whatever is in doubt is made text, which is cheap to render.
"""

import html
import re
from collections.abc import Sequence
from difflib import SequenceMatcher
from typing import Any

from django.utils.html import escape

from benchmarks.baseline.markup import Node, parse

Values = dict[str, Any]

_ATTRIBUTE = re.compile(r'([\w:-]+)="([^"]*)"')
# In markup that occurs once, these hold values and all others are text.
_VALUE_ATTRIBUTES = {"id", "href", "datetime", "title", "hx-get"}
_LABELS = {"dt", "h2", "h3", "button", "summary", "strong"}


def derive(markup: str) -> tuple[str, Values]:
    """Return the template that renders `markup`, and its context."""
    context: Values = {"page": {}}
    return _Writer(context).once(parse(markup)), context


class _Writer:
    def __init__(self, context: Values) -> None:
        self._context = context
        self._count = 0

    def once(self, node: Node) -> str:
        """Return the template of a node that is not part of a row."""
        rows = [index for index, child in enumerate(node.children) if child.is_row]
        if not rows:
            return self._node([node], [self._context["page"]], "page", in_label=False, descend=self.once)
        # The blank between two rows belongs to the second.
        first = max(rows[0] - 1, 0)
        starts = [first, *(index + 1 for index in rows[:-1])]
        list_of_nodes = [node.children[start : row + 1] for start, row in zip(starts, rows, strict=True)]
        name = f"rows_{len(self._context)}"
        values: list[Values] = [{} for _ in rows]
        self._context[name] = values
        body = self._children(list_of_nodes, values, "row", in_label=False)
        before = "".join(self.once(child) for child in node.children[:first])
        after = "".join(self.once(child) for child in node.children[rows[-1] + 1 :])
        opening = self._opening([node], [self._context["page"]], "page")
        return f"{opening}{before}{{% for row in {name} %}}{body}{{% endfor %}}{after}{node.closing}"

    def _node(self, nodes: list[Node], values: list[Values], scope: str, *, in_label: bool, descend: Any = None) -> str:
        """Return the template of nodes of one kind, one for each of `values`."""
        if not nodes[0].tag and not nodes[0].children:
            return self._print([node.opening for node in nodes], values, scope, may_be_value=not in_label)
        if nodes[0].tag == "svg":
            return self._drawing([node.html() for node in nodes], values, scope)
        in_label = in_label or nodes[0].tag in _LABELS
        if descend and not in_label:
            children = "".join(descend(child) for child in nodes[0].children)
        else:
            children = self._children([node.children for node in nodes], values, scope, in_label=in_label)
        return self._opening(nodes, values, scope) + children + nodes[0].closing

    def _children(self, lists: Sequence[list[Node]], values: list[Values], scope: str, *, in_label: bool) -> str:
        written, condition = "", ""
        for column in _lay_over(lists):
            present = [values[row] for row in column]
            wanted = "" if len(present) == len(values) else self._condition(present, condition, values, scope)
            if wanted != condition:
                written += "{% endif %}" * bool(condition) + f"{{% if {scope}.{wanted} %}}" * bool(wanted)
                condition = wanted
            written += self._node(list(column.values()), present, scope, in_label=in_label)
        return written + "{% endif %}" * bool(condition)

    def _condition(self, present: list[Values], open_one: str, values: list[Values], scope: str) -> str:
        """Return the name of the value that is true for `present` alone: the open condition's, or a new one."""
        if open_one and [each for each in values if each.get(open_one)] == present:
            return open_one
        name = self._name("has")
        for each in present:
            each[name] = True
        return name

    def _opening(self, nodes: list[Node], values: list[Values], scope: str) -> str:
        written = nodes[0].opening
        attributes = [_ATTRIBUTE.findall(node.opening) for node in nodes]
        for place, (name, first) in enumerate(attributes[0]):
            texts = [each[place][1] for each in attributes]
            if (first and name in _VALUE_ATTRIBUTES) or len(set(texts)) > 1:
                printed = self._print(texts, values, scope, may_be_value=True)
                written = written.replace(f' {name}="{first}"', f' {name}="{printed}"', 1)
        return written

    def _drawing(self, texts: list[str], values: list[Values], scope: str) -> str:
        if len(set(texts)) == 1:
            return texts[0]
        name = self._name("icon")
        for each, text in zip(values, texts, strict=True):
            each[name] = text
        return f"{{{{ {scope}.{name}|safe }}}}"

    def _print(self, texts: list[str], values: list[Values], scope: str, *, may_be_value: bool) -> str:
        same = len(set(texts)) == 1
        plain = [html.unescape(text) for text in texts]
        is_prepared = all(escape(value) == text for value, text in zip(plain, texts, strict=True))
        if same and (not may_be_value or not texts[0].strip() or len(texts) > 1 or not is_prepared):
            return texts[0]
        if not is_prepared:
            raise ValueError("a text is escaped in another way than Django's")
        name = self._name("v")
        for each, value in zip(values, plain, strict=True):
            each[name] = value
        return f"{{{{ {scope}.{name} }}}}"

    def _name(self, kind: str) -> str:
        self._count += 1
        return f"{kind}{self._count}"


def _lay_over(lists: Sequence[list[Node]]) -> list[dict[int, Node]]:
    """Return columns of nodes of one kind, each with the rows that have such a node there."""
    kinds: list[tuple[str, ...]] = []
    columns: list[dict[int, Node]] = []
    for row, nodes in enumerate(lists):
        own = [node.kind for node in nodes]
        new_kinds, new_columns = [], []
        for operation, start, end, own_start, own_end in SequenceMatcher(None, kinds, own, False).get_opcodes():
            kept = columns[start:end]
            if operation == "equal":
                for column, node in zip(kept, nodes[own_start:own_end], strict=True):
                    column[row] = node
            new_columns += kept
            new_kinds += kinds[start:end]
            if operation in {"insert", "replace"}:
                new_columns += [{row: node} for node in nodes[own_start:own_end]]
                new_kinds += own[own_start:own_end]
        kinds, columns = new_kinds, new_columns
    return columns
