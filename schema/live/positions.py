"""Where a subscription starts: the position of a client's cursor, or why it cannot be resumed."""

from __future__ import annotations

from domain.cursors import UNFINISHED, LogCursor, parse_cursor
from domain.models.actor import Actor
from domain.models.log import LogState
from domain.services.event import LogHub
from schema.live.ports import Projection

PRUNED = "This position is no longer in the log"
LOST = "The log was restored without this position"


class Positions:
    """Resolves cursors against the log."""

    def __init__(self, hub: LogHub) -> None:
        self._hub = hub

    async def start(self, projection: Projection, actor: Actor) -> int | str | None:
        """The sequence number to start after, None for now, or the reason why the cursor cannot be resumed."""
        if projection.start is None:
            return None
        cursor = parse_cursor(projection.start)
        if cursor is None:
            return "This is not a valid cursor"
        state = await self._hub.state()
        reason = _foreign(cursor, state) or projection.cannot_resume(cursor, actor)
        if projection.wants_snapshot(cursor) or reason:
            return reason
        return await self._sequence(cursor)

    async def _sequence(self, cursor: LogCursor) -> int | str:
        """The sequence number of a cursor of this log, or the reason why there is no such position."""
        seq = cursor.seq if cursor.seq is not None else await self._hub.resolve(cursor.ord or 0)
        state = await self._hub.state()
        shared = state.shared_head(cursor.epoch)
        if seq is None or shared is None or seq > shared:
            return "This cursor is ahead of the log" if cursor.belongs_to(state.epoch) else LOST
        return PRUNED if seq < state.horizon else seq


def _foreign(cursor: LogCursor, state: LogState) -> str | None:
    """Why a cursor is not a resumable position of this log; None if it is."""
    if cursor.role == UNFINISHED:
        return "This snapshot was not complete"
    return "This cursor belongs to another log" if state.shared_head(cursor.epoch) is None else None
