"""Migrations go up, down and up again on a database with rows, and build what is declared."""

from __future__ import annotations

import asyncio
import itertools

import asyncpg
import pytest
from alembic import command
from sqlalchemy import text

from api.addresses import DatabaseAddress
from api.cli.migrate import alembic_config, upgrade
from persistence.database import Database
from persistence.tables import metadata
from tests.conftest import TestEngines

COLUMNS = """
select table_name, column_name, data_type, character_maximum_length, is_nullable, column_default, is_generated,
       generation_expression, collation_name, identity_generation
from information_schema.columns where table_schema = 'public' and table_name <> 'alembic_version' order by 1, 2
"""
CONSTRAINTS = """
select conrelid::regclass::text, conname, pg_get_constraintdef(oid) from pg_constraint
where connamespace = 'public'::regnamespace and conrelid::regclass::text <> 'alembic_version' order by 1, 2
"""
INDEXES = """
select indexname, indexdef from pg_indexes
where schemaname = 'public' and tablename <> 'alembic_version' order by 1
"""
ROWS = """
insert into users (email, display_name, name_key) values ('kept@example.com', 'Kept', 'kept');
insert into events (type, user_id) select 'user_created', id from users;
"""
numbers = itertools.count()


async def catalog(url: str) -> list[tuple[object, ...]]:
    """All that the catalog says of columns, constraints and indexes."""
    connection = await asyncpg.connect(url)
    try:
        return [tuple(r) for q in (COLUMNS, CONSTRAINTS, INDEXES) for r in await connection.fetch(q)]
    finally:
        await connection.close()


async def declare(url: str) -> None:
    """Build the database from the declaration alone."""
    database = Database(url, pool_size=1)
    async with database.primary.begin() as connection:
        await connection.execute(text("create extension pg_trgm"))
        await connection.run_sync(metadata.create_all)
    await database.dispose()


async def run(url: str, statement: str) -> list[asyncpg.Record]:
    """Run SQL."""
    connection = await asyncpg.connect(url)
    try:
        if ";" in statement:
            await connection.execute(statement)
            return []
        return list(await connection.fetch(statement))
    finally:
        await connection.close()


@pytest.fixture
def empty_url(engines: TestEngines, worker_id: str) -> str:
    """A database with nothing in it."""
    name = f"empty_{worker_id}_{next(numbers)}"
    engines.execute(f"create database {name}")
    return engines.address(name)


def test_up_down_and_up_again_with_rows(empty_url: str) -> None:
    config = alembic_config(DatabaseAddress(empty_url))
    upgrade(DatabaseAddress(empty_url))
    asyncio.run(run(empty_url, ROWS))
    first = asyncio.run(catalog(empty_url))
    command.downgrade(config, "base")
    assert asyncio.run(catalog(empty_url)) == []
    command.upgrade(config, "head")
    assert asyncio.run(catalog(empty_url)) == first
    assert len(asyncio.run(run(empty_url, "select * from log_state"))) == 1


def test_the_migrated_database_is_the_declared_one(fresh_database_url: str, empty_url: str) -> None:
    asyncio.run(declare(empty_url))
    assert asyncio.run(catalog(fresh_database_url)) == asyncio.run(catalog(empty_url))


def test_going_back_from_the_identity_keeps_the_log(empty_url: str) -> None:
    config = alembic_config(DatabaseAddress(empty_url))
    command.upgrade(config, "0002")
    asyncio.run(
        run(empty_url, "update log_state set last_seq = 7, identity = 'here', ancestors = '[[\"0a1b2c3d\", 5]]'")
    )
    (before,) = asyncio.run(run(empty_url, "select epoch, last_seq, horizon from log_state"))
    command.downgrade(config, "0001")
    command.upgrade(config, "0002")
    (after,) = asyncio.run(run(empty_url, "select * from log_state"))
    assert [after[name] for name in ("epoch", "last_seq", "horizon")] == list(before)
    assert (after["identity"], after["ancestors"]) == (None, "[]"), "the next relay begins another epoch"
