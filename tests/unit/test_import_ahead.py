"""An import reads and prepares one batch while another is written: nothing but the time that it takes shows that."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager
from typing import Any, cast

import pytest

from api.files.importing import STEP, Batch, Tally, import_file
from api.files.reader import Form, UserFile
from domain.cursors import LogCursor
from domain.errors import Unavailable
from domain.models.actor import system
from domain.services.importing import PREPARED_FOR, ImportRow, ImportService
from tests.unit.fakes import FakeClock, FakeHasher, FakeStore
from tests.unit.fakes.store import FakeUnit

LINES = [
    *("ada@example.com,Ada,admin", "not an address,Bo,", "cy@example.com,,", "ADA@example.com,Ada Again,"),
    *("dee@example.com,Dee,king", "dee@example.com,Dee,auditor", "ed@example.com,Ed,", "cy@example.com,Cy,"),
    *("fay@example.com,F\ufffdy,", "ed@example.com,Ed the Second,", "gil@example.com,Gil,", "hal@example.com,Hal,"),
]
TEXT = "\n".join(["email,display_name,role", *LINES, ""])


class GatedStore(FakeStore):
    """Writes wait while `open` is not set, and fail as often as `faults` says; reads while `reads_fail`."""

    def __init__(self) -> None:
        super().__init__()
        self.open = asyncio.Event()
        self.open.set()
        self.faults, self.reads_fail = 0, False
        self.on_fault: Callable[[], None] = lambda: None

    @asynccontextmanager
    async def write(self) -> AsyncIterator[FakeUnit]:
        """As the store's, once it is open."""
        async with super().write() as unit:
            await self.open.wait()
            if self.faults:
                self.faults -= 1
                self.on_fault()
                raise Unavailable
            yield unit

    @asynccontextmanager
    async def read(self, at_least: LogCursor | None = None, searcher: Any = None) -> AsyncIterator[FakeUnit]:
        """As the store's."""
        if self.reads_fail:
            raise Unavailable
        async with super().read(at_least, searcher) as unit:
            yield unit

    @property
    def emails(self) -> list[str]:
        """The addresses of the users."""
        return [u.email for u in self.state.users.values()]


class Importing:
    """An import of a text."""

    def __init__(self, store: GatedStore, text: str = TEXT) -> None:
        self.store, self.clock = store, FakeClock()
        self.service = ImportService(cast("Any", store), self.clock, FakeHasher())
        self.file = UserFile(io.BytesIO(text.encode()), Form.CSV)

    def batches(self, **options: Any) -> Any:
        """The batches."""
        return import_file(self.service, system(), self.file, **options)

    async def all(self, **options: Any) -> list[Batch]:
        """All of them."""
        return [batch async for batch in self.batches(**options)]


def outcome(batches: list[Batch]) -> tuple[object, ...]:
    """What the batches say, without what depends on their size."""
    tally = Tally()
    for batch in batches:
        tally.add(batch)
    refused = [(r.line, r.field, r.code, r.row and r.row.cells) for batch in batches for r in batch.refused]
    changes = [(c.line, c.before, c.user.email) for batch in batches for c in batch.changes]
    return tally, refused, changes


async def settled() -> None:
    """Let everything run that does not wait for something else."""
    for _ in range(50):
        await asyncio.sleep(0)


@pytest.mark.parametrize("size", [1, 2, 5, 12])
@pytest.mark.parametrize("start", [0, 5])
async def test_batches_of_any_size_say_and_write_the_same(size: int, start: int) -> None:
    one, many = GatedStore(), GatedStore()
    whole = await Importing(one).all(size=100, start=start)
    parts = await Importing(many).all(size=size, start=start)
    assert outcome(parts) == outcome(whole)
    assert many.emails == one.emails
    assert [e.type for e in many.state.events] == [e.type for e in one.state.events]
    assert [len(batch.rows) for batch in parts[:-1]] == [size] * (len(parts) - 1) if start == 0 else True
    [last] = [r for r in whole[0].refused if r.line == 11]
    assert last.reason == "This e-mail address is also on line 8"


async def test_an_address_of_an_earlier_batch_is_refused_although_that_is_still_being_written() -> None:
    first, _, second = await Importing(GatedStore()).all(size=4)
    assert [(r.line, r.reason) for r in first.refused if r.code == "DUPLICATE"] == [
        (5, "This e-mail address is also on line 2")
    ]
    assert [(r.line, r.reason) for r in second.refused if r.code == "DUPLICATE"] == [
        (11, "This e-mail address is also on an earlier line")
    ]


async def test_one_batch_is_prepared_while_another_is_written_and_no_more() -> None:
    store = GatedStore()
    store.open.clear()
    importing = Importing(store, "email,display_name\n" + "".join(f"u{n}@example.com,U\n" for n in range(9)))
    async with aclosing(importing.batches(size=2)) as batches:
        first = asyncio.ensure_future(anext(batches))
        await settled()
        assert store.steps == ["read", "write", "read"], "the second is prepared, the third is not"
        assert not first.done()
        assert store.emails == []
        store.open.set()
        assert [c.user.email for c in (await first).changes] == ["u0@example.com", "u1@example.com"]
        await settled()
        assert store.steps == ["read", "write", "read"], "nothing is written before the caller wants it"
        assert store.emails == ["u0@example.com", "u1@example.com"]


@pytest.mark.parametrize("way", ["close", "cancel"])
async def test_an_import_that_ends_early_leaves_nothing_running(way: str) -> None:
    store, before = GatedStore(), asyncio.all_tasks()
    importing = Importing(store)
    batches = importing.batches(size=2)
    await anext(batches)
    written = store.emails
    if way == "cancel":
        store.open.clear()
        following = asyncio.ensure_future(anext(batches))
        await settled()
        following.cancel()
        with pytest.raises(asyncio.CancelledError):
            await following
    await batches.aclose()
    assert asyncio.all_tasks() == before
    assert store.emails == written


async def test_a_batch_is_prepared_anew_for_each_further_attempt() -> None:
    store = GatedStore()
    importing = Importing(store)
    store.faults = 2
    store.on_fault = lambda: importing.clock.move(seconds=1)
    began = importing.clock.now()
    assert outcome(await importing.all(size=4)) == outcome(await Importing(GatedStore()).all(size=4))
    created = [u.created_at for u in store.state.users.values()]
    assert created[0] == importing.clock.now() > began, "of the attempt that succeeded"
    assert len(set(store.emails)) == len(store.emails) == 5
    store.faults = 2
    with pytest.raises(Unavailable):
        await Importing(store).all(attempts=2)


async def test_a_database_that_is_unavailable_while_a_batch_is_prepared_is_asked_again_by_the_transaction() -> None:
    store = GatedStore()
    store.reads_fail = True
    assert outcome(await Importing(store).all(size=4)) == outcome(await Importing(GatedStore()).all(size=4))


async def test_users_of_a_batch_that_waited_are_created_at_the_time_at_which_they_are_written() -> None:
    store = GatedStore()
    importing = Importing(store)
    batches = importing.batches(size=7)
    first = await anext(batches)
    await settled()
    importing.clock.move(seconds=PREPARED_FOR.total_seconds() + 1)
    second = await anext(batches)
    assert first.changes[0].user.created_at + PREPARED_FOR < second.changes[0].user.created_at
    assert second.changes[0].user.created_at == importing.clock.now()
    await batches.aclose()


async def test_the_event_loop_is_held_for_one_step_only() -> None:
    """Others run after each STEP rows of a batch: once while they are read, once while they are prepared."""
    count = STEP * 6
    store, turns = GatedStore(), 0
    importing = Importing(store, "email,display_name\n" + "".join(f"u{n}@example.com,U\n" for n in range(count)))

    async def others() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    beside = asyncio.ensure_future(others())
    async with aclosing(importing.batches(size=count)) as batches:
        await anext(batches)
    beside.cancel()
    assert turns >= 12


async def test_rows_that_were_checked_are_prepared_against_the_users_of_now() -> None:
    store = GatedStore()
    importing = Importing(store)
    service = importing.service
    batch = service.checked([ImportRow(2, "ada@example.com", "Ada"), ImportRow(3, "bo@example.com", "Bo")], set())
    prepared = await service.prepare(system(), batch)
    await service.import_batch(system(), [ImportRow(2, "bo@example.com", "Bo the First")])
    result = await service.write(system(), batch, prepared)
    assert (result.created, result.updated) == (1, 1)
    assert sorted(u.display_name for u in store.state.users.values()) == ["Ada", "Bo"]
