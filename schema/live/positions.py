"""Where a subscription starts: the position of a client's cursor, or why it cannot be resumed."""

from __future__ import annotations

from dataclasses import dataclass

from domain.cursors import UNFINISHED, LogCursor, parse_cursor
from domain.models.actor import Actor
from domain.models.log import LogState
from domain.services.event import LogHub
from schema.live.ports import Projection

PRUNED = "This position is no longer in the log"
LOST = "The log was restored without this position"


@dataclass(frozen=True, slots=True)
class FromNow:
    """Nothing to resume: send the snapshot, if the subscription has one, then what happens from now on."""


@dataclass(frozen=True, slots=True)
class After:
    """Resume after this sequence number."""

    seq: int


@dataclass(frozen=True, slots=True)
class Refused:
    """The cursor cannot be resumed, for this reason; the client must resynchronise."""

    reason: str


Start = FromNow | After | Refused


class Positions:
    """Resolves cursors against the log."""

    def __init__(self, hub: LogHub) -> None:
        self._hub = hub

    async def start_of(self, projection: Projection, actor: Actor) -> Start:
        """Where a subscription of this actor starts. Raises Unavailable."""
        if projection.start is None:
            return FromNow()
        cursor = parse_cursor(projection.start)
        if cursor is None:
            return Refused("This is not a valid cursor")
        state = await self._hub.state()
        reason = _foreign(cursor, state) or projection.cannot_resume(cursor, actor)
        if reason is not None:
            return Refused(reason)
        return FromNow() if projection.wants_snapshot(cursor) else await self._after(cursor)

    async def _after(self, cursor: LogCursor) -> After | Refused:
        seq = cursor.seq if cursor.seq is not None else await self._hub.resolve(cursor.ord or 0)
        state = await self._hub.state()
        shared = state.shared_head(cursor.epoch)
        if seq is None or shared is None or seq > shared:
            return Refused("This cursor is ahead of the log" if cursor.belongs_to(state.epoch) else LOST)
        return Refused(PRUNED) if seq < state.horizon else After(seq)


def _foreign(cursor: LogCursor, state: LogState) -> str | None:
    """Why a cursor is not a resumable position of this log; None if it is."""
    if cursor.role == UNFINISHED:
        return "This snapshot was not complete"
    return "This cursor belongs to another log" if state.shared_head(cursor.epoch) is None else None
