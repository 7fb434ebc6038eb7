"""Refusals of a taken address: actors who may see e-mail addresses learn who has it, and whether that user is deleted."""

from __future__ import annotations

import pytest

from domain import errors
from domain.models.actor import Origin, Role, system
from domain.models.user import Status, User
from domain.services.attempts import AttemptLimits
from domain.services.importing import ImportRow
from domain.services.sign_up import SignUp
from domain.services.user import HELD_BY_DELETED, CreateUser, UpdateUser
from tests.unit.world import PASSWORD, World, actor

ADDRESS = "ada@example.com"


@pytest.fixture
def world() -> World:
    return World.over(AttemptLimits())


async def holder(world: World, status: Status) -> User:
    """The user who has the address."""
    user = await world.user(ADDRESS)
    return user if status is Status.ACTIVE else (await world.users.set_status(system(), user.id, status)).value


@pytest.mark.parametrize("status", list(Status))
async def test_an_admin_learns_who_has_an_address(world: World, status: Status) -> None:
    ada, bo = await holder(world, status), await world.user("bo@example.com", Role.AUDITOR)
    for refused in (
        world.users.create(system(), CreateUser(ADDRESS, "Ada", Role.MEMBER, PASSWORD)),
        world.users.update(system(), UpdateUser(bo.id, email=ADDRESS)),
        world.users.update(actor(bo), UpdateUser(bo.id, email=ADDRESS)),
    ):
        with pytest.raises(errors.Taken) as taken:
            await refused
        assert (taken.value.field, taken.value.code, taken.value.current) == ("email", "EMAIL_TAKEN", ada)
        plain = "This e-mail address is taken"
        assert taken.value.message == (HELD_BY_DELETED if status is Status.DELETED else plain)


@pytest.mark.parametrize("status", list(Status))
async def test_a_member_learns_only_that_an_address_is_taken(world: World, status: Status) -> None:
    await holder(world, status)
    bo = await world.user("bo@example.com")
    for refused in (
        world.users.update(actor(bo), UpdateUser(bo.id, email=ADDRESS)),
        world.sessions.sign_up(Origin(), SignUp(ADDRESS, PASSWORD, "Ada")),
    ):
        with pytest.raises(errors.Taken) as taken:
            await refused
        assert (taken.value.current, taken.value.message) == (None, "This e-mail address is taken")


async def test_a_claim_of_a_taken_address_still_counts_more(world: World) -> None:
    await holder(world, Status.DELETED)
    auditor = await world.user("bo@example.com", Role.AUDITOR)
    outcomes = []
    for _ in range(3):
        with pytest.raises(errors.DomainError) as refused:
            await world.users.update(actor(auditor), UpdateUser(auditor.id, email=ADDRESS))
        outcomes.append(type(refused.value))
    assert outcomes == [errors.Taken, errors.Taken, errors.RateLimited]


async def test_an_import_refuses_the_address_of_a_deleted_user(world: World) -> None:
    deleted = await holder(world, Status.DELETED)
    events = len(world.logged)
    rows = [ImportRow(2, ADDRESS, "Ada King", "admin"), ImportRow(3, "cy@example.com", "Cy", "")]
    for created in (1, 0):
        result = await world.imports.import_batch(system(), rows)
        assert [(r.line, r.field, r.reason) for r in result.refused] == [(2, "email", HELD_BY_DELETED)]
        assert (result.created, result.updated, result.unchanged) == (created, 0, 1 - created)
    assert world.store.state.users[deleted.id] == deleted
    assert len(world.logged) == events + 1


async def test_an_address_of_a_deleted_user_is_not_imported_from_a_later_batch_either(world: World) -> None:
    await holder(world, Status.DELETED)
    seen: set[int] = set()
    row = ImportRow(2, ADDRESS, "Ada", "")
    reasons = [(await world.imports.import_batch(system(), [row], seen)).refused[0].reason for _ in range(2)]
    assert reasons == [HELD_BY_DELETED, "This e-mail address is also on an earlier line"]


async def test_an_import_still_updates_a_disabled_user(world: World) -> None:
    disabled = await holder(world, Status.DISABLED)
    result = await world.imports.import_batch(system(), [ImportRow(2, ADDRESS, "Ada King", "")])
    assert (result.updated, result.refused) == (1, [])
    assert world.store.state.users[disabled.id].status is Status.DISABLED
