"""Which subscriptions may share one rendering, decided from the operation and all fragments that it uses."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from graphql import (
    FieldNode,
    FragmentSpreadNode,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    Node,
    SelectionSetNode,
    VariableDefinitionNode,
    VariableNode,
    Visitor,
    get_named_type,
    is_abstract_type,
    is_composite_type,
    visit,
)
from graphql.execution import Executor

from schema.marks import depends_on_viewer


@dataclass(frozen=True, slots=True)
class Traits:
    """`own`: a field depends on the viewer. `position`: the variable that only sets where to start, if there is one."""

    own: bool
    position: str | None


def traits_of(executor: Executor[Any]) -> Traits:
    """The traits of a valid subscription; they do not depend on how its selection is split into fragments."""
    root = executor.schema.subscription_type
    assert root is not None
    walk = _Walk(executor)
    own = False
    starts: list[str] = []
    for parent, field in walk.fields(executor.operation.selection_set, root):
        own = own or _is_own(executor.schema, parent, field.name.value)
        if parent is root:
            starts += _variables_of_after(field)
    uses = walk.variable_uses()
    position = starts[0] if len(starts) == 1 and uses[starts[0]] == 1 else None
    return Traits(own, position)


def _is_own(schema: GraphQLSchema, parent: GraphQLNamedType, name: str) -> bool:
    types = schema.get_possible_types(parent) if is_abstract_type(parent) else [parent]
    fields = [t.fields.get(name) for t in types if isinstance(t, GraphQLObjectType)]
    return any(depends_on_viewer(field) for field in fields if field is not None)


def _variables_of_after(field: FieldNode) -> list[str]:
    named = [a.value for a in field.arguments or () if a.name.value == "after"]
    return [v.name.value for v in named if isinstance(v, VariableNode)]


class _Walk:
    """Walks every field of an operation with its parent type, visiting each fragment once."""

    def __init__(self, executor: Executor[Any]) -> None:
        self._executor = executor
        self._reached: dict[str, Node] = {}

    def fields(
        self, selections: SelectionSetNode, parent: GraphQLNamedType
    ) -> Iterator[tuple[GraphQLNamedType, FieldNode]]:
        """The fields of a selection of this type and of all below it."""
        for node in selections.selections:
            if isinstance(node, FieldNode):
                yield parent, node
                yield from self._below(node, parent)
            elif isinstance(node, InlineFragmentNode):
                yield from self.fields(node.selection_set, self._type(node, parent))
            elif isinstance(node, FragmentSpreadNode):
                yield from self._spread(node.name.value, parent)

    def _below(self, node: FieldNode, parent: GraphQLNamedType) -> Iterator[tuple[GraphQLNamedType, FieldNode]]:
        if node.selection_set is None:
            return
        field = self._executor.schema.get_field(parent, node.name.value) if is_composite_type(parent) else None
        if field is not None:
            yield from self.fields(node.selection_set, get_named_type(field.type))

    def _spread(self, name: str, parent: GraphQLNamedType) -> Iterator[tuple[GraphQLNamedType, FieldNode]]:
        if name in self._reached:
            return
        definition = self._executor.fragments[name].definition
        self._reached[name] = definition
        yield from self.fields(definition.selection_set, self._type(definition, parent))

    def _type(self, node: Any, parent: GraphQLNamedType) -> GraphQLNamedType:
        condition = node.type_condition
        return parent if condition is None else self._executor.schema.type_map[condition.name.value]

    def variable_uses(self) -> Counter[str]:
        """How often each variable is used in the operation and the visited fragments."""
        uses: Counter[str] = Counter()

        class Reader(Visitor):
            def enter_variable(self, node: VariableNode, _key: Any, parent: Any, *_: Any) -> None:
                if not isinstance(parent, VariableDefinitionNode):
                    uses[node.name.value] += 1

        for node in (self._executor.operation, *self._reached.values()):
            visit(node, Reader())
        return uses
