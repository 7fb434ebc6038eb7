"""Redis as it really fails: writes go on at full speed, nothing is lost, the state is told, and all of it heals by itself."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import pytest

from persistence.redis.broadcast import connect
from tests.api.conftest import ADMIN, PASSWORD
from tests.faults.work import Duo, Work, at_work, duo, health, metric

HELD_UP_SECONDS = 2.0
"""After these publishing gives up: a write that waited for Redis would take as long, and so would the one behind it."""
SLOW_SECONDS = 0.2
"""How long each chunk takes, one way."""
SOON_SECONDS = 0.8
"""What comes so soon has come through Redis: the table is read after a second of silence."""


@dataclass(frozen=True)
class Fault:
    """How it begins and ends, and which of the numbers tell of it."""

    strike: Callable[[Duo], Any]
    mend: Callable[[Duo], Any]
    numbers: tuple[str, ...] = ("redis_connected", "redis_shared")


def command(place: Duo, *words: Any) -> Any:
    """Send a command to Valkey itself."""

    async def send() -> Any:
        client = connect(place.engines.valkey.url, timeout=60)
        try:
            return await client.execute_command(*words)  # type: ignore[no-untyped-call]
        finally:
            await client.aclose()

    return asyncio.run(send())


def full(place: Duo) -> None:
    """No memory for another byte, and nothing may be evicted for it."""
    command(place, "CONFIG", "SET", "maxmemory-policy", "noeviction")
    command(place, "CONFIG", "SET", "maxmemory", "1")


def roomy(place: Duo) -> None:
    """Room again."""
    command(place, "CONFIG", "SET", "maxmemory", "0")


def slow(place: Duo) -> None:
    """A network on which everything takes its time."""
    for proxy in place.proxies:
        proxy.delay = SLOW_SECONDS


def all_proxies(name: str) -> Callable[[Duo], None]:
    """The same of each network."""

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
    """Two instances, which are well again after each test."""
    with duo() as running:
        yield running


@pytest.fixture
async def work(place: Duo) -> AsyncIterator[Work]:
    """Writers and readers at both, who are told of each other's writes through Redis."""
    async with at_work(place) as running:
        await well(running)
        yield running


async def tell(work: Work, *, redis: bool) -> None:
    """Wait until /health of both instances says so."""
    expected = {"database": True, "redis": redis, "external_api": True}, "healthy" if redis else "degraded"

    async def said() -> bool:
        found = [await health(api) for api in work.apis]
        return all((body["checks"], body["status"]) == expected for body in found)

    await work.until(said)


async def count(work: Work, value: int, *names: str) -> None:
    """Wait until these numbers of both instances are this."""

    async def are() -> bool:
        return all([await metric(api, name) == value for api in work.apis for name in names])

    await work.until(are)


async def well(work: Work) -> None:
    """Wait until all is as if nothing had been: told, counted, and events come through Redis again."""
    await tell(work, redis=True)
    await count(work, 1, "redis_connected", "redis_shared")

    async def soon() -> bool:
        await work.more(1)
        began = time.monotonic()
        await work.told()
        return time.monotonic() - began < SOON_SECONDS

    for _ in range(3):
        await work.until(soon)


async def sign_in_everywhere(work: Work) -> None:
    """Sign in at each instance: one that waited for Redis would not be answered while it says nothing."""
    for api in work.apis:
        await api.sign_in(ADMIN, PASSWORD)


async def nothing_was_held_up(work: Work) -> None:
    """Assert that no write was refused or waited for Redis, and that everybody was told of all of them."""
    await work.judged()
    for writer in work.writers:
        assert not writer.refused
        held_up = [s for s in writer.seconds if s >= HELD_UP_SECONDS]
        assert len(held_up) <= len(writer.seconds) // 4, "a busy machine holds some up, waiting for Redis all of them"


@pytest.mark.parametrize("name", FAULTS)
async def test_redis_fails_and_comes_back(place: Duo, work: Work, name: str) -> None:
    fault = FAULTS[name]
    await work.more()
    await asyncio.to_thread(fault.strike, place)
    try:
        await work.more()
        await work.told()
        await sign_in_everywhere(work)
        await tell(work, redis=False)
        await count(work, 0, *fault.numbers)
        await work.more()
        await work.told()
        await sign_in_everywhere(work)
    finally:
        await asyncio.to_thread(fault.mend, place)
    await well(work)
    await sign_in_everywhere(work)
    await nothing_was_held_up(work)


def restart(place: Duo) -> None:
    """Killed, and back at once, with nothing in it."""
    place.engines.valkey.kill()
    place.engines.valkey.start()


def cut(place: Duo) -> None:
    """Every client's connection ends."""
    command(place, "CLIENT", "KILL", "TYPE", "pubsub")
    command(place, "CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")


@pytest.mark.parametrize("strike", [restart, cut])
async def test_a_moment_of_it_again_and_again(place: Duo, work: Work, strike: Callable[[Duo], None]) -> None:
    for _ in range(3):
        await asyncio.to_thread(strike, place)
        await work.more()
        await work.told()
        await sign_in_everywhere(work)
    await well(work)
    await nothing_was_held_up(work)


async def say(work: Work, *words: str) -> bool:
    """Whether the instances say this of themselves."""
    return [(await health(api))["status"] for api in work.apis] == list(words)


async def test_one_instance_alone_is_cut_off(place: Duo, work: Work) -> None:
    alone = place.proxies[1]
    alone.hold()
    try:
        await work.until(lambda: not place.containers[1].backend.connected)
        await work.until(partial(say, work, "healthy", "degraded"))
        await work.more()
        await work.told()
    finally:
        alone.restore()
    await well(work)
    await nothing_was_held_up(work)
