"""Having the groups render what the log brings: the quick ones at once, the others in the slow lane."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from typing import Any

import structlog
from graphql import GraphQLError

from domain.errors import Unavailable
from domain.models.event import Event
from schema.live.group import Group
from schema.live.lane import Lane
from schema.live.replay import pieces
from schema.live.row_reader import AGAIN_SECONDS, RowReader
from schema.live.rows import Rows

RENDER_TRIES = 5
"""How often a database that answers is asked for the same rendering."""

log = structlog.get_logger(__name__)


class Batches:
    """One per process."""

    def __init__(self, rows: RowReader, lane: Lane, format_error: Callable[[GraphQLError], Mapping[str, Any]]) -> None:
        self._rows, self._lane, self._format_error = rows, lane, format_error

    async def advance(self, groups: Sequence[Group], batch: Sequence[Event]) -> None:
        """Have every group render a batch: the quick ones now, the others in the slow lane, in their own time."""
        rows = await self._rows.of(batch) if groups else Rows({})
        for group in groups:
            group.choose_lane()
        quick = [g for g in groups if not g.is_apart]
        for group in groups:
            if group.is_apart:
                self._set_apart(group, batch, rows)
        for index, group in enumerate(quick):
            await self.attempt(group, partial(self._render_with_retry, group, batch, rows))
            if index % 16 == 15:
                await asyncio.sleep(0)

    def _set_apart(self, group: Group, batch: Sequence[Event], rows: Rows) -> None:
        for part in pieces(group, batch):
            bring = partial(self._render_with_retry, group, part, rows)
            self._lane.put(group.account, len(part), partial(self.attempt, group, bring))

    async def attempt(self, group: Group, work: Callable[[], Awaitable[None]]) -> None:
        """Do some rendering for a group; one that fails is ended, and nobody else is troubled."""
        if group.idle or group.lost:
            return
        try:
            await work()
        except Exception:
            log.exception("live.group_failed")
            self._fail(group)

    async def _render_with_retry(self, group: Group, batch: Sequence[Event], rows: Rows) -> None:
        """Have a group render a batch, again where the database went away meanwhile: nothing of it is written yet.

        Raises Unavailable where the database answers, but not to this group.
        """
        for _ in range(RENDER_TRIES):
            try:
                await group.advance(batch, rows)
            except Unavailable:
                await asyncio.sleep(AGAIN_SECONDS)
                rows = await self._rows.of(batch)
            else:
                return
        raise Unavailable

    def _fail(self, group: Group) -> None:
        """End every subscription of a group that could not be rendered: its clients resume from their cursors."""
        error = self._format_error(GraphQLError("The subscription failed", original_error=Unavailable()))
        self._lane.drop_live(group.account)
        for subscriber in group.members:  # the group goes with the last of them, but for those who still replay
            subscriber.close()
            subscriber.sink.fail([error])
