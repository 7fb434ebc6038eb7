"""What an operator watches of the log: events that wait for their numbers, mails and webhooks that wait, and how far behind the replicas are."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable
from dataclasses import dataclass, field

from sqlalchemy import TextClause, select, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from persistence.database import Database
from persistence.log.table import log_state

SECONDS = 0.8
"""How long a database may take to answer; as for health checks (persistence/health.py)."""
WAITING = text(
    "select count(*), coalesce(extract(epoch from clock_timestamp() - min(uuid_extract_timestamp(id))), 0)"
    " from (select id from events where seq is null order by ord limit 10000) waiting"
)
MAILS = text("""
select count(*), coalesce(extract(epoch from now() - min(at)), 0) from (
  select occurred_at as at from mails union all select requested_at from mail_requests) waiting
""")
WEBHOOKS = text("""
select count(*), coalesce(extract(epoch from now() - min(d.queued_at)), 0)
from webhook_deliveries d join webhook_endpoints e on e.id = d.endpoint_id where d.state = 'pending' and e.enabled
""")


@dataclass
class LogBacklog:
    """Measured by `measure`; NaN for what cannot be asked. `head` is the newest number that this process has seen."""

    database: Database
    head: Callable[[], int]
    waiting: float = math.nan
    """Events without a number, at most 10,000."""
    oldest_seconds: float = math.nan
    mails_waiting: float = math.nan
    """Mails and requests for mails that wait."""
    oldest_mail_seconds: float = math.nan
    webhooks_waiting: float = math.nan
    """Deliveries of webhooks that wait."""
    oldest_webhook_seconds: float = math.nan
    replica_lags: dict[str, float] = field(default_factory=dict)
    """Events by which each replica is behind, by its place in DATABASE_REPLICA_URLS."""

    async def measure(self) -> None:
        """Ask the databases, at the same time; takes a few SECONDS at most."""
        lags = asyncio.gather(*(self._lag(replica) for replica in self.database.replicas))
        self.waiting, self.oldest_seconds = await self._count(WAITING)
        self.mails_waiting, self.oldest_mail_seconds = await self._count(MAILS)
        self.webhooks_waiting, self.oldest_webhook_seconds = await self._count(WEBHOOKS)
        self.replica_lags = {str(place): lag for place, lag in enumerate(await lags, start=1)}

    async def _count(self, statement: TextClause) -> tuple[float, float]:
        try:
            async with asyncio.timeout(SECONDS), self.database.primary_reading.connect() as connection:
                count, age = (await connection.execute(statement)).one()
                return float(count), max(0.0, float(age))
        except (SQLAlchemyError, OSError):
            return math.nan, math.nan

    async def _lag(self, replica: AsyncEngine) -> float:
        try:
            return float(await events_behind(replica, self.head))
        except (SQLAlchemyError, OSError):
            return math.nan


async def events_behind(replica: AsyncEngine, head: Callable[[], int]) -> int:
    """By how many events a replica is behind `head`. Raises SQLAlchemyError, and OSError after SECONDS."""
    async with asyncio.timeout(SECONDS), replica.connect() as connection:
        shown = await connection.scalar(select(log_state.c.last_seq))
    return max(0, head() - (shown or 0))
