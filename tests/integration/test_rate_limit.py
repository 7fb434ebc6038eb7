"""Counting attempts in the real Valkey for all instances together, and in memory while it is unavailable."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from time import monotonic
from uuid import uuid4

import pytest

from api.cli.local.embedded import EmbeddedValkey
from domain.errors import InvalidCredentials, RateLimited
from domain.models.actor import Origin, system
from domain.services.sign_in import SignIn
from domain.services.user import CreateUser
from persistence.redis.namespace import RedisNamespace
from persistence.redis.rate_limit import KEPT, TIMEOUT_SECONDS, RedisRateLimiter
from persistence.redis.servers import connect
from tests.api.conftest import free_port, settings_for
from tests.conftest import throwaway
from tests.integration.logs import until
from tests.integration.namespaces import EPOCH, namespace
from tests.integration.signing import signing_core

UNAVAILABLE = "redis://127.0.0.1:1/0"
PASSWORD = "pass phrase of a kind"
PATIENCE = 20.0


@pytest.fixture
def own_valkey() -> Iterator[EmbeddedValkey]:
    """A Valkey that a test may kill and pause."""
    embedded = throwaway()
    try:
        embedded.start(postgres=False)
        yield embedded.valkey
    finally:
        embedded.remove()


@asynccontextmanager
async def limiters(url: str, count: int = 1, patience: float = PATIENCE) -> AsyncIterator[list[RedisRateLimiter]]:
    """Limiters of this many instances, with a long time limit unless the test is about that limit."""
    names = namespace()
    async with AsyncExitStack() as stack:
        yield [await stack.enter_async_context(RedisRateLimiter(url, names, patience)) for _ in range(count)]


@pytest.mark.parametrize("unavailable", [False, True], ids=["redis", "memory"])
async def test_a_limit_holds_from_the_first_excess_attempt_until_its_window_ends(
    redis_url: str, *, unavailable: bool
) -> None:
    async with limiters(UNAVAILABLE if unavailable else redis_url) as [limiter]:
        key = uuid4().hex
        assert [await limiter.hit("b", key, 3, 60) for _ in range(3)] == [None] * 3
        wait = await limiter.hit("b", key, 3, 60)
        assert wait is not None
        assert 55 <= wait <= 60
        assert await limiter.hit("b", f"{key}-other", 3, 60) is None
        assert await limiter.hit("other", key, 3, 60) is None
        await limiter.reset("b", key)
        assert await limiter.hit("b", key, 3, 60) is None

        short = uuid4().hex
        assert [await limiter.hit("b", short, 1, 1) for _ in range(2)] == [None, 1]

        async def allowed() -> bool:
            return await limiter.hit("b", short, 1, 1) is None

        await until(allowed)


async def test_a_window_ends_however_many_attempts_are_made(redis_url: str) -> None:
    async with limiters(redis_url) as [limiter]:
        key, client = uuid4().hex, connect(redis_url)
        for _ in range(5):
            await limiter.hit("b", key, 3, 60)
        await client.expire(limiter._namespace.hidden("limit", "b", key), 7)
        assert await limiter.hit("b", key, 3, 60) in (6, 7), "an attempt does not restart the window"
        await client.aclose()


async def test_instances_count_every_attempt_together(redis_url: str) -> None:
    async with limiters(redis_url, 3) as instances:
        key = uuid4().hex
        answers = await asyncio.gather(*(instances[i % 3].hit("b", key, 10, 60) for i in range(45)))
        assert answers.count(None) == 10


async def test_without_redis_each_instance_counts_and_no_caller_waits(own_valkey: EmbeddedValkey) -> None:
    async with limiters(own_valkey.url, patience=TIMEOUT_SECONDS) as [limiter]:
        key = uuid4().hex
        assert await limiter.hit("b", key, 3, 60) is None
        own_valkey.pause()
        try:
            began = monotonic()
            answers = [await limiter.hit("b", key, 3, 60) for _ in range(50)]
            assert monotonic() - began < 1.0, "one attempt waits a quarter of a second, the others do not wait"
        finally:
            own_valkey.resume()
        assert answers[:3] == [None] * 3
        assert None not in answers[3:], "the limit still holds"


async def test_memory_is_bounded_while_redis_is_unavailable() -> None:
    async with limiters(f"redis://127.0.0.1:{free_port()}/0") as [limiter]:
        for i in range(KEPT + 50):
            await limiter.hit("b", str(i), 3, 60)
        assert len(limiter._own) <= KEPT


@pytest.mark.parametrize("unavailable", [False, True], ids=["redis", "memory"])
async def test_neither_redis_nor_memory_holds_an_address_in_clear(redis_url: str, *, unavailable: bool) -> None:
    async with limiters(UNAVAILABLE if unavailable else redis_url, 2) as [limiter, other], AsyncExitStack() as stack:
        marker = uuid4().hex
        for key in (f"{marker}@example.com", f"{marker} 192.0.2.1"):
            await limiter.hit("sign_in_account", key, 3, 60)
        assert len(limiter._own) == (2 if unavailable else 0)
        assert marker not in repr(limiter._own)
        assert limiter._own_name("b", marker) != other._own_name("b", marker), "the hash has a key of the process"
        assert limiter._own_name("b", f"c{marker}") != limiter._own_name("bc", marker)
        if not unavailable:
            client = connect(redis_url)
            stack.push_async_callback(client.aclose)
            assert not [key async for key in client.scan_iter(match=f"*{marker}*", count=1000)]


@pytest.mark.parametrize("unavailable", [False, True], ids=["redis", "memory"])
async def test_guessing_a_password_is_limited_for_all_clients_together(
    fresh_database_url: str, redis_url: str, *, unavailable: bool
) -> None:
    email = f"{uuid4().hex}@example.com"
    async with signing_core(settings_for(fresh_database_url, UNAVAILABLE if unavailable else redis_url)) as core:
        core.namespace.bind(EPOCH)
        await core.users.create(system(), CreateUser(email, "Guessed At", password=PASSWORD))

        async def sign_in(spelling: str, password: str, number: int) -> str:
            try:
                await core.sessions.sign_in(Origin(ip_address=f"192.0.2.{number}"), SignIn(spelling, password))
            except (InvalidCredentials, RateLimited) as refused:
                return refused.code
            return "fine"

        spellings = [email, email.upper(), f" {email} ", email.replace("@", "\u200b@")]
        # As many client addresses and all spellings; they are one account.
        found = [await sign_in(spellings[i % 4], "not the password", i) for i in range(12)]
        assert found == ["INVALID_CREDENTIALS"] * 10 + ["RATE_LIMITED"] * 2
        assert await sign_in(email, PASSWORD, 99) == "RATE_LIMITED", "the correct password gets the same answer"
        await core.limiter.reset("sign_in_account", email)
        assert [await sign_in(email, PASSWORD, 99) for _ in range(12)] == ["fine"] * 12, (
            "a successful sign-in is not counted"
        )


@pytest.mark.parametrize("kind", ["cluster", "sentinel"])
async def test_attempts_are_counted_in_memory_while_no_node_answers(kind: str) -> None:
    url = f"redis+{kind}://127.0.0.1:1,127.0.0.1:2" + ("?service=of-the-test" if kind == "sentinel" else "")
    namespace = RedisNamespace("a key of the test that is long enough")
    namespace.bind(EPOCH)
    async with RedisRateLimiter(url, namespace) as limiter:
        assert [await limiter.hit("of-the-test", "key", 1, 60) is None for _ in range(2)] == [True, False]
