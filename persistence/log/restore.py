"""Writing exported entries into an empty log, with the ids and numbers that they had.

Nothing else writes meanwhile: the table is locked first, against the relay and against appenders, so that the log that
was found empty stays so. The log gets a new epoch, because a file proves nothing of what the clients of the log that it
came from have seen: their positions are refused.
"""

from __future__ import annotations

from collections.abc import Sequence

import orjson
from sqlalchemy import func, select, text, true, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.errors import Unavailable
from domain.models.event import PLACED, Event
from persistence.errors import sqlstate
from persistence.log.counts import RECOUNT
from persistence.log.epoch import RENEW_AT
from persistence.log.table import events, log_state
from persistence.records import names, recordset

LOCK_MILLISECONDS = 5000
"""How long to wait for other transactions; the servers are supposed to be stopped."""

REFUSALS = {
    "22": "an event has a value that the log cannot store",
    "23": "the id or number of an event is missing, or another event has it too",
}
"""By class of SQLSTATE: data exception, integrity constraint violation."""

_COLUMNS = [events.c[name] for name in PLACED]
STATE = text("select last_seq, exists (select from events) as has_entries from log_state for update")
ADD = text(
    f"insert into events ({names(_COLUMNS)}) overriding system value"  # noqa: S608 - built from the table's own columns
    f" select {names(_COLUMNS)} from {recordset(_COLUMNS)} order by ordinality"
)
SKIPPED = tuple(text(f"update {table} set seq = :head") for table in ("mail_position", "webhook_position"))  # noqa: S608
"""Restored events are not announced by mails and webhooks again."""
NUMBERS = text("""
select setval(pg_get_serial_sequence('events', 'ord'), greatest(max(ord), nextval(pg_get_serial_sequence('events', 'ord'))))
from events
""")
"""Later entries get insertion numbers after these. A number that a rolled-back transaction has taken is only left out."""


class SqlLogRestorer:
    """Restores within one transaction."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def begin(self) -> int | None:
        """Lock the log; returns the newest number that was ever given, or None if it has entries. Raises Unavailable."""
        await self._connection.execute(select(func.set_config("lock_timeout", str(LOCK_MILLISECONDS), true())))
        await self._connection.execute(text("lock table events in share row exclusive mode"))
        state = (await self._connection.execute(STATE)).one_or_none()
        if state is None:
            raise Unavailable
        return None if state.has_entries else int(state.last_seq)

    async def add(self, entries: Sequence[Event]) -> None:
        """Write entries as they are. Raises ValueError if the table cannot have them."""
        rows = orjson.dumps([e.to_record() for e in entries], default=str).decode()
        try:
            await self._connection.execute(ADD, {"rows": rows})
        except DBAPIError as error:
            for state, reason in REFUSALS.items():
                if (sqlstate(error) or "").startswith(state):
                    raise ValueError(reason) from None
            raise

    async def finish(self, horizon: int, head: int) -> None:
        """Set the bounds of the log and its epoch, and go on numbering after what was added."""
        epoch = await self._connection.scalar(select(log_state.c.epoch))
        await self._connection.execute(text(RENEW_AT), {"epoch": epoch, "shared_head": 0})
        await self._connection.execute(update(log_state).values(horizon=horizon, last_seq=head))
        for skipped in SKIPPED:
            await self._connection.execute(skipped, {"head": head})
        await self._connection.execute(NUMBERS)
        for statement in RECOUNT:
            await self._connection.execute(text(statement))
