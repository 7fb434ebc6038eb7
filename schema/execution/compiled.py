"""Selections compiled once, so that a live message costs little more than its resolvers.

Executing a subscription of nine fields with graphql-core costs at least 110 µs a message, nearly all of it for
collecting fields, wrapping resolvers and looking up types; compiled, it costs 15 µs. graphql-core itself collects the
fields, once and with the operation's variables, so that fragments, aliases, merging, `@skip` and `@include` have their
usual meaning. The result is one function for each field of the selection.

Only synchronous fields without arguments are compiled. Everything else (a selection with another kind of field, a
resolver that returns an awaitable, a null in a non-null field, an error) is left to the executor, which starts again
from the message. That is safe because resolvers only read, and errors then follow the specification (section 6.4.4).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from operator import attrgetter
from types import CoroutineType
from typing import Any, cast

from graphql import (
    GraphQLField,
    GraphQLLeafType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    Undefined,
    get_named_type,
    is_abstract_type,
    is_leaf_type,
    is_object_type,
)
from graphql.execution import Executor
from graphql.execution.collect_fields import FieldDetails, collect_fields

from schema.execution.plan import LeanInfo, NotCompilable, Unanswered
from schema.marks import class_of, definition_of

Complete = Callable[[Any, LeanInfo], Any]
"""Turns the value of a resolver into the value to send."""
Resolve = Callable[[Any, LeanInfo], Any]


class CompiledMessage:
    """The compiled selection of a subscription's root field."""

    __slots__ = ("_complete", "_key", "is_whole")

    def __init__(self, key: str, complete: Complete, *, is_whole: bool) -> None:
        self._key, self._complete = key, complete
        self.is_whole = is_whole
        """Whether messages of every type can be answered from the compiled selection, as far as is known before execution."""

    def __call__(self, message: object, context: object) -> dict[str, Any] | None:
        """The response's `data`; None if the message must be executed instead."""
        try:
            return {self._key: self._complete(message, LeanInfo(context))}
        except Exception:  # noqa: BLE001 - the executor raises it again and reports it
            return None


def compile_message(executor: Executor[Any]) -> CompiledMessage | None:
    """Compile the selection of a subscription with its variables; None if that is not possible."""
    root = executor.schema.subscription_type
    assert root is not None
    try:
        fields = collect_fields(executor.schema, executor.fragments, executor.variable_values, root, executor.operation)
        ((key, details),) = fields.grouped_field_set.items()
        field = executor.schema.get_field(root, details[0].node.name.value)
        if field is None or fields.new_defer_usages:
            return None
        complete = _completion(executor, field.type, details)
        return CompiledMessage(key, complete, is_whole=_is_whole(executor, field.type, details))
    except (NotCompilable, ValueError):
        return None


def _is_whole(executor: Executor[Any], type_: GraphQLOutputType, details: list[FieldDetails]) -> bool:
    named = get_named_type(type_)
    try:
        for possible in executor.schema.get_possible_types(named) if is_abstract_type(named) else ():
            _object(executor, possible, details)
    except NotCompilable:
        return False
    return True


def _completion(executor: Executor[Any], type_: GraphQLOutputType, details: list[FieldDetails]) -> Complete:
    if isinstance(type_, GraphQLNonNull):
        return _non_null_completion(executor, type_.of_type, details)
    inner = _non_null_completion(executor, type_, details)
    return lambda value, info: None if value is None else inner(value, info)


def _non_null_completion(executor: Executor[Any], type_: GraphQLOutputType, details: list[FieldDetails]) -> Complete:
    """Like `_completion`, but a null is left to the executor, which knows how far the error propagates."""
    if isinstance(type_, GraphQLList):
        return _list(_completion(executor, type_.of_type, details))
    if is_leaf_type(type_):
        return _leaf(type_)
    if is_object_type(type_):
        return _one_of({_class(type_): _object(executor, type_, details)})
    assert is_abstract_type(type_)
    found: dict[type, Complete] = {}
    for possible in executor.schema.get_possible_types(type_):
        try:
            found[_class(possible)] = _object(executor, possible, details)
        except NotCompilable:
            continue
    if not found:
        raise NotCompilable
    return _one_of(found)


def _class(type_: GraphQLObjectType) -> type:
    found = class_of(type_)
    if found is None:
        raise NotCompilable
    return found


def _one_of(known: Mapping[type, Complete]) -> Complete:
    def complete(value: Any, info: LeanInfo) -> Any:
        inner = known.get(type(value))
        if inner is None:
            if isinstance(value, CoroutineType):
                value.close()
            raise Unanswered
        return inner(value, info)

    return complete


def _list(inner: Complete) -> Complete:
    def complete(value: Any, info: LeanInfo) -> list[Any]:
        if not isinstance(value, list | tuple):
            raise Unanswered
        return [inner(item, info) for item in value]

    return complete


def _leaf(type_: GraphQLLeafType) -> Complete:
    coerce = type_.coerce_output_value

    def complete(value: Any, _: LeanInfo) -> Any:
        coerced = coerce(value)
        if coerced is None or coerced is Undefined:
            raise Unanswered
        return coerced

    return complete


def _object(executor: Executor[Any], type_: GraphQLObjectType, details: list[FieldDetails]) -> Complete:
    collected = executor.collect_subfields(type_, details)
    if collected.new_defer_usages:
        raise NotCompilable
    parts: list[tuple[str, Resolve, Complete]] = []
    for key, nodes in collected.grouped_field_set.items():
        name = nodes[0].node.name.value
        if name == "__typename":
            parts.append((key, _constant(type_.name), _identity))
            continue
        field = executor.schema.get_field(type_, name)
        if field is None:
            raise NotCompilable
        parts.append((key, _resolver(field), _completion(executor, field.type, nodes)))
    return _combined(parts)


def _combined(parts: Sequence[tuple[str, Resolve, Complete]]) -> Complete:
    def complete(value: Any, info: LeanInfo) -> dict[str, Any]:
        return {key: inner(resolve(value, info), info) for key, resolve, inner in parts}

    return complete


def _constant(value: str) -> Resolve:
    return lambda _source, _info: value


def _identity(value: Any, _: LeanInfo) -> Any:
    return value


def _resolver(field: GraphQLField) -> Resolve:
    """The function behind a field. Raises NotCompilable if it needs more than the source and the context."""
    definition = definition_of(field)
    if definition is None or definition.extensions or field.args:
        raise NotCompilable
    if definition.base_resolver is None:
        get = attrgetter(definition.python_name)
        return lambda source, _info: get(source)
    resolver = definition.base_resolver
    function = cast("Callable[..., Any]", resolver.wrapped_func)
    if resolver.is_async or resolver.self_parameter is None or resolver.parent_parameter or resolver.root_parameter:
        raise NotCompilable
    if resolver.info_parameter is None:
        return lambda source, _info: function(source)
    about = resolver.info_parameter.name
    return lambda source, info: function(source, **{about: info})
