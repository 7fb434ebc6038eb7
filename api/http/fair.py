"""How many operations one session may run at once, over HTTP, REST and sockets together.

A session runs OPERATIONS_EACH operations at once. Further ones wait in order; those that would wait too long, or exceed
the queue, are refused with RATE_LIMITED. Anonymous clients are counted by address. Database queries of an operation count
for its session (domain/turns.py). Live subscriptions are not counted, because they have their own limits.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Hashable, Iterator
from contextlib import asynccontextmanager, contextmanager

from domain.errors import RateLimited
from domain.models.actor import Actor, Origin
from domain.turns import Share, Turns, share

OPERATIONS_EACH = 4
WAITING_EACH = 100
"""As many as a socket may have open: OPERATIONS_MAX (api/sockets/operations.py)."""
WAIT_SECONDS = 10.0


class Fairness:
    """One per process."""

    def __init__(self, each: int = OPERATIONS_EACH, waiting: int = WAITING_EACH, seconds: float = WAIT_SECONDS) -> None:
        self.turns = Turns(each, seconds=seconds, refusal=_too_many, waiting_max=waiting)

    @asynccontextmanager
    async def turn(self, actor: Actor | None, origin: Origin) -> AsyncIterator[None]:
        """Wait for this session's turn and work in its name. Raises RateLimited."""
        key = _key(actor, origin)
        async with self.turns.turn(key):
            with in_the_name_of(actor, origin):
                yield


@contextmanager
def in_the_name_of(actor: Actor | None, origin: Origin) -> Iterator[None]:
    """Count the database queries of the block for this session; they share its limits and wait in its queue."""
    token = share.set(Share(_key(actor, origin)))
    try:
        yield
    finally:
        share.reset(token)


def _key(actor: Actor | None, origin: Origin) -> Hashable:
    """The session, or the user without one, or the address of a client without either."""
    if actor is None or (actor.session_id or actor.user_id) is None:
        return "address", origin.network
    return "session", actor.session_id or actor.user_id


def _too_many() -> RateLimited:
    return RateLimited(1, "Too many requests at once; send fewer, or try again in a moment")
