"""Arguments of compiled fields: what does not depend on variables is coerced once, the rest in a few steps for each request.

The result is exactly that of graphql-core's coercion followed by Strawberry's conversion, which these functions use for
everything but the two frequent cases: a literal, and a variable for the whole argument. Whatever would be an error is left
to the executor.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

import strawberry
from graphql import (
    FieldNode,
    GraphQLArgument,
    GraphQLField,
    ListValueNode,
    NameNode,
    ObjectValueNode,
    Undefined,
    ValueNode,
    VariableNode,
    is_leaf_type,
    is_non_null_type,
    is_required_argument,
)
from graphql.execution import VariableValues
from graphql.execution.values import get_argument_values
from graphql.utilities import coerce_input_literal
from strawberry.types.arguments import StrawberryArgument, convert_argument
from strawberry.types.field import StrawberryField

from schema.execution.plan import Arguments, NotCompilable, Unanswered

_ABSENT = object()
Part = Callable[[Mapping[str, Any]], object]
"""The value of one argument for coerced variables, or _ABSENT."""


class Converter:
    """Strawberry's conversion of coerced arguments to what resolvers are given."""

    def __init__(self, schema: strawberry.Schema) -> None:
        self._config, self._scalars = schema.config, schema.schema_converter.scalar_registry

    def name(self, argument: StrawberryArgument) -> str:
        """The name in the schema."""
        return self._config.name_converter.from_argument(argument)

    def value(self, argument: StrawberryArgument, coerced: object) -> object:
        """The value for the resolver's parameter."""
        return convert_argument(coerced, argument.type, self._scalars, self._config, path=(self.name(argument),))


class Declared(NamedTuple):
    """An argument as graphql-core and as Strawberry know it."""

    core: GraphQLArgument
    own: StrawberryArgument
    converter: Converter

    def default(self, name: str) -> object:
        """The coerced default value, or _ABSENT."""
        if is_required_argument(self.core):
            return _ABSENT
        field = GraphQLField(self.core.type, {name: self.core})  # type: ignore[arg-type]
        return get_argument_values(field, FieldNode(name=NameNode(value=name), arguments=())).get(name, _ABSENT)

    def convert(self, coerced: object) -> object:
        """The value for the resolver."""
        return self.converter.value(self.own, coerced)


def compile_arguments(
    field: GraphQLField, definition: StrawberryField, node: FieldNode, converter: Converter
) -> dict[str, Any] | Arguments:
    """The arguments by parameter if they never change, otherwise a function that makes them. Raises NotCompilable."""
    given = {a.name.value: a.value for a in node.arguments or ()}
    constants: dict[str, Any] = {}
    parts: list[tuple[str, Part]] = []
    for own in definition.arguments:
        name = converter.name(own)
        declared = Declared(field.args[name], own, converter)
        value = given.get(name)
        if value is not None and any(isinstance(v, VariableNode) for v in _values(value)):
            part = _whole(name, value, declared) if isinstance(value, VariableNode) else _mixed(value, declared)
            parts.append((own.python_name, part))
            continue
        coerced = declared.default(name) if value is None else coerce_input_literal(value, declared.core.type)
        if coerced is Undefined or (value is None and is_required_argument(declared.core)):
            raise NotCompilable
        if coerced is not _ABSENT:
            _constant(coerced, declared, constants, parts)
    return _together(constants, parts) if parts else constants


def _constant(coerced: object, declared: Declared, constants: dict[str, Any], parts: list[tuple[str, Part]]) -> None:
    """Lists and input objects are made anew for each request, because a resolver might change them."""
    converted = declared.convert(coerced)
    if converted is None or isinstance(converted, str | int | float):
        constants[declared.own.python_name] = converted
    else:
        parts.append((declared.own.python_name, lambda _: declared.convert(coerced)))


def _together(constants: Mapping[str, Any], parts: Iterable[tuple[str, Part]]) -> Arguments:
    def make(variables: Mapping[str, Any]) -> dict[str, Any]:
        made = dict(constants)
        for parameter, part in parts:
            value = part(variables)
            if value is not _ABSENT:
                made[parameter] = value
        return made

    return make


def _whole(name: str, node: VariableNode, declared: Declared) -> Part:
    """An argument whose value is a variable, which is already coerced."""
    type_, variable, default = declared.core.type, node.name.value, declared.default(name)
    required, nullable = is_required_argument(declared.core), not is_non_null_type(type_)
    as_it_is = is_leaf_type(type_.of_type if is_non_null_type(type_) else type_)

    def part(variables: Mapping[str, Any]) -> object:
        value = variables.get(variable, _ABSENT)
        if value is _ABSENT:
            if required:
                raise Unanswered
            value = default
        elif value is None and not nullable:
            raise Unanswered
        return value if as_it_is or value is _ABSENT else declared.convert(value)

    return part


def _mixed(node: ValueNode, declared: Declared) -> Part:
    """An input object or a list with variables in it."""

    def part(variables: Mapping[str, Any]) -> object:
        coerced = coerce_input_literal(node, declared.core.type, VariableValues({}, dict(variables)))
        if coerced is Undefined:
            raise Unanswered
        return declared.convert(coerced)

    return part


def _values(value: ValueNode) -> list[ValueNode]:
    """A value and all values in it."""
    found: list[ValueNode] = [value]
    for part in found:
        if isinstance(part, ListValueNode):
            found.extend(part.values)
        elif isinstance(part, ObjectValueNode):
            found.extend(f.value for f in part.fields)
    return found
