"""Imports beside other writers: two of the same file end as if in turn, and a large one holds few users at a time."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator, Sequence

import pytest

from api.bootstrap.core import Core, open_core
from api.files.importing import CHANGES_MAX, import_file
from api.files.reader import Form, UserFile
from domain.models.actor import Role, system
from domain.models.event_types import EventType
from domain.models.user import user_created
from domain.services.importing import ImportRow
from domain.services.user import new_user
from persistence.user import ADMIN_LOCK
from tests.api.conftest import settings_for
from tests.integration.logs import session, until

WAITING = (
    "select exists (select from pg_stat_activity where datname = current_database() and wait_event = 'transactionid')"
)
ADMINS_FREE = f"select pg_try_advisory_xact_lock({ADMIN_LOCK})"


@pytest.fixture
async def core(fresh_database_url: str, redis_url: str) -> AsyncIterator[Core]:
    """The services over an empty directory."""
    async with open_core(settings_for(fresh_database_url, redis_url)) as opened:
        yield opened


@pytest.mark.parametrize(("role", "updated"), [("member", 0), ("auditor", 1)])
async def test_a_row_whose_user_is_created_meanwhile_changes_that_user(
    core: Core, fresh_database_url: str, role: str, updated: int
) -> None:
    row = ImportRow(2, "ada@example.com", "Ada", role)
    async with session(fresh_database_url) as connection:
        async with core.store.write() as unit:
            user = new_user("ada@example.com", "Ada", Role.MEMBER, core.clock.now())
            await unit.users.add(user, None)
            await unit.events.append(user_created(system(), user))
            importing = asyncio.create_task(core.imports.import_batch(system(), [row]))
            await until(lambda: connection.fetchval(WAITING))
            await unit.commit()
        result = await importing
        assert (result.created, result.updated, result.unchanged) == (0, updated, 1 - updated)
        assert not result.refused
        types = [r["type"] for r in await connection.fetch("select type from events order by ord")]
    assert types == [EventType.USER_CREATED] + [EventType.USER_ROLE_CHANGED] * updated


async def test_another_writer_waits_for_a_hundred_changes_at_most(core: Core, fresh_database_url: str) -> None:
    """Of 300 users who get a role, one of the second hundred is held by another writer: only that hundred waits for it."""
    size = CHANGES_MAX * 3
    emails = [f"user{number}@example.com" for number in range(size)]
    rows = [ImportRow(2 + number, email, email) for number, email in enumerate(emails)]
    await core.imports.import_batch(system(), rows)
    async with session(fresh_database_url) as holding, session(fresh_database_url) as looking:
        async with holding.transaction():
            last = "select id from users where email = any($1) order by id desc limit 1 for update"
            await holding.fetchval(last, emails[CHANGES_MAX : CHANGES_MAX * 2])  # locked last: by then all others are
            importing = asyncio.create_task(core_changes(core, emails))
            await until(lambda: looking.fetchval(WAITING))
            assert await looking.fetchval("select count(*) from users where role = 'auditor'") == CHANGES_MAX
            free = await looking.fetch("select id from users for update skip locked")
            assert len(free) == size - CHANGES_MAX
            assert await looking.fetchval(ADMINS_FREE), "nor is the count of admins locked"
        assert await importing == size
        assert await looking.fetchval("select count(*) from users where role = 'auditor'") == size
        counted = "select count(*) from events where type = 'user_role_changed'"
        assert await looking.fetchval(counted) == size


async def core_changes(core: Core, emails: Sequence[str]) -> int:
    """Import a file that makes auditors of these users; returns how many it changed."""
    text = "email,role\n" + "".join(f"{email},auditor\n" for email in emails)
    file = UserFile(io.BytesIO(text.encode()), Form.CSV)
    return sum([len(batch.changes) async for batch in import_file(core.imports, system(), file)])


async def test_a_batch_that_was_prepared_writes_what_is_right_when_it_is_written(
    core: Core, fresh_database_url: str
) -> None:
    """Meanwhile one address was taken, one user was changed, and one was erased."""
    before = [ImportRow(2, "bo@example.com", "Bo"), ImportRow(3, "cy@example.com", "Cy")]
    await core.imports.import_batch(system(), before)
    emails = ["ada@example.com", "bo@example.com", "cy@example.com", "dee@example.com"]
    batch = core.imports.checked([ImportRow(n, email, "New", "auditor") for n, email in enumerate(emails, 2)], set())
    prepared = await core.imports.prepare(system(), batch)
    await core.imports.import_batch(system(), [ImportRow(2, "dee@example.com", "Dee"), ImportRow(3, emails[1], "Bob")])
    async with core.store.write() as unit:
        await unit.users.remove(prepared.present[emails[2]].id)
        await unit.commit()
    result = await core.imports.write(system(), batch, prepared)
    assert (result.created, result.updated, list(result.refused)) == (2, 2, [])
    async with session(fresh_database_url) as connection:
        assert {tuple(r) for r in await connection.fetch("select email, display_name, role from users")} == {
            (email, "New", "auditor") for email in emails
        }
        logged = "select e.type from events e join users u on u.id = e.subject_id where u.email = $1 order by ord"
        assert [r["type"] for r in await connection.fetch(logged, emails[0])] == ["user_created"]
        dee = ["user_created", "user_updated", "user_role_changed"]
        assert [r["type"] for r in await connection.fetch(logged, emails[3])] == dee
