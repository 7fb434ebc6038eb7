"""Results that are kept in the real Valkey, and that nothing needs it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID, uuid4

from persistence.redis.namespace import RedisNamespace
from persistence.redis.results import MAX_LENGTH, RedisResults
from persistence.redis.servers import connect
from persistence.redis.times import RedisTimes
from tests.integration.namespaces import namespace
from tests.integration.test_rate_limit import UNAVAILABLE

PATIENCE = 20.0


@asynccontextmanager
async def results(url: str, names: RedisNamespace | None = None) -> AsyncIterator[RedisResults]:
    """What one instance keeps, with a long time limit."""
    async with RedisResults(url, names or namespace(), RedisTimes(), PATIENCE) as opened:
        yield opened


async def test_a_text_is_found_by_every_instance_until_it_expires(redis_url: str) -> None:
    key = uuid4().hex
    async with results(redis_url) as one, results(redis_url) as other:
        assert await one.get("kind", key) is None
        await one.put("kind", key, "a text", 60)
        assert await other.get("kind", key) == "a text"
        assert await other.get("another kind", key) is None
        await one.put("kind", key, "a text", 1)
        async with asyncio.timeout(60):
            while await other.get("kind", key) is not None:
                await asyncio.sleep(0.05)


async def test_another_deployment_or_log_finds_nothing(redis_url: str) -> None:
    key = uuid4().hex
    async with results(redis_url) as one:
        await one.put("kind", key, "a text", 60)
    for names in (namespace("another secret"), namespace(epoch=UUID(int=8))):
        async with results(redis_url, names) as other:
            assert await other.get("kind", key) is None


async def test_a_text_that_others_have_written_is_not_believed(redis_url: str) -> None:
    names, key = namespace(), uuid4().hex
    redis = connect(redis_url, PATIENCE)
    async with results(redis_url, names) as one:
        await one.put("kind", key, "a text", 60)
        await one.put("kind", key + "2", "another text", 60)
        copied = await redis.get(names.name("result", "kind", key + "2"))
        assert copied is not None
        for forged in ("forged", "forged:" + "0" * 32, copied, b"\xff\xfe"):
            await redis.set(names.name("result", "kind", key), forged, ex=60)
            assert await one.get("kind", key) is None
    assert names.refused == 4
    await redis.aclose()


async def test_a_text_that_is_too_long_is_not_kept(redis_url: str) -> None:
    key = uuid4().hex
    async with results(redis_url) as one:
        await one.put("kind", key, "x" * (MAX_LENGTH + 1), 60)
        assert await one.get("kind", key) is None


async def test_without_redis_nothing_is_kept_and_nothing_fails() -> None:
    async with results(UNAVAILABLE) as one:
        await one.put("kind", "key", "a text", 60)
        assert await one.get("kind", "key") is None


async def test_before_the_log_is_known_nothing_is_kept(redis_url: str) -> None:
    async with results(redis_url, RedisNamespace("secret of a test")) as one:
        await one.put("kind", "key", "a text", 60)
        assert await one.get("kind", "key") is None
