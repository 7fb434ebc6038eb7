"""Every type of domain error of this project, with one example of each."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from domain import errors
from domain.errors import DomainError
from domain.models.actor import Role
from domain.models.user import Status, User

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
USER = User(UUID(int=1), "ada@example.com", "Ada", Role.MEMBER, Status.ACTIVE, 3, NOW, NOW)

ARGUMENTS: dict[type[DomainError], tuple[Any, ...]] = {
    errors.ValidationFailed: ([errors.FieldFault("email", "Invalid email format", "x")],),
    errors.VersionConflict: (USER,),
    errors.RateLimited: (7,),
    errors.Taken: ("email",),
}


def _subclasses(of: type[DomainError]) -> Iterator[type[DomainError]]:
    for kind in of.__subclasses__():
        yield kind
        yield from _subclasses(kind)


KINDS = list(_subclasses(DomainError))


def example(kind: type[DomainError]) -> DomainError:
    """An example of this type of error."""
    return kind(*ARGUMENTS.get(kind, ()))
