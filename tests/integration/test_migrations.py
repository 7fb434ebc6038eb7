"""Migrations run up, down and up again on a database with rows, and build the declared schema."""

from __future__ import annotations

import asyncio
import itertools
from uuid import UUID

import asyncpg
import pytest
from alembic import command
from sqlalchemy import text

from api.addresses import DatabaseAddress
from api.cli.local.upgrade import alembic_config, upgrade
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
ROUTINES = """
select proname, prosrc from pg_proc where pronamespace = 'public'::regnamespace and prolang <> 13 and probin is null
union all select tgname, pg_get_triggerdef(oid) from pg_trigger where not tgisinternal order by 1, 2
"""
ROWS = """
insert into users (email, display_name, name_key) values ('kept@example.com', 'Kept', 'kept');
insert into events (type, subject_kind, subject_id, user_id) select 'user_created', 'user', id, id from users;
"""
numbers = itertools.count()


async def catalog(url: str) -> list[tuple[object, ...]]:
    """Columns, constraints, indexes, functions and triggers in the catalog."""
    connection = await asyncpg.connect(url)
    try:
        return [tuple(r) for q in (COLUMNS, CONSTRAINTS, INDEXES, ROUTINES) for r in await connection.fetch(q)]
    finally:
        await connection.close()


async def declare(url: str) -> None:
    """Build the schema from the declaration alone."""
    async with Database(url, pool_size=1) as database, database.primary.begin() as connection:
        await connection.execute(text("create extension pg_trgm"))
        await connection.run_sync(metadata.create_all)


async def run(url: str, statement: str) -> list[asyncpg.Record]:
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
    """An empty database."""
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


def test_the_migrated_schema_equals_the_declared_one(fresh_database_url: str, empty_url: str) -> None:
    asyncio.run(declare(empty_url))
    assert asyncio.run(catalog(fresh_database_url)) == asyncio.run(catalog(empty_url))


def test_the_downgrade_of_the_identity_keeps_the_log(empty_url: str) -> None:
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


def test_sessions_survive_both_directions_of_the_overlap(empty_url: str) -> None:
    config = alembic_config(DatabaseAddress(empty_url))
    command.upgrade(config, "0003")
    asyncio.run(run(empty_url, ROWS))
    session = "insert into sessions (user_id, expires_at, refresh_hash) select id, now(), 'x' from users;"
    asyncio.run(run(empty_url, session))
    (before,) = asyncio.run(run(empty_url, "select * from sessions"))
    command.upgrade(config, "0004")
    (added,) = asyncio.run(run(empty_url, "select * from sessions"))
    assert dict(added) == {**before, "refreshed_at": None}
    asyncio.run(run(empty_url, "update sessions set refreshed_at = now(), ended_at = now();"))
    command.downgrade(config, "0003")
    (after,) = asyncio.run(run(empty_url, "select * from sessions"))
    assert {**after, "ended_at": None} == dict(before)
    command.upgrade(config, "0004")


def test_sessions_survive_both_directions_of_the_index_of_their_end(empty_url: str) -> None:
    config = alembic_config(DatabaseAddress(empty_url))
    command.upgrade(config, "0006")
    asyncio.run(run(empty_url, ROWS))
    session = "insert into sessions (user_id, expires_at, ended_at, refresh_hash) select id, now(), {}, 'x' from users;"
    asyncio.run(run(empty_url, session.format("now()") + session.format("null")))
    before = asyncio.run(run(empty_url, "select * from sessions order by id"))
    indexes = asyncio.run(run(empty_url, INDEXES))
    command.upgrade(config, "0007")
    command.downgrade(config, "0006")
    assert asyncio.run(run(empty_url, "select * from sessions order by id")) == before
    assert asyncio.run(run(empty_url, INDEXES)) == indexes
    command.upgrade(config, "0007")


def test_users_and_indexes_survive_both_directions_of_the_covering_orders(empty_url: str) -> None:
    config = alembic_config(DatabaseAddress(empty_url))
    command.upgrade(config, "0009")
    asyncio.run(run(empty_url, ROWS))
    users = asyncio.run(run(empty_url, "select * from users"))
    indexes = asyncio.run(run(empty_url, INDEXES))
    command.upgrade(config, "0010")
    assert asyncio.run(run(empty_url, INDEXES)) != indexes
    command.downgrade(config, "0009")
    assert asyncio.run(run(empty_url, "select * from users")) == users
    assert asyncio.run(run(empty_url, INDEXES)) == indexes
    command.upgrade(config, "0010")


OLD_ROWS = """
insert into users (id, email, display_name, name_key) values ('00000000-0000-0000-0000-000000000001', 'a@b.example', 'A', 'a');
insert into events (type, user_id, session_id, changes, status_before, status_after, request_id)
select type, '00000000-0000-0000-0000-000000000001', session_id, changes, status_before, status_after, request_id
from (values
  ('user_created', null::uuid, '[]'::jsonb, null, 'active', 'created'),
  ('user_updated', null, '[]', 'active', 'active', 'renamed'),
  ('user_disabled', null, '[{"field": "status", "before": "active", "after": "disabled"}]', 'active', 'disabled', 'off'),
  ('user_deleted', null, '[{"field": "status", "before": "disabled", "after": "deleted"}]', 'disabled', 'deleted', 'gone'),
  ('user_updated', null, '[]', 'deleted', 'deleted', 'hidden'),
  ('user_erased', null, '[]', 'deleted', null, 'erased'),
  ('password_changed', '00000000-0000-0000-0000-000000000002', '[]', 'active', 'active', 'password'),
  ('session_started', '00000000-0000-0000-0000-000000000003', '[]', 'active', 'active', 'in'),
  ('session_revoked', '00000000-0000-0000-0000-000000000003', '[]', 'active', 'active', 'out'),
  ('session_revoked', null, '[]', 'active', 'active', 'strange')
) as e(type, session_id, changes, status_before, status_after, request_id);
"""


def columns_by_name(url: str, *columns: str) -> dict[str | None, tuple[object, ...]]:
    """The values of these columns, by the name of each entry."""
    found = asyncio.run(run(url, f"select request_id, {', '.join(columns)} from events"))  # noqa: S608
    return {row[0]: tuple(row)[1:] for row in found}


def test_user_and_status_columns_become_subject_and_audience(empty_url: str) -> None:
    config = alembic_config(DatabaseAddress(empty_url))
    command.upgrade(config, "0002")
    asyncio.run(run(empty_url, OLD_ROWS))
    old = columns_by_name(empty_url, "user_id", "session_id", "status_before", "status_after")
    command.upgrade(config, "0003")
    user, session = UUID(int=1), UUID(int=3)
    assert set(columns_by_name(empty_url, "user_id").values()) == {(user,)}
    assert columns_by_name(empty_url, "subject_kind", "subject_id", "audience_before", "audience_after") == {
        "created": ("user", user, None, "everyone"),
        "renamed": ("user", user, "everyone", "everyone"),
        "off": ("user", user, "everyone", "auditors"),
        "gone": ("user", user, "auditors", "auditors"),
        "hidden": ("user", user, "auditors", "auditors"),
        "erased": ("user", user, "auditors", None),
        "password": ("user", user, "everyone", "everyone"),
        "in": ("session", session, None, "owner"),
        "out": ("session", session, "owner", None),
        "strange": ("user", user, "everyone", "everyone"),
    }
    unrelated = (
        "insert into events (type, subject_kind, subject_id) values ('user_updated', 'team', gen_random_uuid());"
    )
    asyncio.run(run(empty_url, unrelated))
    command.downgrade(config, "0002")
    back = columns_by_name(empty_url, "user_id", "session_id", "status_before", "status_after")
    assert back.pop(None)[0] is not None, "an event without a user names its subject in their place"
    lost: dict[str | None, tuple[object, ...]] = {
        "hidden": (user, None, "disabled", "disabled"),
        "erased": (user, None, "disabled", None),
    }
    assert back == old | lost, (
        "only whether a hidden user was deleted is lost, because none of their entries contains it"
    )
    command.upgrade(config, "head")
    assert len(columns_by_name(empty_url, "subject_id")) == len(old) + 1


WITH_OLD_KEYS = """
insert into users (email, display_name, name_key)
select 'person' || n || '@example.org', 'Person ' || n, 'person ' || n from generate_series(1, 6000) n;
insert into users (email, display_name, name_key, role, status, email_verified_at, version) values
  ('lukasz.k@example.org', 'Łukasz Søren', 'łukasz søren', 'member', 'active', null, 1),
  ('sean@example.org', 'Sean O''Brien-Smith', 'sean o''brien-smith', 'auditor', 'disabled', now(), 7),
  ('akemi@example.org', '佐藤明美', '佐藤明美', 'admin', 'active', now(), 2),
  ('odd@example.org', '100 % Ada', '100 % ada', 'member', 'deleted', null, 3);
"""
ALL_USERS = "select * from users order by email"
WORDS = "select word, in_name, email from user_words join users on users.id = user_id"


def test_both_ways_of_the_words_keep_every_user(empty_url: str) -> None:
    config = alembic_config(DatabaseAddress(empty_url))
    command.upgrade(config, "0004")
    asyncio.run(run(empty_url, WITH_OLD_KEYS))
    old = [dict(r) for r in asyncio.run(run(empty_url, ALL_USERS))]
    command.upgrade(config, "0005")
    new = [dict(r) for r in asyncio.run(run(empty_url, ALL_USERS))]
    keys = [(n["email"], n.pop("name_key"), n.pop("email_key"), n.pop("traits")) for n in new]
    assert new == [{k: v for k, v in o.items() if k not in {"name_key", "search"}} for o in old], (
        "the rest is as it was"
    )
    words = asyncio.run(run(empty_url, WORDS))
    assert {tuple(r) for r in words} == {
        (word, key is name, email) for email, name, other, _ in keys for key in (name, other) for word in key.split()
    }
    assert {(r["email"], r["word"]) for r in words if r["word"] in {"lukasz", "soren", "obrien", "佐", "%", "k"}} == {
        ("lukasz.k@example.org", "lukasz"),
        ("lukasz.k@example.org", "soren"),
        ("lukasz.k@example.org", "k"),
        ("sean@example.org", "obrien"),
        ("akemi@example.org", "佐"),
        ("odd@example.org", "%"),
    }
    vocabulary = asyncio.run(run(empty_url, "select word from words order by word"))
    assert [r["word"] for r in vocabulary] == sorted({r["word"] for r in words}, key=str.encode)
    command.downgrade(config, "0004")
    assert [dict(r) for r in asyncio.run(run(empty_url, ALL_USERS))] == old
    command.upgrade(config, "0005")
    again = [tuple(r) for r in asyncio.run(run(empty_url, WORDS))]
    assert sorted(again) == sorted(tuple(r) for r in words)


KEPT = "select traits, sum(n)::int as n from user_counts group by traits order by traits"


def test_users_who_are_there_already_are_counted(empty_url: str) -> None:
    config = alembic_config(DatabaseAddress(empty_url))
    command.upgrade(config, "0007")
    asyncio.run(run(empty_url, WITH_OLD_KEYS))
    users = [tuple(r) for r in asyncio.run(run(empty_url, "select * from users order by id"))]
    command.upgrade(config, "0008")
    counted = [tuple(r) for r in asyncio.run(run(empty_url, KEPT))]
    assert counted == [(0, 6001), (5, 1), (9, 1), (12, 1)]
    asyncio.run(run(empty_url, "update users set status = 'disabled' where email = 'person1@example.org';"))
    assert (6, 1) in [tuple(r) for r in asyncio.run(run(empty_url, KEPT))]
    asyncio.run(run(empty_url, "update users set status = 'active' where email = 'person1@example.org';"))
    command.downgrade(config, "0007")
    assert sorted(tuple(r) for r in asyncio.run(run(empty_url, "select * from users"))) == sorted(users)
    asyncio.run(run(empty_url, "delete from users where email = 'person1@example.org';"))
    command.upgrade(config, "0008")
    assert (0, 6000) in [tuple(r) for r in asyncio.run(run(empty_url, KEPT))]


def test_mails_begin_with_the_events_after_their_migration(empty_url: str) -> None:
    config = alembic_config(DatabaseAddress(empty_url))
    command.upgrade(config, "0012")
    asyncio.run(run(empty_url, ROWS))
    asyncio.run(run(empty_url, "update log_state set last_seq = 7;"))
    before = asyncio.run(run(empty_url, "select * from users"))
    command.upgrade(config, "0013")
    assert [row["seq"] for row in asyncio.run(run(empty_url, "select seq from mail_position"))] == [7]
    command.downgrade(config, "0012")
    assert asyncio.run(run(empty_url, "select * from users")) == before
    command.upgrade(config, "0013")
