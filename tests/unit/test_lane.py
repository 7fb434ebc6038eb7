"""The slow lane: the group that has used least runs next, late groups are ended, and each group's order is kept."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from domain.tasks import end
from schema.live.lane import BACKLOG_MAX, PIECE_MAX, Account, Lane, Stopwatch


class Processor:
    """Simulated processor time, which passes when work is done."""

    def __init__(self) -> None:
        self.time = 0.0
        self.done: list[str] = []

    def now(self) -> float:
        """The processor time used so far."""
        return self.time

    def work(self, name: str, seconds: float) -> Callable[[], Awaitable[None]]:
        """Work that takes this long."""

        async def run() -> None:
            self.time += seconds
            self.done.append(name)

        return run


@asynccontextmanager
async def running(processor: Processor, overrun: list[Account]) -> AsyncIterator[Lane]:
    """A running lane."""
    lane = Lane(overrun.append, processor.now)
    task = asyncio.create_task(lane.run())
    try:
        yield lane
    finally:
        await end([task])


async def test_a_cheap_group_waits_for_at_most_one_piece_of_an_expensive_one() -> None:
    processor = Processor()
    expensive, cheap = [Account() for _ in range(50)], Account()
    async with running(processor, []) as lane:
        for _ in range(3):
            for account in expensive:
                lane.enqueue(account, 1, processor.work("expensive", 0.0009))  # too short for the lane to rest
        for number in range(10):
            lane.enqueue(cheap, 1, processor.work(f"cheap {number}", 0.00001))
        await lane.run_in_turn(cheap, 1, processor.work("end", 0.0))
    # Each group has its first turn in order of arrival; from then on the cheap one goes first.
    assert processor.done[50:61] == [*[f"cheap {n}" for n in range(10)], "end"]


async def test_a_new_group_goes_before_busy_ones_but_accumulates_no_credit() -> None:
    processor = Processor()
    expensive, late = Account(), Account()
    async with running(processor, []) as lane:
        for number in range(5):
            await lane.run_in_turn(expensive, 1, processor.work(f"expensive {number}", 0.0009))
        for number in range(5, 8):
            lane.enqueue(expensive, 1, processor.work(f"expensive {number}", 0.0009))
        for number in range(3):
            lane.enqueue(late, 1, processor.work(f"late {number}", 0.0009))
        await lane.run_in_turn(expensive, 1, processor.work("end", 0.0))
    assert processor.done.index("late 2") <= processor.done.index("expensive 7") + 1
    assert processor.done.index("expensive 6") < processor.done.index("late 2")
    assert [name for name in processor.done if name.startswith("late")] == ["late 0", "late 1", "late 2"]


async def test_a_group_that_falls_behind_is_ended_and_its_replays_continue() -> None:
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


async def test_an_error_is_raised_to_its_caller_and_the_lane_continues() -> None:
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


def test_a_piece_is_larger_the_cheaper_its_entries_are() -> None:
    account = Account()
    assert account.piece_size == 1, "nothing is measured yet"
    account.charge(0.001, 100)
    assert account.piece_size == PIECE_MAX
    for _ in range(50):
        account.charge(0.1, 1)
    assert account.piece_size == 1


def test_a_quick_group_is_charged_its_own_time_and_the_system_is_queried_only_in_doubt() -> None:
    elapsed, processor, measured = Processor(), Processor(), []

    def processor_time() -> float:
        measured.append(processor.time)
        return processor.time

    account, watch = Account(), Stopwatch(0.001, elapsed.now, processor_time)

    def render(took: float, used: float) -> None:
        began = watch.start()
        elapsed.time, processor.time = elapsed.time + took, processor.time + used
        watch.charge(account, began, 1)

    render(0.0005, 0.0005)
    assert (account.spent, measured) == (0.0005, [])
    render(5.0, 0.0005)
    assert account.spent == 0.0005, "the processor ran something else meanwhile"
    render(5.0, 0.0005)
    assert account.spent == pytest.approx(0.001), "its own time only, although as much time passed again"
    measured.clear()
    render(0.0005, 0.0)
    assert not measured, "a short rendering needs no measurement"
    for _ in range(10):
        render(0.01, 0.01)
    assert account.each is not None
    assert account.each > 0.005, "the group is expensive"
