"""What a write causes besides its row: events, ended sessions, closed sockets, refusals. Each was once a surviving mutant."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast
from uuid import UUID

import pytest

from api.jobs.failures import ROOM
from domain import errors
from domain.models.actor import Actor, Origin, Role, system
from domain.models.event_types import EventType
from domain.models.log import LogState
from domain.models.user import Status
from domain.pagination import Window
from domain.services.attempts import AttemptLimits
from domain.services.event import EventService
from domain.services.history import HistoryService
from domain.services.sign_in import SignIn
from domain.services.sign_up import SignUp
from domain.services.user import CreateUser, UpdateUser
from tests.unit.test_sign_in_races import SlowHasher, give_password
from tests.unit.world import PASSWORD, World, actor


@pytest.fixture
def world() -> World:
    """An empty directory."""
    return World.over(AttemptLimits())


async def test_signing_up_appends_the_user_and_the_session(world: World) -> None:
    signed_in = await world.sessions.sign_up(Origin(), SignUp("ada@example.com", PASSWORD, "Ada"))
    created = world.store.state.events[0]
    assert world.logged == [EventType.USER_CREATED, EventType.SESSION_STARTED]
    assert (created.subject.id, created.actor_id) == (signed_in.user.id, signed_in.user.id)


async def test_changing_the_password_appends_the_sessions_that_it_ended(world: World) -> None:
    user = await world.user()
    kept, ended = await world.signed_in(user), await world.signed_in(user)
    await world.sessions.change_password(actor(user, kept), PASSWORD, "another password")
    changed, revoked = world.store.state.events[-2:]
    assert (changed.type, revoked.type) == (EventType.PASSWORD_CHANGED, EventType.SESSION_REVOKED)
    assert revoked.subject.id == ended.session.id


async def test_a_password_that_changes_meanwhile_is_not_overwritten(world: World) -> None:
    user = await world.user()
    world.sessions._hasher = SlowHasher(lambda: give_password(world, user))
    with pytest.raises(errors.InvalidCredentials, match="just been changed"):
        await world.sessions.change_password(actor(user), PASSWORD, "a third password")
    assert world.store.state.hashes[user.id] == "hash1:another password"


@pytest.mark.parametrize("sessions", [0, 2])
async def test_revoking_all_sessions_settles_only_if_one_has_ended(world: World, sessions: int) -> None:
    user = await world.user()
    for _ in range(sessions):
        await world.signed_in(user)
    written = await world.sessions.revoke_all(actor(user), user.id)
    assert (written.value, written.position is None) == (sessions, not sessions)
    assert world.live.settled == [user.id] * bool(sessions)


async def test_a_deleted_user_is_not_found_by_operations_on_other_users(world: World) -> None:
    user = await world.user()
    admin = Actor((await world.user("admin@example.com", Role.ADMIN)).id, Role.ADMIN)
    deleted = (await world.users.set_status(system(), user.id, Status.DELETED)).value
    ways: list[Any] = [
        lambda: world.users.update(admin, UpdateUser(user.id, display_name="A", deleted_too=False)),
        lambda: world.users.set_status(admin, user.id, Status.DELETED, deleted_too=False),
    ]
    for way in ways:
        with pytest.raises(errors.NotFound):
            await way()
    assert world.store.state.users[user.id] == deleted


async def test_users_as_stored_include_those_that_a_member_cannot_see(world: World) -> None:
    user = await world.user()
    deleted = (await world.users.set_status(system(), user.id, Status.DELETED)).value
    assert await world.users.as_stored([user.id]) == {user.id: deleted}


async def test_setting_a_password_appends_a_password_event(world: World) -> None:
    user = await world.user()
    written = await world.users.update(system(), UpdateUser(user.id, password="another password"))
    assert world.logged[-1] is EventType.PASSWORD_CHANGED
    assert written.position == len(world.logged)
    changed = await world.sessions.change_password(actor(user), "another password", "a third password")
    assert changed.position == len(world.logged)


async def test_an_update_cannot_make_an_invalid_transition(world: World) -> None:
    user = await world.user()
    await world.users.set_status(system(), user.id, Status.DELETED)
    with pytest.raises(errors.ValidationFailed, match="cannot become") as refused:
        await world.users.update(system(), UpdateUser(user.id, status=Status.DISABLED))
    assert [f.field for f in refused.value.faults] == ["status"]


@pytest.mark.parametrize(("start", "restore"), [(Status.DELETED, False), (Status.DISABLED, True)])
async def test_a_refused_transition_names_the_status(world: World, start: Status, restore: bool) -> None:
    user = await world.user()
    await world.users.set_status(system(), user.id, start)
    with pytest.raises(errors.ValidationFailed) as refused:
        await world.users.set_status(system(), user.id, Status.ACTIVE, restore=restore)
    assert [f.field for f in refused.value.faults] == ["status"]


@pytest.mark.parametrize(("start", "restore"), [(Status.DISABLED, False), (Status.DELETED, True)])
async def test_a_user_becomes_active_again(world: World, start: Status, restore: bool) -> None:
    user = await world.user()
    await world.users.set_status(system(), user.id, start)
    again = await world.users.set_status(system(), user.id, Status.ACTIVE, restore=restore)
    assert again.value.status is Status.ACTIVE


@pytest.mark.parametrize("key", ["", "x" * 256, "a\nb"])
async def test_an_unusable_idempotency_key_is_refused_by_name(world: World, key: str) -> None:
    with pytest.raises(errors.ValidationFailed) as refused:
        await world.users.create(system(), CreateUser("a@example.com", "A", idempotency_key=key))
    assert [f.field for f in refused.value.faults] == ["idempotency_key"]
    assert world.logged == []


async def test_no_password_is_verified_if_its_failure_could_not_be_logged(world: World) -> None:
    user = await world.user()
    for _ in range(ROOM):
        world.failures.report(cast("Any", None))
    verified = list(world.hasher.verified)
    with pytest.raises(errors.RateLimited):
        await world.sessions.sign_in(Origin(), SignIn(user.email, PASSWORD))
    assert world.hasher.verified == verified


async def test_pages_of_forbidden_sessions_have_no_neighbours(world: World) -> None:
    user, other = await world.user(), await world.user("bo@example.com")
    await world.signed_in(other)
    page = (await world.sessions.pages(actor(user), [other.id], Window()))[other.id]
    assert (page.items, page.has_next, page.has_previous) == ((), False, False)


async def test_the_state_of_the_log_is_that_of_the_store(world: World) -> None:
    await world.user()
    assert (await EventService(cast("Any", world.store), world.clock).state()).head == len(world.logged)


async def test_an_epoch_is_started_once(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    history = HistoryService(cast("Any", world.store))
    before = await history.renew(system(), keep_positions=False)

    async def read_before_the_renewal() -> LogState:
        return replace(before, epoch=UUID(int=7))

    monkeypatch.setattr(history, "_state", read_before_the_renewal)
    with pytest.raises(errors.Unavailable, match="new epoch"):
        await history.renew(system(), keep_positions=False)
