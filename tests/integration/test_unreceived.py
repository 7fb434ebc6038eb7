"""What is committed and has not arrived, read from the real log: nothing is missed, and what is not certain is not known."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from uuid import UUID

import asyncpg

from domain.models.event import NIL
from persistence.database import Database
from persistence.direct import Direct
from persistence.engine import StatementLimits
from persistence.log.unreceived import EVENTS_MAX, UnreceivedEvents
from persistence.turns import ConnectionTurns
from tests.integration.logs import session, write

NUMBER = """with n as (select ord, row_number() over (order by ord) + (select last_seq from log_state) as place
  from events where seq is null),
  numbered as (update events e set seq = n.place from n where n.ord = e.ord)
update log_state set last_seq = last_seq + (select count(*) from n)"""
USERS = "select array_agg(user_id) from events where ord = any($1::bigint[])"


@dataclass
class Hub:
    """How far a process has read the log."""

    epoch: UUID = NIL
    head: int = 0


@dataclass
class World:
    """A log with nothing else at work on it."""

    database: Database
    connection: asyncpg.Connection
    hub: Hub = field(default_factory=Hub)

    def __post_init__(self) -> None:
        turns = ConnectionTurns.of(self.database)
        self.unreceived = UnreceivedEvents(Direct(self.database, turns), self.hub)

    async def users(self) -> frozenset[UUID | None]:
        """Those whom events change that have not arrived."""
        found = await self.unreceived.read()
        assert found is not None
        return found.users

    async def written(self, *names: str) -> set[UUID]:
        """The users of new events."""
        return set(await self.connection.fetchval(USERS, await write(self.connection, *names)))


@asynccontextmanager
async def world(address: str) -> AsyncIterator[World]:
    limits = StatementLimits(read=5)
    async with Database(address, pool_size=2, limits=limits) as database, session(address) as connection:
        made = World(database, connection)
        made.hub.epoch = await connection.fetchval("select epoch from log_state")
        yield made


async def test_an_event_is_seen_from_its_commit_until_it_arrives(fresh_database_url: str) -> None:
    async with world(fresh_database_url) as here, session(fresh_database_url) as other:
        assert await here.users() == frozenset()
        transaction = other.transaction()
        await transaction.start()
        [ord_] = await write(other, "a")
        assert await here.users() == frozenset()
        await transaction.commit()
        [user] = await here.connection.fetchval(USERS, [ord_])
        assert await here.users() == {user}
        await here.connection.execute(NUMBER)
        assert await here.users() == {user}, "it has a number now"
        second = await here.written("b")
        assert await here.users() == {user} | second
        here.hub.head = 1
        assert await here.users() == second


async def test_only_events_that_change_users_are_named(fresh_database_url: str) -> None:
    async with world(fresh_database_url) as here:
        await here.written("a")
        await here.connection.execute("update events set type = 'session_started', subject_kind = 'session'")
        assert await here.users() == frozenset()
        await here.connection.execute("update events set type = 'password_changed', user_id = null")
        assert await here.users() == {None}


async def test_what_is_not_certain_is_not_known(fresh_database_url: str) -> None:
    async with world(fresh_database_url) as here:
        await here.written("a", "b")
        await here.connection.execute(NUMBER)
        here.hub.head = 3
        assert await here.unreceived.read() is None, "the table is behind what has arrived"
        here.hub.head = 1
        await here.connection.execute("update log_state set horizon = 2")
        assert await here.unreceived.read() is None, "an entry may have been pruned before it arrived"
        here.hub.head = 2
        assert await here.users() == frozenset()
        here.hub.epoch = UUID(int=1)
        assert await here.unreceived.read() is None, "the log is another one"
        here.hub.epoch = await here.connection.fetchval("select epoch from log_state")
        await write(here.connection, *["c"] * EVENTS_MAX)
        assert await here.unreceived.read() is None, "too much waits"
        await here.connection.execute("alter table events rename to hidden")
        assert await here.unreceived.read() is None, "the statement fails"
