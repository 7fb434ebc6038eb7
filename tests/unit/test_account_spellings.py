"""Both spellings of an address are one account: at sign-in and its limit, in writes, repeated writes, and imports."""

from __future__ import annotations

import pytest

from domain import errors
from domain.models.actor import Origin, Role, system
from domain.services.attempts import AttemptLimits
from domain.services.importing import ImportRow
from domain.services.sign_in import SignIn
from domain.services.sign_up import SignUp
from domain.services.user import CreateUser, UpdateUser
from tests.unit.world import PASSWORD, World

U_LABEL, A_LABEL = "ada@münchen.example", "Ada@XN--MNCHEN-3YA.example"
ATTEMPTS = 4


@pytest.fixture
def world() -> World:
    return World.over(AttemptLimits(per_account=(ATTEMPTS, 300)))


@pytest.mark.parametrize("stored", [U_LABEL, A_LABEL])
@pytest.mark.parametrize("typed", [U_LABEL, A_LABEL])
async def test_either_spelling_signs_in(world: World, stored: str, typed: str) -> None:
    user = await world.user(stored)
    assert user.email == U_LABEL
    assert (await world.sessions.sign_in(Origin(), SignIn(typed, PASSWORD))).user.id == user.id


async def test_both_spellings_share_one_limit(world: World) -> None:
    await world.user(U_LABEL)
    for number in range(ATTEMPTS):
        with pytest.raises(errors.InvalidCredentials):
            await world.sessions.sign_in(Origin(), SignIn((U_LABEL, A_LABEL)[number % 2], "wrong password"))
    for spelling in (U_LABEL, A_LABEL):
        with pytest.raises(errors.RateLimited):
            await world.sessions.sign_in(Origin(), SignIn(spelling, PASSWORD))


async def test_the_other_spelling_is_taken_and_changes_nothing(world: World) -> None:
    ada, bo = await world.user(U_LABEL), await world.user("bo@example.com")
    with pytest.raises(errors.Taken):
        await world.user(A_LABEL)
    with pytest.raises(errors.Taken):
        await world.sessions.sign_up(Origin(), SignUp(A_LABEL, PASSWORD, "Ada"))
    with pytest.raises(errors.Taken):
        await world.users.update(system(), UpdateUser(bo.id, email=A_LABEL))
    written = await world.users.update(system(), UpdateUser(ada.id, email=A_LABEL))
    assert (written.value, written.position) == (ada, None)


async def test_a_repeat_in_the_other_spelling_counts_as_a_repeat(world: World) -> None:
    first, second = [
        await world.users.create(system(), CreateUser(email, "Ada", Role.MEMBER, None, "key"))
        for email in (U_LABEL, A_LABEL)
    ]
    assert first == second


async def test_an_import_recognizes_both_spellings(world: World) -> None:
    ada = await world.user(U_LABEL)
    rows = [ImportRow(2, A_LABEL, "Ada King", ""), ImportRow(3, U_LABEL, "Ada Byron", "")]
    result = await world.imports.import_batch(system(), rows)
    assert (result.created, result.updated) == (0, 1)
    assert [(r.line, r.field, r.reason) for r in result.refused] == [
        (3, "email", "This e-mail address is also on line 2")
    ]
    assert world.store.state.users[ada.id].display_name == "Ada King"
