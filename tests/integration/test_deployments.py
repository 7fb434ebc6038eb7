"""Two deployments and a client that has the password share one Valkey: each deployment accepts only its own messages."""

from __future__ import annotations

import asyncio
import secrets
from contextlib import AsyncExitStack
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest

from api.bootstrap.container import Container
from domain.models.actor import system
from domain.services.user import CreateUser
from persistence.log.wire import encode
from persistence.redis.broadcast import EVENTS
from persistence.redis.presence import KEY
from persistence.redis.servers import connect
from tests.api.conftest import settings_for
from tests.conftest import TestEngines
from tests.integration.logs import PATIENCE, Recorder, instance, session, until

ONE, TWO = secrets.token_urlsafe(48), secrets.token_urlsafe(48)
SECRETS = {"secrets of their own": (ONE, TWO), "the same secret": (ONE, ONE)}


async def make(container: Container, *names: str) -> None:
    """Create users through the service of an instance."""
    for name in names:
        await container.core.users.create(system(), CreateUser(f"{name}@example.com", name))


@pytest.mark.parametrize("keys", SECRETS.values(), ids=SECRETS)
async def test_two_deployments_on_one_valkey_are_isolated(
    engines: TestEngines, template: str, fresh_database_url: str, redis_url: str, keys: tuple[str, str]
) -> None:
    second = f"second_{uuid4().hex}"
    await engines.run(f"CREATE DATABASE {second} TEMPLATE {template}")
    # Copies of a template would have the same epoch, as a dump has; two logs have two epochs.
    await run(engines.address(second), "update log_state set epoch = gen_random_uuid()")
    settings = [
        settings_for(url, redis_url, secret_key=key)
        for url, key in zip((fresh_database_url, engines.address(second)), keys, strict=True)
    ]
    try:
        async with AsyncExitStack() as stack:
            ones = [await stack.enter_async_context(instance(settings[0])) for _ in range(2)]
            other = await stack.enter_async_context(instance(settings[1]))
            received = [Recorder() for _ in (*ones, other)]
            for container, listener in zip((*ones, other), received, strict=True):
                container.hub.listen(listener)
            await assert_events_are_isolated(ones, other, received, redis_url)
            await assert_presence_and_limits_are_isolated(ones[0], other)
    finally:
        await engines.run(f"DROP DATABASE {second} WITH (FORCE)")


async def assert_events_are_isolated(
    ones: list[Container], other: Container, received: list[Recorder], redis_url: str
) -> None:
    """Events with the same numbers reach neither the other deployment nor, in clear text, any other client of Redis."""
    listener = connect(redis_url)
    pubsub = listener.pubsub()
    await pubsub.psubscribe("*")
    await make(ones[0], "ann", "bob")
    await make(other, "cid", "dot", "eve")
    await until(lambda: [len(t.events) for t in received] == [2, 2, 3])
    seen = [{c.after for e in t.events for c in e.changes if c.field == "email"} for t in received]
    assert seen == [{"ann@example.com", "bob@example.com"}] * 2 + [{f"{n}@example.com" for n in ("cid", "dot", "eve")}]
    expected = {c.core.namespace.name(EVENTS) for c in (*ones, other)}
    assert len(expected) == 2
    async with asyncio.timeout(PATIENCE):
        while expected:
            message = await pubsub.get_message(ignore_subscribe_messages=True, timeout=1.0)
            expected.discard("" if message is None else message["channel"])
    assert all(c.core.namespace.refused == 0 for c in (*ones, other)), (
        "neither deployment receives messages of the other"
    )
    await pubsub.aclose()  # type: ignore[no-untyped-call]
    await listener.aclose()


async def assert_presence_and_limits_are_isolated(one: Container, other: Container) -> None:
    """A user is online, and an address is counted, in one of the deployments only."""
    user_id = uuid4()
    one.core.presence.hold(user_id)
    await until(lambda: one.core.presence.shared and not one.core.presence._wake.is_set())
    looks = other.core.presence
    looks._wake.set()
    await until(lambda: not looks._wake.is_set())
    assert user_id not in looks.online_ids()
    for _ in range(3):
        await one.core.limiter.hit("b", "192.0.2.1", 3, 60)
    assert await one.core.limiter.hit("b", "192.0.2.1", 3, 60) is not None
    assert await other.core.limiter.hit("b", "192.0.2.1", 3, 60) is None


async def test_a_forger_with_the_password_is_counted_and_never_believed(
    fresh_database_url: str, redis_url: str
) -> None:
    settings = settings_for(fresh_database_url, redis_url)
    client = connect(redis_url)
    async with instance(settings) as container:
        received, namespace = Recorder(), container.core.namespace
        container.hub.listen(received)
        recorder = connect(redis_url)
        pubsub = recorder.pubsub()
        await pubsub.subscribe(namespace.name(EVENTS))
        await make(container, "ann")
        await until(lambda: len(received.events) == 1)
        recorded = ""
        while not recorded:
            message = await pubsub.get_message(ignore_subscribe_messages=True, timeout=1.0)
            recorded = "" if message is None else str(message["data"])
        forged = replace(received.events[0], id=uuid4(), seq=2)
        reads = container.hub.holes
        await until(lambda: container.hub.head == 1)
        before = namespace.refused
        texts: list[str | bytes] = [
            encode([forged], container.hub.epoch),
            recorded,
            recorded[:-1] + "x",
            "",
            "1",
            b"\xff\xfe",
            "7" * 90,
        ]
        for text in texts * 20:
            await client.publish(namespace.name(EVENTS), text)
        await until(lambda: namespace.refused >= before + len(texts) * 20)
        assert [e.seq for e in received.events] == [1]
        assert container.hub.holes == reads
        assert container.backend.connected
        assert container.backend.reconnects == 0, "invalid bytes break no connection"
        await assert_forged_lease_is_refused(container, redis_url)
        await make(container, "bob")
        await until(lambda: len(received.events) == 2)
        assert received.events[1].id != forged.id
        await pubsub.aclose()  # type: ignore[no-untyped-call]
        await recorder.aclose()
    await client.aclose()


async def assert_forged_lease_is_refused(container: Container, redis_url: str) -> None:
    """A forged member of the set makes no user online, and is removed."""
    client, user_id, key = connect(redis_url), uuid4(), container.core.namespace.name(KEY)
    forged: list[Any] = [f"{user_id.hex}:abc", f"{user_id.hex}:abc:{'0' * 32}", "nobody", b"\xff:\xff:\xff"]
    before = container.core.namespace.refused
    await client.zadd(key, dict.fromkeys(forged, int((await client.time())[0]) + 9))
    await until(lambda: container.core.namespace.refused == before + len(forged))

    async def removed() -> bool:
        return all([await client.zscore(key, member) is None for member in forged[:3]])

    await until(removed)
    assert user_id not in container.core.presence.online_ids()
    assert container.core.presence.shared
    await client.aclose()


async def run(database_url: str, statement: str) -> None:
    async with session(database_url) as connection:
        await connection.execute(statement)
