"""How much a document may ask: one linear walk, each fragment measured once however often it is spread.

The library's own limiters walk a fragment again for each spread, which makes them the attack they are to stop.
"""

from __future__ import annotations

from dataclasses import dataclass

from graphql import DocumentNode, GraphQLError
from graphql.language import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    IntValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
)

TOKENS_MAX = 4000
DEPTH_MAX = 15
ALIASES_MAX = 100
ROOT_FIELDS_MAX = 30
COST_MAX = 30_000
"""Fields, each counted as often as the page sizes around it say."""
PAGE_ASSUMED = 20
LISTS = frozenset({"users", "sessions", "events", "nodes"})
INTROSPECTION = frozenset({"__schema", "__type"})


@dataclass(slots=True)
class Measure:
    """What a selection comes to. `aliases` counts fields under another name."""

    depth: int = 0
    aliases: int = 0
    cost: int = 0
    introspects: bool = False

    def add(self, other: Measure, times: int = 1) -> None:
        """Take in what stands beside, `times` over."""
        self.depth = max(self.depth, other.depth)
        self.aliases += other.aliases
        self.cost = min(self.cost + other.cost * times, 10**9)
        self.introspects = self.introspects or other.introspects


class Meter:
    """Measures the operations of one document."""

    def __init__(self, document: DocumentNode) -> None:
        self._fragments = {d.name.value: d for d in document.definitions if isinstance(d, FragmentDefinitionNode)}
        self._known: dict[str, Measure] = {}

    def check(self, operation: OperationDefinitionNode) -> tuple[Measure, list[GraphQLError]]:
        """The measure of an operation, and what of it is too much. Introspection is not measured, only told."""
        measure = self._walk(operation.selection_set)
        found = [
            ("depth", measure.depth, DEPTH_MAX),
            ("aliases", measure.aliases, ALIASES_MAX),
            ("root fields", len(operation.selection_set.selections), ROOT_FIELDS_MAX),
            ("cost", measure.cost, COST_MAX),
        ]
        return measure, [
            GraphQLError(
                f"This operation is too large: its {name} is {value}, at most {limit} is allowed",
                operation,
                extensions={"code": "LIMIT_EXCEEDED"},
            )
            for name, value, limit in found
            if value > limit
        ]

    def _walk(self, selections: SelectionSetNode | None) -> Measure:
        total = Measure()
        for node in selections.selections if selections else ():
            if isinstance(node, FieldNode):
                total.add(self._field(node))
            elif isinstance(node, FragmentSpreadNode):
                total.add(self._fragment(node.name.value))
            else:
                total.add(self._walk(node.selection_set))  # type: ignore[attr-defined]
        return total

    def _fragment(self, name: str) -> Measure:
        if name not in self._known:
            self._known[name] = Measure()  # a cycle, which validation refuses by itself
            fragment = self._fragments.get(name)
            self._known[name] = self._walk(fragment.selection_set) if fragment else Measure()
        return self._known[name]

    def _field(self, node: FieldNode) -> Measure:
        name = node.name.value
        if name in INTROSPECTION:
            return Measure(introspects=True)
        measure = Measure(cost=1, aliases=int(node.alias is not None))
        inner = self._walk(node.selection_set)
        measure.add(inner, _times(node) if name in LISTS else 1)
        measure.depth = inner.depth + 1
        return measure


def _times(node: FieldNode) -> int:
    """How many items a list may bring: its page size where that stands there, otherwise what is usual."""
    for argument in node.arguments or ():
        if argument.name.value in ("first", "last") and isinstance(argument.value, IntValueNode):
            return max(1, min(int(argument.value.value[:4]), 1000))
    return PAGE_ASSUMED
