"""Which history the log is of: said by hand where the database's identity cannot tell."""

from __future__ import annotations

from domain import policies
from domain.errors import Unavailable
from domain.models.actor import Actor
from domain.models.log import LogState
from domain.services.unit import Store


class HistoryService:
    """The use case of an operator who has restored the files of a database in place."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def renew(self, actor: Actor, *, keep_positions: bool) -> LogState:
        """Begin another epoch, so that no position of before is taken for one of now; returns the log as it is then.

        With `keep_positions` those that the log has now stay valid: right only if nothing was written since the
        restore. Raises Forbidden and Unavailable.
        """
        policies.require_admin(actor)
        before = await self._state()
        async with self._store.write() as unit:
            if not await unit.log.renew(before.epoch, before.head if keep_positions else 0):
                raise Unavailable("The log has just got another epoch; run it again if that was not what you meant")
            await unit.commit()
        return await self._state()

    async def _state(self) -> LogState:
        async with self._store.read() as unit:
            return await unit.events.state()
