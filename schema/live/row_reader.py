"""Reading the users that log entries are about: once for a batch, and until the database answers."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence
from uuid import UUID

import structlog

from domain.errors import Unavailable
from domain.models.event import Event
from domain.models.user import User
from domain.services.event import LogHub
from domain.services.unit import Store
from schema.live.rows import Rows

AGAIN_SECONDS = 0.2
"""How long a database that is unavailable is left alone."""

log = structlog.get_logger(__name__)


class RowReader:
    """One per process."""

    def __init__(self, hub: LogHub, store: Store) -> None:
        self._hub, self._store = hub, store

    async def of(self, events: Sequence[Event]) -> Rows:
        """Subjects and actors of a batch as they are now, in one statement."""
        found = await self.users({i for e in events for i in (e.user_id, e.actor_id) if i is not None})
        return Rows(found, events, is_newest=events[-1].seq >= self._hub.head)

    async def users(self, ids: Collection[UUID]) -> dict[UUID, User | None]:
        """These users as they are now, None for no such user, waiting out a database that is away."""
        while True:
            try:
                async with self._store.read() as unit:
                    found = await unit.users.get_many(list(ids))
                return {i: found.get(i) for i in ids}
            except Unavailable:
                await asyncio.sleep(AGAIN_SECONDS)
            except Exception:  # whoever came after this stretch would never be told anything
                log.exception("live.people_failed")
                await asyncio.sleep(5 * AGAIN_SECONDS)
