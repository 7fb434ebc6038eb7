"""How many operations one session may run at once, over HTTP, REST and sockets together.

A session runs OPERATIONS_EACH operations at once. Further ones wait in order; those that would wait too long, or exceed
the queue, are refused with RATE_LIMITED. Anonymous clients are counted by address. Database queries of an operation count
for its session (domain/turns.py). Live subscriptions are not counted, because they have their own limits.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from contextlib import AbstractAsyncContextManager, contextmanager
from contextvars import Token

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

    def turn(self, actor: Actor | None, origin: Origin) -> AbstractAsyncContextManager[None]:
        """Wait for this session's turn and work in its name. Raises RateLimited."""
        return _Turn(self.turns, _key(actor, origin))


class _Turn:
    """One operation; a class, because generators as context managers cost three times as much for each operation."""

    __slots__ = ("_key", "_token", "_turns")
    _token: Token[Share | None]

    def __init__(self, turns: Turns, key: Hashable) -> None:
        self._turns, self._key = turns, key

    async def __aenter__(self) -> None:
        if not self._turns.try_begin(self._key):
            await self._turns.wait(self._key)
        self._token = share.set(Share(self._key))

    async def __aexit__(self, *_: object) -> None:
        share.reset(self._token)
        self._turns.end(self._key)


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
