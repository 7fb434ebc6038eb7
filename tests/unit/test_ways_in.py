"""Whether a user can sign in: set with the first password, a filter for those who may know it, and what counts as an admin."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any, cast
from uuid import UUID, uuid4

import pytest

from domain import errors
from domain.models.actor import Actor, Origin, Role, system
from domain.models.directory import UserFilter
from domain.models.event import Event
from domain.models.user import Status, User, password_changed, user_created
from domain.pagination import Window
from domain.services.attempts import AttemptLimits
from domain.services.importing import ImportRow
from domain.services.sign_up import SignUp
from domain.services.user import CreateUser, UpdateUser
from schema.feeds.messages import UserEntered, UserLeft
from schema.feeds.users import FeedProjection
from schema.live.rows import Rows
from tests.unit.world import PASSWORD, World, actor

EPOCH = UUID(int=5)


@pytest.fixture
def world() -> World:
    return World.over(AttemptLimits())


async def without_password(world: World, email: str = "bo@example.com", role: Role = Role.MEMBER) -> User:
    return (await world.users.create(system(), CreateUser(email, "Bo", role))).value


async def by_import(world: World, user: User, **fields: str) -> None:
    """Raises LastAdmin for a row that is refused with its code."""
    row = replace(ImportRow(2, user.email), **cast("Any", fields))
    result = await world.imports.import_batch(system(), [row])
    if result.refused:
        assert [(r.field, r.code) for r in result.refused] == [(*fields, errors.LastAdmin.code)]
        raise errors.LastAdmin


REMOVALS: dict[str, Callable[[World, User], Awaitable[object]]] = {
    "demote": lambda w, u: w.users.update(system(), UpdateUser(u.id, role=Role.AUDITOR)),
    "disable": lambda w, u: w.users.set_status(system(), u.id, Status.DISABLED),
    "disable with other fields": lambda w, u: w.users.update(
        system(), UpdateUser(u.id, display_name="New", status=Status.DISABLED)
    ),
    "delete": lambda w, u: w.users.set_status(system(), u.id, Status.DELETED),
    "erase": lambda w, u: w.users.erase(system(), u.id),
    "import a role": lambda w, u: by_import(w, u, role="member"),
    "import a status": lambda w, u: by_import(w, u, status="disabled"),
}
"""All ways to take an admin from the directory; the console's actions on many users are these, one by one."""


async def ids(world: World, viewer: Actor, *, can_sign_in: bool) -> set[UUID]:
    query = world.users.query(viewer, Window(100), filter_=UserFilter(can_sign_in=can_sign_in))
    return {u.id for u in (await world.users.page(query)).items}


async def test_a_password_is_a_way_in(world: World) -> None:
    with_one, without = await world.user(), await without_password(world)
    signed_up = (await world.sessions.sign_up(Origin(), SignUp("cy@example.com", PASSWORD, "Cy"))).user
    imported = await world.imports.import_batch(system(), [ImportRow(2, "di@example.com", "Di", "")])
    assert imported.created == 1
    assert [u.can_sign_in for u in (with_one, without, signed_up)] == [True, False, True]
    assert {u.email: u.can_sign_in for u in world.store.state.users.values()}["di@example.com"] is False
    rows = [ImportRow(n, f"{n}@example.com", "Ed", password_hash="hash9:brought") for n in (3, 4)]
    await world.imports.import_batch(system(), [ImportRow(2, "4@example.com", "Ed", "")])
    brought = (await world.imports.import_batch(system(), rows)).changes
    assert [(c.user.can_sign_in, world.store.state.users[c.user.id].can_sign_in) for c in brought] == [(True, True)] * 2
    changed = (await world.users.update(system(), UpdateUser(without.id, password=PASSWORD))).value
    assert changed.can_sign_in
    assert world.store.state.users[without.id] == changed
    renamed = await world.users.update(system(), UpdateUser(without.id, display_name="B", password="another one"))
    assert renamed.value.can_sign_in


async def test_whether_there_is_a_password_is_for_the_user_and_admins(world: World) -> None:
    ada, bo = await world.user(), await without_password(world)
    admin = actor(await world.user("admin@example.com", Role.ADMIN))
    auditor = actor(await world.user("audit@example.com", Role.AUDITOR))
    both = [ada.id, bo.id]
    assert await world.users.have_password(admin, both) == {ada.id: True, bo.id: False}
    assert await world.users.have_password(auditor, both) == {ada.id: None, bo.id: None}
    assert await world.users.have_password(actor(ada), both) == {ada.id: True, bo.id: None}


async def test_the_filter_is_for_those_who_may_know(world: World) -> None:
    ada, bo = await world.user(), await without_password(world)
    auditor = await world.user("cy@example.com", Role.AUDITOR)
    assert await ids(world, actor(auditor), can_sign_in=True) == {ada.id, auditor.id}
    assert await ids(world, actor(auditor), can_sign_in=False) == {bo.id}
    assert await ids(world, actor(ada), can_sign_in=True) == {ada.id}
    assert await ids(world, actor(ada), can_sign_in=False) == set()


@pytest.mark.parametrize("change", REMOVALS)
async def test_an_admin_who_cannot_sign_in_does_not_count(world: World, change: str) -> None:
    admin = await world.user("admin@example.com", Role.ADMIN)
    await without_password(world, role=Role.ADMIN)
    for status in (Status.DISABLED, Status.DELETED):
        other = await world.user(f"{status}@example.com", Role.ADMIN)
        await world.users.set_status(system(), other.id, status)
    with pytest.raises(errors.LastAdmin):
        await REMOVALS[change](world, admin)
    assert world.store.state.users[admin.id].is_active_admin
    await world.user("cy@example.com", Role.ADMIN)
    await REMOVALS[change](world, admin)


@pytest.mark.parametrize(("can_sign_in", "message"), [(True, UserEntered), (False, UserLeft)])
async def test_a_first_password_moves_a_user_between_the_feeds(
    world: World, can_sign_in: bool, message: type[object]
) -> None:
    bo = await without_password(world)
    changed = (await world.users.update(system(), UpdateUser(bo.id, password=PASSWORD))).value
    entry = password_changed(system(), changed, changed.updated_at)
    event = Event.from_record(entry.to_record() | {"id": uuid4(), "seq": 1, "ord": 1})
    feed = FeedProjection(world.users, EPOCH, None, UserFilter(can_sign_in=can_sign_in), None)
    rows = Rows({bo.id: changed}, [event], is_newest=True)
    (sent,) = await feed.project(event, Actor(uuid4(), Role.AUDITOR), rows)
    assert isinstance(sent, message)


async def test_what_matched_for_one_member_is_not_taken_for_another(world: World) -> None:
    ada = await world.user()
    event = Event.from_record(user_created(system(), ada).to_record() | {"id": uuid4(), "seq": 1, "ord": 1})
    feed = FeedProjection(world.users, EPOCH, "ada", UserFilter(can_sign_in=True), None, private=True)
    rows, other = Rows({ada.id: ada}, [event], is_newest=True), Actor(uuid4(), Role.MEMBER)
    for viewer, messages in ((other, []), (actor(ada), [UserEntered]), (other, [])):
        await feed.prefetch([event], viewer, rows)
        assert [type(m) for m in await feed.project(event, viewer, rows)] == messages
