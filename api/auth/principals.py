"""What the directory says of a session, kept until an event changes it, and never longer than a few seconds.

A look-up that was under way when an invalidation came must not put its old answer back: each look-up remembers the
generation it began in.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from uuid import UUID

from domain.models.event import NewEvent
from domain.models.session import Principal

KEPT_SECONDS = 5.0
KEPT = 20_000

Find = Callable[[Sequence[UUID]], Awaitable[Mapping[UUID, Principal]]]


class PrincipalCache:
    """One per process; `find` reads principals from the directory."""

    def __init__(self, find: Find) -> None:
        self._find = find
        self._kept: OrderedDict[UUID, tuple[float, Principal | None]] = OrderedDict()
        self._by_user: dict[UUID, set[UUID]] = {}
        self._generation = 0

    async def get(self, session_id: UUID) -> Principal | None:
        """The session's principal, or None if there is no such session. Raises Unavailable."""
        kept = self._kept.get(session_id)
        if kept is not None and time.monotonic() - kept[0] < KEPT_SECONDS:
            return kept[1]
        generation, now = self._generation, time.monotonic()
        principal = (await self._find([session_id])).get(session_id)
        if generation == self._generation:
            self._keep(session_id, now, principal)
        return principal

    def forget(self, user_id: UUID) -> None:
        """Drop this user's sessions, because the user or one of the sessions has changed."""
        self._generation += 1
        for session_id in self._by_user.pop(user_id, ()):
            self._kept.pop(session_id, None)

    def forget_users(self, events: Sequence[NewEvent]) -> None:
        """Drop the sessions of every user that these events concern."""
        for user_id in {e.user_id for e in events if e.user_id is not None}:
            self.forget(user_id)

    def clear(self) -> None:
        """Drop everything, because anything may have changed."""
        self._generation += 1
        self._kept.clear()
        self._by_user.clear()

    def _keep(self, session_id: UUID, now: float, principal: Principal | None) -> None:
        self._kept[session_id] = (now, principal)
        self._kept.move_to_end(session_id)
        if principal is not None:
            self._by_user.setdefault(principal.user_id, set()).add(session_id)
        while len(self._kept) > KEPT:
            old, (_, evicted) = self._kept.popitem(last=False)
            if evicted is not None:
                members = self._by_user.get(evicted.user_id, set())
                members.discard(old)
                if not members:
                    self._by_user.pop(evicted.user_id, None)
