"""The number of nodes in selections: a bound of the work to collect their fields, and the measure of a whole operation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from graphql.execution.collect_fields import FieldDetails
from graphql.language import (
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
)


class Weights:
    """The weights of one operation's selections, with `deep` including nested ones. A fragment counts for each spread."""

    def __init__(
        self,
        operation: OperationDefinitionNode,
        fragments: Mapping[str, FragmentDefinitionNode],
        *,
        deep: bool = False,
    ) -> None:
        self._fragments, self._deep = fragments, deep
        self._known: dict[str, int] = {}
        self.operation = self._weigh(operation.selection_set)

    def of(self, details: Sequence[FieldDetails]) -> int:
        """The nodes of the selections of these fields, which are merged."""
        return sum(self._weigh(d.node.selection_set) for d in details)

    def _weigh(self, selections: SelectionSetNode | None) -> int:
        weight = 0
        for node in selections.selections if selections else ():
            weight += 1
            if isinstance(node, FragmentSpreadNode):
                weight += self._fragment(node.name.value)
            elif isinstance(node, InlineFragmentNode) or self._deep:
                weight += self._weigh(node.selection_set)  # type: ignore[attr-defined]
        return weight

    def _fragment(self, name: str) -> int:
        if name not in self._known:
            self._known[name] = self._weigh(self._fragments[name].selection_set)
        return self._known[name]
