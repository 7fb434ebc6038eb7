"""The number of users, which the real PostgreSQL keeps in step with the users for every writer, committed or rolled back."""

from __future__ import annotations

import asyncio
import random
from uuid import UUID

import asyncpg

from api.bootstrap.core import open_core
from domain.models.actor import Role, system
from domain.models.user import Status
from domain.services.importing import ImportRow
from domain.services.user import CreateUser, UpdateUser
from persistence.user_counts import FOLDED
from tests.api.conftest import settings_for
from tests.integration.logs import session

KEPT = "select traits, sum(n)::bigint from user_counts group by traits having sum(n) <> 0 order by 1"
COUNTED = "select traits, count(*) from users group by traits order by 1"
AT_ONCE = """
select (select array_agg((traits, n) order by traits) from (select traits, sum(n)::bigint as n from user_counts group by 1 having sum(n) <> 0) k)
  is not distinct from
  (select array_agg((traits, n) order by traits) from (select traits, count(*) as n from users group by 1) c)
"""
MADE = """
insert into users (id, email, display_name, name_key, role, status, email_verified_at)
select md5('{mark}' || n)::uuid, '{mark}' || n || '@example.org', 'P', 'p', (array['member', 'auditor', 'admin'])[1 + n % 3],
  (array['active', 'disabled', 'deleted'])[1 + n % 4 % 3], case when n % 5 = 0 then now() end from generate_series(1, {many}) n
"""

CHANGES = (
    "update users set role = 'admin' where email like $1 and random() < 0.2",
    "update users set status = 'deleted' where email like $1 and random() < 0.2",
    "delete from users where email like $1 and random() < 0.1",
)


async def compare(connection: asyncpg.Connection) -> list[asyncpg.Record]:
    """The stored counts, after comparing them with the users."""
    kept = await connection.fetch(KEPT)
    assert kept == await connection.fetch(COUNTED)
    return list(kept)


async def test_every_write_is_counted(fresh_database_url: str, redis_url: str) -> None:
    async with (
        session(fresh_database_url) as connection,
        open_core(settings_for(fresh_database_url, redis_url)) as core,
    ):
        users = core.users
        created = [(await users.create(system(), CreateUser(f"p{i}@example.org", f"P {i}"))).value for i in range(4)]
        await compare(connection)
        await users.update(system(), UpdateUser(created[0].id, role=Role.AUDITOR))
        await users.set_status(system(), created[1].id, Status.DISABLED)
        await users.set_status(system(), created[2].id, Status.DELETED)
        await users.erase(system(), created[2].id)
        await compare(connection)
        rows = [ImportRow(n, f"i{n}@example.org", f"I {n}", Role.MEMBER) for n in range(300)]
        await core.imports.import_batch(system(), rows)
        await core.imports.import_batch(
            system(), [ImportRow(n, f"i{n}@example.org", f"I {n}", Role.ADMIN) for n in range(200)]
        )
        assert len(await compare(connection)) > 2
        async with core.store.read() as unit:
            counts = {pair: n for pair, n in (await unit.users.counts()).items() if n}
        assert counts == {
            (Role.MEMBER, Status.ACTIVE): 101,
            (Role.AUDITOR, Status.ACTIVE): 1,
            (Role.MEMBER, Status.DISABLED): 1,
            (Role.ADMIN, Status.ACTIVE): 200,
        }


async def test_rolled_back_and_truncated_users_are_not_counted(fresh_database_url: str) -> None:
    async with session(fresh_database_url) as connection:
        await connection.execute(MADE.format(mark="a", many=50))
        before = await compare(connection)
        transaction = connection.transaction()
        await transaction.start()
        await connection.execute(MADE.format(mark="b", many=3 * FOLDED))
        await connection.execute("update users set role = 'member', email_verified_at = now()")
        await compare(connection)
        await transaction.rollback()
        assert await compare(connection) == before
        await connection.execute("update users set status = status, last_seen_at = now()")
        await connection.execute("truncate users cascade")
        assert await compare(connection) == []


async def test_counts_are_correct_in_every_snapshot_during_concurrent_writes(fresh_database_url: str) -> None:
    done = asyncio.Event()

    async def write(number: int) -> None:
        chance = random.Random(number)  # noqa: S311
        async with session(fresh_database_url) as connection:
            for step in range(60):
                transaction = connection.transaction()
                await transaction.start()
                await connection.execute(MADE.format(mark=f"{number}-{step}-", many=chance.randint(1, 4)))
                for change in CHANGES:
                    await connection.execute(change, f"{number}-%")
                await (transaction.rollback() if chance.random() < 0.2 else transaction.commit())

    async def watch() -> int:
        looked = 0
        async with session(fresh_database_url) as connection:
            while not done.is_set():
                assert await connection.fetchval(AT_ONCE)
                looked += 1
        return looked

    watching = asyncio.create_task(watch())
    async with asyncio.TaskGroup() as writers:
        for number in range(4):
            writers.create_task(write(number))
    done.set()
    assert await watching
    async with session(fresh_database_url) as connection:
        await compare(connection)
        for step in range(FOLDED):
            await connection.execute(MADE.format(mark=f"after-{step}-", many=1))
        await compare(connection)
        kinds = len(await connection.fetch(COUNTED))
        assert await connection.fetchval("select count(*) from user_counts") <= FOLDED + kinds


async def test_adding_up_blocks_no_writer(fresh_database_url: str) -> None:
    async with session(fresh_database_url) as one, session(fresh_database_url) as other:
        await one.execute("set lock_timeout = '1ms'; set statement_timeout = '60s'")
        await other.execute("set lock_timeout = '1ms'; set statement_timeout = '60s'")
        async with one.transaction():
            for step in range(2 * FOLDED):  # holds every row that it added up, uncommitted
                await one.execute(MADE.format(mark=f"one-{step}-", many=1))
            for step in range(2 * FOLDED):
                await other.execute(MADE.format(mark=f"other-{step}-", many=1))
            assert await other.fetchval("select count(*) from users") == 2 * FOLDED
            await compare(other)
        await compare(one)


async def test_a_row_changed_by_hand_is_counted(fresh_database_url: str) -> None:
    async with session(fresh_database_url) as connection:
        await connection.execute(MADE.format(mark="x", many=10))
        await connection.execute(
            "delete from users where id = $1", UUID(await connection.fetchval("select min(id::text) from users"))
        )
        await connection.execute("update users set id = gen_random_uuid(), role = 'auditor'")
        await compare(connection)
