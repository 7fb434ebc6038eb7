"""Limits on documents: one linear walk that measures each fragment once, however often it is spread.

The library's own limiters walk a fragment again for each spread, which makes them a denial of service themselves. The
limits here also bound validation, whose rule on merging fields compares all pairs with the same response name.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from graphql import (
    DocumentNode,
    GraphQLError,
    GraphQLNamedType,
    GraphQLSchema,
    OperationType,
    get_named_type,
    is_composite_type,
)
from graphql.language import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
)

from schema.execution.cost import SUBSCRIPTION_COST_MAX, Cost, Prices
from schema.marks import COST_MAX, is_paged

TEXT_MAX = 16 * 1024
"""Characters of a document."""
TOKENS_MAX = 1000
"""Six times the console's largest document; a document of this size takes about 20 ms to parse and validate."""
COMMENTS_MAX = 200
DEPTH_MAX = 15
ALIASES_MAX = 100
ROOT_FIELDS_MAX = 30
NAME_MAX = 128
"""Characters of a response name, which is repeated in each row."""
SAME_NAME_MAX = 30
"""Fields with the same response name in one selection set, including its fragments."""
VALUES_MAX = 1000
"""Values in the variables of one request, before coercion."""
NO_PAGES = "A subscription cannot select pages; query them when a message reports a change"
INTROSPECTION = frozenset({"__schema", "__type"})


@dataclass(slots=True)
class Measure:
    """The measures of a selection. `aliases` counts aliased fields, `names` counts fields by response name."""

    depth: int = 0
    aliases: int = 0
    same: int = 0
    longest: int = 0
    introspects: bool = False
    pages: bool = False
    names: Counter[str] = field(default_factory=Counter)
    cost: Cost = field(default_factory=Cost)


class Meter:
    """Measures the operations of one document."""

    def __init__(self, schema: GraphQLSchema, document: DocumentNode) -> None:
        self._schema, self._prices = schema, Prices(schema)
        self._fragments = {d.name.value: d for d in document.definitions if isinstance(d, FragmentDefinitionNode)}
        self._known: dict[str, Measure] = {}

    def measure(self, operation: OperationDefinitionNode) -> Measure:
        """The measure of an operation. Introspection is only reported, not measured; Counting limits it."""
        return self._walk(self._schema.get_root_type(operation.operation), operation.selection_set)

    def _walk(self, parent: GraphQLNamedType | None, selections: SelectionSetNode | None) -> Measure:
        whole = Measure()
        costs: list[Cost] = []
        for node in selections.selections if selections else ():
            part = self._selection(parent, node)
            costs.append(part.cost)
            _include(whole, part)
        whole.cost = Cost.sum(costs)
        return whole

    def _selection(self, parent: GraphQLNamedType | None, node: SelectionNode) -> Measure:
        if isinstance(node, FieldNode):
            return self._field(parent, node)
        if isinstance(node, FragmentSpreadNode):
            return self._fragment(node.name.value)
        assert isinstance(node, InlineFragmentNode)
        condition = node.type_condition
        type_ = self._schema.get_type(condition.name.value) if condition else parent
        return self._walk(type_, node.selection_set)

    def _fragment(self, name: str) -> Measure:
        if name not in self._known:
            self._known[name] = Measure()  # ends a cycle, which validation rejects
            fragment = self._fragments.get(name)
            if fragment is not None:
                type_ = self._schema.get_type(fragment.type_condition.name.value)
                self._known[name] = self._walk(type_, fragment.selection_set)
        return self._known[name]

    def _field(self, parent: GraphQLNamedType | None, node: FieldNode) -> Measure:
        name = node.name.value
        shown = node.alias.value if node.alias else name
        whole = Measure(depth=1, aliases=int(node.alias is not None), same=1, longest=len(shown))
        whole.names[shown] = 1
        if name in INTROSPECTION:
            whole.introspects = True
            return whole
        definition = self._schema.get_field(parent, name) if is_composite_type(parent) else None
        inner = self._walk(get_named_type(definition.type) if definition else None, node.selection_set)
        whole.depth += inner.depth
        whole.aliases += inner.aliases
        whole.same, whole.longest = max(1, inner.same), max(whole.longest, inner.longest)
        whole.introspects, whole.pages = (
            inner.introspects,
            inner.pages or (definition is not None and is_paged(definition)),
        )
        whole.cost = self._prices.field(parent, definition, node, inner.cost)
        return whole


def _include(whole: Measure, part: Measure) -> None:
    """Add the measure of a sibling; names are no longer counted once one of them occurs too often."""
    whole.depth = max(whole.depth, part.depth)
    whole.aliases = min(whole.aliases + part.aliases, 10**9)
    whole.longest = max(whole.longest, part.longest)
    whole.introspects = whole.introspects or part.introspects
    whole.pages = whole.pages or part.pages
    whole.same = max(whole.same, part.same)
    if whole.same <= SAME_NAME_MAX:
        whole.names.update(part.names)
        whole.same = max([whole.same, *[whole.names[n] for n in part.names]])


def excesses(operation: OperationDefinitionNode, measure: Measure) -> list[GraphQLError]:
    """The limits that an operation exceeds regardless of its variables."""
    found = [
        ("depth", measure.depth, DEPTH_MAX),
        ("number of aliases", measure.aliases, ALIASES_MAX),
        ("number of root fields", len(measure.names), ROOT_FIELDS_MAX),
        ("number of fields of one name", measure.same, SAME_NAME_MAX),
        ("longest name", measure.longest, NAME_MAX),
    ]
    errors = [too_large(name, value, limit, operation) for name, value, limit in found if value > limit]
    if operation.operation is OperationType.SUBSCRIPTION and measure.pages:
        errors.append(GraphQLError(NO_PAGES, operation))
    if not errors and not measure.cost.whole.terms:
        errors += cost_excess(operation, measure.cost.whole.constant)
    return errors


def cost_excess(operation: OperationDefinitionNode, cost: int) -> list[GraphQLError]:
    """The error for a cost above the limit, if it is."""
    limit = SUBSCRIPTION_COST_MAX if operation.operation is OperationType.SUBSCRIPTION else COST_MAX
    return [too_large("cost", cost, limit, operation)] if cost > limit else []


def too_large(name: str, value: int, limit: int, operation: OperationDefinitionNode) -> GraphQLError:
    """The error for a measure above its limit."""
    text = f"This operation is too large: its {name} is {value}, at most {limit} is allowed"
    return GraphQLError(text, operation, extensions={"code": "LIMIT_EXCEEDED"})


def too_many_values(variables: Mapping[str, object] | None) -> bool:
    """Whether the variables contain more than VALUES_MAX values, including lists and objects."""
    waiting: list[object] = [variables]
    seen = 0
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict | list):
            seen += len(value)
            if seen > VALUES_MAX:
                return True
            waiting.extend(value.values() if isinstance(value, dict) else value)
    return False
