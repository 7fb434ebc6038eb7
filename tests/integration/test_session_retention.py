"""Sessions that ended long ago, and expired idempotency keys, are deleted on the real PostgreSQL; nothing else is."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from uuid import UUID

import asyncpg
import pytest

from api.bootstrap.core import Core
from api.jobs.retention import Retention
from domain.errors import Forbidden, SessionRevoked, ValidationFailed
from domain.models.actor import Actor, Origin, Role, system
from domain.services.sign_in import SignedIn, SignIn
from domain.services.user import CreateUser
from persistence.session import PRUNE
from tests.api.conftest import settings_for
from tests.integration.logs import session, until
from tests.integration.old_events import add_old, seqs
from tests.integration.signing import signing_core

PASSWORD = "a pass phrase for tests"
ADD = """insert into sessions (user_id, created_at, expires_at, ended_at, end_reason, ip_address, refresh_hash)
  select id, now() - interval '90 days', now() + $1::interval, now() + $2::interval,
         case when $2::interval is not null then 'signed_out' end, '192.0.2.1', uuid_send(gen_random_uuid())
  from users, generate_series(1, $3::int) where email = 'kept@example.com' returning id"""
LEFT = "select id from sessions where user_id = (select id from users where email = 'kept@example.com')"
OLD, RECENT, LATER = "-31 days", "-29 days", "20 days"


@pytest.fixture
async def core(fresh_database_url: str, redis_url: str) -> AsyncIterator[Core]:
    """The services, with a user."""
    async with signing_core(settings_for(fresh_database_url, redis_url)) as opened:
        await opened.users.create(system(), CreateUser("kept@example.com", "Kept", password=PASSWORD))
        yield opened


@pytest.fixture
async def connection(core: Core) -> AsyncIterator[asyncpg.Connection]:
    """A connection of the test's own."""
    async with session(core.settings.database_url.dsn) as opened:
        await opened.set_type_codec("interval", schema="pg_catalog", encoder=str, decoder=str)
        yield opened


async def add(connection: asyncpg.Connection, expires: str, ended: str | None = None, count: int = 1) -> set[UUID]:
    """Add sessions that expire and, perhaps, ended at these times from now."""
    return {row["id"] for row in await connection.fetch(ADD, expires, ended, count)}


async def left(connection: asyncpg.Connection) -> set[UUID]:
    """The remaining sessions."""
    return {row["id"] for row in await connection.fetch(LEFT)}


async def prune(core: Core, batch: int = 50) -> list[int]:
    """Delete sessions that ended thirty days ago; returns the size of each batch."""
    return [count async for count in core.retention.prune_sessions(system(), 30, batch)]


async def sign_in(core: Core) -> SignedIn:
    """Start a session."""
    return await core.sessions.sign_in(Origin(), SignIn("kept@example.com", PASSWORD))


async def test_only_sessions_that_ended_long_ago_are_deleted(core: Core, connection: asyncpg.Connection) -> None:
    kept = await add(connection, LATER, count=40)
    kept |= await add(connection, RECENT, count=3)
    kept |= await add(connection, LATER, RECENT, 3)
    await add(connection, OLD, count=30)
    await add(connection, LATER, OLD, 30)
    await add(connection, RECENT, OLD, 5)
    assert await prune(core) == [50, 15]
    assert await left(connection) == kept
    assert await prune(core) == []
    for days in (0, 36_501):
        with pytest.raises(ValidationFailed):
            await anext(core.retention.prune_sessions(system(), days))
    with pytest.raises(Forbidden):
        await anext(core.retention.prune_sessions(Actor(None, Role.AUDITOR), 30))
    with pytest.raises(Forbidden):
        await anext(core.retention.prune_keys(Actor(None, Role.AUDITOR)))


async def test_a_run_can_be_stopped_after_any_batch(core: Core, connection: asyncpg.Connection) -> None:
    await add(connection, OLD, count=30)
    batches = core.retention.prune_sessions(system(), 30, 10)
    assert await anext(batches) == 10
    await batches.aclose()  # type: ignore[attr-defined]
    assert len(await left(connection)) == 20
    assert await prune(core) == [20]


async def test_a_locked_session_is_left_for_the_next_run(core: Core, connection: asyncpg.Connection) -> None:
    old = await add(connection, OLD, count=10)
    async with session(core.settings.database_url.dsn) as other, other.transaction():
        held = min(old)
        await other.execute("select 1 from sessions where id = $1 for update", held)
        assert await prune(core) == [9]
        assert await left(connection) == {held}
    assert await prune(core) == [1]


async def test_two_instances_delete_each_session_once(core: Core, connection: asyncpg.Connection) -> None:
    await add(connection, OLD, count=300)
    kept = await add(connection, LATER, count=20)
    counts = await asyncio.gather(*(prune(core, 20) for _ in range(3)))
    counts.append(await prune(core))
    assert sum(map(sum, counts)) == 300
    assert await left(connection) == kept


async def test_old_sessions_are_found_by_an_index(core: Core, connection: asyncpg.Connection) -> None:
    await add(connection, LATER, count=20_000)
    await add(connection, OLD, count=10)
    await connection.execute("analyze sessions")
    statement = PRUNE.text.replace(":age", "interval '30 days'").replace(":limit", "5000")
    plan = "\n".join(row[0] for row in await connection.fetch(f"explain {statement}"))
    assert "ix_sessions_end" in plan
    assert "Sort" not in plan


async def test_a_token_of_a_deleted_session_is_refused_like_an_unknown_one(
    core: Core, connection: asyncpg.Connection
) -> None:
    deleted, kept = await sign_in(core), await sign_in(core)
    unknown, _ = core.tokens.issue_refresh(UUID(int=1), 1)
    await connection.execute(
        "update sessions set ended_at = now() - '31 days'::interval where id = $1", deleted.session.id
    )
    assert await prune(core) == [1]
    for token in (deleted.refresh_token, unknown):
        with pytest.raises(SessionRevoked) as refused:
            await core.sessions.refresh(Origin(), token)
        assert refused.value.message == SessionRevoked.default
    assert (await core.sessions.sign_out_by_token(Origin(), deleted.refresh_token)).position is None

    renewed = await core.sessions.refresh(Origin(), kept.refresh_token)
    again = await core.sessions.refresh(Origin(), kept.refresh_token)
    assert again.refresh_token == renewed.refresh_token, "the token that was just replaced is still accepted"
    await core.sessions.refresh(Origin(), renewed.refresh_token)
    with pytest.raises(SessionRevoked, match="used before"):
        await core.sessions.refresh(Origin(), kept.refresh_token)


async def test_expired_keys_are_deleted_by_the_schedule_and_ignored_before(
    core: Core, connection: asyncpg.Connection
) -> None:
    command = CreateUser("idem@example.com", "Idem", idempotency_key="old")
    first = await core.users.create(system(), command)
    await core.users.create(system(), CreateUser("young@example.com", "Young", idempotency_key="young"))
    await connection.execute("update idempotency_keys set created_at = now() - '25 hours'::interval where key = 'old'")
    other = CreateUser("another@example.com", "Another", idempotency_key="other")
    await core.users.create(system(), other)
    keys = "select key from idempotency_keys order by key"
    assert [row["key"] for row in await connection.fetch(keys)] == ["old", "other", "young"], "a use deletes none"

    again = CreateUser("again@example.com", "Again", idempotency_key="old")
    second = await core.users.create(system(), again)
    assert second.value.id != first.value.id
    assert (await core.users.create(system(), again)).value.id == second.value.id
    await connection.execute(
        "update idempotency_keys set created_at = now() - '25 hours'::interval where key <> 'young'"
    )
    assert [count async for count in core.retention.prune_keys(system(), 1)] == [1, 1]
    assert [row["key"] for row in await connection.fetch(keys)] == ["young"]


async def test_the_schedule_deletes_sessions_and_keys_if_the_log_is_kept_forever(
    core: Core, connection: asyncpg.Connection
) -> None:
    await add(connection, OLD, count=7)
    await core.users.create(system(), CreateUser("idem@example.com", "Idem", idempotency_key="old"))
    await connection.execute("update idempotency_keys set created_at = now() - '25 hours'::interval")
    await add_old(connection, 10)
    before = await seqs(connection)
    async with AsyncExitStack() as stack:
        schedule = Retention(core.retention, core.pruning.alone, 0, 30, first=0.0)
        await stack.enter_async_context(schedule)
        await until(lambda: schedule.deleted["sessions"] == 7 and schedule.deleted["idempotency_keys"] == 1)
        assert schedule.deleted["events"] == 0
    assert await seqs(connection) == before
    assert await left(connection) == set()
