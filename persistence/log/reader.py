"""Reads of the log: entries that have a sequence number."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from itertools import chain
from typing import Any
from uuid import UUID

from sqlalchemy import Select, exists, func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.cursors import parse_cursor, sequence_cursor
from domain.errors import Unavailable, ValidationFailed
from domain.models.event import PLACED, Event, EventCount
from domain.models.event_types import EventType
from domain.models.log import Ancestor, EventFilter, LogState
from domain.pagination import Page, Window
from persistence.keyset import Keyset
from persistence.log.counts import counts_by_period
from persistence.log.filters import CLOCKS_APART, filtered, first_id
from persistence.log.table import events, log_state
from persistence.log.unknown import read_known

_COLUMNS = [events.c[name] for name in PLACED]
STATE = select(log_state.c.epoch, log_state.c.last_seq, log_state.c.horizon, log_state.c.ancestors)
LAST_SHARED = text("""
select max(e.seq) from events e
join unnest(cast(:seqs as bigint[]), cast(:ids as text[])) as known(seq, id)
  on e.seq = known.seq and e.id = cast(known.id as uuid)
""")


class SqlEventReader:
    """Reads over one connection."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def get_many(self, event_ids: Sequence[UUID]) -> dict[UUID, Event]:
        """Those that exist and have a sequence number, by id."""
        return {e.id: e for e in await self._fetch(self._placed().where(events.c.id.in_(event_ids)))}

    async def after(self, seq: int, limit: int) -> Sequence[Event]:
        """The entries after a sequence number, in order."""
        return await self._fetch(select(*_COLUMNS).where(events.c.seq > seq).order_by(events.c.seq).limit(limit))

    async def page(self, window: Window, filter_: EventFilter, log: LogState) -> Page[Event]:
        """Newest first, of known types. Raises ValidationFailed for a cursor that is not of this log."""
        newest = _newest(log)

        async def read(without: frozenset[str]) -> list[Event]:
            return await self._fetch(filtered(self._placed(without), filter_, newest, window))

        return newest.page(await read_known(read, lambda found: found), window)

    async def pages_for_users(self, user_ids: Sequence[UUID], window: Window, log: LogState) -> dict[UUID, Page[Event]]:
        """The newest entries about several users, of known types, in one statement."""
        newest = _newest(log)

        async def read(without: frozenset[str]) -> dict[UUID, Page[Event]]:
            statement = self._placed(without)
            return await newest.pages_by_user(
                self._connection, statement, events.c.user_id, user_ids, window, Event.from_record
            )

        return await read_known(read, lambda pages: chain.from_iterable(page.items for page in pages.values()))

    async def counts(self, since: datetime, step: timedelta, at_most: int) -> Sequence[EventCount]:
        """How often each thing happened in each step since then, of the newest `at_most` events.

        Ids contain the time of writing, so that the primary key finds the range; backdated events are left out.
        """
        recent = (
            select(events.c.type, func.date_bin(step, events.c.occurred_at, since).label("at"))
            .where(
                events.c.id >= first_id(since - CLOCKS_APART), events.c.occurred_at >= since, events.c.seq.is_not(None)
            )
            .order_by(events.c.id.desc())
            .limit(at_most)
            .subquery()
        )
        statement = select(recent.c.type, recent.c.at, func.count()).group_by(recent.c.type, recent.c.at)
        return [EventCount(EventType.named(t), at, n) for t, at, n in await self._connection.execute(statement)]

    async def counts_by_period(self, starts: Sequence[datetime]) -> Sequence[EventCount]:
        """How often each thing happened in each period, from the kept counts."""
        return await counts_by_period(self._connection, starts)

    async def state(self) -> LogState:
        """The log as a whole. Raises Unavailable while a restore has not written it yet."""
        row = (await self._connection.execute(STATE)).one_or_none()
        if row is None:
            raise Unavailable
        return LogState(row.epoch, row.last_seq, row.horizon, tuple(Ancestor(*a) for a in row.ancestors))

    async def seq_of(self, ord_: int) -> int | None:
        """The sequence of an entry named by its insertion number."""
        return await self._connection.scalar(select(events.c.seq).where(events.c.ord == ord_))

    async def is_written(self, ord_: int) -> bool:
        """Whether there is an entry with this insertion number."""
        return bool(await self._connection.scalar(select(exists().where(events.c.ord == ord_))))

    async def last_shared(self, entries: Sequence[Event]) -> int:
        """The newest sequence number at which the table has the same entry as these, or 0."""
        parameters = {"seqs": [e.seq for e in entries], "ids": [str(e.id) for e in entries]}
        return int(await self._connection.scalar(LAST_SHARED, parameters) or 0)

    async def _fetch(self, statement: Select[Any]) -> list[Event]:
        return [Event.from_record(row) for row in (await self._connection.execute(statement)).mappings()]

    @staticmethod
    def _placed(without: Collection[str] = ()) -> Select[Any]:
        """The entries with a number, except those of some types."""
        placed = select(*_COLUMNS).where(events.c.seq.is_not(None))
        return placed.where(events.c.type.not_in(without)) if without else placed


def _newest(log: LogState) -> Keyset[Event]:
    return Keyset(
        columns=(events.c.seq,),
        encode=lambda e: sequence_cursor(log.epoch, e.seq),
        decode=lambda cursor, field: (_seq(cursor, log, field),),
        descending=True,
    )


def _seq(cursor: str, log: LogState, field: str) -> int:
    position = parse_cursor(cursor)
    shared = None if position is None else log.shared_head(position.epoch)
    if position is None or position.seq is None or shared is None:
        raise ValidationFailed.one(field, "This cursor does not belong to this log", cursor)
    if not position.belongs_to(log.epoch) and position.seq > shared:
        raise ValidationFailed.one(field, "This cursor belongs to a part of the log that was lost", cursor)
    return position.seq
