"""How many events of each type there are in each quarter of an hour, kept in step with the log by triggers.

A count of 90 days must not read a million entries. An event is counted when the relay gives it its number, and no longer
once it is pruned, so the counts say what a reader of the log finds; appending, which many do at once, counts nothing.
The two who do are alone: one relay leads, and one process prunes. A restored log is counted at its end.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import BigInteger, Column, String, Table, text
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.models.event import EventCount
from domain.models.event_types import EventType
from persistence.metadata import TIME, metadata
from persistence.triggers import declare

event_counts = Table(
    "event_counts",
    metadata,
    Column("at", TIME, primary_key=True),
    Column("type", String(40), primary_key=True),
    Column("n", BigInteger, nullable=False),
)
BY_PERIOD = text("""
select type, width_bucket(at, cast(:starts as timestamptz[])) as period, sum(n)::bigint
from event_counts where at >= cast(:first as timestamptz)
group by 1, 2 having sum(n) > 0
""")
QUARTER = "date_bin('15 minutes', e.occurred_at, timestamptz '2000-01-01 00:00:00Z')"
RECOUNT = (
    "delete from event_counts",
    "insert into event_counts (at, type, n) "  # noqa: ISC004, S608 - two statements, of constants only
    f"select {QUARTER}, e.type, count(*) from events e where e.seq is not null group by 1, 2",
)


async def counts_by_period(connection: AsyncConnection, starts: Sequence[datetime]) -> list[EventCount]:
    """The kept counts, added up."""
    found = await connection.execute(BY_PERIOD, {"starts": list(starts), "first": starts[0]})
    return [EventCount(EventType.named(type_), starts[period - 1], n) for type_, period, n in found]


_BODIES = {
    "event_counts_numbered": """
  INSERT INTO event_counts (at, type, n)
    SELECT {quarter}, e.type, count(*) FROM new_events e JOIN old_events o USING (id)
    WHERE e.seq IS NOT NULL AND o.seq IS NULL GROUP BY 1, 2
  ON CONFLICT (at, type) DO UPDATE SET n = event_counts.n + excluded.n;
""",
    "event_counts_pruned": """
  UPDATE event_counts c SET n = c.n - p.n FROM (
    SELECT {quarter} AS at, e.type, count(*) AS n FROM old_events e WHERE e.seq IS NOT NULL GROUP BY 1, 2
  ) p WHERE c.at = p.at AND c.type = p.type;
  DELETE FROM event_counts WHERE n <= 0 AND at <= (SELECT max(occurred_at) FROM old_events);
""",
    "event_counts_emptied": " DELETE FROM event_counts;",
}
_OCCASIONS = {
    "event_counts_numbered": "UPDATE ON events REFERENCING OLD TABLE AS old_events NEW TABLE AS new_events "
    "FOR EACH STATEMENT",
    "event_counts_pruned": "DELETE ON events REFERENCING OLD TABLE AS old_events FOR EACH STATEMENT",
    "event_counts_emptied": "TRUNCATE ON events FOR EACH STATEMENT",
}

declare(metadata, {name: body.format(quarter=QUARTER) for name, body in _BODIES.items()}, _OCCASIONS)
