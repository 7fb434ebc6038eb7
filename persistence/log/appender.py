"""Appending to the log, in the transaction that changes the row."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import orjson
from sqlalchemy import bindparam, case, insert, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.models.event import APPENDED, NewEvent
from domain.models.event_types import PERSONAL_FIELDS
from persistence.log.table import events
from persistence.records import names, recordset
from persistence.within import Frequent, Within

COLUMNS = [events.c[name] for name in APPENDED]
"""What an event is appended with."""


class SqlEventAppender:
    """Appends within a transaction; `appended` is what it has taken so far."""

    def __init__(self, connection: AsyncConnection, within: Within | None = None) -> None:
        self._connection, self._within = connection, within or Within(connection)
        self.appended: list[NewEvent] = []

    async def append(self, event: NewEvent) -> int:
        """Append after the row was written; returns the insertion number."""
        return await self.append_many([event])

    async def append_many(self, entries: Sequence[NewEvent]) -> int:
        """Append in order, in one statement; returns the insertion number of the last."""
        self.appended += entries
        if len(entries) == 1:
            [[position]] = await self._within.rows(APPEND, {f"new_{k}": v for k, v in entries[0].to_record().items()})
            return int(position)
        rows = orjson.dumps([e.to_record() for e in entries], default=str).decode()
        return int(await self._connection.scalar(APPEND_MANY, {"rows": rows}) or 0)

    async def scrub(self, user_id: UUID) -> None:
        """Take an erased user's personal data out of every entry."""
        await self._connection.execute(SCRUB_CHANGES, {"user_id": user_id, "fields": list(PERSONAL_FIELDS)})
        about, by = events.c.user_id == user_id, events.c.actor_id == user_id
        await self._connection.execute(
            update(events)
            .where(about | by)
            .values(ip_address=None, request_id=case((about, None), else_=events.c.request_id))
        )


APPEND = Frequent(
    insert(events).values({c.name: bindparam(f"new_{c.name}", type_=c.type) for c in COLUMNS}).returning(events.c.ord)
)
APPEND_MANY = text(f"""
with written as (
  insert into events ({names(COLUMNS)})
  select {names(COLUMNS)} from {recordset(COLUMNS)} order by ordinality
  returning ord)
select max(ord) from written
""")  # noqa: S608 - built from the table's own columns
SCRUB_CHANGES = text("""
update events set changes = (
  select coalesce(jsonb_agg(case when c.change->>'field' = any(:fields)
           then c.change || '{"before": null, "after": null}'::jsonb else c.change end order by c.place), '[]'::jsonb)
  from jsonb_array_elements(changes) with ordinality as c(change, place))
where user_id = :user_id and changes <> '[]'::jsonb
""")
