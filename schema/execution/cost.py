"""What an operation costs: compiled once from its selection, and evaluated for each request with its variables.

The unit is about what one scalar field costs to execute and to serialize. A list multiplies what is selected below it
by its size, which is known before anything is read: a page by `first` or `last`, a list of ids by their number, any
other list by what its field says (`schema/price.py`), or as the largest page. All of that is read from the schema, so
that the fields of a new noun count without being named here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from graphql import (
    GraphQLField,
    GraphQLNamedType,
    GraphQLSchema,
    get_nullable_type,
    is_list_type,
    is_object_type,
)
from graphql.language import FieldNode, IntValueNode, ListValueNode, NullValueNode, ValueNode, VariableNode
from strawberry.types.field import StrawberryField

from domain.pagination import PAGE_MAX
from schema.price import KEY, MUTATION_COST, Price

SUBSCRIPTION_COST_MAX = 200
"""What one message of one subscription may cost."""
USER_SUBSCRIPTION_COST_MAX = 4_000
"""What one message of all different subscriptions of a user may cost, in this process."""

STATEMENT_COST = 150
"""A field that asks the database by itself: about a millisecond here, whatever it brings."""
LOADED_COST, BATCH_COST = 20, 250
"""A page that is read together with others like it, and once for all of them: the statement that reads them."""
ROW_COST = 4
"""A row of a page and its cursor, before anything of it is selected."""
CEILING = 10**9
"""Costs are not counted further: fragments can double them at each level."""


@dataclass(frozen=True, slots=True)
class Argument:
    """An argument's value, as far as it is known without the variables."""

    value: int | None
    """The number itself, or the length of the list; None where it was not given."""
    variable: str | None = None

    def resolve(self, variables: Mapping[str, Any]) -> int | None:
        """The number or the length of the list with these coerced variables; None where there is none."""
        if self.variable is None:
            return self.value
        given = variables.get(self.variable)
        if isinstance(given, list | tuple):
            return len(given)
        if isinstance(given, int):
            return given
        return self.value if given is None else 1  # one item stands for a list of it (section 3.11)


@dataclass(frozen=True, slots=True)
class Size:
    """How many items a list may bring: the first of its arguments that has a number, otherwise the maximum."""

    arguments: tuple[Argument, ...]
    maximum: int

    def __call__(self, variables: Mapping[str, Any]) -> int:
        """The number of items, never more than the maximum: a larger page is refused by its resolver."""
        found = [n for n in (a.resolve(variables) for a in self.arguments) if n is not None]
        return max(0, min(max(found), self.maximum)) if found else self.maximum

    @property
    def fixed(self) -> bool:
        """Whether no variable has a say."""
        return all(a.variable is None for a in self.arguments)


class Expression(NamedTuple):
    """A sum: a constant, and products of a size with another expression. Shared parts are shared, not copied."""

    constant: int = 0
    terms: tuple[tuple[Size | int, Expression], ...] = ()

    def evaluate(self, variables: Mapping[str, Any]) -> int:
        """The cost with these coerced variables, CEILING at most."""
        return self._evaluate(variables, {}) if self.terms else self.constant

    def _evaluate(self, variables: Mapping[str, Any], known: dict[int, int]) -> int:
        found = known.get(id(self))
        if found is None:
            found = self.constant
            for size, inner in self.terms:
                times = size if isinstance(size, int) else size(variables)
                found = min(found + times * inner._evaluate(variables, known), CEILING)  # noqa: SLF001
            known[id(self)] = found
        return found

    def times(self, size: Size | int) -> Expression:
        """This, for each item of a list."""
        if isinstance(size, Size) and size.fixed:
            size = size({})
        if isinstance(size, int) and not self.terms:
            return Expression(min(size * self.constant, CEILING))
        return Expression(0, ((size, self),))


def total(parts: Sequence[Expression]) -> Expression:
    """The sum of expressions."""
    constant = min(sum(p.constant for p in parts if not p.terms), CEILING)
    return Expression(constant, tuple([(1, p) for p in parts if p.terms]))


class Cost(NamedTuple):
    """What a selection costs: `once`, and for `each` item where it is the selection of a connection.

    `batches` is what its loaders' statements cost, which are as many however long the lists around them are.
    """

    once: Expression = Expression()
    each: Expression = Expression()
    batches: int = 0

    @classmethod
    def sum(cls, parts: Sequence[Cost]) -> Cost:
        """What several selections cost together."""
        batches = min(sum(p.batches for p in parts), CEILING)
        return cls(total([p.once for p in parts]), total([p.each for p in parts]), batches)

    @property
    def whole(self) -> Expression:
        """What an operation of this selection costs."""
        return total([self.once, Expression(self.batches)])


class Prices:
    """What the fields of a schema cost."""

    def __init__(self, schema: GraphQLSchema) -> None:
        self._query, self._mutation = schema.query_type, schema.mutation_type
        self._subscription = schema.subscription_type

    def field(self, parent: GraphQLNamedType | None, field: GraphQLField | None, node: FieldNode, inner: Cost) -> Cost:
        """The cost of a field, given that of its selection. Unknown fields, which validation refuses, cost little."""
        cost = self._field(parent, field, node, inner)
        nested = field is not None and is_paged(field) and parent is not self._query
        return cost._replace(batches=min(inner.batches + BATCH_COST * nested, CEILING))

    def _field(self, parent: GraphQLNamedType | None, field: GraphQLField | None, node: FieldNode, inner: Cost) -> Cost:
        if field is None:
            return Cost(total([Expression(1), inner.once, inner.each]))
        own = Expression(self._weight(parent, field))
        if is_paged(field):
            sizes = tuple([argument(node, field, name) for name in _sizes(field, node)])
            return Cost(total([own, inner.once, inner.each.times(Size(sizes, PAGE_MAX))]))
        once = total([inner.once, inner.each.times(PAGE_MAX)]) if inner.each != Expression() else inner.once
        if not is_list_type(get_nullable_type(field.type)):
            return Cost(total([own, once]))
        item = total([Expression(ROW_COST if is_connection(parent) else 1), once])
        lists = [name for name, a in field.args.items() if is_list_type(get_nullable_type(a.type))]
        if lists:
            size = Size(tuple([argument(node, field, name) for name in lists]), CEILING)
            return Cost(total([own, item.times(size)]))
        if is_connection(parent):
            return Cost(own, item)
        stated = _price(field).items
        return Cost(total([own, item.times(PAGE_MAX if stated is None else stated)]))

    def _weight(self, parent: GraphQLNamedType | None, field: GraphQLField) -> int:
        stated = _price(field).cost
        if stated is not None:
            return stated
        if parent is not None and parent is self._mutation:
            return MUTATION_COST
        if is_paged(field) and parent is not self._query:
            return LOADED_COST
        if parent is not None and parent is self._subscription:
            return 1  # what its resolver gives is a source, whose messages are what is counted
        return STATEMENT_COST if _waits(field) else 1


def is_paged(field: GraphQLField) -> bool:
    """Whether a field gives a page (GraphQL Cursor Connections, section 4)."""
    return "first" in field.args


def is_connection(type_: GraphQLNamedType | None) -> bool:
    """Whether a type is that of pages (GraphQL Cursor Connections, section 2)."""
    return is_object_type(type_) and "edges" in type_.fields and "pageInfo" in type_.fields


def argument(node: FieldNode, field: GraphQLField, name: str) -> Argument:
    """What is known of an argument: its literal, its variable, or its default."""
    usual = _number(field.args[name].default_value)
    for given in node.arguments or ():
        if given.name.value == name:
            return _literal(given.value, usual)
    return Argument(usual)


def _sizes(field: GraphQLField, node: FieldNode) -> list[str]:
    """The arguments that say how long a page is: those that are written there, before a default counts."""
    known: list[str] = [name for name in ("first", "last") if name in field.args]
    return [name for name in known if any(a.name.value == name for a in node.arguments or ())] or known


def _literal(value: ValueNode, usual: int | None) -> Argument:
    if isinstance(value, VariableNode):
        return Argument(usual, value.name.value)
    if isinstance(value, IntValueNode):
        return Argument(int(value.value) if len(value.value) < 10 else CEILING)
    if isinstance(value, ListValueNode):
        return Argument(len(value.values))
    return Argument(None if isinstance(value, NullValueNode) else 1)


def _number(value: Any) -> int | None:
    return len(value) if isinstance(value, list | tuple) else value if isinstance(value, int) else None


def _definition(field: GraphQLField) -> StrawberryField | None:
    """The field as it was declared; None for one that is not declared here."""
    definition = (field.extensions or {}).get("strawberry-definition")
    return definition if isinstance(definition, StrawberryField) else None


def _price(field: GraphQLField) -> Price:
    definition = _definition(field)
    found = None if definition is None else definition.metadata.get(KEY)
    return found if isinstance(found, Price) else Price()


def _waits(field: GraphQLField) -> bool:
    definition = _definition(field)
    resolver = None if definition is None else definition.base_resolver
    return resolver is not None and resolver.is_async
