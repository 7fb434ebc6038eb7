"""Rendering batches of log entries for all groups: quick groups immediately, the others in the slow lane."""

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
from schema.live.row_reader import RETRY_SECONDS, RowReader
from schema.live.rows import Rows

RENDER_ATTEMPTS = 5
"""How often a rendering is attempted if the database fails during it."""

log = structlog.get_logger(__name__)


class Batches:
    """One per process."""

    def __init__(self, rows: RowReader, lane: Lane, format_error: Callable[[GraphQLError], Mapping[str, Any]]) -> None:
        self._rows, self._lane, self._format_error = rows, lane, format_error

    async def advance(self, groups: Sequence[Group], batch: Sequence[Event]) -> None:
        """Render a batch for every group: quick groups now, the others in the slow lane."""
        rows = await self._rows.of(batch) if groups else Rows({})
        for group in groups:
            group.choose_lane()
        quick = [g for g in groups if not g.in_slow_lane]
        for group in groups:
            if group.in_slow_lane:
                self._queue_in_slow_lane(group, batch, rows)
        for index, group in enumerate(quick):
            await self.attempt(group, partial(self._render_with_retry, group, batch, rows))
            if index % 16 == 15:
                await asyncio.sleep(0)

    def _queue_in_slow_lane(self, group: Group, batch: Sequence[Event], rows: Rows) -> None:
        for part in pieces(group, batch):
            render = partial(self._render_with_retry, group, part, rows)
            self._lane.enqueue(group.account, len(part), partial(self.attempt, group, render))

    async def attempt(self, group: Group, work: Callable[[], Awaitable[None]]) -> None:
        """Render something for a group; if that fails, only this group is ended."""
        if group.idle or group.lost:
            return
        try:
            await work()
        except Exception:
            log.exception("live.group_failed")
            self._fail(group)

    async def _render_with_retry(self, group: Group, batch: Sequence[Event], rows: Rows) -> None:
        """Render a batch for a group, and retry if the database becomes unavailable: nothing has been written by then.

        Raises Unavailable after RENDER_ATTEMPTS attempts.
        """
        for _ in range(RENDER_ATTEMPTS):
            try:
                await group.advance(batch, rows)
            except Unavailable:
                await asyncio.sleep(RETRY_SECONDS)
                rows = await self._rows.of(batch)
            else:
                return
        raise Unavailable

    def _fail(self, group: Group) -> None:
        """End every subscription of a group that could not be rendered; its clients resume from their cursors."""
        error = self._format_error(GraphQLError("The subscription failed", original_error=Unavailable()))
        self._lane.drop_live(group.account)
        for subscriber in group.members:  # the last of them drops the group, unless others are still replaying
            subscriber.close()
            subscriber.sink.fail([error])
