"""Retention and epochs, over the fakes: which entries are pruned, and that they are handed over first."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import pytest

from domain import errors
from domain.models.actor import Actor, Role, system
from domain.models.event import Event
from domain.services.attempts import AttemptLimits
from domain.services.history import HistoryService
from domain.services.retention import DAYS_MAX, RetentionService, age_of
from tests.unit.world import World

ANONYMOUS = Actor(None, Role.AUDITOR)


@pytest.fixture
async def world() -> World:
    """A log of seven entries, of which five are three days old."""
    made = World.over(AttemptLimits())
    for number in range(7):
        if number == 5:
            made.clock.move(days=3)
        await made.user(f"{number}@example.com")
    made.store.time = made.clock.now()
    return made


def test_an_age_is_at_least_one_day() -> None:
    assert (age_of(1), age_of(DAYS_MAX)) == (timedelta(days=1), timedelta(days=36_500))
    for days in (0, DAYS_MAX + 1):
        with pytest.raises(errors.ValidationFailed) as refused:
            age_of(days)
        assert refused.value.faults[0].field == "days"


async def test_only_admins_prune(world: World) -> None:
    service = RetentionService(world.store)
    for call in (service.prune(ANONYMOUS, 1), service.expired(ANONYMOUS, 1)):
        with pytest.raises(errors.Forbidden):
            await anext(call)
    with pytest.raises(errors.Forbidden):
        await HistoryService(world.store).renew(ANONYMOUS, keep_positions=True)


async def test_old_entries_are_counted_and_then_deleted_in_batches(world: World) -> None:
    service = RetentionService(world.store)
    assert [s.count async for s in service.expired(system(), 1)] == [5]
    assert world.store.state.log.horizon == 0
    assert [s.count async for s in service.prune(system(), 4)] == []
    assert [(s.horizon, s.last) async for s in service.prune(system(), 1, batch=2)] == [(0, 2), (2, 4), (4, 5)]
    assert world.store.state.log.horizon == 5
    assert [s.count async for s in service.expired(system(), 1)] == []


async def test_each_batch_is_handed_over_before_it_is_deleted(world: World) -> None:
    kept: list[tuple[int, list[int]]] = []

    async def keep(entries: Sequence[Event]) -> None:
        kept.append((world.store.state.log.horizon, [e.seq for e in entries]))

    pruned = [s.last async for s in RetentionService(world.store).prune(system(), 1, keep, batch=3)]
    assert kept == [(0, [1, 2, 3]), (3, [4, 5])]
    assert pruned == [3, 5]


async def test_a_batch_that_could_not_be_stored_is_not_deleted(world: World) -> None:
    async def keep(_: Sequence[Event]) -> None:
        raise OSError("the disk is full")

    with pytest.raises(OSError, match="full"):
        await anext(RetentionService(world.store).prune(system(), 1, keep))
    assert world.store.state.log.horizon == 0


async def test_a_batch_that_another_process_pruned_is_reported_by_that_one(world: World) -> None:
    async def keep(_: Sequence[Event]) -> None:
        world.store.state.log.horizon = 4

    batches = [(s.horizon, s.last) async for s in RetentionService(world.store).prune(system(), 1, keep, batch=4)]
    assert batches == [(4, 5)]


@pytest.mark.parametrize(("keep", "shared"), [(True, 7), (False, 0)])
async def test_a_new_epoch_shares_as_much_of_the_log_as_requested(world: World, keep: bool, shared: int) -> None:
    before = world.store.state.log.state()
    after = await HistoryService(world.store).renew(system(), keep_positions=keep)
    assert (after.epoch != before.epoch, after.head) == (True, before.head)
    assert after.shared_head(before.epoch.hex[:8]) == shared
    assert world.store.state.log.state() == after
