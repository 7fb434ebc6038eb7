"""Turns: limits for one key and for all, order within a key, fairness between keys, and no turn lost by cancellation."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Hashable
from uuid import UUID

import pytest

from api.http.fair import Fairness
from domain.errors import RateLimited
from domain.models.actor import Actor, Origin, Role
from domain.turns import CONNECTIONS_EACH, Turns, share


class Workers:
    """Workers that request turns; records the order in which they got them and how many ran at once."""

    def __init__(self, turns: Turns) -> None:
        self.turns = turns
        self.begun: list[Hashable] = []
        self.now: Counter[Hashable] = Counter()
        self.most: Counter[Hashable] = Counter()
        self.gate = asyncio.Event()
        self.tasks: list[asyncio.Task[None]] = []

    async def request_turns(self, key: Hashable, count: int = 1) -> None:
        """Request turns, in this order."""
        self.tasks += [asyncio.create_task(self._work(key)) for _ in range(count)]
        await settled()

    async def _work(self, key: Hashable) -> None:
        async with self.turns.turn(key):
            self.begun.append(key)
            self.now[key] += 1
            self.now["all"] += 1
            self.most |= self.now
            await self.gate.wait()
            self.now[key] -= 1
            self.now["all"] -= 1

    async def finish(self) -> None:
        """Let all workers continue, and wait until they have ended."""
        self.gate.set()
        await asyncio.gather(*self.tasks)
        assert self.turns.running == self.turns.waiting == 0


async def settled() -> None:
    """Let every task that can run do so."""
    for _ in range(100):
        await asyncio.sleep(0)


async def test_requests_of_one_key_wait_for_each_other_and_delay_no_other_key() -> None:
    workers = Workers(Turns(each=3, total=4))
    await workers.request_turns("many", 50)
    assert workers.begun == ["many"] * 3
    await workers.request_turns("one")
    assert workers.begun[-1] == "one", "there was room for another key"
    await workers.request_turns("two")
    await workers.request_turns("three")
    await workers.finish()
    assert {"two", "three"} <= set(workers.begun[4:8]), "keys take turns"
    assert workers.most == {"many": 3, "one": 1, "two": 1, "three": 1, "all": 4}


async def test_the_process_itself_comes_first_and_only_the_total_limits_it() -> None:
    workers = Workers(Turns(each=1, total=2))
    await workers.request_turns("a", 3)
    await workers.request_turns("b", 3)
    await workers.request_turns(None, 2)
    await workers.finish()
    assert workers.begun[:4] == ["a", "b", None, None]
    assert workers.most["all"] == 2


async def test_a_full_queue_refuses_at_once_and_a_long_wait_is_refused_later() -> None:
    workers = Workers(Turns(each=1, waiting_max=2, seconds=0.05))
    await workers.request_turns("a")
    late = asyncio.create_task(workers._work("a")), asyncio.create_task(workers._work("a"))
    await settled()
    with pytest.raises(RateLimited):
        async with workers.turns.turn("a"):
            pytest.fail("there was no free turn")
    for task in late:
        with pytest.raises(RateLimited):
            await task
    await workers.finish()
    assert workers.begun == ["a"]


async def test_a_cancellation_loses_no_turn() -> None:
    chance = random.Random(3)  # noqa: S311 - any order will do
    turns = Turns(each=2, total=3)
    busy = Counter[Hashable]()

    async def work(key: Hashable) -> None:
        async with turns.turn(key):
            busy[key] += 1
            busy["all"] += 1
            assert busy[key] <= 2 or key is None
            assert busy["all"] <= 3
            try:
                for _ in range(chance.randrange(4)):
                    await asyncio.sleep(0)
            finally:
                busy[key] -= 1
                busy["all"] -= 1

    for _ in range(300):
        tasks = [asyncio.create_task(work(chance.choice(["a", "b", "c", None]))) for _ in range(12)]
        for _ in range(chance.randrange(6)):
            await asyncio.sleep(0)
        for task in chance.sample(tasks, 4):
            task.cancel()
        results = await asyncio.gather(*tasks, return_exceptions=True)
        assert not [r for r in results if isinstance(r, Exception)]
        assert turns.running == turns.waiting == 0


async def test_a_session_and_an_address_have_separate_turns() -> None:
    fairness = Fairness(each=1, waiting=0)
    home, work = Origin(ip_address="192.0.2.1"), Origin(ip_address="192.0.2.2")
    users = [(Actor(None, Role.MEMBER, id_), home) for id_ in (UUID(int=1), UUID(int=2))]
    requesters = [*users, (None, home), (None, work)]
    for actor, origin in requesters:
        async with fairness.turn(actor, origin):
            assert share.get() is not None
            for other in requesters:
                if other == (actor, origin):
                    with pytest.raises(RateLimited, match="Too many requests at once"):
                        async with fairness.turn(*other):
                            pytest.fail("this request has the same key")
                else:
                    async with fairness.turn(*other):
                        pass
        assert share.get() is None


async def test_a_request_has_three_connections() -> None:
    async with Fairness().turn(None, Origin()):
        own = share.get()
        assert own is not None
        for _ in range(CONNECTIONS_EACH):
            await own.connections.acquire()
        assert own.connections.locked()
