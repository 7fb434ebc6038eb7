"""Random documents over the whole schema, with aliases, merged fields, fragments, directives, literals and variables."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from random import Random
from typing import Any

from graphql import (
    GraphQLBoolean,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNamedType,
    GraphQLNonNull,
    GraphQLSchema,
    get_named_type,
    is_abstract_type,
    is_composite_type,
    is_required_argument,
)

from tests.unit.equality.world import BROKEN, PASSWORD, SESSIONS, USERS

IDS = (
    [str(u.id) for u in (*USERS, *BROKEN)]
    + [str(s.id) for s in SESSIONS]
    + [f"00000000-0000-0000-0000-{n:012}" for n in range(1, 8)]
)
TEXTS = ["", "ad", "Ada", "no such thing", PASSWORD, *(u.email for u in USERS)]
VALUES: dict[str, list[Any]] = {
    "ID": [*IDS, "nonsense"],
    "Int": [1, 2, 3, 5, 0, 101],
    "String": TEXTS,
    "Boolean": [True, False],
    "DateTime": ["2025-01-01T00:00:00Z", "2026-01-01T02:00:00+02:00"],
    "Cursor": ["", "x"],
    "JSON": [1],
}


@dataclass
class Document:
    """A document that is being written, and the variables for it."""

    schema: GraphQLSchema
    random: Random
    declared: list[str] = field(default_factory=list)
    variables: dict[str, Any] = field(default_factory=dict)
    fragments: list[str] = field(default_factory=list)
    number: int = 0

    def pick(self, values: Any) -> Any:
        """One of the values."""
        return self.random.choice(list(values))

    def chance(self, percent: int) -> bool:
        """Whether something happens."""
        return self.random.randrange(100) < percent

    def name(self, letter: str) -> str:
        """A new name."""
        self.number += 1
        return f"{letter}{self.number}"

    def operation(self, kind: str) -> str:
        """A whole document."""
        root = self.schema.mutation_type if kind == "mutation" else self.schema.query_type
        assert root is not None
        selection = self.selection(root, 4 if kind == "query" else 3)
        declared = f"({' '.join(self.declared)})" if self.declared else ""
        return "\n".join([f"{kind}{declared} {selection}", *self.fragments])

    def selection(self, type_: GraphQLNamedType, depth: int) -> str:
        """A selection set."""
        parts = [self.part(type_, depth) for _ in range(self.random.randint(1, 3))]
        return "{" + " ".join(parts) + "}"

    def part(self, type_: GraphQLNamedType, depth: int) -> str:
        """A field or a fragment."""
        fields = getattr(type_, "fields", {})
        if fields and not self.chance(20):
            return self.field(type_, depth)
        condition = type_.name
        if is_abstract_type(type_):
            condition = self.pick([type_.name, *(t.name for t in self.schema.get_possible_types(type_))])
        if depth < 1 or (not fields and condition == type_.name):
            return f"__typename{self.directive()}"
        inner = self.schema.get_type(condition)
        assert inner is not None
        if self.chance(50):
            return f"... on {condition}{self.directive()} {self.selection(inner, depth - 1)}"
        name = self.name("F")
        self.fragments.append(f"fragment {name} on {condition} {self.selection(inner, depth - 1)}")
        return f"...{name}{self.directive()} " + (f"...{name}" if self.chance(30) else "")

    def field(self, type_: Any, depth: int) -> str:
        """A field, perhaps twice or under another name."""
        leaves = [n for n, f in type_.fields.items() if not is_composite_type(get_named_type(f.type))]
        names = [*type_.fields] if depth > 0 else [*leaves, "__typename"]
        if self.chance(10):
            return f"{self.name('a')}: __typename"
        name = self.pick(names)
        if name == "__typename":
            return str(name)
        definition: GraphQLField = type_.fields[name]
        shown = f"{self.name('a')}: " if self.chance(30) or definition.args else ""
        inner = get_named_type(definition.type)
        arguments = self.arguments(definition)
        selected = self.selection(inner, depth - 1) if is_composite_type(inner) else ""
        return f"{shown}{name}{arguments}{self.directive()}{selected}"

    def directive(self) -> str:
        """Sometimes a condition."""
        if not self.chance(12):
            return ""
        return f" @{self.pick(['skip', 'include'])}(if: {self.value(GraphQLNonNull(GraphQLBoolean))}) "

    def arguments(self, definition: GraphQLField) -> str:
        """Some of the arguments, and all required ones."""
        given = [
            f"{n}: {self.value(a.type)}"
            for n, a in definition.args.items()
            if is_required_argument(a) or self.chance(35)
        ]
        return f"({', '.join(given)})" if given else ""

    def value(self, type_: GraphQLInputType) -> str:
        """A literal or a variable."""
        if not self.chance(40):
            return self.literal(type_)
        name = self.name("v")
        self.declared.append(f"${name}: {type_}")
        if isinstance(type_, GraphQLNonNull) or self.chance(80):
            self.variables[name] = self.json(type_)
        return f"${name}"

    def literal(self, type_: GraphQLInputType) -> str:
        """A literal, perhaps with variables in it."""
        if isinstance(type_, GraphQLNonNull):
            return self._present_literal(type_.of_type)
        if self.chance(5):
            return "null"
        return self._present_literal(type_)

    def _present_literal(self, type_: GraphQLInputType) -> str:
        if isinstance(type_, GraphQLNonNull):
            return self._present_literal(type_.of_type)
        if isinstance(type_, GraphQLList):
            return "[" + ", ".join(self._strict(type_.of_type) for _ in range(self.random.randint(0, 3))) + "]"
        if isinstance(type_, GraphQLInputObjectType):
            given = [(n, f) for n, f in type_.fields.items() if _required(f) or self.chance(40)]
            return "{" + ", ".join(f"{n}: {self._strict(f.type)}" for n, f in given) + "}"
        if isinstance(type_, GraphQLEnumType):
            return str(self.pick(type_.values))
        return json.dumps(self.pick(VALUES[type_.name]))

    def _strict(self, type_: GraphQLInputType) -> str:
        return self.value(type_) if self.chance(20) else self._present_literal(type_)

    def json(self, type_: GraphQLInputType) -> Any:
        """A value in JSON; seldom one of another type."""
        if isinstance(type_, GraphQLNonNull):
            return self._present_json(type_.of_type)
        return None if self.chance(10) else self._present_json(type_)

    def usual(self, type_: GraphQLInputType) -> Any:
        """A valid value in JSON."""
        if isinstance(type_, GraphQLNonNull):
            return self.usual(type_.of_type)
        if isinstance(type_, GraphQLList):
            return [self.usual(type_.of_type)]
        if isinstance(type_, GraphQLInputObjectType):
            return {n: self.usual(f.type) for n, f in type_.fields.items()}
        if isinstance(type_, GraphQLEnumType):
            return next(iter(type_.values))
        return VALUES[str(type_)][0]

    def _present_json(self, type_: GraphQLInputType) -> Any:
        if self.chance(3):
            return self.pick([7, "7", [], {}, True])
        if isinstance(type_, GraphQLList):
            return [self.json(type_.of_type) for _ in range(self.random.randint(0, 3))]
        if isinstance(type_, GraphQLInputObjectType):
            return {n: self.json(f.type) for n, f in type_.fields.items() if _required(f) or self.chance(40)}
        if isinstance(type_, GraphQLEnumType):
            return self.pick(type_.values)
        return self.pick(VALUES[str(type_).rstrip("!")])


def _required(field_: Any) -> bool:
    return isinstance(field_.type, GraphQLNonNull) and field_.default_value is None


def document_of(schema: GraphQLSchema, kind: str, seed: int) -> tuple[str, dict[str, Any]]:
    """The document of a number, and its variables."""
    document = Document(schema, Random(seed))  # noqa: S311 - a test
    return document.operation(kind), document.variables
