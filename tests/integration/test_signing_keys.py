"""Signing keys on the real PostgreSQL: the first one is made once, and one change happens at a time."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack

import pytest

from api.bootstrap.core import Core, open_core
from domain.errors import ValidationFailed
from domain.models.actor import system
from domain.models.signing_key import KeyState
from tests.api.conftest import settings_for
from tests.integration.logs import session


async def opened(stack: AsyncExitStack, database_url: str, redis_url: str, count: int) -> list[Core]:
    """Instances with the same settings."""
    settings = settings_for(database_url, redis_url)
    return [await stack.enter_async_context(open_core(settings)) for _ in range(count)]


async def test_instances_that_start_together_make_one_key(fresh_database_url: str, redis_url: str) -> None:
    async with AsyncExitStack() as stack:
        cores = await opened(stack, fresh_database_url, redis_url, 4)
        found = await asyncio.gather(*(core.signing_keys.ensure() for core in cores))
        assert {tuple(key.kid for key in keys) for keys in found} == {(found[0][0].kid,)}
        assert all(core.sealed_keys.open(found[0][0]) for core in cores)


async def test_rotations_at_the_same_time_add_one_key(fresh_database_url: str, redis_url: str) -> None:
    async with AsyncExitStack() as stack:
        cores = await opened(stack, fresh_database_url, redis_url, 4)
        await cores[0].signing_keys.ensure()
        done = await asyncio.gather(*(c.signing_keys.rotate(system()) for c in cores), return_exceptions=True)
        assert sorted(type(outcome).__name__ for outcome in done) == ["ValidationFailed"] * 3 + ["Written"]
        states = await cores[0].signing_keys.states(system())
        assert [state for _, state in states] == [KeyState.CURRENT, KeyState.NEXT]
        with pytest.raises(ValidationFailed):
            await cores[0].signing_keys.rotate(system())
        await cores[1].signing_keys.revoke(system(), states[0][0].kid)
        assert [s for _, s in await cores[2].signing_keys.states(system())] == [KeyState.REVOKED, KeyState.CURRENT]


async def test_the_stored_row_holds_no_readable_private_key(fresh_database_url: str, redis_url: str) -> None:
    async with AsyncExitStack() as stack:
        (core,) = await opened(stack, fresh_database_url, redis_url, 1)
        (key,) = await core.signing_keys.ensure()
        opened_key = core.sealed_keys.open(key)
        assert opened_key is not None
        async with session(fresh_database_url) as connection:
            (row,) = [dict(found) for found in await connection.fetch("select * from signing_keys")]
        assert opened_key.private.private_bytes_raw() not in row["sealed"]
        assert row.keys() == {"id", "kid", "algorithm", "sealed", "created_at", "signs_from", "revoked_at"}
