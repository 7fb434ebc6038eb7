"""Backend and publisher on the real Valkey: every loss is noticed, no caller waits, memory stays bounded."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from time import monotonic

import pytest
from broadcaster import Broadcast

from api.cli.local.embedded import EmbeddedValkey
from persistence.redis.broadcast import GAP, QUEUE_MAX, Publisher, RedisBackend
from persistence.redis.servers import connect
from tests.conftest import throwaway
from tests.integration.logs import until
from tests.integration.namespaces import namespace


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
async def listening(url: str, *channels: str) -> AsyncIterator[RedisBackend]:
    """A backend that is subscribed to the channels."""
    backend = RedisBackend(url, namespace())
    await backend.connect()
    try:
        for channel in channels:
            await backend.subscribe(channel)
        yield backend
    finally:
        await backend.disconnect()


async def upto(backend: RedisBackend, last: str) -> list[str]:
    """The messages up to this one, which must arrive."""
    found: list[str] = []
    async with asyncio.timeout(30):
        while not found or found[-1] != last:
            found.append((await backend.next_published()).message)
    return found


async def unsubscribed(redis_url: str, channel: str) -> None:
    """Return once Redis has ended the subscriptions to a channel; the backend ends them on a separate connection."""
    name = namespace().name(channel)
    async with connect(redis_url) as client:

        async def is_unsubscribed() -> bool:
            return dict(await client.pubsub_numsub(name))[name] == 0

        await until(is_unsubscribed)


async def test_the_first_subscriber_gets_every_message_after_its_subscription(redis_url: str) -> None:
    async with listening(redis_url, "a") as backend:
        for i in range(20):
            await backend.publish("a", f"m{i}")
        assert await upto(backend, "m19") == [GAP, *(f"m{i}" for i in range(20))]


async def test_concurrent_subscriptions_are_each_acknowledged(redis_url: str) -> None:
    channels = [f"c{i}" for i in range(12)]
    async with listening(redis_url) as backend:
        await asyncio.gather(*(backend.subscribe(c) for c in channels))
        for channel in channels:
            await backend.publish(channel, f"on {channel}")
        found: dict[str, list[str]] = {c: [] for c in channels}
        async with asyncio.timeout(30):
            while not all(f"on {c}" in m for c, m in found.items()):
                event = await backend.next_published()
                found[event.channel].append(event.message)
        assert all(messages[0] == GAP and messages.count(f"on {c}") == 1 for c, messages in found.items())
        await backend.unsubscribe("c0")
        await unsubscribed(redis_url, "c0")
        await backend.publish("c0", "unheard")
        await backend.publish("c1", "here")
        assert await upto(backend, "here") == ["here"]


async def test_broadcaster_runs_on_this_backend(redis_url: str) -> None:
    async with Broadcast(backend=RedisBackend(redis_url, namespace())) as broadcast, broadcast.subscribe("b") as stream:
        await broadcast.publish("b", "hello")
        async with asyncio.timeout(30):
            assert [(await stream.get()).message for _ in range(2)] == [GAP, "hello"]


async def test_a_killed_server_leaves_a_gap_and_then_messages_continue(own_valkey: EmbeddedValkey) -> None:
    async with listening(own_valkey.url, "a") as backend, Publisher(backend) as publisher:
        publisher.send("a", "before")
        assert await upto(backend, "before") == [GAP, "before"]
        own_valkey.kill()
        await until(lambda: not backend.connected)
        publisher.send("a", "lost")
        await until(lambda: not publisher.healthy)
        own_valkey.start()
        await until(lambda: backend.connected)
        assert (await backend.next_published()).message == GAP
        assert backend.reconnects >= 1

        async def published() -> bool:
            publisher.send("a", "after")
            return publisher.healthy

        await until(published)
        assert set(await upto(backend, "after")) <= {"after", "lost"}


async def test_a_subscription_may_begin_while_the_server_is_unavailable(own_valkey: EmbeddedValkey) -> None:
    own_valkey.kill()
    async with listening(own_valkey.url, "a") as backend:
        assert not backend.connected
        own_valkey.start()
        assert await upto(backend, GAP) == [GAP]
        await backend.publish("a", "here")
        assert await upto(backend, "here") == ["here"]


async def test_a_cut_connection_is_reported_as_a_gap(redis_url: str) -> None:
    client = connect(redis_url)
    async with listening(redis_url, "cut") as backend:
        assert await upto(backend, GAP) == [GAP]
        await client.client_kill_filter(_type="pubsub")
        await backend.publish("cut", "during the cut")
        found = await upto(backend, GAP)
        assert found in ([GAP], ["during the cut", GAP])
    await client.aclose()


async def test_a_paused_server_delays_no_caller_and_fills_no_memory(own_valkey: EmbeddedValkey) -> None:
    async with listening(own_valkey.url, "a") as backend, Publisher(backend, queue_max=100) as publisher:
        assert await upto(backend, GAP) == [GAP]
        own_valkey.pause()
        try:
            began = monotonic()
            for i in range(20_000):
                publisher.send("a", f"m{i}")
            assert monotonic() - began < 1.0
            assert len(publisher._queue) <= 100
            assert publisher.dropped >= 19_900
            await until(lambda: not publisher.healthy)
            publisher.send("a", "tried")
            publisher.send("a", "left out")
            assert len(publisher._queue) <= 1, "one attempt at a time while Redis is unavailable"
        finally:
            own_valkey.resume()

        async def published() -> bool:
            publisher.send("a", "after")
            return publisher.healthy

        await until(published)
        assert "after" in await upto(backend, "after")


async def test_a_reader_that_is_too_slow_for_the_queue_gets_a_gap(redis_url: str) -> None:
    async with listening(redis_url, "slow") as backend:
        for i in range(QUEUE_MAX + 10):
            backend._emit("slow", f"m{i}")
        await backend.publish("slow", "last")
        await until(lambda: backend.dropped >= 12)
        assert len(await upto(backend, GAP)) <= QUEUE_MAX
        assert backend._queue.qsize() < QUEUE_MAX


async def test_stopping_publishes_the_queue_but_does_not_wait_for_an_unavailable_server(
    own_valkey: EmbeddedValkey,
) -> None:
    async with listening(own_valkey.url, "a") as backend:
        async with Publisher(backend) as publisher:
            for i in range(50):
                publisher.send("a", f"m{i}")
        assert (await upto(backend, "m49"))[-50:] == [f"m{i}" for i in range(50)]
        own_valkey.pause()
        try:
            began = monotonic()
            async with Publisher(backend) as publisher:
                publisher.send("a", "never")
            assert monotonic() - began < 1.5
        finally:
            own_valkey.resume()
