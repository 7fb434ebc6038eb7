"""Random histories: applying a feed's messages gives the directory, and a cached rendering equals a fresh one."""

from __future__ import annotations

import asyncio
import tracemalloc
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, cast
from uuid import UUID

from graphql import GraphQLError
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.cursors import LogCursor
from domain.models.actor import Actor, Role, system
from domain.models.directory import UserFilter
from domain.models.event import NIL, Event, NewEvent
from domain.models.event_types import EventType
from domain.models.log import EventFilter
from domain.models.user import STATUS_EVENTS, Status, User, password_changed, user_changed, user_created, user_erased
from domain.services.user import UserService
from schema.feeds.events import EventProjection
from schema.feeds.messages import UserChanged, UserEntered, UserLeft
from schema.feeds.users import FeedProjection
from schema.live.group import Group
from schema.live.rows import Rows
from tests.unit.fakes import FakeClock, FakeHasher, FakeLive, FakePresence, FakeStore, FakeTokens
from tests.unit.test_compiled import Seen, executor, seen_by

NOW = datetime(2026, 1, 1, tzinfo=UTC)
EPOCH = UUID(int=5)
IDS = [UUID(int=n) for n in range(1, 5)]
NAMES, EMAILS = ["Ann Fox", "Bob Fox", "Ann Ray"], ["ann@one.example", "bob@one.example", "ann@two.example"]
State = dict[UUID, User]


@dataclass
class History:
    """A log, the directory before each write and after the last, and the write to which each entry belongs."""

    states: list[State] = field(default_factory=lambda: [{}])
    log: list[Event] = field(default_factory=list)
    writes: list[int] = field(default_factory=list)

    def write(self, state: State, entries: Sequence[NewEvent]) -> None:
        for entry in entries:
            seq = len(self.log) + 1
            place = {"id": UUID(int=1000 + seq), "seq": seq, "ord": seq}
            self.log.append(Event.from_record(entry.to_record() | place))
            self.writes.append(len(self.states) - 1)
        self.states.append(state)


@st.composite
def histories(draw: st.DrawFn) -> History:
    """Up to a dozen writes about four users, several fields at a time."""
    history, by = History(), system()
    for number in range(draw(st.integers(1, 12))):
        state, now = dict(history.states[-1]), NOW + timedelta(minutes=number)
        id_ = draw(st.sampled_from(IDS))
        user = state.get(id_)
        if user is None and any(id_ in before for before in history.states):
            continue  # erased: an id is never reused
        if user is None:
            name, email = draw(st.sampled_from(NAMES)), draw(st.sampled_from(EMAILS))
            role, can_sign_in = draw(st.sampled_from(Role)), draw(st.booleans())
            state[id_] = User(id_, email, name, role, Status.ACTIVE, 1, now, now, can_sign_in=can_sign_in)
            history.write(state, [user_created(by, state[id_])])
            continue
        kind = draw(st.sampled_from(["change", "change", "change", "verify", "erase", "password"]))
        if kind == "erase":
            del state[id_]
            history.write(state, [user_erased(by, user, now)])
        elif kind == "verify":
            state[id_] = replace(user, email_verified_at=now, version=user.version + 1, updated_at=now)
            entry = replace(password_changed(by, state[id_], now), type=EventType.EMAIL_VERIFIED)
            history.write(state, [entry])
        elif kind == "password":
            state[id_] = replace(user.touched(now), can_sign_in=True)
            history.write(state, [password_changed(by, state[id_], now)])
        else:
            steps = [s for s in Status if (user.status, s) in STATUS_EVENTS]
            wanted = {
                "display_name": draw(st.none() | st.sampled_from(NAMES)),
                "email": draw(st.none() | st.sampled_from(EMAILS)),
                "role": draw(st.none() | st.sampled_from(Role)),
                "status": draw(st.none() | st.sampled_from(steps)),
            }
            after, changes = user.changed(now, **cast("Any", wanted))
            if changes:
                state[id_] = after
                history.write(state, user_changed(by, user, after, changes))
    return history


filters = st.builds(
    UserFilter,
    status=st.none() | st.frozensets(st.sampled_from(Status), min_size=1),
    role=st.none() | st.frozensets(st.sampled_from(Role), min_size=1),
    email_verified=st.none() | st.booleans(),
    can_sign_in=st.none() | st.booleans(),
    created_after=st.none() | st.just(NOW + timedelta(minutes=2)),
)
searches = st.none() | st.sampled_from(["ann", "fox", "one.example", "ann two", "ann fox", "nobody"])
actors = st.builds(Actor, st.sampled_from([*IDS, UUID(int=99)]), st.sampled_from(Role))


def service() -> UserService:
    """The use cases without a store: they are called with given users."""
    anything: Any = FakeStore()
    made: Any = UserService(
        anything, FakeClock(), FakeHasher(), FakeTokens(), FakePresence(), FakeLive(), cast("Any", None)
    )
    return cast("UserService", made)


async def in_view(feed: FeedProjection, actor: Actor, state: State) -> State:
    """A fresh snapshot."""
    users = list(state.values())
    fits = await feed.users.matching(feed._query(actor), users)
    return {u.id: u for u, fit in zip(users, fits, strict=True) if fit}


def shown(actor: Actor, state: State) -> dict[UUID, object]:
    """What must agree. Members do not receive the password changes of others, which raise the version."""
    if actor.sees_all:
        return dict(state)
    return {i: (u.display_name, u.role, u.status, u.email_verified_at) for i, u in state.items()}


def apply(copy: State, message: object) -> None:
    """Apply a message as every client does."""
    if isinstance(message, UserEntered | UserChanged):
        entity = message.user.entity
        if entity.version >= copy.get(entity.id, entity).version:
            copy[entity.id] = entity
    elif isinstance(message, UserLeft):
        copy.pop(UUID(message.user_id), None)


@settings(max_examples=400)
@given(st.data())
def test_an_old_snapshot_and_the_stream_are_a_fresh_snapshot(data: st.DataObject) -> None:
    history = data.draw(histories())
    actor = data.draw(actors)
    feed = FeedProjection(service(), EPOCH, data.draw(searches), data.draw(filters), None)
    end = len(history.states) - 1
    begin = data.draw(st.integers(0, end))
    rest = [e for e, w in zip(history.log, history.writes, strict=True) if w >= begin]

    async def run() -> None:
        copy = await in_view(feed, actor, history.states[begin])
        at = begin
        while rest:
            batch = [rest.pop(0) for _ in range(data.draw(st.integers(1, len(rest))))]
            written = history.writes[batch[-1].seq - 1] + 1
            at = data.draw(st.integers(max(at, written), end))
            known = data.draw(st.integers(written, at))
            head = max(e.seq for e, w in zip(history.log, history.writes, strict=True) if w < known)
            found = {i: history.states[at].get(i) for i in IDS}
            rows = Rows(found, batch, is_newest=batch[-1].seq >= head)
            if data.draw(st.booleans()):
                await feed.prefetch(batch, Actor(NIL, actor.role), rows)
            for event in batch:
                own = event.names(actor.user_id)
                for message in await feed.project(event, actor if own else Actor(NIL, actor.role), rows):
                    apply(copy, message)
        assert shown(actor, copy) == shown(actor, await in_view(feed, actor, history.states[end]))

    asyncio.run(run())


@given(st.sampled_from(Role), st.sampled_from(Role), searches, filters)
def test_a_position_read_with_another_role_is_never_resumed(
    before: Role, now: Role, search: str | None, filter_: UserFilter
) -> None:
    feed = FeedProjection(service(), EPOCH, search, filter_, None)
    reason = feed.cannot_resume(LogCursor.reached(EPOCH, 1, before), Actor(NIL, now))
    assert (reason is None) == (before is now)
    message: Any = feed.resync("why", 1, Actor(NIL, now))
    assert message.cursor == str(LogCursor.reached(EPOCH, 1, now))


class Process:
    """What a group needs from the process."""

    def __init__(self) -> None:
        self.online: frozenset[UUID] = frozenset()

    def context(self, actor: Actor, users: Mapping[UUID, User | None] | None) -> Seen:
        """A context with these users loaded."""
        seen = seen_by(actor)
        seen.loaders.known = cast("Any", users or {})
        seen.services.presence.online = self.online
        return seen

    def format_error(self, error: GraphQLError) -> Mapping[str, Any]:
        raise error

    def drop_if_idle(self, _: Any) -> None:
        """Unused here."""


SELECTED = "user { id displayName email role status online version } actor { displayName email online }"
DOCUMENT = (
    "subscription { userEvents { ... on Event { "
    f"cursor type userId changes {{ field before after }} {SELECTED} ipAddress }} }} }}"
)


async def test_cached_renderings_have_no_larger_buffer_than_they_need() -> None:
    history = History()
    user = User(IDS[0], EMAILS[0], NAMES[0], Role.MEMBER, Status.ACTIVE, 1, NOW, NOW)
    for _ in range(500):
        history.write({user.id: user}, [user_created(system(), user)])
    process: Any = Process()
    held = Group(
        process, "key", executor(DOCUMENT), EventProjection(EPOCH, EventFilter(), None), Actor(NIL, Role.ADMIN), 0
    )
    tracemalloc.start()
    try:
        for event in history.log:
            await held.shared(event, Rows({user.id: user}, [event]))
        used, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(held.rendered) == len(history.log)
    payloads = sum(len(p) for _, kept in held.rendered.values() for p in kept)
    assert used < payloads + 1024 * len(history.log), "with 4 KiB each otherwise"


@settings(max_examples=200)
@given(st.data())
def test_a_cached_rendering_equals_a_fresh_one(data: st.DataObject) -> None:
    history, role = data.draw(histories()), data.draw(st.sampled_from(Role))
    events = [replace(e, actor_id=data.draw(st.sampled_from([*IDS, None]))) for e in history.log]
    projection = EventProjection(EPOCH, EventFilter(), None)
    process: Any = Process()

    def group() -> Group:
        return Group(process, "key", executor(DOCUMENT), projection, Actor(NIL, role), 0)

    async def run() -> None:
        held = group()
        for _ in range(data.draw(st.integers(1, 25))):
            number = data.draw(st.integers(0, len(events) - 1))
            state = history.states[data.draw(st.integers(history.writes[number] + 1, len(history.states) - 1))]
            event, found = events[number], {i: state.get(i) for i in IDS}
            process.online = data.draw(st.frozensets(st.sampled_from(IDS)))
            message = await held.shared(event, Rows(found, [event]))
            assert message == await group().shared(event, Rows(found, [event]))
            if found[event.subject.id] is None:
                values = [v for c in event.changes if c.field in ("email", "display_name") for v in (c.before, c.after)]
                acting_user = None if event.actor_id is None else found.get(event.actor_id)
                known = {acting_user.email, acting_user.display_name} if acting_user is not None else set()
                assert not [v for v in values if v and v not in known and str(v).encode() in b"".join(message)]

    asyncio.run(run())
