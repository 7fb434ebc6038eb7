"""Leaves of compiled selections: scalars and enums as Python expressions, and their encoding in JSON.

The expressions test for the usual type of a value first; any other value goes through the scalar's own coercion. Times are
left to the encoder, which writes them as `schema/scalars.py` does, in a tenth of the time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from enum import Enum
from types import CoroutineType
from typing import Any

import orjson
from graphql import GRAPHQL_MAX_INT, GRAPHQL_MIN_INT, GraphQLEnumType, GraphQLLeafType, Undefined

from domain.times import write_time
from schema.execution.plan import Unanswered

Bind = Callable[[object], str]
"""Makes a value available to the generated code; returns its name there."""

USUAL = {
    "String": "type({x}) is str",
    "ID": "type({x}) is str",
    "Boolean": "type({x}) is bool",
    "Int": f"type({{x}}) is int and {GRAPHQL_MIN_INT} <= {{x}} <= {GRAPHQL_MAX_INT}",
}
"""For scalars of the specification (section 3.5): when a value is its own coerced value."""
TIME = "type({x}) is datetime and {x}.tzinfo is UTC"


def encode(value: object) -> bytes:
    """JSON of completed values."""
    return orjson.dumps(value, default=str, option=orjson.OPT_UTC_Z)


def leaf(type_: GraphQLLeafType, x: str, bind: Bind) -> str:
    """The expression that completes a value, which is not null, of the variable `x`."""
    if isinstance(type_, GraphQLEnumType):
        return f"{bind(_names(type_))}[{x}]"
    coerce = bind(_coercion(type_))
    usual = USUAL.get(type_.name) or (TIME if _writes_times(type_) else None)
    return f"{coerce}({x})" if usual is None else f"({x} if {usual.format(x=x)} else {coerce}({x}))"


def _names(type_: GraphQLEnumType) -> Mapping[Any, str]:
    """The names of members. Any other value is a KeyError, which leaves it to the executor."""
    members: type[Enum] = getattr(type_, "wrapped_cls", Enum)
    by_value = {v.value: name for name, v in type_.values.items()}
    return {member: by_value[member.value] for member in members if member.value in by_value}


def _writes_times(type_: GraphQLLeafType) -> bool:
    definition = (type_.extensions or {}).get("strawberry-definition")
    return getattr(definition, "serialize", None) is write_time


def _coercion(type_: GraphQLLeafType) -> Callable[[Any], Any]:
    coerce = type_.coerce_output_value

    def complete(value: Any) -> Any:
        if isinstance(value, CoroutineType):
            value.close()
        if value is None or isinstance(value, Exception | CoroutineType):
            raise Unanswered
        coerced = coerce(value)
        if coerced is None or coerced is Undefined:
            raise Unanswered
        if isinstance(coerced, str | int | float):
            return coerced
        return orjson.Fragment(orjson.dumps(coerced, default=str))  # any time in it is encoded as before

    return complete


TIME_NAMES: Mapping[str, object] = {"datetime": datetime, "UTC": UTC}
"""Names that occur in the expressions."""
