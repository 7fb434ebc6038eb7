"""How compiled code gets the value of a field: an attribute, or a call of the resolver as Strawberry would make it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial, reduce
from typing import Any, NamedTuple

from graphql import FieldNode, GraphQLField
from strawberry.extensions import FieldExtension
from strawberry.extensions.field_extension import build_field_extension_resolvers
from strawberry.types.field import StrawberryField
from strawberry.types.fields.resolver import StrawberryResolver

from schema.execution.arguments import Converter, compile_arguments
from schema.execution.leaves import Bind
from schema.execution.plan import Arguments, NotCompilable
from schema.marks import definition_of


class Call(NamedTuple):
    """The expression that gives a field's value, from `o` (the source), `info` and `run`."""

    expression: str
    awaits: bool
    """Whether the value is always a coroutine."""
    at_once: bool = False
    """Whether the value is never a coroutine."""
    arguments: Arguments | None = None
    """Makes `run.arguments[number]` for each execution; None if no argument changes."""


def call_of(field: GraphQLField, node: FieldNode, converter: Converter, bind: Bind, number: int) -> Call:
    """The call of a field's resolver. Raises NotCompilable."""
    definition = definition_of(field)
    if definition is None:
        raise NotCompilable
    if definition.base_resolver is None:
        if definition.extensions or not definition.python_name.isidentifier():
            raise NotCompilable
        return Call(f"o.{definition.python_name}", awaits=False, at_once=True)
    function, resolver = _function(definition), definition.base_resolver
    arguments = compile_arguments(field, definition, node, converter) if field.args else {}
    given = _parameters(resolver)
    if callable(arguments):
        return Call(f"{bind(function)}({given}**run.arguments[{number}])", definition.is_async, arguments=arguments)
    if arguments:
        given += f"**{bind(arguments)}"
    return Call(f"{bind(function)}({given})", definition.is_async)


def _parameters(resolver: StrawberryResolver[Any]) -> str:
    named = [(resolver.parent_parameter, "o"), (resolver.root_parameter, "o"), (resolver.info_parameter, "info")]
    by_name = {p.name: value for p, value in named if p}  # one parameter can be both the parent and the root
    own = ["o"] if resolver.self_parameter else []
    return "".join(f"{part}, " for part in own + [f"{name}={value}" for name, value in by_name.items()])


def _function(definition: StrawberryField) -> Callable[..., Any]:
    """The resolver within its field extensions, if there are any, which get arguments that are already converted."""
    resolver = definition.base_resolver
    assert resolver is not None
    function: Callable[..., Any] = resolver.wrapped_func  # type: ignore[assignment]
    if not definition.extensions:
        return function
    if any(type(e).map_arguments is not FieldExtension.map_arguments for e in definition.extensions):
        raise NotCompilable
    if not resolver.self_parameter or not resolver.info_parameter or resolver.info_parameter.name != "info":
        raise NotCompilable

    def innermost(source: Any, info: Any, **arguments: Any) -> Any:
        return function(source, info=info, **arguments)

    chained: Callable[..., Any] = reduce(
        lambda inner, extension: partial(extension, inner), build_field_extension_resolvers(definition), innermost
    )
    return chained
