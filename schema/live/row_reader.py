"""Reads the users of log entries: once per batch, retrying until the database answers."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence
from uuid import UUID

import structlog

from domain.errors import Unavailable
from domain.models.event import Event
from domain.models.user import User
from domain.services.event import LogHub
from schema.live.ports import ReadUsers
from schema.live.rows import Rows

RETRY_SECONDS = 0.2
"""The pause before an unavailable database is queried again."""

log = structlog.get_logger(__name__)


class RowReader:
    """One per process."""

    def __init__(self, hub: LogHub, read_users: ReadUsers) -> None:
        self._hub, self._read_users = hub, read_users

    async def of(self, events: Sequence[Event]) -> Rows:
        """The users concerned and the actors of a batch, as they are now, in one statement."""
        found = await self.users({i for e in events for i in (e.user_id, e.actor_id) if i is not None})
        return Rows(found, events, is_newest=events[-1].seq >= self._hub.head)

    async def users(self, ids: Collection[UUID]) -> dict[UUID, User | None]:
        """These users as they are now (None if there is no such user); waits while the database is unavailable."""
        while True:
            try:
                found = await self._read_users(list(ids))
                return {i: found.get(i) for i in ids}
            except Unavailable:
                await asyncio.sleep(RETRY_SECONDS)
            except Exception:  # otherwise no later batch would ever be sent
                log.exception("live.users_failed")
                await asyncio.sleep(5 * RETRY_SECONDS)
