"""The ports to the live sockets: which users are online, and closing sockets that have lost their right."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol
from uuid import UUID


class Presence(Protocol):
    """Which users have an open socket on any instance."""

    def online_ids(self) -> frozenset[UUID]:
        """The users online as known to this process; at most a few seconds old."""
        ...

    def listen(self, listener: Callable[[UUID, bool], None]) -> Callable[[], None]:
        """Call the listener with each user who went online (True) or offline; the returned function stops it."""
        ...


class LivePresence(Presence, Protocol):
    """Presence, with the methods by which sockets report themselves."""

    def hold(self, user_id: UUID) -> None:
        """A socket of this user opened here."""
        ...

    def release(self, user_id: UUID) -> None:
        """A socket of this user closed here."""
        ...


class LiveSessions(Protocol):
    """The live sockets of this process."""

    async def settle(self, user_id: UUID) -> None:
        """Return once no socket here has lost its right: immediately if the user has none, within a bounded time."""
        ...


class NoLiveSessions:
    """A process without sockets."""

    async def settle(self, user_id: UUID) -> None:
        """There is nothing to wait for."""
