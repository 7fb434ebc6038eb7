"""Changes of a name or a role: in one statement where nothing else depends on them, otherwise in a transaction."""

from __future__ import annotations

from typing import Any

import pytest

from domain.errors import LastAdmin, NotFound, ValidationFailed, VersionConflict
from domain.models.actor import Role, system
from domain.models.event_types import EventType
from domain.models.user import Status, User
from domain.services.attempts import AttemptLimits
from domain.services.user import UpdateUser
from tests.unit.world import World

AMENDED, LOCKED = ["read", "amend user", "write"], "lock user"


@pytest.fixture
def world() -> World:
    return World.over(AttemptLimits())


async def update(world: World, user: User, **changes: Any) -> tuple[User, list[str], list[EventType]]:
    """The user afterwards, the steps of the store, and the types of the new events."""
    world.store.steps.clear()
    known = len(world.logged)
    written = await world.users.update(system(), UpdateUser(user.id, **changes))
    assert written.value == world.store.state.users[user.id]
    new = world.logged[known:]
    assert (written.position is None) is (not new)
    return written.value, world.store.steps, new


async def test_a_name_and_a_role_take_one_statement_each(world: World) -> None:
    user = await world.user()
    named, steps, new = await update(world, user, display_name="Ada L")
    assert (named.display_name, named.version, steps, new) == (
        "Ada L",
        user.version + 1,
        AMENDED,
        [EventType.USER_UPDATED],
    )
    auditor, steps, new = await update(world, named, role=Role.AUDITOR)
    assert (auditor.role, steps, new) == (Role.AUDITOR, AMENDED, [EventType.USER_ROLE_CHANGED])


async def test_what_changes_nothing_writes_nothing(world: World) -> None:
    user = await world.user()
    same, steps, new = await update(world, user, display_name=user.display_name)
    assert (same, steps, new) == (user, ["read"], [])


@pytest.mark.parametrize(
    "changes",
    [
        {"display_name": "Ada L", "role": Role.AUDITOR},
        {"email": "other@example.com"},
        {"password": "a long enough word"},
        {"status": Status.DISABLED},
    ],
)
async def test_more_than_one_event_takes_a_transaction(world: World, changes: dict[str, Any]) -> None:
    _, steps, new = await update(world, await world.user(), **changes)
    assert LOCKED in steps
    assert new


async def test_an_inactive_user_takes_a_transaction(world: World) -> None:
    user = await world.user()
    disabled, _, _ = await update(world, user, status=Status.DISABLED)
    _, steps, new = await update(world, disabled, display_name="Ada L")
    assert LOCKED in steps
    assert new == [EventType.USER_UPDATED]


async def test_a_lost_admin_is_counted_in_a_transaction(world: World) -> None:
    admin, _, _ = await update(world, await world.user(), role=Role.ADMIN)
    with pytest.raises(LastAdmin):
        await update(world, admin, role=Role.MEMBER)
    assert LOCKED in world.store.steps
    _, steps, _ = await update(world, admin, display_name="Ada L")
    assert steps == AMENDED


async def test_another_writer_is_waited_for(world: World) -> None:
    user = await world.user()
    world.store.held.add(user.id)
    _, steps, new = await update(world, user, display_name="Ada L")
    assert steps[:2] == AMENDED[:2]
    assert LOCKED in steps
    assert new == [EventType.USER_UPDATED], "once"


async def test_a_change_that_is_not_allowed_is_refused_before(world: World) -> None:
    user = await world.user()
    for refused, changes in (
        (VersionConflict, {"expected_version": user.version + 1, "display_name": "Ada L"}),
        (ValidationFailed, {"display_name": ""}),
    ):
        with pytest.raises(refused):
            await update(world, user, **changes)
    await update(world, user, status=Status.DELETED)
    with pytest.raises(NotFound):
        await update(world, user, display_name="Ada L", deleted_too=False)
