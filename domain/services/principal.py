"""What the directory says of sessions now: every request and every live socket is checked against it.

It stands apart from the use cases of sessions, which wait for the sockets that are checked here to be closed.
"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from domain.models.session import Principal
from domain.services.unit import Store


class PrincipalService:
    """Reads principals from the primary, never from a replica: a right that has ended must be seen."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def get_many(self, session_ids: Sequence[UUID]) -> dict[UUID, Principal]:
        """The principals by session or API key; without those that are not there. Raises Unavailable."""
        async with self._store.read() as unit:
            found = await unit.sessions.principals(session_ids)
            if len(found) < len(session_ids):
                found |= await unit.api_keys.principals(set(session_ids) - found.keys())
        return found
