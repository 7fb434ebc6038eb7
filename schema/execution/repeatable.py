"""Which operations may be answered again, and which users such an answer shows.

Every field of the operation must be marked as LOGGED (schema/marks.py): what it shows changes with an event about a user and
with nothing else. Arguments that filter or sort by anything else are named by the mark of their field.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson
from graphql import (
    DocumentNode,
    EnumValueNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    Node,
    ObjectFieldNode,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    StringValueNode,
    VariableNode,
    Visitor,
    get_named_type,
    visit,
)

from domain import policies
from domain.models.actor import Actor
from schema.execution.answers import AnswerKey
from schema.marks import Logged, logged_of
from schema.scalars import uuid_of

VARIABLES_MAX = 2_048
"""Variables with more bytes are not worth keeping."""


@dataclass(frozen=True, slots=True)
class Repeatable:
    """An operation whose answer may be given again. `unlogged` are names of inputs for which it may not."""

    serial: int
    users_by: tuple[Node | None, ...] | None
    """The arguments that name the users it shows; None if it shows pages."""
    unlogged: frozenset[str]

    def key(self, name: str | None, variables: Mapping[str, Any] | None, actor: Actor) -> AnswerKey | None:
        """The key of an answer for this actor; None if the variables are too large or name unlogged inputs."""
        given = orjson.dumps(variables, option=orjson.OPT_SORT_KEYS) if variables else b""
        if len(given) > VARIABLES_MAX or (variables and self.unlogged and _names(variables, self.unlogged)):
            return None
        return AnswerKey(self.serial, name or None, given, policies.view_of(actor))

    def users(self, variables: Mapping[str, Any] | None) -> frozenset[UUID] | None:
        """The users that the answer shows, or fails to find; None for any."""
        if self.users_by is None:
            return None
        ids = [_user_of(node, variables or {}) for node in self.users_by]
        return None if None in ids else frozenset(i for i in ids if i is not None)


def repeatable(
    schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode, serial: int
) -> Repeatable | None:
    """What is known of an operation, once for all its executions; None if its answers may not be given again."""
    if operation.operation is not OperationType.QUERY or schema.query_type is None:
        return None
    fragments = {d.name.value: d for d in document.definitions if isinstance(d, FragmentDefinitionNode)}
    marked: list[tuple[FieldNode, Logged]] = []
    for node, mark in _Fields(schema, fragments).of(schema.query_type, operation.selection_set):
        if mark is None:
            return None
        marked.append((node, mark))
    unlogged = frozenset(name for _, mark in marked for name in mark.unless)
    shown = [(node, mark) for node, mark in marked if mark.shows_users]
    if not shown or _names_in(operation, fragments, unlogged):
        return None
    users_by = [_argument(node, mark.user_argument) for node, mark in shown if mark.user_argument]
    return Repeatable(serial, tuple(users_by) if len(users_by) == len(shown) else None, unlogged)


class _Fields:
    """Every field of an operation with its mark, and each fragment once, however often it is spread."""

    def __init__(self, schema: GraphQLSchema, fragments: Mapping[str, FragmentDefinitionNode]) -> None:
        self._schema, self._left = schema, dict(fragments)

    def of(self, type_: Any, selections: SelectionSetNode) -> Iterator[tuple[FieldNode, Logged | None]]:
        """The mark is None for a field without one, and for one of a type that is not one object."""
        for node in selections.selections:
            if isinstance(node, FieldNode):
                yield from self._field(type_, node)
            elif isinstance(node, InlineFragmentNode):
                yield from self._fragment(type_, node)
            elif isinstance(node, FragmentSpreadNode) and (found := self._left.pop(node.name.value, None)):
                yield from self._fragment(type_, found)

    def _field(self, type_: Any, node: FieldNode) -> Iterator[tuple[FieldNode, Logged | None]]:
        name = node.name.value
        field = type_.fields.get(name) if isinstance(type_, GraphQLObjectType) else None
        yield node, Logged() if name == "__typename" else None if field is None else logged_of(field)
        if node.selection_set and field is not None:
            yield from self.of(get_named_type(field.type), node.selection_set)

    def _fragment(
        self, type_: Any, fragment: InlineFragmentNode | FragmentDefinitionNode
    ) -> Iterator[tuple[FieldNode, Logged | None]]:
        condition = fragment.type_condition
        inner = type_ if condition is None else self._schema.type_map.get(condition.name.value)
        yield from self.of(inner, fragment.selection_set)


def _argument(node: FieldNode, name: str) -> Node | None:
    return next((a.value for a in node.arguments or () if a.name.value == name), None)


def _user_of(node: Node | None, variables: Mapping[str, Any]) -> UUID | None:
    """The user that an argument names; None for anything but a valid id, which then counts as a page."""
    value = variables.get(node.name.value) if isinstance(node, VariableNode) else None
    if isinstance(node, StringValueNode):
        value = node.value
    return uuid_of(value) if isinstance(value, str) else None


def _names(value: Any, names: Collection[str]) -> bool:
    """Whether variables contain one of these names as a key or as a text."""
    if isinstance(value, str):
        return value in names
    if isinstance(value, dict):
        return any(k in names or _names(v, names) for k, v in value.items())
    return isinstance(value, list) and any(_names(v, names) for v in value)


def _names_in(
    operation: OperationDefinitionNode, fragments: Mapping[str, FragmentDefinitionNode], names: Collection[str]
) -> bool:
    """Whether literals in the document contain one of these names."""
    found = _Names()
    for node in (operation, *fragments.values()):
        visit(node, found)
    return not found.found.isdisjoint(names)


class _Names(Visitor):
    """Collects the names of input fields and of enum values."""

    def __init__(self) -> None:
        super().__init__()
        self.found: set[str] = set()

    def enter_object_field(self, node: ObjectFieldNode, *_: Any) -> None:
        """`{ online: true }`."""
        self.found.add(node.name.value)

    def enter_enum_value(self, node: EnumValueNode, *_: Any) -> None:
        """`LAST_SEEN_AT`."""
        self.found.add(node.value)
