"""The relay on the real PostgreSQL: one order without holes, whatever writers, transactions, leaders and processes do."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from pathlib import Path
from uuid import uuid4

import asyncpg
import pytest

from api.bootstrap.core import open_core
from domain.models.actor import system
from domain.models.user import User, user_changed
from domain.services.user import CreateUser, UpdateUser
from persistence.log.relay import LOCK, Relay
from persistence.redis.broadcast import Publisher, RedisBackend
from tests.api.commands import Rollcall
from tests.api.conftest import free_port, settings_for
from tests.conftest import TestEngines
from tests.integration.logs import Recorder, session, until, write
from tests.integration.namespaces import namespace

LEADERS = "select pid from pg_stat_activity where application_name = 'rollcall-relay' and datname = current_database()"
HOLDERS = """select pid from pg_locks where locktype = 'advisory' and granted
  and database = (select oid from pg_database where datname = current_database())"""


@asynccontextmanager
async def relay(database_url: str, redis_url: str, received: Recorder) -> AsyncIterator[Relay]:
    """A relay that reports only to this process."""
    backend = RedisBackend(redis_url, namespace())
    try:
        async with Relay(database_url, Publisher(backend), received) as running:
            yield running
    finally:
        await backend.disconnect()


async def order(connection: asyncpg.Connection) -> list[str]:
    """The names of the events in the log's order, which must be without holes and agree with its counter."""
    rows = await connection.fetch("select seq, request_id from events where seq is not null order by seq")
    assert [r["seq"] for r in rows] == list(range(1, len(rows) + 1))
    assert await connection.fetchval("select last_seq from log_state") == len(rows)
    return [r["request_id"] for r in rows]


async def waiting(connection: asyncpg.Connection) -> int:
    """The number of committed events without a sequence number."""
    return int(await connection.fetchval("select count(*) from events where seq is null"))


async def test_concurrent_writers_and_aborted_transactions_leave_no_hole(
    fresh_database_url: str, redis_url: str
) -> None:
    received = Recorder()

    async def writer(number: int) -> None:
        async with session(fresh_database_url) as connection:
            for turn in range(40):
                size = 1 + (number + turn) % 3
                if (number + turn) % 4 == 0:
                    with contextlib.suppress(ZeroDivisionError):
                        async with connection.transaction():
                            await write(connection, *["aborted"] * size)
                            raise ZeroDivisionError
                else:
                    await write(connection, *[f"{number}.{turn}.{i}" for i in range(size)])

    async with session(fresh_database_url) as connection, relay(fresh_database_url, redis_url, received) as running:
        await until(lambda: running.leading)
        await asyncio.gather(*(writer(n) for n in range(8)))
        total = await connection.fetchval("select count(*) from events")
        await until(lambda: len(received.events) >= total)
        assert received.seqs == list(range(1, total + 1))
        assert received.names == await order(connection)
        highest = await connection.fetchval("select max(ord) from events")
    assert "aborted" not in received.names
    assert highest > total, "aborted transactions must have drawn numbers"
    for number in range(8):
        own = [n for n in received.names if str(n).startswith(f"{number}.")]
        assert own == sorted(own, key=lambda n: [int(part) for part in str(n).split(".")]), "a writer's own order"


async def test_killed_leaders_are_replaced_and_nothing_is_numbered_twice(
    fresh_database_url: str, redis_url: str
) -> None:
    received = [Recorder() for _ in range(3)]
    kills = 4
    async with AsyncExitStack() as stack:
        connection = await stack.enter_async_context(session(fresh_database_url))
        relays = [await stack.enter_async_context(relay(fresh_database_url, redis_url, t)) for t in received]
        written = 0
        for _ in range(kills):
            leader = await holder(connection)
            for _ in range(30):
                await write(connection, f"n{written}", f"n{written + 1}")
                written += 2
            # During its work: the current batch is numbered by this leader or by its successor, not by both.
            assert await connection.fetchval("select pg_terminate_backend($1)", leader)
            await until(partial(has_ended, connection, leader))
        await until(lambda: all_numbered(connection))
        assert await order(connection) == [f"n{i}" for i in range(written)]
        await until(lambda: sum(r.leading for r in relays) == 1)  # once the killed ones have noticed
        assert 2 <= sum(r.elections for r in relays) <= kills + 1
    deliveries = Counter(seq for t in received for seq in t.seqs)
    assert max(deliveries.values()) == 1
    assert all(t.seqs == sorted(t.seqs) for t in received)


async def holder(connection: asyncpg.Connection) -> int:
    """The backend of the leader; waits until there is one."""
    await until(lambda: connection.fetch(HOLDERS))
    return int(await connection.fetchval(HOLDERS))


async def has_ended(connection: asyncpg.Connection, pid: int) -> bool:
    """Whether a backend has ended after it was terminated."""
    return not await connection.fetchval("select count(*) from pg_stat_activity where pid = $1", pid)


async def all_numbered(connection: asyncpg.Connection) -> bool:
    """Whether every event has its sequence number."""
    return not await waiting(connection)


async def test_an_open_transaction_delays_only_the_events_that_must_follow_it(
    fresh_database_url: str, redis_url: str
) -> None:
    received = Recorder()
    settings = settings_for(fresh_database_url, redis_url)
    async with open_core(settings) as core, relay(fresh_database_url, redis_url, received):
        slow = (await core.users.create(system(), CreateUser("slow@example.com", "Slow"))).value
        free = (await core.users.create(system(), CreateUser("free@example.com", "Free"))).value

        async def rename(user: User, name: str) -> None:
            await core.users.update(system(), UpdateUser(user.id, display_name=name))

        async with core.store.write() as unit:
            before = await unit.users.get_for_update(slow.id)
            after, changes = before.changed(before.updated_at, display_name="Slow First")
            await unit.users.save(after)
            for entry in user_changed(system(), before, after, changes):
                await unit.events.append(entry)
            second = asyncio.create_task(rename(slow, "Slow Second"))
            await rename(free, "Free at once")
            await until(lambda: len(received.events) == 3)
            assert not second.done(), "a later change of the same user must wait for the earlier one"
            await unit.commit()
        await second
        await until(lambda: len(received.events) == 5)
    names = [c.after for e in received.events for c in e.changes if c.field == "display_name"]
    assert names[-3:] == ["Free at once", "Slow First", "Slow Second"]
    assert received.seqs == [1, 2, 3, 4, 5]
    assert [e.user_version for e in received.events if e.user_id == slow.id] == [1, 2, 3]
    assert received.events[3].ord < received.events[2].ord, (
        "its insertion number was drawn first, its sequence number is assigned after its commit"
    )


async def test_a_leader_that_has_stopped_working_is_terminated(
    tmp_path: Path, fresh_database_url: str, redis_url: str, engines: TestEngines
) -> None:
    commands, received = Rollcall(tmp_path, fresh_database_url, redis_url), Recorder()
    commands.environment["API_PORT"] = str(free_port())
    async with session(fresh_database_url) as connection, session(engines.database_url) as neighbour:
        # The same lock in another database of the server belongs to another directory.
        await neighbour.execute("select pg_advisory_lock($1)", LOCK)
        process = commands.start("serve")
        try:
            await until(lambda: connection.fetch(HOLDERS))
            process.send_signal(signal.SIGSTOP)
            async with relay(fresh_database_url, redis_url, received) as running:
                await until(lambda: connection.fetchval(f"select count(*) = 2 from ({LEADERS}) as relays"))  # noqa: S608
                await write(connection, "during the stall")
                await until(lambda: running.leading)
                process.send_signal(signal.SIGCONT)
                await write(connection, "after the stall")
                await until(lambda: received.names == ["during the stall", "after the stall"])
                await until(lambda: connection.fetchval(f"select count(*) = 2 from ({LEADERS}) as relays"))  # noqa: S608
                assert running.leading
                assert running.elections == 1
                assert await order(connection) == received.names
            assert await neighbour.fetchval("select pg_advisory_unlock($1)", LOCK)
        finally:
            process.send_signal(signal.SIGCONT)
            commands.close()


@pytest.mark.parametrize("size", [499, 500, 501, 1501])
async def test_a_backlog_is_numbered_in_the_order_of_insertion(
    fresh_database_url: str, redis_url: str, size: int
) -> None:
    received, key = Recorder(), uuid4().hex
    async with session(fresh_database_url) as connection:
        await connection.execute(
            "insert into events (type, subject_kind, subject_id, request_id)"
            " select 'user_updated', 'user', gen_random_uuid(), $1 || i"
            " from generate_series(1, $2::int) as i",
            key,
            size,
        )
        async with relay(fresh_database_url, redis_url, received):
            await until(lambda: len(received.events) == size)
        assert received.names == [f"{key}{i}" for i in range(1, size + 1)] == await order(connection)
