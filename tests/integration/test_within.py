"""Frequent writes that go to the driver: in the transaction that SQLAlchemy has begun, observed, and with the same errors."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import event

from bench.growth.generate import generated_users
from domain.errors import Taken, VersionConflict
from domain.models.actor import system
from domain.models.user import User, user_changed
from domain.services.unit import WriteUnit
from persistence.database import Database
from persistence.statements import SlowStatement
from persistence.store import SqlStore
from tests.integration.logs import session, until
from tests.integration.users import add_users

ONE, OTHER = (replace(u, can_sign_in=False) for u in generated_users(2))
WAITING = "select count(*) from pg_stat_activity where wait_event_type = 'Lock'"


@pytest.fixture
async def database(fresh_database_url: str) -> AsyncIterator[Database]:
    """A database with two users."""
    async with Database(fresh_database_url, pool_size=3) as database:
        async with database.primary.begin() as connection:
            await add_users(connection, [ONE, OTHER])
        yield database


async def changed(unit: WriteUnit, **fields: str) -> User:
    """Change the first user as a service does: locked, then saved, then its event."""
    before = await unit.users.get_for_update(ONE.id)
    after, changes = before.changed(before.updated_at + timedelta(seconds=1), **fields)  # type: ignore[arg-type]
    await unit.users.save(after)
    await unit.events.append_many(user_changed(system(), before, after, changes))
    return after


async def found(store: SqlStore) -> User:
    async with store.read() as unit:
        return await unit.users.get(ONE.id)


async def test_a_write_is_sent_to_the_driver_and_is_committed_with_its_event(database: Database) -> None:
    seen: list[SlowStatement] = []
    by_sqlalchemy: list[str] = []
    database.observe_slow(-1.0, seen.append)
    event.listen(database.primary.sync_engine, "before_cursor_execute", lambda *given: by_sqlalchemy.append(given[2]))
    store = SqlStore(database)
    async with store.write() as unit:
        after = await changed(unit, display_name="Another Name")
        await unit.commit()
    assert await found(store) == after
    assert [s.sql.split()[0] for s in seen if not s.failed] == ["SELECT", "UPDATE", "INSERT", "SELECT"]
    assert [sql.split()[0] for sql in by_sqlalchemy] == ["SELECT", "SELECT"]
    async with session(database.dsn) as another:
        [row] = await another.fetch("select subject_id, changes from events")
    assert row["subject_id"] == ONE.id
    assert "Another Name" in row["changes"]


async def test_what_is_not_committed_is_not_there(database: Database) -> None:
    store = SqlStore(database)
    async with store.write() as unit:
        await changed(unit, display_name="Another Name")
    assert await found(store) == ONE
    async with session(database.dsn) as another:
        assert await another.fetchval("select count(*) from events") == 0


async def test_conflicts_are_those_of_before(database: Database) -> None:
    store = SqlStore(database)
    async with store.write() as unit:
        with pytest.raises(VersionConflict):
            await unit.users.save(replace(ONE, version=7))
    async with store.write() as unit:
        with pytest.raises(Taken):
            await changed(unit, email=OTHER.email)


async def test_an_address_that_another_transaction_takes_at_the_same_moment_is_taken(database: Database) -> None:
    store = SqlStore(database)

    async def second() -> None:
        async with store.write() as unit:
            await changed(unit, email="new@example.com")
            await unit.commit()

    async with session(database.dsn) as another, asyncio.TaskGroup() as group:
        async with store.write() as unit:
            other = await unit.users.get_for_update(OTHER.id)
            await unit.users.save(replace(other, email="new@example.com", version=other.version + 1))
            waiting = group.create_task(refused(second()))
            await until(lambda: another.fetchval(WAITING))
            await unit.commit()
        assert await waiting == "email"
    assert (await found(store)).email == ONE.email


async def refused(write: object) -> str:
    with pytest.raises(Taken) as taken:
        await write  # type: ignore[misc]
    return taken.value.field


async def test_a_write_that_is_left_is_rolled_back_and_its_connection_used_again(database: Database) -> None:
    store = SqlStore(database)

    async def write() -> None:
        async with store.write() as unit:
            await unit.users.get_for_update(ONE.id)
            await unit.users.save(replace(ONE, email="new@example.com", version=ONE.version + 1))
            await unit.commit()

    async with session(database.dsn) as another:
        async with store.write() as unit:
            other = await unit.users.get_for_update(OTHER.id)
            await unit.users.save(replace(other, email="new@example.com", version=other.version + 1))
            left = asyncio.create_task(write())
            await until(lambda: another.fetchval(WAITING))
            left.cancel()
            with pytest.raises(asyncio.CancelledError):
                await left
        await until(lambda: not database.connections()["primary"])
    for _ in range(2 * database.pool_size):
        assert await found(store) == ONE
