"""Importing exported events, over the fakes: in order, into an empty log, without erased data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import pytest

from domain.errors import Forbidden
from domain.models.actor import Actor, Role, system
from domain.models.event import Change, Event, Subject
from domain.models.event_types import EventType, SubjectKind
from domain.services.restoring import RestoreRefused, RestoreService, Survey
from tests.unit.fakes import FakeStore

ADA, SAM = UUID(int=1), UUID(int=2)
NOW = datetime(2026, 1, 1, tzinfo=UTC)


def event(seq: int, type_: EventType = EventType.USER_UPDATED, user: UUID = ADA, by: UUID | None = SAM) -> Event:
    """An event with personal data."""
    changes = [Change("display_name", f"Name {seq}", "Name"), Change("role", "member", "admin")]
    numbered = Event(type_, Subject(SubjectKind.USER, user), user, NOW, by, changes=changes, seq=seq, ord=seq + 7)
    return replace(numbered, id=UUID(int=seq << 64), request_id=f"request-{seq}", ip_address="192.0.2.1")


def surveyed(events: Sequence[Event]) -> Survey:
    """The result of the first reading."""
    survey = Survey()
    for one in events:
        survey.add(one)
    return survey


async def restore(store: FakeStore, events: Sequence[Event], second: Sequence[Event] | None = None) -> list[int]:
    """Import events in batches of two; returns the reported sizes. `second` is the content at the second reading."""
    sizes: list[int] = []
    read = events if second is None else second
    batches = [read[i : i + 2] for i in range(0, len(read), 2)]
    await RestoreService(store).restore(system(), surveyed(events), batches, sizes.append)
    return sizes


async def test_the_log_has_the_range_of_the_export_in_a_new_epoch() -> None:
    store = FakeStore()
    before = store.state.log.state()
    assert await restore(store, [event(n) for n in range(4, 9)]) == [2, 2, 1]
    after = store.state.log.state()
    assert (after.horizon, after.head) == (3, 8)
    assert after.epoch != before.epoch
    assert after.shared_head(before.epoch.hex[:8]) == 0
    assert [e.changes for e in store.state.log.events()] == [event(n).changes for n in range(4, 9)]
    assert store.commits == 1


async def test_only_admins_restore() -> None:
    with pytest.raises(Forbidden):
        await RestoreService(FakeStore()).restore(Actor(None, Role.AUDITOR), Survey(), [], lambda _: None)


@pytest.mark.parametrize(
    ("seqs", "words"),
    [
        ([1, 2, 4], "Event 4 comes where event 3"),
        ([2, 1], "Event 1 comes where event 3"),
        ([5, 5], "Event 5 comes where event 6"),
        ([0], "Event 0 comes where event 1"),
    ],
)
def test_events_out_of_order_are_refused(seqs: list[int], words: str) -> None:
    with pytest.raises(RestoreRefused, match=words):
        surveyed([event(n) for n in seqs])


async def test_nothing_is_written_unless_everything_is() -> None:
    events = [event(n) for n in range(1, 6)]
    twin = replace(event(5), id=event(1).id)
    for second, words in ((events[:4], "has changed"), ([*events[:4], twin], "damaged"), (events[1:], "has changed")):
        store = FakeStore()
        with pytest.raises(RestoreRefused, match=words):
            await restore(store, events, second)
        assert (store.commits, store.state.log.entries) == (0, [])


async def test_a_log_with_events_or_higher_numbers_is_refused() -> None:
    events = [event(n) for n in range(1, 4)]
    store = FakeStore()
    await restore(store, events)
    with pytest.raises(RestoreRefused, match="empty log"):
        await restore(store, events)
    store.state.log.horizon = 3
    with pytest.raises(RestoreRefused, match="up to 3, and the export ends with 2"):
        await restore(store, events[:2])
    await restore(store, events)
    assert (store.state.log.horizon, len(store.state.log.events())) == (0, 3)
    with pytest.raises(RestoreRefused, match="no events"):
        await restore(FakeStore(), [])


def test_erased_data_are_not_restored() -> None:
    events = [event(1), event(2, user=SAM, by=ADA), event(3, user=SAM), event(4, EventType.USER_ERASED), event(5)]
    survey = surveyed(events)
    first, second, third, erasure, later = [survey.cleaned(e) for e in events]
    assert first.changes == [Change("display_name", None, None), Change("role", "member", "admin")]
    assert (first.request_id, first.ip_address, first.user_id) == (None, None, ADA)
    assert (second.ip_address, second.request_id) == (None, "request-2")
    assert second.changes == events[1].changes, "the values are those of another user"
    assert [third, erasure, later] == events[2:]
    assert [survey.cleaned(e) for e in (first, second)] == [first, second]
