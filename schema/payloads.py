"""Results that the mutations of several nouns share, and reading an id."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

import strawberry

from domain.cursors import sequence_cursor, written_cursor
from domain.errors import NotFound
from schema.context import Info
from schema.errors import CredentialsProblem, ForbiddenProblem, NotFoundProblem, RateLimitProblem, ValidationProblem
from schema.scalars import Cursor, uuid_of


@strawberry.type
class Done:
    """The mutation succeeded."""

    ok: bool
    cursor: Cursor | None


DoneResult = Annotated[
    Done | ValidationProblem | NotFoundProblem | ForbiddenProblem | CredentialsProblem | RateLimitProblem,
    strawberry.union("DoneResult"),
]


def known(text: str) -> UUID:
    """The id; raises NotFound for text that is not a valid id."""
    found = uuid_of(text)
    if found is None:
        raise NotFound
    return found


async def cursor_of(info: Info, position: int | None) -> Cursor:
    """The log position of a write; the log's head if nothing was written."""
    services = info.context.services
    if position is not None:
        return Cursor(written_cursor(services.epoch, position))
    state = await services.events.state()
    return Cursor(sequence_cursor(state.epoch, state.head))


async def done(info: Info, position: int | None) -> Done:
    return Done(ok=True, cursor=await cursor_of(info, position))
