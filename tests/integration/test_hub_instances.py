"""Hubs of several instances send the same log to their listeners, without Redis and while leaders are killed."""

from __future__ import annotations

import asyncio
import contextlib
from contextlib import AsyncExitStack
from time import monotonic

import pytest

from api.bootstrap.container import Container
from api.cli.local.embedded import Embedded
from api.cli.local.upgrade import upgrade
from api.settings import Settings
from domain.models.actor import system
from domain.services.user import CreateUser
from persistence.redis.broadcast import PUBLISH_SECONDS
from tests.api.conftest import settings_for
from tests.integration.logs import Recorder, instance, session, until


@pytest.fixture
def own_settings(own_engines: Embedded) -> Settings:
    """Settings for engines that a test may kill and pause."""
    settings = settings_for(own_engines.postgres.url, own_engines.valkey.url)
    upgrade(settings.database_url)
    return settings


async def make(container: Container, count: int, name: str) -> None:
    """Create users through the service of an instance."""
    for i in range(count):
        await container.core.users.create(system(), CreateUser(f"{name}{i}@example.com", f"{name} {i}"))


@pytest.mark.parametrize("how", ["killed", "paused"])
async def test_without_redis_writes_and_delivery_continue(
    own_settings: Settings, own_engines: Embedded, how: str
) -> None:
    valkey = own_engines.valkey
    async with AsyncExitStack() as stack:
        one, two = [await stack.enter_async_context(instance(own_settings)) for _ in range(2)]
        await until(lambda: one.relay.leading or two.relay.leading)
        leader, other = (one, two) if one.relay.leading else (two, one)
        received = {"leader": Recorder(), "other": Recorder()}
        leader.hub.listen(received["leader"])
        other.hub.listen(received["other"])
        start = max(one.hub.head, two.hub.head)
        await make(other, 3, "with")
        await until(lambda: all(len(t.events) == 3 for t in received.values()))
        (valkey.kill if how == "killed" else valkey.pause)()
        try:
            began = monotonic()
            await make(other, 10, "without")
            await make(leader, 10, "also")
            assert monotonic() - began < 20 * PUBLISH_SECONDS, "no write waits for Redis"
            await until(lambda: all(len(t.events) == 23 for t in received.values()))
        finally:
            with contextlib.suppress(ProcessLookupError):
                (valkey.start if how == "killed" else valkey.resume)()
        await until(lambda: other.backend.connected and leader.backend.connected)
        await make(other, 3, "again")
        await until(lambda: all(len(t.events) == 26 for t in received.values()))
        await until(lambda: leader.publisher.healthy)
        assert received["leader"].seqs == received["other"].seqs == list(range(start + 1, start + 27))


async def test_every_instance_delivers_the_same_log_while_leaders_are_killed(
    fresh_database_url: str, redis_url: str
) -> None:
    settings = settings_for(fresh_database_url, redis_url)
    async with AsyncExitStack() as stack:
        connection = await stack.enter_async_context(session(fresh_database_url))
        instances = [await stack.enter_async_context(instance(settings)) for _ in range(3)]
        received = [Recorder() for _ in instances]
        for container, listener in zip(instances, received, strict=True):
            container.hub.listen(listener)
        for turn in range(3):
            await until(lambda: any(c.relay.leading for c in instances))
            writers = [make(c, 8, f"t{turn}i{n}") for n, c in enumerate(instances)]
            ended = connection.fetchval(
                "select count(pg_terminate_backend(pid)) from pg_stat_activity"
                " where application_name = 'rollcall-relay' and datname = current_database()"
            )
            await asyncio.gather(*writers, ended)
        await until(lambda: all(len(t.events) >= 72 for t in received))
        assert all(t.seqs == list(range(1, 73)) for t in received)
        assert received[0].events == received[1].events == received[2].events
