"""The served schema contains the contract: nothing renamed, retyped or dropped; and its committed copy is current."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    build_schema,
)

import schema
from schema.root import export

PENDING = frozenset[str]()
"""Definitions of the contract that later work adds. Empty once they exist."""

CONTRACT = build_schema((Path(__file__).parent / "contract.graphql").read_text())
SERVED = build_schema(export())


def facts(of: GraphQLSchema) -> Iterator[str]:
    """Every definition of a schema as a separate line."""
    for name, definition in of.type_map.items():
        if not name.startswith("__"):
            yield f"{name} is {type(definition).__name__}"
            yield from members(name, definition)


def members(name: str, definition: GraphQLNamedType) -> Iterator[str]:
    """The lines of a type's members."""
    if isinstance(definition, GraphQLEnumType):
        yield from (f"{name}.{value}" for value in definition.values)
    elif isinstance(definition, GraphQLUnionType):
        yield from (f"{name} = {member.name}" for member in definition.types)
    elif isinstance(definition, GraphQLInputObjectType):
        for field, value in definition.fields.items():
            yield f"{name}.{field}: {value.type} = {value.default_value!r}"
    elif isinstance(definition, GraphQLObjectType | GraphQLInterfaceType):
        yield from (f"{name} implements {i.name}" for i in definition.interfaces)
        for field, output in definition.fields.items():
            yield f"{name}.{field}: {output.type}"
            for argument, given in output.args.items():
                yield f"{name}.{field}({argument}: {given.type} = {given.default_value!r})"


def is_pending(fact: str) -> bool:
    """Whether a definition is announced as pending."""
    subject = fact.split(" ", maxsplit=1)[0].split(":", maxsplit=1)[0].split("(", maxsplit=1)[0]
    member = fact.rpartition(" = ")[2]
    return subject in PENDING or subject.split(".")[0] in PENDING or member in PENDING


def test_the_served_schema_contains_the_contract() -> None:
    missing = [f for f in facts(CONTRACT) if not is_pending(f)]
    assert sorted(set(missing) - set(facts(SERVED))) == []


def test_pending_definitions_do_not_exist_yet() -> None:
    there = {f.split(" ")[0].split(":")[0].split("(")[0] for f in facts(SERVED)}
    assert there & PENDING == set()


def test_the_committed_schema_is_the_served_one() -> None:
    committed = Path(schema.__path__[0]) / "schema.graphql"
    assert committed.read_text() == export(), "run: rollcall schema > schema/schema.graphql"


def test_the_comparison_detects_a_changed_type() -> None:
    altered = build_schema(export().replace("displayName: String!", "displayName: String", 1))
    assert set(facts(CONTRACT)) - set(facts(altered)) - {f for f in facts(CONTRACT) if is_pending(f)}
