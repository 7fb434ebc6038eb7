"""What a backup needs of the database: one snapshot for all that it contains; and of the database that it is restored into."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg

from persistence.hosts import Hosts
from persistence.preflight import REVISION

SCHEMA = "public"
LOCK_SECONDS = 10
"""How long a restore waits for the transactions of others."""
MIGRATION_LOCK = 0x4D696772617465
"""The advisory lock under which one process at a time migrates or restores a database ("Migrate" in ASCII)."""

_LOOSE = "not exists (select from pg_depend d where d.classid = '{catalog}'::regclass and d.objid = {oid} and d.deptype = 'e')"
RELATIONS = f"""
select relname from pg_class where relnamespace = '{SCHEMA}'::regnamespace and relkind = any($1::"char"[])
  and {_LOOSE.format(catalog="pg_class", oid="pg_class.oid")} order by relname
"""  # noqa: S608 - built from constants of this module only
TABLES, VISIBLE = [b"r", b"p"], [b"r", b"p", b"v", b"m", b"f"]
OTHER_SCHEMAS = f"""
select nspname from pg_namespace
where nspname not like 'pg\\_%' and nspname not in ('information_schema', '{SCHEMA}') order by nspname
"""  # noqa: S608 - built from constants of this module only
HOME = """
select n.nspname from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.oid = to_regclass('log_state')
"""
STATE = """
select pg_export_snapshot() as snapshot, now() as taken_at, current_setting('server_version') as version,
       current_setting('server_version_num')::int / 10000 as major, epoch, last_seq, horizon
from log_state
"""
DROP_FUNCTIONS = f"""
DO $$ DECLARE f regprocedure; BEGIN
  FOR f IN SELECT oid FROM pg_proc WHERE pronamespace = '{SCHEMA}'::regnamespace AND prorettype = 'trigger'::regtype
    AND {_LOOSE.format(catalog="pg_proc", oid="pg_proc.oid")}
  LOOP EXECUTE format('DROP FUNCTION %s', f); END LOOP;
END $$;
"""  # noqa: S608 - built from constants of this module only


class NoSuchSchema(Exception):
    """The tables of Rollcall are not in the schema `public`; the message names the one that they are in."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One moment of a database, which others can read by `id` while the block lasts that it was taken in."""

    id: str
    taken_at: datetime
    server_version: str
    server_major: int
    revision: str
    epoch: UUID
    head: int
    horizon: int
    rows: Mapping[str, int]
    """The number of rows of each table."""
    other_schemas: tuple[str, ...]


@asynccontextmanager
async def snapshot_of(url: str) -> AsyncIterator[Snapshot]:
    """A snapshot of a migrated database. Raises NoSuchSchema, and what asyncpg raises."""
    connection = await Hosts(url).connect(server_settings=_UNLIMITED)
    try:
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            yield await _taken(connection)
    finally:
        connection.terminate()


_UNLIMITED = {
    "application_name": "rollcall-backup",
    "statement_timeout": "0",
    "idle_in_transaction_session_timeout": "0",
    "transaction_timeout": "0",
}


async def _taken(connection: asyncpg.Connection) -> Snapshot:
    home = await connection.fetchval(HOME)
    if home != SCHEMA:
        raise NoSuchSchema(f"its tables are in the schema {home}, not in {SCHEMA}")
    (state,) = await connection.fetch(STATE)
    tables = [row["relname"] for row in await connection.fetch(RELATIONS, TABLES)]
    return Snapshot(
        id=state["snapshot"],
        taken_at=state["taken_at"],
        server_version=state["version"].split()[0],
        server_major=state["major"],
        revision=await connection.fetchval(REVISION),
        epoch=state["epoch"],
        head=state["last_seq"],
        horizon=state["horizon"],
        rows={table: await connection.fetchval(_count(table)) for table in tables},
        other_schemas=tuple(row["nspname"] for row in await connection.fetch(OTHER_SCHEMAS)),
    )


def _count(table: str) -> str:
    return f'SELECT count(*) FROM {SCHEMA}."{table}"'  # noqa: S608 - a name from the catalogue


@dataclass(frozen=True, slots=True)
class Contents:
    """What a database has before a restore; `tables` are also views and foreign tables."""

    server_major: int
    tables: tuple[str, ...]


async def contents_of(url: str) -> Contents:
    """What a database has. Raises what asyncpg raises."""
    connection = await Hosts(url).connect()
    try:
        major = connection.get_server_version().major
        return Contents(major, tuple(row["relname"] for row in await connection.fetch(RELATIONS, VISIBLE)))
    finally:
        await connection.close()


def opening(tables: Collection[str]) -> str:
    """The SQL before a restored dump: it begins the transaction and drops these tables and the functions of their triggers."""
    dropped = ", ".join(f'{SCHEMA}."{table}"' for table in tables)
    return "\n".join(
        [
            "BEGIN;",
            f"SET lock_timeout = '{LOCK_SECONDS}s';",
            f"SELECT pg_advisory_xact_lock({MIGRATION_LOCK});",
            *([f"DROP TABLE {dropped};", DROP_FUNCTIONS] if dropped else []),
            "",
        ]
    )


def closing(rows: Mapping[str, int], *, has_ancestors: bool) -> str:
    """The SQL after a restored dump: it compares the numbers of rows, begins an epoch without ancestors, and commits.

    `has_ancestors` is whether the dump's schema has them, as it does since revision 0002.
    """
    expected = ", ".join(f"('{table}', ({_count(table)}), {count}::bigint)" for table, count in rows.items())
    renewed = "epoch = gen_random_uuid()" + (", ancestors = '[]', identity = NULL" if has_ancestors else "")
    return f"""
DO $$ DECLARE r record; BEGIN
  FOR r IN SELECT * FROM (VALUES {expected}) AS t (name, restored, expected) WHERE restored <> expected
  LOOP RAISE EXCEPTION 'the table % has % rows instead of %', r.name, r.restored, r.expected; END LOOP;
END $$;
UPDATE {SCHEMA}.log_state SET {renewed};
COMMIT;
"""  # noqa: S608 - names from the catalogue, and numbers


async def refresh(url: str) -> None:
    """Let the database count what was restored, for its plans and index-only scans. Raises what asyncpg raises."""
    connection = await Hosts(url).connect(server_settings=_UNLIMITED)
    try:
        tables = [row["relname"] for row in await connection.fetch(RELATIONS, TABLES)]
        await connection.execute("VACUUM (ANALYZE) " + ", ".join(f'{SCHEMA}."{table}"' for table in tables))
    finally:
        await connection.close()
