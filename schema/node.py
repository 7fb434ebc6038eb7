"""The Node interface and the enumerations that the nouns share."""

from __future__ import annotations

from typing import TypeVar
from uuid import UUID

import strawberry

from domain.models.directory import UserSort as UserSortField
from domain.models.event import EventType
from domain.models.user import Role
from domain.models.user import Status as UserStatus

__all__ = ["EventType", "Node", "Role", "UserSortField", "UserStatus", "camel", "given", "uuid_of"]

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
