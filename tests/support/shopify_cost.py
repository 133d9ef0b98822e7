"""What Shopify charges for a query before it runs it, by the rules it has published, at their dearest.

An object is one point, a scalar none, of a union the dearest member; a list is as many times its entry as is
asked for, a connection two more. Shopify charges less for long lists by now, and does not say how much.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLSchema,
    IntValueNode,
    OperationDefinitionNode,
    VariableNode,
    get_named_type,
    is_composite_type,
)

_SIZES = {"first", "ids"}


def requested_cost(schema: GraphQLSchema, document: DocumentNode, variables: Mapping[str, Any]) -> int:
    """Return the points of the document's one operation."""
    return _Cost(schema, document, variables).total


class _Cost:
    def __init__(self, schema: GraphQLSchema, document: DocumentNode, variables: Mapping[str, Any]) -> None:
        definitions = document.definitions
        self._schema = schema
        self._variables = variables
        self._fragments = {one.name.value: one for one in definitions if isinstance(one, FragmentDefinitionNode)}
        (operation,) = (one for one in definitions if isinstance(one, OperationDefinitionNode))
        self.total = self._selections(operation.selection_set, schema.query_type)

    def _selections(self, selections: Any, parent: Any) -> int:
        """Return the cost of an object's fields: those of any of its types, and those of the dearest type."""
        costs: dict[str, dict[str, int]] = {}
        for kind, selected in self._fields(selections, parent):
            name = selected.alias.value if selected.alias else selected.name.value
            of_kind = costs.setdefault(kind.name, {})
            # Selected twice, it is fetched once, with all that is asked of it.
            of_kind[name] = max(of_kind.get(name, 0), self._field(kind, selected))
        shared = sum(costs.pop(parent.name, {}).values())
        return shared + max((sum(one.values()) for one in costs.values()), default=0)

    def _fields(self, selections: Any, parent: Any) -> Iterator[tuple[Any, FieldNode]]:
        for selection in selections.selections:
            if not self._is_included(selection):
                continue
            if isinstance(selection, FieldNode):
                yield parent, selection
                continue
            spread = isinstance(selection, FragmentSpreadNode)
            inner = self._fragments[selection.name.value] if spread else selection
            condition = inner.type_condition
            yield from self._fields(
                inner.selection_set, self._schema.type_map[condition.name.value] if condition else parent
            )

    def _field(self, kind: Any, selected: FieldNode) -> int:
        if selected.name.value == "__typename":
            return 0
        returned = get_named_type(kind.fields[selected.name.value].type)
        if not is_composite_type(returned):
            return 0
        size = self._size(selected)
        if returned.name.endswith("Connection"):
            return 2 + (size or 0) * self._entry(selected, returned)
        return (1 + self._selections(selected.selection_set, returned)) * (1 if size is None else size)

    def _entry(self, selected: FieldNode, connection: Any) -> int:
        return sum(
            self._field(kind, entry)
            for kind, entry in self._fields(selected.selection_set, connection)
            if entry.name.value == "nodes"
        )

    def _size(self, selected: FieldNode) -> int | None:
        for argument in selected.arguments or ():
            if argument.name.value not in _SIZES:
                continue
            if isinstance(argument.value, IntValueNode):
                return int(argument.value.value)
            if isinstance(argument.value, VariableNode):
                given = self._variables[argument.value.name.value]
                return len(given) if isinstance(given, list) else int(given)
        return None

    def _is_included(self, selection: Any) -> bool:
        conditions = (directive.arguments[0].value.name.value for directive in selection.directives or ())
        return all(self._variables[name] for name in conditions)
