"""The Node interface, the registry that turns entities into nodes, and the enums that several nouns share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import strawberry
from strawberry.types import get_object_definition
from strawberry.types.field import StrawberryField

from domain.models.actor import Role
from domain.models.directory import UserSort as UserSortField
from domain.models.event_types import EventType
from domain.models.user import Status as UserStatus
from schema.context import Info
from schema.marks import LOGGED

__all__ = [
    "EventType",
    "Node",
    "Role",
    "UserSortField",
    "UserStatus",
    "as_node",
    "camel",
    "given",
    "shows",
]

T = TypeVar("T")

for cls, name in (
    (Role, "Role"),
    (UserStatus, "UserStatus"),
    (EventType, "EventType"),
    (UserSortField, "UserSortField"),
):
    strawberry.enum(cls, name=name)


@strawberry.interface
class Node:
    """Any object with an id, which is the UUID of its row."""

    entity: strawberry.Private[Any]

    @strawberry.field(metadata=LOGGED)
    def id(self) -> strawberry.ID:
        """The row's UUID."""
        return strawberry.ID(str(self.entity.id))


Show = Callable[[Info, Any], Node]
_SHOWN: dict[type, Show] = {}


def shows(entity: type) -> Callable[[Show], Show]:
    """Register the function that turns entities of this class into nodes; each noun has one."""

    def register(show: Show) -> Show:
        _SHOWN[entity] = show
        return show

    return register


def as_node(info: Info, entity: object) -> Any:
    """The node of an entity that its viewer may see."""
    return _SHOWN[type(entity)](info, entity)


def given(value: T | None) -> T | None:
    """The value the client gave; None if it gave none."""
    return None if value is strawberry.UNSET else value


def camel(name: str) -> str:
    """A field's name in the schema, in camel case."""
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)


def add_fields(type_: type, **resolvers: Callable[..., Any] | StrawberryField) -> None:
    """Add fields that other nouns resolve to a type, in this order, so that the type need not know those nouns."""
    fields = get_object_definition(type_, strict=True).fields
    for name, resolver in resolvers.items():
        field = resolver if isinstance(resolver, StrawberryField) else strawberry.field(resolver=resolver)
        field.python_name, field.origin = name, type_
        fields.append(field)
