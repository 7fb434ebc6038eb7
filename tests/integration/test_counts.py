"""Events of the last day, counted by the real PostgreSQL from the part of the log that holds them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import asyncpg
import pytest

from api.bootstrap.core import open_core
from domain.errors import Forbidden
from domain.models.actor import Actor, Role, system
from domain.models.event import NIL
from domain.models.event_types import EventType
from domain.services.event import HOUR
from tests.api.conftest import settings_for
from tests.integration.logs import session

ADD = """insert into events (id, type, subject_kind, subject_id, occurred_at, seq)
  select uuidv7($2::interval), $1, 'user', gen_random_uuid(), now() + $2::interval, coalesce(max(seq), 0) + 1
  from events"""


async def add(connection: asyncpg.Connection, type_: str, ago: timedelta, count: int = 1) -> None:
    """Add numbered events of this age."""
    for _ in range(count):
        await connection.execute(ADD, type_, -ago)


async def test_the_last_day_is_counted_by_hour_and_type(fresh_database_url: str, redis_url: str) -> None:
    async with session(fresh_database_url) as connection:
        await add(connection, "user_updated", timedelta(hours=25))
        await add(connection, "session_started", timedelta(hours=23, minutes=30), 2)
        await add(connection, "sign_in_failed", timedelta(minutes=5), 3)
        await add(connection, "session_started", timedelta(minutes=4))
        unplaced = "insert into events (type, subject_kind, subject_id, user_id) select 'user_updated', 'user', id, id from gen_random_uuid() id"
        await connection.execute(unplaced)
    async with open_core(settings_for(fresh_database_url, redis_url)) as core:
        recent = await core.events.recent(system())
        hours = {(c.type, (c.at - recent.since) // HOUR): c.count for c in recent.counts}
        assert hours == {
            (EventType.SESSION_STARTED, 0): 2,
            (EventType.SIGN_IN_FAILED, 23): 3,
            (EventType.SESSION_STARTED, 23): 1,
        }
        assert recent.complete
        async with core.store.read() as unit:
            newest = await unit.events.counts(datetime.now(UTC) - timedelta(days=1), HOUR, 2)
        assert sum(c.count for c in newest) == 2
        with pytest.raises(Forbidden):
            await core.events.recent(Actor(NIL, Role.MEMBER))
