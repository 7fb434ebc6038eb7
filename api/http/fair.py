"""How much of the process one session may have at once, over HTTP, REST and sockets alike.

A session has OPERATIONS_EACH operations at work; further ones wait in order, and those that would wait too long or are
too many are refused with RATE_LIMITED. Strangers are counted by address. What an operation asks of the database is done
in the name of its session (domain/turns.py). Subscriptions that are live do not count: they have bounds of their own.
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
    """What the block asks of the database is asked in the name of this session, and waits with its other questions."""
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
