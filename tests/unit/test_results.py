"""Results that are kept: for whom, until when, and that callers at the same time share a computation."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from uuid import UUID

import pytest

from domain.cursors import LogCursor
from domain.errors import Forbidden, Unavailable
from domain.models.actor import Actor, Role
from domain.models.event import Event, EventCount, Subject
from domain.models.event_types import EventType, SubjectKind
from domain.services.event import COUNTS, Recent
from domain.services.results import Codec, Results, by_role, cache_result
from tests.unit.fakes.outside import FakeResultStore

EPOCH = UUID(int=7)
ADMIN, OTHER_ADMIN = Actor(UUID(int=1), Role.ADMIN, UUID(int=11)), Actor(UUID(int=2), Role.ADMIN, UUID(int=12))
AUDITOR = Actor(UUID(int=3), Role.AUDITOR)
NUMBERS = Codec[int](write=int, read=int)
RENAMES = frozenset({EventType.USER_UPDATED})


def at(seq: int) -> LogCursor:
    """A position of the log."""
    return LogCursor.reached(EPOCH, seq)


def event(seq: int, type_: EventType = EventType.USER_UPDATED) -> Event:
    """An event of the log."""
    return Event(type_, Subject(SubjectKind.USER, UUID(int=9)), None, datetime.now(UTC), seq=seq)


@dataclass
class Counting:
    """A service that counts its computations; `open` lets them end."""

    results: Results | None
    calls: list[tuple[Actor, int, LogCursor | None]] = field(default_factory=list)
    opened: asyncio.Event = field(default_factory=asyncio.Event)
    fault: Exception | None = None

    def __post_init__(self) -> None:
        self.opened.set()

    async def _count(self, actor: Actor, number: int, at_least: LogCursor | None) -> int:
        self.calls.append((actor, number, at_least))
        await self.opened.wait()
        if self.fault is not None:
            raise self.fault
        return number * 100 + len(self.calls)

    @cache_result("own", seconds=5, changed_by=RENAMES, codec=NUMBERS)
    async def own(self, actor: Actor, number: int, at_least: LogCursor | None = None) -> int:
        """A number for the actor alone."""
        return await self._count(actor, number, at_least)

    @cache_result("shared", seconds=7, changed_by=RENAMES, codec=NUMBERS, scope=by_role)
    async def shared(self, actor: Actor, number: int, at_least: LogCursor | None = None) -> int:
        """A number for everyone with the actor's role."""
        return await self._count(actor, number, at_least)


@dataclass
class Process:
    """One instance: its view of the log and its results, over a store that several may share."""

    store: FakeResultStore = field(default_factory=FakeResultStore)
    head: int = 10
    epoch: UUID = EPOCH

    def __post_init__(self) -> None:
        self.results = Results(self.store)
        self.results.follow(lambda: LogCursor.reached(self.epoch, self.head))
        self.service = Counting(self.results)

    def receive(self, *events: Event) -> None:
        """Events arrive."""
        self.head = events[-1].seq
        self.results.noticed(events)


@pytest.fixture
def process() -> Process:
    return Process()


async def test_a_result_is_computed_once(process: Process) -> None:
    assert await process.service.shared(ADMIN, 1, at(10)) == 101
    assert await process.service.shared(ADMIN, 1, at(9)) == 101
    assert process.results.outcomes == {"computed": 1, "kept": 1, "shared": 0}
    assert [(kind, seconds) for kind, _, seconds in process.store.puts] == [("shared", 7)]


async def test_other_instances_use_it(process: Process) -> None:
    other = Process(process.store)
    assert await process.service.shared(ADMIN, 1, at(10)) == await other.service.shared(OTHER_ADMIN, 1, at(10))
    assert not other.service.calls


async def test_a_result_is_for_the_same_arguments(process: Process) -> None:
    assert await process.service.shared(ADMIN, 1, at(10)) == 101
    assert await process.service.shared(ADMIN, 2, at(10)) == 202


async def test_no_result_is_seen_in_another_scope(process: Process) -> None:
    await process.service.shared(ADMIN, 1, at(10))
    assert await process.service.shared(AUDITOR, 1, at(10)) == 102
    await process.service.own(ADMIN, 1, at(10))
    await process.service.own(OTHER_ADMIN, 1, at(10))
    await process.service.own(replace(ADMIN, session_id=UUID(int=99)), 1, at(10))
    assert len(process.service.calls) == 5
    assert len(process.store.texts) == 5, "two kinds of results have keys of their own"


async def test_an_event_that_may_change_it_ends_it_and_another_does_not(process: Process) -> None:
    await process.service.shared(ADMIN, 1, at(10))
    process.receive(event(11, EventType.SESSION_STARTED))
    assert await process.service.shared(ADMIN, 1, at(11)) == 101
    process.receive(event(12), event(13, EventType.SESSION_STARTED))
    assert await process.service.shared(ADMIN, 1, at(12)) == 102
    assert await process.service.shared(ADMIN, 1, at(13)) == 102


async def test_an_instance_that_has_received_the_event_uses_nothing_of_one_that_has_not(process: Process) -> None:
    late = Process(process.store)
    process.receive(event(11))
    await late.service.shared(ADMIN, 1, at(10))
    await process.service.shared(ADMIN, 1, at(10))
    assert len(process.service.calls) == 1


async def test_what_is_kept_shows_all_that_has_arrived_whatever_its_caller_required(process: Process) -> None:
    await process.service.shared(ADMIN, 1, at(3))
    assert process.service.calls == [(ADMIN, 1, at(10))]


@pytest.mark.parametrize(
    "position",
    [None, at(11), LogCursor(EPOCH.hex[:8], ord=4), LogCursor.reached(UUID(int=8 << 100), 10)],
    ids=["none", "not arrived", "just written", "of another log"],
)
async def test_a_caller_that_requires_more_than_has_arrived_reads_the_database(
    process: Process, position: LogCursor | None
) -> None:
    await process.service.shared(ADMIN, 1, at(10))
    assert await process.service.shared(ADMIN, 1, position) == 102
    assert process.service.calls[-1] == (ADMIN, 1, position)
    assert len(process.store.puts) == 1


async def test_callers_at_the_same_time_share_one_computation(process: Process) -> None:
    process.service.opened.clear()
    callers = [asyncio.create_task(process.service.shared(a, 1, at(10))) for a in (ADMIN, OTHER_ADMIN, ADMIN)]
    await settled(process.service)
    process.service.opened.set()
    assert await asyncio.gather(*callers) == [101, 101, 101]
    assert process.results.outcomes == {"computed": 1, "kept": 0, "shared": 2}


async def test_a_caller_that_leaves_does_not_end_it_for_the_others(process: Process) -> None:
    process.service.opened.clear()
    first, second = (asyncio.create_task(process.service.shared(ADMIN, 1, at(10))) for _ in range(2))
    await settled(process.service)
    first.cancel()
    process.service.opened.set()
    assert await second == 101
    with pytest.raises(asyncio.CancelledError):
        await first


async def settled(service: Counting) -> None:
    """Wait until a computation has begun and the other callers wait for it."""
    while not service.calls:
        await asyncio.sleep(0)
    for _ in range(5):
        await asyncio.sleep(0)


async def test_a_failure_is_not_kept(process: Process) -> None:
    process.service.fault = Unavailable()
    with pytest.raises(Unavailable):
        await process.service.shared(ADMIN, 1, at(10))
    process.service.fault = None
    assert await process.service.shared(ADMIN, 1, at(10)) == 102


async def test_a_text_that_cannot_be_read_is_computed_anew(process: Process) -> None:
    await process.service.shared(ADMIN, 1, at(10))
    (key,) = process.store.texts
    for text in ("{", "null", '{"a": 1}', '"x"'):
        process.store.texts[key] = text
        before = len(process.service.calls)
        await process.service.shared(ADMIN, 1, at(10))
        assert len(process.service.calls) == before + 1, text


async def test_after_a_new_epoch_nothing_of_before_is_used(process: Process) -> None:
    process.receive(event(11))
    await process.service.shared(ADMIN, 1, at(11))
    process.epoch, process.head = UUID(int=8 << 100), 11
    process.results.forget()
    await process.service.shared(ADMIN, 1, LogCursor.reached(process.epoch, 11))
    assert len(process.service.calls) == 2


async def test_without_a_log_to_follow_nothing_is_kept() -> None:
    store = FakeResultStore()
    for results in (None, Results(store)):
        service = Counting(results)
        assert [await service.shared(ADMIN, 1, at(1)) for _ in range(2)] == [101, 102]
    assert not store.puts


def test_keys_are_the_same_in_every_process() -> None:
    """A new key is a new result for every instance: this one changes only if what it is made of is changed."""
    process = Process()
    asyncio.run(process.service.shared(ADMIN, 1, at(10)))
    [(_, key)] = process.store.texts
    assert key == "de3c727c3f4e39896ef96b647472f94ba2a2a921400ca3c65b53786d8c2d994b"


def test_counts_survive_being_kept() -> None:
    moment = datetime(2026, 1, 2, 3, 4, 5, 6, tzinfo=UTC)
    counts: Sequence[EventCount] = [EventCount(EventType.USER_CREATED, moment, 3)]
    recent = Recent(moment, complete=False, counts=counts)
    assert COUNTS.read(COUNTS.write(recent)) == recent


async def test_what_may_not_be_read_is_refused_beside_a_kept_result(process: Process) -> None:
    await process.service.shared(ADMIN, 1, at(10))
    process.service.fault = Forbidden()
    with pytest.raises(Forbidden):
        await process.service.shared(Actor(UUID(int=5), Role.MEMBER), 1, at(10))
