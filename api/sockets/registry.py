"""The open sockets of this process, also by user; it reports to presence when a user's sockets open and close."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, KeysView
from uuid import UUID

from api.sockets.connection import Connection
from domain.models.actor import Actor
from domain.services.live import LivePresence


class SocketRegistry:
    """One per process. It depends on none of its users, so that all of them can depend on it."""

    def __init__(self, presence: LivePresence) -> None:
        self._presence = presence
        self._open: set[Connection] = set()
        self._by_user: dict[UUID, set[Connection]] = {}
        self.closes: Counter[str] = Counter()
        """How many sockets have closed, by the code with which this process closed them, or `client`."""

    @property
    def count(self) -> int:
        """How many sockets are open."""
        return len(self._open)

    @property
    def connections(self) -> list[Connection]:
        """All open sockets, including those that have not authenticated yet."""
        return list(self._open)

    @property
    def user_ids(self) -> KeysView[UUID]:
        """The users with an open socket."""
        return self._by_user.keys()

    def of_users(self, user_ids: Iterable[UUID]) -> list[Connection]:
        """The sockets of these users, without those being closed."""
        return [c for u in user_ids for c in self._by_user.get(u, ()) if c.ending is None]

    def opened(self, connection: Connection) -> None:
        """A socket completed its handshake."""
        self._open.add(connection)

    def acknowledged(self, connection: Connection) -> None:
        """A socket has authenticated."""
        user_id = _user(connection)
        if user_id is not None:
            self._by_user.setdefault(user_id, set()).add(connection)
            self._presence.hold(user_id)

    def renewed(self, connection: Connection, actor: Actor) -> None:
        """A socket's user authenticated again, with a session that may be another one."""
        connection.actor = actor
        for operation in connection.operations.values():
            if operation.subscriber is not None:
                operation.subscriber.actor = actor

    def closed(self, connection: Connection) -> None:
        """A socket was closed."""
        self._open.discard(connection)
        self.closes["client" if connection.ending is None else str(connection.ending[0])] += 1
        user_id = _user(connection)
        if user_id is None:
            return
        members = self._by_user.get(user_id, set())
        if connection in members:
            members.discard(connection)
            self._presence.release(user_id)
            if not members:
                del self._by_user[user_id]


def _user(connection: Connection) -> UUID | None:
    return None if connection.actor is None else connection.actor.user_id
