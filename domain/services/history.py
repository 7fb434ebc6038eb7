"""Starting a new epoch of the log by hand, for restores that the database's identity does not reveal."""

from __future__ import annotations

from domain import policies
from domain.errors import Unavailable
from domain.models.actor import Actor
from domain.models.log import LogState
from domain.services.unit import Store


class HistoryService:
    """The use case of an operator who has restored a database's files in place."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def renew(self, actor: Actor, *, keep_positions: bool) -> LogState:
        """Begin a new epoch, so that positions from before the restore are no longer accepted; returns the new state.

        With `keep_positions`, positions up to the current head stay valid: correct only if nothing has been written
        since the restore. Raises Forbidden and Unavailable.
        """
        policies.require_admin(actor)
        before = await self._state()
        async with self._store.write() as unit:
            if not await unit.log.renew(before.epoch, before.head if keep_positions else 0):
                raise Unavailable(
                    "Another process has just started a new epoch; run this again if you still need another one"
                )
            await unit.commit()
        return await self._state()

    async def _state(self) -> LogState:
        async with self._store.read() as unit:
            return await unit.events.state()
