"""The Node interface and the enumerations that the nouns share."""

from __future__ import annotations

from typing import TypeVar
from uuid import UUID

import strawberry

from domain.models import event, user

T = TypeVar("T")

Role = strawberry.enum(user.Role, name="Role")
UserStatus = strawberry.enum(user.Status, name="UserStatus")
EventType = strawberry.enum(event.EventType, name="EventType")


@strawberry.interface
class Node:
    """Anything with an id of its own: the row's UUID, the same everywhere."""

    id: strawberry.ID


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
