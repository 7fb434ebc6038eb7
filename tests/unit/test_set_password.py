"""A password that an admin sets for somebody else: who may, what ends, and what the log says."""

from __future__ import annotations

from uuid import uuid4

import pytest

from domain import errors
from domain.models.actor import Actor, Role, system
from domain.models.event_types import EventType
from domain.models.session import EndReason
from domain.models.user import Status
from domain.services.attempts import AttemptLimits
from domain.services.session import SetPassword
from domain.services.user import CreateUser
from tests.unit.world import PASSWORD, World, actor

NEW = "another password"


@pytest.fixture
def world() -> World:
    """An empty world."""
    return World.over(AttemptLimits())


async def admin_of(world: World) -> Actor:
    """An admin with a session."""
    admin = await world.user("admin@example.com", Role.ADMIN)
    return actor(admin, await world.signed_in(admin))


async def test_it_ends_every_session_of_this_user_only(world: World) -> None:
    admin, user = await admin_of(world), await world.user()
    theirs = [await world.signed_in(user) for _ in range(2)]
    before = len(world.logged)
    written = await world.sessions.set_password(admin, SetPassword(user.id, NEW))
    sessions = world.store.state.sessions
    assert {sessions[s.session.id].end_reason for s in theirs} == {EndReason.PASSWORD_CHANGED}
    assert admin.session_id is not None
    assert sessions[admin.session_id].ended_at is None
    assert world.logged[before:] == [EventType.PASSWORD_CHANGED, *[EventType.SESSION_REVOKED] * 2]
    assert (written.value.version, world.store.state.hashes[user.id]) == (user.version + 1, f"hash1:{NEW}")


async def test_the_log_says_who_set_it_and_not_what_it_is(world: World) -> None:
    admin, user = await admin_of(world), await world.user()
    before = len(world.store.state.events)
    await world.sessions.set_password(admin, SetPassword(user.id, NEW))
    entries = world.store.state.events[before:]
    assert [(e.type, e.actor_id, e.user_id) for e in entries] == [(EventType.PASSWORD_CHANGED, admin.user_id, user.id)]
    assert NEW not in repr(entries)
    assert NEW not in repr(SetPassword(user.id, NEW))


async def test_who_could_not_sign_in_can(world: World) -> None:
    created = await world.users.create(system(), CreateUser("new@example.com", "New"))
    assert not created.value.can_sign_in
    written = await world.sessions.set_password(await admin_of(world), SetPassword(created.value.id, NEW))
    assert written.value.can_sign_in


async def test_no_admin_sets_their_own_without_the_current_one(world: World) -> None:
    admin = await admin_of(world)
    assert admin.user_id is not None
    commits = world.store.commits
    with pytest.raises(errors.Forbidden):
        await world.sessions.set_password(admin, SetPassword(admin.user_id, NEW))
    assert world.store.commits == commits
    assert world.store.state.hashes[admin.user_id] == f"hash1:{PASSWORD}"


@pytest.mark.parametrize("role", [Role.MEMBER, Role.AUDITOR])
async def test_only_admins_set_passwords(world: World, role: Role) -> None:
    by, user = await world.user("by@example.com", role), await world.user()
    with pytest.raises(errors.Forbidden):
        await world.sessions.set_password(actor(by), SetPassword(user.id, NEW))
    assert world.store.state.hashes[user.id] == f"hash1:{PASSWORD}"


async def test_an_unseen_change_is_not_overwritten(world: World) -> None:
    admin, user = await admin_of(world), await world.user()
    with pytest.raises(errors.VersionConflict):
        await world.sessions.set_password(admin, SetPassword(user.id, NEW, user.version + 1))
    await world.sessions.set_password(admin, SetPassword(user.id, NEW, user.version))


async def test_what_is_refused_changes_nothing(world: World) -> None:
    admin, user = await admin_of(world), await world.user()
    with pytest.raises(errors.ValidationFailed) as refused:
        await world.sessions.set_password(admin, SetPassword(user.id, "short"))
    assert refused.value.faults[0].field == "password"
    with pytest.raises(errors.NotFound):
        await world.sessions.set_password(admin, SetPassword(uuid4(), NEW))
    await world.users.set_status(system(), user.id, Status.DELETED)
    with pytest.raises(errors.ValidationFailed):
        await world.sessions.set_password(admin, SetPassword(user.id, NEW))
    assert world.store.state.hashes[user.id] == f"hash1:{PASSWORD}"
