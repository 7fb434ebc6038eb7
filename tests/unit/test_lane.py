"""The slow lane: the group that has used least is next, late groups are ended, and each group's order is kept."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from domain.tasks import end
from schema.live.lane import BACKLOG_MAX, PIECE_MAX, Account, Lane, Stopwatch


class Processor:
    """Processor time that passes when somebody works."""

    def __init__(self) -> None:
        self.time = 0.0
        self.done: list[str] = []

    def now(self) -> float:
        """How much was used."""
        return self.time

    def work(self, name: str, seconds: float) -> Callable[[], Awaitable[None]]:
        """Something that takes so long."""

        async def run() -> None:
            self.time += seconds
            self.done.append(name)

        return run


@asynccontextmanager
async def running(processor: Processor, overrun: list[Account]) -> AsyncIterator[Lane]:
    """A lane at work."""
    lane = Lane(overrun.append, processor.now)
    task = asyncio.create_task(lane.run())
    try:
        yield lane
    finally:
        await end([task])


async def test_a_cheap_group_waits_for_one_piece_of_a_dear_one_at_most() -> None:
    processor = Processor()
    dear, cheap = [Account() for _ in range(50)], Account()
    async with running(processor, []) as lane:
        for _ in range(3):
            for account in dear:
                lane.enqueue(account, 1, processor.work("dear", 0.0009))  # too short for the lane to rest
        for number in range(10):
            lane.enqueue(cheap, 1, processor.work(f"cheap {number}", 0.00001))
        await lane.run_in_turn(cheap, 1, processor.work("end", 0.0))
    # Everybody has their first turn, in the order of their coming; from then on the cheap one goes before.
    assert processor.done[50:61] == [*[f"cheap {n}" for n in range(10)], "end"]


async def test_somebody_new_goes_before_those_who_have_used_much_but_saves_nothing_up() -> None:
    processor = Processor()
    dear, late = Account(), Account()
    async with running(processor, []) as lane:
        for number in range(5):
            await lane.run_in_turn(dear, 1, processor.work(f"dear {number}", 0.0009))
        for number in range(5, 8):
            lane.enqueue(dear, 1, processor.work(f"dear {number}", 0.0009))
        for number in range(3):
            lane.enqueue(late, 1, processor.work(f"late {number}", 0.0009))
        await lane.run_in_turn(dear, 1, processor.work("end", 0.0))
    assert processor.done.index("late 2") <= processor.done.index("dear 7") + 1
    assert processor.done.index("dear 6") < processor.done.index("late 2")
    assert [name for name in processor.done if name.startswith("late")] == ["late 0", "late 1", "late 2"]


async def test_a_group_that_falls_behind_is_ended_and_its_replays_go_on() -> None:
    overrun: list[Account] = []
    processor, account = Processor(), Account()
    lane = Lane(overrun.append, processor.now)
    replay = asyncio.ensure_future(lane.run_in_turn(account, 1, processor.work("replay", 0.0)))
    await asyncio.sleep(0)
    for _ in range(BACKLOG_MAX // PIECE_MAX):
        lane.enqueue(account, PIECE_MAX, processor.work("live", 0.0))
    assert not overrun
    lane.enqueue(account, 1, processor.work("one too many", 0.0))
    assert overrun == [account]
    assert account.waiting == 0
    task = asyncio.create_task(lane.run())
    await replay
    await end([task])
    assert processor.done == ["replay"]


async def test_what_fails_is_its_callers_and_the_lane_goes_on() -> None:
    processor = Processor()

    async def fail() -> None:
        raise LookupError

    async with running(processor, []) as lane:
        lane.enqueue(Account(), 1, fail)
        with pytest.raises(LookupError):
            await lane.run_in_turn(Account(), 1, fail)
        given_up = asyncio.ensure_future(lane.run_in_turn(Account(), 1, processor.work("given up", 0.0)))
        await asyncio.sleep(0)
        given_up.cancel()
        await lane.run_in_turn(Account(), 1, processor.work("after", 0.0))
    assert processor.done == ["after"]


def test_pieces_are_as_large_as_their_entries_are_cheap() -> None:
    account = Account()
    assert account.piece_size == 1, "nothing is known yet"
    account.charge(0.001, 100)
    assert account.piece_size == PIECE_MAX
    for _ in range(50):
        account.charge(0.1, 1)
    assert account.piece_size == 1


def test_a_quick_group_is_charged_for_its_own_time_and_asks_the_system_only_when_in_doubt() -> None:
    elapsed, processor, asked = Processor(), Processor(), []

    def processor_time() -> float:
        asked.append(processor.time)
        return processor.time

    account, watch = Account(), Stopwatch(0.001, elapsed.now, processor_time)

    def render(took: float, used: float) -> None:
        began = watch.start()
        elapsed.time, processor.time = elapsed.time + took, processor.time + used
        watch.charge(account, began, 1)

    render(0.0005, 0.0005)
    assert (account.spent, asked) == (0.0005, [])
    render(5.0, 0.0005)
    assert account.spent == 0.0005, "others had the processor meanwhile"
    render(5.0, 0.0005)
    assert account.spent == pytest.approx(0.001), "what is its own, although as much time passed again"
    asked.clear()
    render(0.0005, 0.0)
    assert not asked, "it was short"
    for _ in range(10):
        render(0.01, 0.01)
    assert account.each is not None
    assert account.each > 0.005, "it is dear indeed"
