"""The cost of an operation: compiled once from its selection, and evaluated for each request with its variables.

The unit is roughly the cost of executing and serializing one scalar field. A list multiplies the cost of its items by
its size, which is known before anything is read: `first` or `last` for a page, the number of ids for a list by ids, and
for any other list the size that its field states (`schema/marks.py`), or that of the largest page. All of that is read
from the schema, so that the fields of a new noun are counted without being listed here.
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

from domain.pagination import PAGE_MAX
from schema.marks import MUTATION_COST, definition_of, is_paged, price_of

SUBSCRIPTION_COST_MAX = 200
"""The maximum cost of one message of one subscription."""
USER_SUBSCRIPTION_COST_MAX = 4_000
"""The maximum cost of one message, summed over all different subscriptions of a user in this process."""

STATEMENT_COST = 150
"""A field that queries the database by itself: about a millisecond, whatever it returns."""
LOADED_COST, BATCH_COST = 20, 250
"""A page that is read in a batch with similar pages, and the one statement that reads the batch."""
ROW_COST = 4
"""A row of a page and its cursor, without its selected fields."""
CEILING = 10**9
"""The highest cost that is counted, because fragments can double the cost at each level."""


@dataclass(frozen=True, slots=True)
class Argument:
    """An argument's value, as far as it is known without the variables."""

    value: int | None
    """The number itself, or the length of the list; None if it was not given."""
    variable: str | None = None

    def resolve(self, variables: Mapping[str, Any]) -> int | None:
        """The number, or the length of the list, with these coerced variables; None if there is none."""
        if self.variable is None:
            return self.value
        given = variables.get(self.variable)
        if isinstance(given, list | tuple):
            return len(given)
        if isinstance(given, int):
            return given
        return self.value if given is None else 1  # a single item is coerced to a list (section 3.11)


@dataclass(frozen=True, slots=True)
class Size:
    """How many items a list may have: the largest number among its arguments, otherwise the maximum."""

    arguments: tuple[Argument, ...]
    maximum: int

    def __call__(self, variables: Mapping[str, Any]) -> int:
        """The number of items, never more than the maximum: a larger page is refused by its resolver."""
        found = [n for n in (a.resolve(variables) for a in self.arguments) if n is not None]
        return max(0, min(max(found), self.maximum)) if found else self.maximum

    @property
    def fixed(self) -> bool:
        """Whether it depends on no variable."""
        return all(a.variable is None for a in self.arguments)


class Expression(NamedTuple):
    """A sum: a constant, and products of a size and another expression. Common parts are shared, not copied."""

    constant: int = 0
    terms: tuple[tuple[Size | int, Expression], ...] = ()

    def evaluate(self, variables: Mapping[str, Any]) -> int:
        """The cost with these coerced variables, at most CEILING."""
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
        """This expression for each item of a list."""
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
    """The cost of a selection: `once`, plus `each` for every item if it is the selection of a connection.

    `batches` is the cost of its loaders' statements, whose number does not depend on the length of the lists.
    """

    once: Expression = Expression()
    each: Expression = Expression()
    batches: int = 0

    @classmethod
    def sum(cls, parts: Sequence[Cost]) -> Cost:
        """The total cost of several selections."""
        batches = min(sum(p.batches for p in parts), CEILING)
        return cls(total([p.once for p in parts]), total([p.each for p in parts]), batches)

    @property
    def whole(self) -> Expression:
        """The cost of an operation with this selection."""
        return total([self.once, Expression(self.batches)])


class Prices:
    """The costs of the fields of a schema."""

    def __init__(self, schema: GraphQLSchema) -> None:
        self._query, self._mutation = schema.query_type, schema.mutation_type
        self._subscription = schema.subscription_type

    def field(self, parent: GraphQLNamedType | None, field: GraphQLField | None, node: FieldNode, inner: Cost) -> Cost:
        """The cost of a field, given the cost of its selection. Unknown fields, which validation rejects, cost little."""
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
        stated = price_of(field).items
        return Cost(total([own, item.times(PAGE_MAX if stated is None else stated)]))

    def _weight(self, parent: GraphQLNamedType | None, field: GraphQLField) -> int:
        stated = price_of(field).cost
        if stated is not None:
            return stated
        if parent is not None and parent is self._mutation:
            return MUTATION_COST
        if is_paged(field) and parent is not self._query:
            return LOADED_COST
        if parent is not None and parent is self._subscription:
            return 1  # the resolver only returns the source; its messages are counted
        return STATEMENT_COST if _waits(field) else 1


def is_connection(type_: GraphQLNamedType | None) -> bool:
    """Whether a type is a connection (GraphQL Cursor Connections, section 2)."""
    return is_object_type(type_) and "edges" in type_.fields and "pageInfo" in type_.fields


def argument(node: FieldNode, field: GraphQLField, name: str) -> Argument:
    """The value of an argument: its literal, its variable, or its default."""
    usual = _number(field.args[name].default_value)
    for given in node.arguments or ():
        if given.name.value == name:
            return _literal(given.value, usual)
    return Argument(usual)


def _sizes(field: GraphQLField, node: FieldNode) -> list[str]:
    """The arguments that set the size of a page: those given in the document or, if there are none, those with defaults."""
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


def _waits(field: GraphQLField) -> bool:
    definition = definition_of(field)
    resolver = None if definition is None else definition.base_resolver
    return resolver is not None and resolver.is_async
