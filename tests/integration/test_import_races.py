"""Two imports of the same file at once, as when one that is being stopped still commits: both end as if in turn."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from api.bootstrap import Core, open_core
from domain.models.actor import Role, system
from domain.models.event_types import EventType
from domain.models.user import user_created
from domain.services.importing import ImportRow
from domain.services.user import new_user
from tests.api.conftest import settings_for
from tests.integration.logs import session, until

WAITING = (
    "select exists (select from pg_stat_activity where datname = current_database() and wait_event = 'transactionid')"
)


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
