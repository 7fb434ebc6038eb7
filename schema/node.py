"""The Node interface, how an entity becomes a node, and the enumerations that the nouns share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar
from uuid import UUID

import strawberry
from strawberry.types import get_object_definition

from domain.models.actor import Role
from domain.models.directory import UserSort as UserSortField
from domain.models.event_types import EventType
from domain.models.user import Status as UserStatus
from schema.context import Info

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
    "uuid_of",
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
    """Anything with an id of its own: the row's UUID, the same everywhere."""

    @strawberry.field
    def id(self) -> strawberry.ID:
        """The row's UUID."""
        raise NotImplementedError


Show = Callable[[Info, Any], Node]
_SHOWN: dict[type, Show] = {}


def shows(entity: type) -> Callable[[Show], Show]:
    """Mark a function as what makes the node of an entity of this class; each noun has one."""

    def register(show: Show) -> Show:
        _SHOWN[entity] = show
        return show

    return register


def as_node(info: Info, entity: object) -> Any:
    """The node of an entity that its viewer may see."""
    return _SHOWN[type(entity)](info, entity)


def uuid_of(text: str) -> UUID | None:
    """The UUID of an id, or None for a text that is none and so names nothing."""
    try:
        return UUID(text)
    except ValueError:
        return None


def given(value: T | None) -> T | None:
    """What the client gave; None where it gave nothing."""
    return None if value is strawberry.UNSET else value


def camel(name: str) -> str:
    """A field's name as the schema writes it."""
    first, *rest = name.split("_")
    return first + "".join(part.capitalize() for part in rest)


def add_fields(type_: type, **resolvers: Callable[..., Any]) -> None:
    """Add fields that other nouns resolve to a type, in this order: the type need not know those nouns."""
    fields = get_object_definition(type_, strict=True).fields
    for name, resolver in resolvers.items():
        field = strawberry.field(resolver=resolver)
        field.python_name, field.origin = name, type_
        fields.append(field)
