"""The ports to the live sockets: who is online, and whether a socket outlives its right."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol
from uuid import UUID


class Presence(Protocol):
    """Who holds a live socket on any instance."""

    def online_ids(self) -> frozenset[UUID]:
        """As known here now; at most some seconds old."""
        ...

    def listen(self, listener: Callable[[UUID, bool], None]) -> Callable[[], None]:
        """Call with each user that came or went; the result ends it."""
        ...


class LivePresence(Presence, Protocol):
    """Presence as the live edge feeds it."""

    def hold(self, user_id: UUID) -> None:
        """A socket of this user opened here."""
        ...

    def release(self, user_id: UUID) -> None:
        """A socket of this user closed here."""
        ...


class LiveSessions(Protocol):
    """The live sockets of this process."""

    async def settle(self, user_id: UUID) -> None:
        """Return when no socket here outlives its right: at once where the user has none, within a second at most."""
        ...
