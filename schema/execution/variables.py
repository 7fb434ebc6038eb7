"""Variables: usual values of the specification's scalars are taken as they are, everything else is coerced by graphql-core."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from graphql import (
    GRAPHQL_MAX_INT,
    GRAPHQL_MIN_INT,
    GraphQLError,
    GraphQLSchema,
    NamedTypeNode,
    NonNullTypeNode,
    OperationDefinitionNode,
    VariableNode,
)
from graphql.execution import get_variable_values
from graphql.language import SelectionSetNode

_NEEDS_COERCION = object()
_USUAL: Mapping[str, Callable[[Any], bool]] = {
    "String": lambda value: type(value) is str,
    "ID": lambda value: type(value) is str,
    "Boolean": lambda value: type(value) is bool,
    "Int": lambda value: type(value) is int and GRAPHQL_MIN_INT <= value <= GRAPHQL_MAX_INT,
}
"""Whether a value is its own coerced value (GraphQL specification, section 3.5)."""


class Variables:
    """The variables of one operation."""

    def __init__(self, schema: GraphQLSchema, operation: OperationDefinitionNode) -> None:
        self._schema, self._definitions = schema, operation.variable_definitions or ()
        self._usual = [_usual(d) for d in self._definitions]

    def coerce(
        self, given: Mapping[str, Any] | None, max_errors: int, *, hide_suggestions: bool
    ) -> dict[str, Any] | Sequence[GraphQLError]:
        """The coerced values of those that are given or have a default, or what is wrong with them."""
        given = given or {}
        values: dict[str, Any] = {}
        for usual in self._usual:
            if usual is None:
                break
            name, is_usual, nullable = usual
            value = given.get(name, _NEEDS_COERCION)
            if value is _NEEDS_COERCION and nullable:
                continue
            if not is_usual(value) and not (value is None and nullable):
                break
            values[name] = value
        else:
            return values
        found = get_variable_values(self._schema, self._definitions, dict(given), max_errors, hide_suggestions)
        return found if isinstance(found, list) else found.coerced


def _usual(definition: Any) -> tuple[str, Callable[[Any], bool], bool] | None:
    """The name, the test and whether null is allowed; None if the type or a default needs graphql-core."""
    type_, nullable = definition.type, True
    if isinstance(type_, NonNullTypeNode):
        type_, nullable = type_.type, False
    if definition.default_value is not None or not isinstance(type_, NamedTypeNode):
        return None
    test = _USUAL.get(type_.name.value)
    return None if test is None else (definition.variable.name.value, test, nullable)


def switches(selections: Sequence[SelectionSetNode]) -> tuple[str, ...]:
    """The variables on which `@skip` and `@include` depend in these selections and those in them, sorted."""
    found: set[str] = set()
    waiting = list(selections)
    while waiting:
        for node in waiting.pop().selections:
            for directive in node.directives or ():
                values = [a.value for a in directive.arguments or ()]
                found.update(v.name.value for v in values if isinstance(v, VariableNode))
            inner: SelectionSetNode | None = getattr(node, "selection_set", None)
            if inner is not None:
                waiting.append(inner)
    return tuple(sorted(found))
