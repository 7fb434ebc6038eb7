"""Who may read what through the services: the directory, sessions and the log, over the fakes."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any, cast
from uuid import UUID

import pytest

from domain import errors
from domain.cursors import LogCursor
from domain.models.actor import Actor, Role, system
from domain.models.directory import Count, UserFilter
from domain.models.event_types import EventType
from domain.models.log import EventFilter
from domain.models.user import Status, User
from domain.pagination import Window
from domain.services.attempts import AttemptLimits
from domain.services.directory import DirectoryService
from domain.services.event import RECENT_HOURS, EventService
from domain.services.principal import PrincipalService
from domain.services.user import UpdateUser
from tests.unit.fakes import FakePresence
from tests.unit.world import World, actor

CURSOR = LogCursor("0" * 8, seq=3)
MEMBER, AUDITOR = Actor(UUID(int=8), Role.MEMBER), Actor(UUID(int=9), Role.AUDITOR)


@pytest.fixture
def world() -> World:
    return World.over(AttemptLimits())


@pytest.fixture
def trail(world: World) -> EventService:
    """The use cases of the log in this world."""
    return EventService(world.store, world.clock)


@pytest.fixture
def presence() -> FakePresence:
    """Presence without users online."""
    return FakePresence()


@pytest.fixture
def directory(world: World, presence: FakePresence) -> DirectoryService:
    """The directory of this world."""
    return DirectoryService(world.store, presence)


async def two_users(world: World) -> tuple[User, User]:
    """An active user and a disabled one."""
    one, other = await world.user(), await world.user("bo@example.com", Role.AUDITOR)
    return one, (await world.users.set_status(system(), other.id, Status.DISABLED)).value


async def test_a_user_is_readable_by_those_who_may_see_them(world: World, directory: DirectoryService) -> None:
    one, hidden = await two_users(world)
    assert await directory.get(MEMBER, one.id, CURSOR) == one
    assert world.store.reads[-1] == (CURSOR, None)
    assert await directory.get(AUDITOR, hidden.id) == hidden
    assert await directory.get(actor(hidden), hidden.id) == hidden
    for user_id in (hidden.id, UUID(int=1)):
        with pytest.raises(errors.NotFound):
            await directory.get(MEMBER, user_id)
    both = [one.id, hidden.id, UUID(int=1)]
    assert await directory.get_many(MEMBER, both, CURSOR) == {one.id: one}
    assert world.store.reads[-1] == (CURSOR, None)
    assert await directory.get_many(AUDITOR, both) == {one.id: one, hidden.id: hidden}


async def test_a_query_returns_only_users_the_requester_sees(
    world: World, directory: DirectoryService, presence: FakePresence
) -> None:
    one, hidden = await two_users(world)
    presence.online = frozenset({one.id})
    every = directory.query(AUDITOR, search=" Ada ")
    assert (every.filter.status, every.by_email, every.requester) == (None, True, AUDITOR.user_id)
    assert every.search is not None
    assert every.search.text == "ada"
    assert every.online_ids is None
    query = directory.query(MEMBER, filter_=UserFilter(status=frozenset({Status.DISABLED}), online=True))
    assert (query.filter.status, query.online_ids) == (frozenset(), presence.online)
    assert directory.query(replace(MEMBER, session_id=UUID(int=5))).requester == UUID(int=5)
    for viewer, found in ((MEMBER, [one]), (AUDITOR, [one, hidden])):
        query = directory.query(viewer, Window(5), search="ada")
        assert set((await directory.page(query, CURSOR)).items) == set(found)
        assert world.store.reads[-1] == (CURSOR, viewer.user_id)
        assert await directory.count(query, CURSOR) == Count(len(found))
        assert world.store.reads[-1] == (CURSOR, viewer.user_id)


async def test_matching_is_decided_for_each_given_user(
    world: World, directory: DirectoryService, presence: FakePresence
) -> None:
    one, hidden = await two_users(world)
    users = [one, hidden, replace(one, display_name="Else")]
    before = len(world.store.reads)
    assert await directory.matching(directory.query(MEMBER), users) == [True, False, True]
    unmatched = directory.query(MEMBER, search="ada", filter_=UserFilter(role=frozenset({Role.ADMIN})))
    assert await directory.matching(unmatched, users) == [False] * 3
    assert len(world.store.reads) == before, "without a search, or with a filter that matches no user, nothing is read"
    assert await directory.matching(directory.query(MEMBER, search="ada"), users) == [True, False, False]
    assert await directory.matching(directory.query(MEMBER, search="ada@example"), users) == [False] * 3
    assert await directory.matching(directory.query(AUDITOR, search="ada@example"), users) == [True, False, True]
    presence.online = frozenset({hidden.id})
    online = directory.query(AUDITOR, filter_=UserFilter(online=True))
    assert await directory.matching(online, users) == [False, True, False]


async def test_counts_include_visible_users_only(
    world: World, directory: DirectoryService, presence: FakePresence
) -> None:
    await two_users(world)
    presence.online = frozenset({UUID(int=1), UUID(int=2)})
    seen = await directory.counts(MEMBER, CURSOR)
    assert (dict(seen.by), seen.online, seen.head) == ({(Role.MEMBER, Status.ACTIVE): 1}, 2, 3)
    assert world.store.reads[-1] == (CURSOR, None)
    every = await directory.counts(AUDITOR)
    assert dict(every.by) == {(Role.MEMBER, Status.ACTIVE): 1, (Role.AUDITOR, Status.DISABLED): 1}


async def test_the_log_is_readable_by_auditors(world: World, trail: EventService) -> None:
    one, hidden = await two_users(world)
    with pytest.raises(errors.Forbidden):
        await trail.page(MEMBER, Window(), EventFilter())
    with pytest.raises(errors.Forbidden):
        await trail.recent(MEMBER)
    page = await trail.page(AUDITOR, Window(2), EventFilter(), CURSOR)
    assert [e.type for e in page.items] == [EventType.USER_DISABLED, EventType.USER_CREATED]
    assert world.store.reads[-1] == (CURSOR, None)
    theirs = await trail.of_users(actor(one), [one.id, hidden.id], Window(), CURSOR)
    assert [len(theirs[u.id].items) for u in (one, hidden)] == [1, 0]
    assert not theirs[hidden.id].has_next
    assert not theirs[hidden.id].has_previous
    assert world.store.reads[-1] == (CURSOR, None)
    before = len(world.store.reads)
    await trail.of_users(MEMBER, [one.id], Window())
    assert len(world.store.reads) == before, "a forbidden log is not read"


async def test_recent_events_are_counted_by_the_hour(world: World, trail: EventService) -> None:
    await world.user()
    world.clock.move(hours=RECENT_HOURS - 1, minutes=59)
    await world.user("bo@example.com")
    found = await trail.recent(AUDITOR, CURSOR)
    assert world.store.reads[-1] == (CURSOR, None)
    assert found.since == world.clock.now() - timedelta(hours=24)
    assert [(c.type, c.at - found.since, c.count) for c in found.counts] == [
        (EventType.USER_CREATED, timedelta(0), 1),
        (EventType.USER_CREATED, timedelta(hours=24), 1),
    ]
    assert found.complete


@pytest.mark.parametrize(("at_most", "complete"), [(3, False), (4, True)])
async def test_a_count_that_reaches_its_limit_is_marked_as_incomplete(
    world: World, trail: EventService, monkeypatch: pytest.MonkeyPatch, at_most: int, complete: bool
) -> None:
    monkeypatch.setattr("domain.services.event.COUNTED_MAX", at_most)
    await two_users(world)
    assert (await trail.recent(AUDITOR)).complete is complete


async def test_events_are_counted_by_the_periods_that_are_asked_for(world: World, trail: EventService) -> None:
    await world.user()
    world.clock.move(hours=25)
    await world.user("bo@example.com")
    days = [world.clock.now() - timedelta(hours=25), world.clock.now() - timedelta(hours=1)]
    found = await trail.counts(AUDITOR, days, CURSOR)
    assert world.store.reads[-1] == (CURSOR, None)
    assert (found.since, found.complete) == (days[0], True)
    assert sorted((c.at, c.type, c.count) for c in found.counts) == [(d, EventType.USER_CREATED, 1) for d in days]


@pytest.mark.parametrize(
    ("ago", "fault"),
    [
        ([], "between 1 and 31"),
        ([timedelta(minutes=15 * n) for n in range(32, 0, -1)], "between 1 and 31"),
        ([timedelta(hours=1), timedelta(hours=1)], "ascending"),
        ([timedelta(hours=1), timedelta(hours=2)], "ascending"),
        ([timedelta(minutes=14)], "quarter"),
        ([timedelta(days=93, minutes=15)], "93 days"),
    ],
)
async def test_periods_that_cannot_be_counted_are_refused(
    world: World, trail: EventService, ago: list[timedelta], fault: str
) -> None:
    reads = len(world.store.reads)
    with pytest.raises(errors.ValidationFailed) as refused:
        await trail.counts(AUDITOR, [world.clock.now() - one for one in ago])
    assert fault in refused.value.message
    assert len(world.store.reads) == reads
    longest = [world.clock.now() - timedelta(days=3 * n) for n in range(31, 0, -1)]
    assert (await trail.counts(AUDITOR, longest)).since == longest[0]


async def test_entries_are_redacted_for_the_reader(world: World, trail: EventService) -> None:
    one, _ = await two_users(world)
    await world.users.update(system(), UpdateUser(one.id, email="new@example.com", display_name="New"))
    ids = [UUID(int=n) for n in range(1, 5)]
    for viewer, seen in ((AUDITOR, {1, 2, 3, 4}), (MEMBER, {1, 3, 4}), (actor(one), {1, 3, 4})):
        found = await trail.get_many(viewer, ids, CURSOR)
        assert {e.seq for e in found.values()} == seen
        assert world.store.reads[-1] == (CURSOR, None)
        fields = {c.field for c in found[ids[3]].changes}
        assert fields == ({"display_name"} if viewer is MEMBER else {"email", "display_name"})
    assert await trail.get_many(AUDITOR, [UUID(int=99)]) == {}


async def test_live_sessions_are_readable_by_their_user_and_admins(world: World) -> None:
    one, other = await world.user(), await world.user("bo@example.com")
    here, there = await world.signed_in(one), await world.signed_in(one)
    await world.sessions.revoke(actor(one), there.session.id)
    both = [here.session.id, there.session.id]
    for viewer, seen in ((actor(one), [here.session]), (system(), [here.session]), (actor(other), []), (AUDITOR, [])):
        pages = await world.sessions.pages(viewer, [one.id, other.id], Window(), CURSOR)
        assert [list(pages[u.id].items) for u in (one, other)] == [seen, []]
        assert list((await world.sessions.get_many(viewer, both, CURSOR)).values()) == seen
        assert world.store.reads[-1] == (CURSOR, None)
    at = world.clock.now() + timedelta(minutes=1)
    await world.sessions.touch_seen({here.session.id: at}, {one.id: at})
    assert world.store.state.sessions[here.session.id].last_seen_at == at
    assert world.store.state.users[one.id].last_seen_at == at
    principal = (await PrincipalService(cast("Any", world.store)).get_many(both))[here.session.id]
    assert (principal.user_id, principal.role, principal.ended_at) == (one.id, Role.MEMBER, None)
    world.clock.move(days=31)
    assert await world.sessions.get_many(actor(one), both) == {}
