"""What one request and one session may use of the database: connections, time of a statement, a search."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from time import monotonic
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import text

from api.http.fair import Fairness
from domain.errors import Unavailable
from domain.models.actor import Actor, Origin, Role
from persistence import errors
from persistence.database import Database
from persistence.engine import StatementLimits
from persistence.store import SqlStore
from tests.integration.logs import session, until
from tests.logged import logged

POOL = 6
SLEEP = "select pg_sleep(0.6)"


@asynccontextmanager
async def opened(
    database_url: str, read_seconds: float | None = None, lock_seconds: float = 10
) -> AsyncIterator[tuple[Database, SqlStore]]:
    """A store over a small pool."""
    limits = StatementLimits(read_seconds, lock=lock_seconds)
    async with Database(database_url, pool_size=POOL, limits=limits) as database:
        yield database, SqlStore(database)


def checked_out(database: Database) -> int:
    """The number of connections in use."""
    pool: Any = database.primary.pool
    return int(pool.checkedout())


class Units:
    """Units of work that stay open until the test closes them."""

    def __init__(self, store: SqlStore) -> None:
        self.store = store
        self.done = asyncio.Event()
        self.tasks: list[asyncio.Task[None]] = []

    def open(self, count: int, searcher: Any = None) -> None:
        """Open units in separate tasks."""
        self.tasks += [asyncio.create_task(self._hold(searcher)) for _ in range(count)]

    async def _hold(self, searcher: Any) -> None:
        async with self.store.read(searcher=searcher) as unit:
            await unit.events.state()
            await self.done.wait()

    async def close(self) -> None:
        self.done.set()
        await asyncio.gather(*self.tasks)


async def answers(store: SqlStore, searcher: Any = None) -> None:
    """Read something, as another client does meanwhile."""
    async with asyncio.timeout(60), store.read(searcher=searcher) as unit:
        await unit.events.state()


async def test_one_request_holds_at_most_three_connections(database_url: str) -> None:
    async with opened(database_url) as (database, store):
        units, actor = Units(store), Actor(uuid4(), Role.MEMBER, uuid4())
        async with Fairness().turn(actor, Origin()):
            units.open(40)
            await until(lambda: checked_out(database) == 3)
            async with Fairness().turn(Actor(uuid4(), Role.MEMBER, uuid4()), Origin()):
                await answers(store)
            assert checked_out(database) == 3
            await units.close()


async def test_one_session_has_at_most_half_of_the_pool(database_url: str) -> None:
    async with opened(database_url) as (database, store):
        units, actor, fairness = Units(store), Actor(uuid4(), Role.MEMBER, uuid4()), Fairness()
        async with AsyncExitStack() as requests:
            for _ in range(4):
                await requests.enter_async_context(fairness.turn(actor, Origin()))
                units.open(10)
            await until(lambda: checked_out(database) == POOL // 2)
            async with fairness.turn(Actor(uuid4(), Role.MEMBER, uuid4()), Origin()):
                await answers(store)
            assert checked_out(database) == POOL // 2
            await units.close()


async def test_a_unit_inside_another_one_does_not_wait_for_itself(database_url: str) -> None:
    async with opened(database_url) as (_, store), Fairness().turn(None, Origin()), AsyncExitStack() as stack:
        async with asyncio.timeout(60):
            for _ in range(POOL):
                unit = await stack.enter_async_context(store.read())
                await unit.events.state()


async def test_searches_of_one_session_wait_for_each_other_without_a_connection(database_url: str) -> None:
    async with opened(database_url) as (database, store):
        units, searcher = Units(store), uuid4()
        units.open(10, searcher)
        await until(lambda: checked_out(database) == 1)
        for _ in range(POOL):
            await answers(store)
        await answers(store, uuid4())
        assert checked_out(database) == 1
        for _ in range(5):
            units.open(1, uuid4())
        await until(lambda: checked_out(database) == POOL // 2)
        await answers(store)
        assert checked_out(database) == POOL // 2, "all searches together leave half of the pool"
        await units.close()


async def test_a_long_read_is_cancelled_and_a_long_write_is_not(database_url: str) -> None:
    async with opened(database_url, read_seconds=0.2) as (_, store):
        for _ in range(2):  # the connection stays usable
            with pytest.raises(Unavailable, match="too long"):
                async with store.read() as unit:
                    await sleep(unit)
            async with store.write() as writing:
                await sleep(writing)
                await writing.commit()
            await answers(store)


async def test_a_write_is_ended_by_the_server_too(database_url: str) -> None:
    async with opened(database_url, read_seconds=0.2) as (database, store), store.write() as unit:
        assert await unit.users._connection.scalar(text("show statement_timeout")) == "30s"  # type: ignore[attr-defined]
        async with database.primary_reading.connect() as connection:
            assert await connection.scalar(text("show statement_timeout")) == "200ms"


async def test_a_command_may_read_without_a_time_limit(database_url: str) -> None:
    async with opened(database_url) as (_, store), store.read() as unit:
        await sleep(unit)


async def test_a_read_that_waits_for_a_lock_is_cancelled_and_a_write_is_not(fresh_database_url: str) -> None:
    async with opened(fresh_database_url, read_seconds=0.2) as (_, store), session(fresh_database_url) as other:
        async with other.transaction():
            await other.execute("lock table user_counts in access exclusive mode")
            with pytest.raises(Unavailable, match="too long"):
                async with store.read() as unit:
                    await unit.users.counts()
            writing = asyncio.create_task(counted(store))
            began = monotonic()
            while monotonic() - began < 0.5:  # longer than a read may take
                await must_still_wait(writing)
        async with asyncio.timeout(60):
            await writing


async def test_a_write_waits_for_another_transaction_only_so_long(fresh_database_url: str) -> None:
    async with opened(fresh_database_url, lock_seconds=0.2) as (_, store), session(fresh_database_url) as other:
        async with other.transaction():
            await other.execute("lock table user_counts in access exclusive mode")
            with logged(errors.log) as lines, pytest.raises(Unavailable):
                await counted(store)
        assert [line["sqlstate"] for line in lines] == ["55P03"]  # lock_not_available
        async with store.write() as writing:
            await sleep(writing)  # what does not wait for a lock may take longer
        await until(lambda: succeeds(store))


async def succeeds(store: SqlStore) -> bool:
    """Whether a write gets its lock; on a busy machine another one may take long to be released."""
    try:
        await counted(store)
    except Unavailable:
        return False
    return True


async def sleep(unit: Any) -> None:
    """A long statement."""
    await unit.users._connection.execute(text(SLEEP))


async def must_still_wait(task: asyncio.Task[Any]) -> None:
    """Give a task that must not end yet some time."""
    done, _ = await asyncio.wait({task}, timeout=0.05)
    assert not done


async def counted(store: SqlStore) -> None:
    """Read within a writing unit."""
    async with store.write() as unit:
        await unit.users.counts()
