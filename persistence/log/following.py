"""Following the log from a position that is kept in the database: after the commit, each event at least once, in order."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import timedelta

from sqlalchemy import BigInteger, Boolean, CheckConstraint, Column, Table, func, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.schema import SchemaItem

from domain.models.event import PLACED, Event
from domain.models.event_types import EventType
from persistence.log.table import events, log_state

_EVENT = [events.c[name] for name in PLACED]


def position_columns() -> list[SchemaItem]:
    """The columns of a table with the one row that says how far the log was read."""
    return [
        Column("one", Boolean, primary_key=True, server_default=text("true")),
        Column("seq", BigInteger, nullable=False),
        CheckConstraint("one", name="one"),
    ]


async def read_on(
    connection: AsyncConnection,
    position: Table,
    types: Collection[EventType],
    limit: int,
    leave: timedelta = timedelta(0),
) -> Sequence[Event] | None:
    """The next events of these and of unknown types, and move the position behind them; None while another transaction does.

    An event of an unknown type that is younger than `leave` is left, with all after it, to the process of a newer release
    that wrote it.
    """
    after = await connection.scalar(select(position.c.seq).with_for_update(skip_locked=True))
    if after is None:
        return None
    # Read first: every event up to it is visible to the statement after it.
    head = int(await connection.scalar(select(log_state.c.last_seq)) or 0)
    unwanted = [type_.value for type_ in EventType if type_ not in types]
    wanted = (events.c.seq > after, events.c.seq <= head, events.c.type.not_in(unwanted))
    is_young = (events.c.occurred_at > func.now() - leave).label("is_young")
    rows = await connection.execute(select(*_EVENT, is_young).where(*wanted).order_by(events.c.seq).limit(limit))
    found: list[Event] = []
    for row in rows.mappings():
        event = Event.from_record(row)
        if row["is_young"] and not event.type.is_known:
            head = event.seq - 1
            break
        found.append(event)
    reached = found[-1].seq if len(found) == limit else head
    if reached != after:
        await connection.execute(update(position).values(seq=reached))
    return found
