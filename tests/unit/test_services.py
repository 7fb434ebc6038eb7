"""The use cases over fakes: what is written, what is logged, what is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from domain import errors
from domain.models.actor import Origin, Role, system
from domain.models.event_types import EventType
from domain.models.session import EndReason
from domain.models.user import Status
from domain.services.attempts import AttemptLimits
from domain.services.importing import ImportRow
from domain.services.sign_in import SignIn
from domain.services.sign_up import SignUp
from domain.services.user import CreateUser, UpdateUser
from tests.unit.world import PASSWORD, World, actor


@pytest.fixture
def world() -> World:
    return World.over(AttemptLimits())


async def test_a_change_writes_the_row_and_its_event(world: World) -> None:
    user = await world.user()
    changed = (
        await world.users.update(system(), UpdateUser(user.id, display_name=" Ada  King ", role=Role.AUDITOR))
    ).value
    assert (changed.display_name, changed.role, changed.version) == ("Ada King", Role.AUDITOR, 2)
    assert world.logged == [EventType.USER_CREATED, EventType.USER_UPDATED, EventType.USER_ROLE_CHANGED]
    assert [(c.field, c.before, c.after) for c in world.store.state.events[1].changes] == [
        ("display_name", "Ada", "Ada King")
    ]


async def test_a_change_to_the_same_values_writes_nothing(world: World) -> None:
    user = await world.user()
    before = len(world.logged)
    written = await world.users.update(system(), UpdateUser(user.id, display_name="Ada", email="ADA@example.com"))
    assert (written.value, written.position) == (user, None)
    assert len(world.logged) == before


async def test_users_edit_only_themselves(world: World) -> None:
    ada, bo = await world.user(), await world.user("bo@example.com")
    assert (await world.users.update(actor(ada), UpdateUser(ada.id, display_name="A"))).value.display_name == "A"
    for command in (
        UpdateUser(bo.id, display_name="B"),
        UpdateUser(ada.id, role=Role.ADMIN),
        UpdateUser(ada.id, status=Status.DISABLED),
    ):
        with pytest.raises(errors.Forbidden):
            await world.users.update(actor(ada), command)


async def test_a_refused_write_changes_nothing(world: World) -> None:
    await world.user("taken@example.com")
    user = await world.user()
    state = world.store.state
    with pytest.raises(errors.Taken):
        await world.users.update(system(), UpdateUser(user.id, email="taken@example.com", display_name="New"))
    with pytest.raises(errors.VersionConflict) as conflict:
        await world.users.update(system(), UpdateUser(user.id, display_name="New", expected_version=7))
    assert conflict.value.current == user
    assert world.store.state is state


@pytest.mark.parametrize(
    ("start", "wanted", "restore"),
    [
        (Status.DELETED, Status.ACTIVE, False),
        (Status.DELETED, Status.DISABLED, False),
        (Status.DISABLED, Status.ACTIVE, True),
    ],
)
async def test_invalid_status_transitions_are_refused(
    world: World, start: Status, wanted: Status, restore: bool
) -> None:
    user = await world.user()
    await world.users.set_status(system(), user.id, start)
    with pytest.raises(errors.ValidationFailed):
        await world.users.set_status(system(), user.id, wanted, restore=restore)


async def test_disabling_ends_the_sessions_and_settles_the_sockets(world: World) -> None:
    user = await world.user()
    signed_in = await world.signed_in(user)
    await world.users.set_status(system(), user.id, Status.DISABLED)
    assert world.store.state.sessions[signed_in.session.id].ended_at is not None
    assert world.live.settled == [user.id]
    with pytest.raises(errors.AccountDisabled):
        await world.sessions.refresh(Origin(), signed_in.refresh_token)
    with pytest.raises(errors.AccountDisabled):
        await world.signed_in(user)


async def test_the_last_admin_cannot_be_removed(world: World) -> None:
    admin = await world.user(role=Role.ADMIN)
    attempts: list[Callable[[], Any]] = [
        lambda: world.users.update(actor(admin), UpdateUser(admin.id, role=Role.MEMBER)),
        lambda: world.users.set_status(actor(admin), admin.id, Status.DISABLED),
        lambda: world.users.set_status(actor(admin), admin.id, Status.DELETED),
        lambda: world.users.erase(actor(admin), admin.id),
    ]
    for attempt in attempts:
        with pytest.raises(errors.LastAdmin):
            await attempt()
    second = (await world.users.create(system(), CreateUser("second@example.com", "Bo", Role.ADMIN))).value
    for attempt in attempts:
        with pytest.raises(errors.LastAdmin):  # no admin could sign in any more
            await attempt()
    await world.users.update(system(), UpdateUser(second.id, password=PASSWORD))
    await world.users.set_status(actor(admin), admin.id, Status.DISABLED)


async def test_an_admin_who_cannot_sign_in_can_be_removed_beside_one_who_can(world: World) -> None:
    await world.user(role=Role.ADMIN)
    second = (await world.users.create(system(), CreateUser("second@example.com", "Bo", Role.ADMIN))).value
    await world.users.set_status(system(), second.id, Status.DELETED)
    assert world.store.state.users[second.id].status is Status.DELETED


async def test_erasing_keeps_only_the_fact(world: World) -> None:
    user = await world.user()
    await world.users.erase(system(), user.id)
    assert world.store.state.users == {}
    assert world.logged == [EventType.USER_CREATED, EventType.USER_ERASED]
    assert "ada@example.com" not in repr(world.store.state.events)


async def test_wrong_passwords_are_logged_and_limited(world: World) -> None:
    user = await world.user()
    for _ in range(10):
        with pytest.raises(errors.InvalidCredentials):
            await world.sessions.sign_in(Origin(), SignIn(user.email, "wrong password"))
    with pytest.raises(errors.RateLimited):
        await world.sessions.sign_in(Origin(), SignIn(user.email, PASSWORD))
    assert EventType.SIGN_IN_FAILED not in world.logged, "an earlier write would reveal known users by its timing"
    await world.failures.flush()
    assert world.logged.count(EventType.SIGN_IN_FAILED) == 10
    with pytest.raises(errors.InvalidCredentials):
        await world.sessions.sign_in(Origin(), SignIn("nobody@example.com", PASSWORD))


async def test_signing_up_makes_a_member_once(world: World) -> None:
    made = await world.sessions.sign_up(Origin(), SignUp("New@Example.com", PASSWORD, "New"))
    assert (made.user.email, made.user.role) == ("new@example.com", Role.MEMBER)
    with pytest.raises(errors.Taken):
        await world.sessions.sign_up(Origin(), SignUp("new@example.com", PASSWORD, "New"))
    with pytest.raises(errors.ValidationFailed) as refused:
        await world.sessions.sign_up(Origin(), SignUp("no", "pw-4711", ""))
    assert {f.field for f in refused.value.faults} == {"email", "password", "display_name"}
    assert "pw-4711" not in repr(refused.value.details)


async def test_a_token_that_was_just_replaced_gets_the_same_successor(world: World) -> None:
    first = await world.signed_in(await world.user())
    second = await world.sessions.refresh(Origin(), first.refresh_token)
    kept, events = world.store.state.sessions[first.session.id], world.logged
    world.clock.move(seconds=30)
    again = await world.sessions.refresh(Origin(), first.refresh_token)
    assert (again.refresh_token, again.session.id) == (second.refresh_token, first.session.id)
    assert world.store.state.sessions[first.session.id] == kept, "the overlap does not renew the session"
    assert world.logged == events, "and is not logged as reuse"
    third = await world.sessions.refresh(Origin(), again.refresh_token)
    assert third.refresh_token not in (first.refresh_token, second.refresh_token)


@pytest.mark.parametrize("case", ["too late", "replaced twice"])
async def test_a_token_replaced_long_ago_or_twice_ends_its_session(world: World, case: str) -> None:
    first = await world.signed_in(await world.user())
    newest = await world.sessions.refresh(Origin(), first.refresh_token)
    if case == "too late":
        world.clock.move(seconds=30.001)
    else:
        newest = await world.sessions.refresh(Origin(), newest.refresh_token)
    for token in (first.refresh_token, newest.refresh_token):
        with pytest.raises(errors.SessionRevoked):
            await world.sessions.refresh(Origin(), token)
    assert world.logged[-1] is EventType.SESSION_REUSE_DETECTED


@pytest.mark.parametrize(("seconds", "reason"), [(30, EndReason.SIGNED_OUT), (31, EndReason.REUSED)])
async def test_a_token_that_was_just_replaced_can_sign_out(world: World, seconds: int, reason: EndReason) -> None:
    first = await world.signed_in(await world.user())
    await world.sessions.refresh(Origin(), first.refresh_token)
    world.clock.move(seconds=seconds)
    await world.sessions.sign_out_by_token(Origin(), first.refresh_token)
    assert world.store.state.sessions[first.session.id].end_reason is reason


async def test_an_unused_session_expires(world: World) -> None:
    signed_in = await world.signed_in(await world.user())
    world.clock.move(days=31)
    with pytest.raises(errors.TokenExpired):
        await world.sessions.refresh(Origin(), signed_in.refresh_token)


async def test_sessions_are_ended_by_their_user_and_by_admins(world: World) -> None:
    user, other = await world.user(), await world.user("other@example.com")
    one, two, three = [await world.signed_in(user) for _ in range(3)]
    with pytest.raises(errors.NotFound):
        await world.sessions.revoke(actor(other), one.session.id)
    await world.sessions.revoke(actor(user, three), one.session.id)
    assert (await world.sessions.revoke_all(actor(user, three), user.id)).value == 1
    assert world.store.state.sessions[two.session.id].ended_at is not None
    assert world.store.state.sessions[three.session.id].ended_at is None
    await world.sessions.sign_out(actor(user, three))
    assert world.store.state.sessions[three.session.id].ended_at is not None


async def test_a_new_password_ends_the_other_sessions(world: World) -> None:
    user = await world.user()
    here, there = await world.signed_in(user), await world.signed_in(user)
    with pytest.raises(errors.InvalidCredentials):
        await world.sessions.change_password(actor(user, here), "not the one", "another password")
    await world.sessions.change_password(actor(user, here), PASSWORD, "another password")
    assert world.store.state.sessions[here.session.id].ended_at is None
    assert world.store.state.sessions[there.session.id].ended_at is not None
    assert world.store.state.users[user.id].version == 2


async def test_an_idempotency_key_repeats_the_first_result(world: World) -> None:
    command = CreateUser("one@example.com", "One", idempotency_key="k")
    first, second = await world.users.create(system(), command), await world.users.create(system(), command)
    assert (first.value.id, first.position) == (second.value.id, second.position)
    with pytest.raises(errors.IdempotencyMismatch):
        await world.users.create(system(), CreateUser("two@example.com", "Two", idempotency_key="k"))


async def test_an_import_cannot_take_the_last_admin(world: World) -> None:
    admin = await world.user(role=Role.ADMIN)
    rows = [ImportRow(2, admin.email, "Ada", "member"), ImportRow(3, "bo@example.com", "Bo", "")]
    result = await world.imports.import_batch(system(), rows)
    assert (result.created, result.updated, [r.line for r in result.refused]) == (1, 0, [2])
