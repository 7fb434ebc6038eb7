"""Real failures of Redis: writes continue at full speed, nothing is lost, the state is reported, everything recovers."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import pytest

from persistence.redis.servers import connect
from tests.api.conftest import ADMIN, PASSWORD
from tests.faults.work import Duo, Work, at_work, duo, health, metric

HELD_UP_SECONDS = 2.0
"""After these seconds publishing is abandoned: a write that waited for Redis would take as long, and so would the next one."""
SLOW_SECONDS = 0.2
"""Seconds by which each chunk is delayed, one way."""
SOON_SECONDS = 0.8
"""An event that arrives this soon came through Redis: the table is read after a second of silence."""


@dataclass(frozen=True)
class Fault:
    """How a fault begins and ends, and which metrics report it."""

    strike: Callable[[Duo], Any]
    mend: Callable[[Duo], Any]
    numbers: tuple[str, ...] = ("redis_connected", "redis_shared")


def command(place: Duo, *words: Any) -> Any:
    """Send a command to Valkey directly."""

    async def send() -> Any:
        client = connect(place.engines.valkey.url, timeout=60)
        try:
            return await client.execute_command(*words)  # type: ignore[no-untyped-call]
        finally:
            await client.aclose()

    return asyncio.run(send())


def full(place: Duo) -> None:
    """Valkey has no free memory, and may evict nothing."""
    command(place, "CONFIG", "SET", "maxmemory-policy", "noeviction")
    command(place, "CONFIG", "SET", "maxmemory", "1")


def roomy(place: Duo) -> None:
    command(place, "CONFIG", "SET", "maxmemory", "0")


def slow(place: Duo) -> None:
    """A slow network."""
    for proxy in place.proxies:
        proxy.delay = SLOW_SECONDS


def all_proxies(name: str) -> Callable[[Duo], None]:
    """Call this method of every proxy."""

    def call(place: Duo) -> None:
        for proxy in place.proxies:
            getattr(proxy, name)()

    return call


FAULTS = {
    "killed": Fault(lambda d: d.engines.valkey.kill(), lambda d: d.engines.valkey.start()),
    "paused": Fault(lambda d: d.engines.valkey.pause(), lambda d: d.engines.valkey.resume()),
    "full": Fault(full, roomy, ("redis_shared",)),
    "slow": Fault(slow, all_proxies("restore"), ()),
    "refused": Fault(all_proxies("refuse"), all_proxies("restore")),
}


@pytest.fixture(scope="module")
def place() -> Iterator[Duo]:
    """Two instances; both have recovered after each test."""
    with duo() as running:
        yield running


@pytest.fixture
async def work(place: Duo) -> AsyncIterator[Work]:
    """Writers and readers at both instances, which receive each other's writes through Redis."""
    async with at_work(place) as running:
        await until_recovered(running)
        yield running


async def until_health(work: Work, *, redis: bool) -> None:
    """Wait until /health of both instances reports this."""
    expected = {"database": True, "redis": redis, "external_api": True}, "healthy" if redis else "degraded"

    async def said() -> bool:
        found = [await health(api) for api in work.apis]
        return all((body["checks"], body["status"]) == expected for body in found)

    await work.until(said)


async def until_metrics(work: Work, value: int, *names: str) -> None:
    """Wait until these metrics of both instances have this value."""

    async def are() -> bool:
        return all([await metric(api, name) == value for api in work.apis for name in names])

    await work.until(are)


async def until_recovered(work: Work) -> None:
    """Wait until everything has recovered: reported, counted, and events come through Redis again."""
    await until_health(work, redis=True)
    await until_metrics(work, 1, "redis_connected", "redis_shared")

    async def soon() -> bool:
        await work.more(1)
        began = time.monotonic()
        await work.all_received()
        return time.monotonic() - began < SOON_SECONDS

    for _ in range(3):
        await work.until(soon)


async def sign_in_everywhere(work: Work) -> None:
    """Sign in at each instance; an instance that waited for Redis would not answer while Redis is silent."""
    for api in work.apis:
        await api.sign_in(ADMIN, PASSWORD)


async def assert_no_write_waited(work: Work) -> None:
    """Assert that no write was refused or waited for Redis, and that every reader received all of them."""
    await work.assert_complete()
    for writer in work.writers:
        assert not writer.refused
        held_up = [s for s in writer.seconds if s >= HELD_UP_SECONDS]
        assert len(held_up) <= len(writer.seconds) // 4, (
            "a busy machine delays some writes, waiting for Redis would delay all of them"
        )


@pytest.mark.parametrize("name", FAULTS)
async def test_a_failure_of_redis_and_its_recovery(place: Duo, work: Work, name: str) -> None:
    fault = FAULTS[name]
    await work.more()
    await asyncio.to_thread(fault.strike, place)
    try:
        await work.more()
        await work.all_received()
        await sign_in_everywhere(work)
        await until_health(work, redis=False)
        await until_metrics(work, 0, *fault.numbers)
        await work.more()
        await work.all_received()
        await sign_in_everywhere(work)
    finally:
        await asyncio.to_thread(fault.mend, place)
    await until_recovered(work)
    await sign_in_everywhere(work)
    await assert_no_write_waited(work)


def kill_and_restart(place: Duo) -> None:
    """Kill Valkey and start it again at once, empty."""
    place.engines.valkey.kill()
    place.engines.valkey.start()


def cut(place: Duo) -> None:
    """Close every client's connection."""
    command(place, "CLIENT", "KILL", "TYPE", "pubsub")
    command(place, "CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")


@pytest.mark.parametrize("strike", [kill_and_restart, cut])
async def test_short_failures_in_succession(place: Duo, work: Work, strike: Callable[[Duo], None]) -> None:
    for _ in range(3):
        await asyncio.to_thread(strike, place)
        await work.more()
        await work.all_received()
        await sign_in_everywhere(work)
    await until_recovered(work)
    await assert_no_write_waited(work)


async def metrics_have(work: Work, *words: str) -> bool:
    """Whether the metrics of the instances have these lines."""
    return [(await health(api))["status"] for api in work.apis] == list(words)


async def test_one_instance_is_cut_off(place: Duo, work: Work) -> None:
    alone = place.proxies[1]
    alone.hold()
    try:
        await work.until(lambda: not place.containers[1].backend.connected)
        await work.until(partial(metrics_have, work, "healthy", "degraded"))
        await work.more()
        await work.all_received()
    finally:
        alone.restore()
    await until_recovered(work)
    await assert_no_write_waited(work)
