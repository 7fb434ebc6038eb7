"""Each use case checks its policy: a table of who may call it; a refusal changes nothing."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from domain import errors
from domain.models.actor import Actor, Origin, Role, system
from domain.models.event import Event, Subject
from domain.models.event_types import EventType, SubjectKind
from domain.models.log import EventFilter
from domain.models.session import EndReason, session_ended
from domain.models.user import Status, User
from domain.pagination import Window
from domain.services.attempts import AttemptLimits
from domain.services.event import EventService
from domain.services.importing import ImportRow
from domain.services.session import SetPassword
from domain.services.sign_in import SignIn
from domain.services.user import CreateUser, UpdateUser
from tests.unit.world import PASSWORD, World, actor

OTHER = Actor(None, Role.MEMBER)
QUARTER = datetime(2025, 12, 31, 23, 45, tzinfo=UTC)


@dataclass
class Place:
    """A world with a user on whom the use cases act."""

    world: World
    subject: User

    @property
    def trail(self) -> EventService:
        return EventService(self.world.store, self.world.clock)


UseCase = Callable[[Place, Actor], Awaitable[Any]]
# Columns: another member, an auditor, an admin, the subject.
TABLE: dict[str, tuple[UseCase, str]] = {
    "create": (lambda p, a: p.world.users.create(a, CreateUser("new@example.com", "New")), "- - y -"),
    "update name": (lambda p, a: p.world.users.update(a, UpdateUser(p.subject.id, display_name="N")), "- - y y"),
    "update email": (lambda p, a: p.world.users.update(a, UpdateUser(p.subject.id, email="n@example.com")), "- - y y"),
    "update role": (lambda p, a: p.world.users.update(a, UpdateUser(p.subject.id, role=Role.ADMIN)), "- - y -"),
    "update password": (
        lambda p, a: p.world.users.update(a, UpdateUser(p.subject.id, password="another one")),
        "- - y -",
    ),
    "update status": (
        lambda p, a: p.world.users.update(a, UpdateUser(p.subject.id, status=Status.DISABLED)),
        "- - y -",
    ),
    "set status": (lambda p, a: p.world.users.set_status(a, p.subject.id, Status.DISABLED), "- - y -"),
    "erase": (lambda p, a: p.world.users.erase(a, p.subject.id), "- - y -"),
    "import": (lambda p, a: p.world.imports.import_batch(a, [ImportRow(2, "i@example.com", "I", "")]), "- - y -"),
    "revoke all": (lambda p, a: p.world.sessions.revoke_all(a, p.subject.id), "- - y y"),
    "set password": (
        lambda p, a: p.world.sessions.set_password(a, SetPassword(p.subject.id, "another one")),
        "- - y -",
    ),
    "reset second factor": (lambda p, a: p.world.factors.reset(a, p.subject.id), "- - y -"),
    "trail": (lambda p, a: p.trail.page(a, Window(), EventFilter()), "- y y -"),
    "counts": (lambda p, a: p.trail.counts(a, [QUARTER]), "- y y -"),
    "recent": (lambda p, a: p.trail.recent(a), "- y y -"),
}
CASES = [
    pytest.param(use, column, cell == "y", id=f"{name}-{column}")
    for name, (use, cells) in TABLE.items()
    for column, cell in zip(("member", "auditor", "admin", "self"), cells.split(), strict=True)
]


@pytest.mark.parametrize(("use", "who", "allowed"), CASES)
async def test_who_may_do_what(use: UseCase, who: str, *, allowed: bool) -> None:
    world = World.over(AttemptLimits())
    place = Place(world, await world.user())
    actors = {role: actor(await world.user(f"{role}@example.com", role)) for role in Role}
    by = actor(place.subject) if who == "self" else actors[Role(who)]
    commits = world.store.commits
    if allowed:
        await use(place, by)
        return
    with pytest.raises(errors.Forbidden):
        await use(place, by)
    assert world.store.commits == commits


async def test_only_a_user_has_a_password_to_change() -> None:
    world = World.over(AttemptLimits())
    for without_password in (OTHER, system()):
        with pytest.raises(errors.Forbidden):
            await world.sessions.change_password(without_password, PASSWORD, "another password")
    user = await world.user()
    with pytest.raises(errors.ValidationFailed) as refused:
        await world.sessions.change_password(actor(user), PASSWORD, "short")
    assert refused.value.faults[0].field == "new_password"
    for size in (256, 257):
        before = len(world.hasher.verified)
        with pytest.raises(errors.InvalidCredentials):
            await world.sessions.change_password(actor(user), "x" * size, "another password")
        assert len(world.hasher.verified) - before == (size == 256), (
            "a text that is too long to be a password is not hashed"
        )


async def test_a_text_that_is_too_long_to_be_a_password_is_not_hashed_at_sign_in() -> None:
    world = World.over(AttemptLimits())
    user = await world.user()
    for size in (256, 257):
        before = len(world.hasher.verified)
        with pytest.raises(errors.InvalidCredentials):
            await world.sessions.sign_in(Origin(), SignIn(user.email, "x" * size))
        assert len(world.hasher.verified) - before == (size == 256)


async def test_an_import_counts_the_result_of_each_row() -> None:
    world = World.over(AttemptLimits())
    await world.user("same@example.com")
    await world.user("other@example.com")
    rows = [
        ImportRow(2, "new@example.com", "New", " Admin "),
        ImportRow(3, "same@example.com", "Ada", ""),
        ImportRow(4, "other@example.com", "Else", "member"),
        ImportRow(5, "none", "None", ""),
        ImportRow(6, "NEW@example.com", "Again", ""),
        ImportRow(7, "king@example.com", "King", "king"),
    ]
    seen: set[int] = set()
    events = len(world.logged)
    for dry_run in (True, False):
        before = set(seen)
        result = await world.imports.import_batch(system(), rows, seen if not dry_run else set(), dry_run=dry_run)
        assert (result.created, result.updated, result.unchanged) == (1, 1, 1)
        assert [(r.line, r.field) for r in result.refused] == [(5, "email"), (6, "email"), (7, "role")]
        assert len(world.logged) - events == (0 if dry_run else 2)
        assert (seen == before) is dry_run
    again = await world.imports.import_batch(system(), rows[:1], seen)
    assert [(r.line, r.field) for r in again.refused] == [(2, "email")], "the address was in an earlier batch"
    once_more = await world.imports.import_batch(system(), rows[:3])
    assert (once_more.created, once_more.updated, once_more.unchanged) == (0, 0, 3)
    noted: set[int] = set()
    world.imports.remember(rows[:3], noted)
    assert noted == {hash(r.email) for r in rows[:3]}
    (new,) = [u for u in world.store.state.users.values() if u.email == "new@example.com"]
    assert (new.display_name, new.role) == ("New", Role.ADMIN)


async def test_a_password_that_was_set_is_valid_at_sign_in() -> None:
    world = World.over(AttemptLimits())
    user = await world.user()
    written = await world.users.update(system(), UpdateUser(user.id, password="another password"))
    assert written.value.version == 2
    await world.sessions.sign_in(Origin(), SignIn(user.email, "another password"))
    with pytest.raises(errors.InvalidCredentials):
        await world.sessions.sign_in(Origin(), SignIn(user.email, PASSWORD))


async def test_an_entry_has_its_origin() -> None:
    world = World.over(AttemptLimits())
    origin = Origin("request", "192.0.2.1", "agent")
    user = (await world.users.create(system(origin), CreateUser("a@example.com", "A", password=PASSWORD))).value
    made = await world.sessions.sign_in(origin, SignIn(user.email, PASSWORD))
    assert (made.session.ip_address, made.session.user_agent) == ("192.0.2.1", "agent")
    assert [(e.request_id, e.ip_address) for e in world.store.state.events] == [("request", "192.0.2.1")] * 2
    unasked = session_ended(None, user, made.session.id, EndReason.REVOKED, world.clock.now())
    assert (unasked.actor_id, unasked.request_id, unasked.ip_address) == (None, None, None)


def test_an_event_filter_requires_all_of_its_parts() -> None:
    user, acting_user = UUID(int=1), UUID(int=2)
    event = Event(
        EventType.USER_CREATED,
        Subject(SubjectKind.USER, user),
        user,
        datetime(2026, 1, 1, tzinfo=UTC),
        actor_id=acting_user,
    )
    assert EventFilter().matches(event)
    at = event.occurred_at
    whole = EventFilter(
        frozenset({event.type}), user, acting_user, user, since=at, until=at + timedelta(microseconds=1)
    )
    assert whole.matches(event)
    others = (
        replace(event, type=EventType.USER_ERASED),
        replace(event, user_id=None),
        replace(event, actor_id=None),
        replace(event, subject=Subject(SubjectKind.USER, acting_user)),
        replace(event, occurred_at=at - timedelta(microseconds=1)),
        replace(event, occurred_at=at + timedelta(microseconds=1)),
    )
    assert not [e for e in others if whole.matches(e)]


def test_an_error_names_what_was_refused() -> None:
    nothing, one = errors.ValidationFailed([]), errors.ValidationFailed.one("role", "No such role", "king" * 100)
    assert (nothing.message, nothing.details) == (errors.ValidationFailed.default, {})
    assert (one.message, one.details) == ("No such role", {"field": "role", "value": ("king" * 100)[:200]})
    assert errors.Forbidden().details == {}
