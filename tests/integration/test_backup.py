"""Backups by the real programs of PostgreSQL: all comes back in one transaction, with a new epoch, or nothing does."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from api.addresses import DatabaseAddress
from api.bootstrap.backups import contents_of, refresh
from api.cli.backups.archive import Backup, NewBackup
from api.cli.backups.dumping import write_dump
from api.cli.backups.programs import find_programs
from api.cli.backups.restoring import check_target, read_dump
from api.cli.backups.running import ProgramFailed
from api.cli.local.access import Database
from api.cli.local.upgrade import upgrade
from api.revisions import shipped
from api.settings import ConfigurationError
from tests.conftest import TestEngines
from tests.integration.old_events import add_old

ADD_USERS = """insert into users (email, display_name, name_key)
  select i || '@example.com', E'Né\\t\\\\ ' || i, 'ne ' || i from generate_series(1, $1::int) i"""
ROWS = """select (to_jsonb(t) - array['epoch', 'ancestors', 'identity'])::text as r from "{table}" t"""
TABLES = "select tablename from pg_tables where schemaname = 'public' order by 1"


async def fetch(url: str, statement: str, *values: Any) -> Sequence[asyncpg.Record]:
    """Rows of a database."""
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetch(statement, *values)
    finally:
        await connection.close()


async def fill(url: str, users: int, events: int) -> None:
    """Add users and events."""
    await fetch(url, ADD_USERS, users)
    connection = await asyncpg.connect(url)
    try:
        await add_old(connection, events)
    finally:
        await connection.close()


async def everything(url: str) -> dict[str, list[str]]:
    """All rows, as text; the log's epoch, and what belongs to it, are left out."""
    rows: dict[str, list[str]] = {}
    for (table,) in await fetch(url, TABLES):
        found = await fetch(url, ROWS.format(table=table))
        rows[table] = sorted(row["r"] for row in found)
    return rows


async def back_up(url: str, path: Path) -> Backup:
    """A backup of a database."""
    with NewBackup(path) as file:
        manifest = await write_dump(Database(DatabaseAddress(url), "DATABASE_URL"), file, lambda _table, _size: None)
        file.complete(manifest)
        file.finish()
    return Backup(path)


async def restore(url: str, backup: Backup, *, replace: bool = False) -> None:
    """Restore a backup, without what follows the transaction."""
    address = DatabaseAddress(url)
    contents = await contents_of(address, "DATABASE_URL")
    dropped = check_target(backup.manifest, contents, replace=replace, setting="DATABASE_URL")
    await read_dump(address, backup, find_programs(contents.server_major), dropped, lambda _: None)


@pytest.fixture
def empty_url(engines: TestEngines) -> Iterator[str]:
    """A database without tables."""
    name = f"empty_{uuid4().hex}"
    engines.execute(f"CREATE DATABASE {name}")
    yield engines.address(name)
    engines.execute(f"DROP DATABASE {name} WITH (FORCE)")


async def test_all_data_comes_back_with_a_new_epoch(tmp_path: Path, fresh_database_url: str, empty_url: str) -> None:
    await fill(fresh_database_url, 300, 500)
    await fetch(fresh_database_url, "create schema other create table x (i int)")
    (before,) = await fetch(fresh_database_url, "select * from log_state")
    backup = await back_up(fresh_database_url, tmp_path / "a.backup")
    manifest = backup.manifest
    assert (manifest.log.epoch, manifest.log.position, manifest.log.horizon) == (before["epoch"], 500, 0)
    assert (manifest.schema_revision, manifest.rows["users"], manifest.rows["events"]) == (shipped().head, 300, 500)
    await restore(empty_url, backup)
    assert await everything(empty_url) == await everything(fresh_database_url)
    (after,) = await fetch(empty_url, "select * from log_state")
    assert after["epoch"] != before["epoch"]
    assert (after["ancestors"], after["last_seq"]) == ("[]", 500)
    assert not await fetch(empty_url, "select from pg_namespace where nspname = 'other'")
    await refresh(DatabaseAddress(empty_url))
    (counted,) = await fetch(empty_url, "select reltuples from pg_class where relname = 'users'")
    assert counted["reltuples"] == 300
    await fetch(empty_url, "insert into users (email, display_name, name_key) values ('new@example.com', 'N', 'n')")
    assert (await fetch(empty_url, "select sum(n) as n from user_counts"))[0]["n"] == 301, "the triggers work"
    (event,) = await fetch(
        empty_url,
        "insert into events (type, subject_kind, subject_id) values ('user_updated', 'user', uuidv7()) returning ord",
    )
    assert event["ord"] > max(r["ord"] for r in await fetch(fresh_database_url, "select ord from events"))


async def test_what_is_replaced_is_deleted(tmp_path: Path, fresh_database_url: str, empty_url: str) -> None:
    await fill(fresh_database_url, 10, 1)
    backup = await back_up(fresh_database_url, tmp_path / "a.backup")
    await restore(empty_url, backup)
    await fetch(empty_url, "delete from users where email = '1@example.com'")
    await fetch(empty_url, "update users set email = 'x' || email")
    with pytest.raises(ConfigurationError, match="it is not empty"):
        await restore(empty_url, backup)
    await restore(empty_url, backup, replace=True)
    assert await everything(empty_url) == await everything(fresh_database_url)


async def test_a_restore_that_fails_changes_nothing(tmp_path: Path, fresh_database_url: str, empty_url: str) -> None:
    await fill(fresh_database_url, 10, 5)
    whole = await back_up(fresh_database_url, tmp_path / "a.backup")
    await fetch(fresh_database_url, "delete from users where email = '1@example.com'")
    before = await everything(fresh_database_url), await fetch(fresh_database_url, "select * from log_state")
    wrong = altered(tmp_path / "rows", whole, b"".join(whole.chunks()), rows={**whole.manifest.rows, "users": 11})
    with pytest.raises(ProgramFailed, match="the table users has 10 rows instead of 11"):
        await restore(fresh_database_url, wrong, replace=True)
    dump = b"".join(whole.chunks())
    for data in (dump[: len(dump) // 2], b"no dump"):
        with pytest.raises(ProgramFailed) as failed:
            await restore(fresh_database_url, altered(tmp_path / "dump", whole, data), replace=True)
        assert "@example.com" not in str(failed.value)
    assert before == (await everything(fresh_database_url), await fetch(fresh_database_url, "select * from log_state"))


def altered(path: Path, backup: Backup, dump: bytes, **values: object) -> Backup:
    """The same backup with another dump or manifest, and with the checksums of these."""
    with NewBackup(path) as file:
        file.write(dump)
        file.complete(backup.manifest.model_copy(update={**values, "dump_sha256": file.sha256}))
        file.finish()
    return Backup(path)


async def test_an_error_of_the_database_is_reported(tmp_path: Path, fresh_database_url: str, empty_url: str) -> None:
    backup = await back_up(fresh_database_url, tmp_path / "a.backup")
    await fetch(empty_url, "create type public.users as (i int)")
    with pytest.raises(ProgramFailed, match=r'ERROR: .*"users" already exists'):
        await restore(empty_url, backup)
    assert not await fetch(empty_url, TABLES)


def test_a_backup_of_an_older_release_is_migrated(tmp_path: Path, engines: TestEngines, empty_url: str) -> None:
    upgrade(DatabaseAddress(empty_url), "0001")
    backup = asyncio.run(back_up(empty_url, tmp_path / "a.backup"))
    assert backup.manifest.schema_revision == "0001"
    upgrade(DatabaseAddress(empty_url))
    asyncio.run(restore(empty_url, backup, replace=True))
    upgrade(DatabaseAddress(empty_url))
    ((found,),) = asyncio.run(fetch(empty_url, "select version_num from alembic_version"))
    assert found == shipped().head
