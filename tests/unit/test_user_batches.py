"""Users read for several callers at once: who shares a statement, and what happens when one of them leaves."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from uuid import UUID, uuid4

import pytest

from domain.errors import Unavailable
from domain.models.user import User
from persistence.user_batches import IDS_MAX, IN_FLIGHT, UserBatches
from tests.unit.domain_errors import USER

USERS = {u.id: u for u in (replace(USER, id=uuid4()) for _ in range(40))}
IDS = list(USERS)


class Reads:
    """Statements that end when a test says so."""

    def __init__(self) -> None:
        self.asked: list[list[UUID]] = []
        self._ends: list[asyncio.Future[None]] = []

    async def __call__(self, ids: Sequence[UUID]) -> Mapping[UUID, User]:
        self.asked.append(list(ids))
        end = asyncio.get_running_loop().create_future()
        self._ends.append(end)
        await end
        return {i: USERS[i] for i in ids if i in USERS}

    def end(self, number: int, error: Exception | None = None) -> None:
        """End a statement, unless its reader has left."""
        if self._ends[number].done():
            return
        if error is None:
            self._ends[number].set_result(None)
        else:
            self._ends[number].set_exception(error)


async def settle() -> None:
    """Let every task run until it waits."""
    for _ in range(10):
        await asyncio.sleep(0)


def start(batches: UserBatches, ids: Sequence[UUID]) -> list[asyncio.Task[dict[UUID, User]]]:
    """A caller for each id."""
    return [asyncio.create_task(batches.get_many([i])) for i in ids]


async def test_a_caller_is_not_delayed_while_nothing_is_under_way() -> None:
    reads = Reads()
    batches = UserBatches(reads)
    (caller,) = start(batches, IDS[:1])
    await asyncio.sleep(0)
    assert reads.asked == [IDS[:1]]
    reads.end(0)
    assert await caller == {IDS[0]: USERS[IDS[0]]}


async def test_callers_share_the_statement_after_the_one_under_way() -> None:
    reads = Reads()
    batches = UserBatches(reads)
    first, others = start(batches, IDS[:IN_FLIGHT]), start(batches, [*IDS[IN_FLIGHT:], uuid4(), IDS[-1]])
    await settle()
    assert (
        len(reads.asked) == IN_FLIGHT
    )  # a statement that is under way is not joined: it may not show what was committed
    reads.end(0)
    await settle()
    assert len(reads.asked) == IN_FLIGHT + 1
    assert reads.asked[-1][: len(IDS) - IN_FLIGHT] == IDS[IN_FLIGHT:]
    assert len(set(reads.asked[-1])) == len(reads.asked[-1])
    for number in range(1, IN_FLIGHT + 1):
        reads.end(number)
    found = await asyncio.gather(*first, *others)
    assert [list(f) for f in found] == [*([i] for i in IDS), [], [IDS[-1]]]


async def test_the_next_statement_is_sent_by_one_of_those_that_wait() -> None:
    reads = Reads()
    batches = UserBatches(reads)
    for round_ in range(5):
        callers = start(batches, IDS)
        await settle()
        begun = len(reads.asked)
        for number in range(begun - IN_FLIGHT, begun):
            reads.end(number)
        await settle()
        for number in range(begun, len(reads.asked)):
            reads.end(number)
        assert [list(f) for f in await asyncio.gather(*callers)] == [[i] for i in IDS], round_


async def test_when_the_reader_leaves_the_others_are_read_for_again() -> None:
    reads = Reads()
    batches = UserBatches(reads)
    first, others = start(batches, IDS[:IN_FLIGHT]), start(batches, IDS[IN_FLIGHT:10])
    await settle()
    reads.end(0)
    await settle()
    others[0].cancel()  # it reads for all others
    await settle()
    assert reads.asked[-1] == IDS[IN_FLIGHT + 1 : 10]
    for number in (*range(1, IN_FLIGHT), len(reads.asked) - 1):
        reads.end(number)
    assert [list(f) for f in await asyncio.gather(*first, *others[1:])] == [
        [i] for i in (*IDS[:IN_FLIGHT], *IDS[IN_FLIGHT + 1 : 10])
    ]
    with pytest.raises(asyncio.CancelledError):
        await others[0]


@pytest.mark.parametrize("chosen", [0, 1, 5])
async def test_a_caller_that_leaves_before_or_as_it_is_woken_stops_no_other(chosen: int) -> None:
    for woken in (False, True):
        reads = Reads()
        batches = UserBatches(reads)
        first, others = start(batches, IDS[:IN_FLIGHT]), start(batches, IDS[IN_FLIGHT:10])
        await settle()
        if woken:
            reads.end(0)
            await first[0]
        others[chosen].cancel()
        await settle()
        number = 0 if not woken else 1
        while number < len(reads.asked):
            reads.end(number)
            await settle()
            number += 1
        rest = [o for n, o in enumerate(others) if n != chosen]
        wanted = [i for n, i in enumerate(IDS[IN_FLIGHT:10]) if n != chosen]
        assert [list(f) for f in await asyncio.gather(*rest)] == [[i] for i in wanted]
        last = start(batches, IDS[:1])
        await settle()
        reads.end(len(reads.asked) - 1)
        await last[0]  # every place is free again


async def test_a_failure_concerns_all_callers_of_its_statement_and_no_others() -> None:
    reads = Reads()
    batches = UserBatches(reads)
    first, others = start(batches, IDS[:IN_FLIGHT]), start(batches, IDS[IN_FLIGHT:10])
    await settle()
    reads.end(0, Unavailable())
    with pytest.raises(Unavailable):
        await first[0]
    await settle()
    reads.end(IN_FLIGHT, Unavailable())
    assert all(isinstance(o, Unavailable) for o in await asyncio.gather(*others, return_exceptions=True))
    for number in range(1, IN_FLIGHT):
        reads.end(number)
    assert [list(f) for f in await asyncio.gather(*first[1:])] == [[i] for i in IDS[1:IN_FLIGHT]]


async def test_a_statement_has_a_largest_number_of_ids() -> None:
    reads = Reads()
    batches = UserBatches(reads)
    first = start(batches, IDS[:IN_FLIGHT])
    large = [asyncio.create_task(batches.get_many([uuid4() for _ in range(IDS_MAX // 2)])) for _ in range(3)]
    await settle()
    reads.end(0)
    await settle()
    assert [len(ids) for ids in reads.asked[IN_FLIGHT:]] == [IDS_MAX]
    for number in range(1, IN_FLIGHT + 1):
        reads.end(number)
    await settle()
    reads.end(len(reads.asked) - 1)
    await asyncio.gather(*first, *large)


async def test_nothing_is_read_for_no_ids() -> None:
    reads = Reads()
    assert await UserBatches(reads).get_many([]) == {}
    assert reads.asked == []
