"""What a new password must be: its length, not a common one, not made of the user's own words."""

from __future__ import annotations

from uuid import uuid4

import pytest

from domain.errors import ValidationFailed
from domain.models.actor import Origin, Role, system
from domain.models.passwords import (
    PASSWORD_MAX,
    clean_password,
    common_passwords,
    is_common,
    is_made_of,
    refuse_own_words,
)
from domain.models.user import User
from domain.services.attempts import AttemptLimits
from domain.services.session import SetPassword
from domain.services.sign_in import SignIn
from domain.services.sign_up import SignUp
from domain.services.user import CreateUser, UpdateUser
from domain.services.user_fields import checked
from tests.unit.world import PASSWORD, World, actor

ADA = ("ada.lovelace@analytical.example", "Zoë Ada Lovelace")


@pytest.mark.parametrize("text", ["short", "x" * (PASSWORD_MAX + 1), "ﬃ", "Password1", "iloveyou", "ＰＡＳＳＷＯＲＤ"])
def test_a_refused_password_is_never_repeated(text: str) -> None:
    with pytest.raises(ValidationFailed) as refused:
        clean_password(text, "new_password")
    assert [fault.field for fault in refused.value.faults] == ["new_password"]
    assert text not in str(refused.value.details)


@pytest.mark.parametrize("size", [8, PASSWORD_MAX])
def test_passwords_of_every_kind_from_the_shortest_to_the_longest_are_accepted(size: int) -> None:
    text = (" 7xy界" * size)[:size]
    assert clean_password(text) == text
    assert clean_password("ｆｕｌｌwｉｄｔｈ") == "fullwidth"


def test_the_list_has_the_hundred_thousand_most_common_that_are_long_enough() -> None:
    words = common_passwords().decode().strip("\n").split("\n")
    assert words == sorted(set(words))
    assert len(words) == 100_000
    assert all(8 <= len(word) <= PASSWORD_MAX and word == word.casefold() for word in words)
    assert is_common(words[0])
    assert is_common(words[-1].upper())


@pytest.mark.parametrize(
    "text", ["", "\n", "passwor", "asswordasswor", "password\niloveyou", "correct horse battery", "\ud800" * 8]
)
def test_a_part_of_the_list_or_several_of_it_are_not_common(text: str) -> None:
    assert not is_common(text)


@pytest.mark.parametrize(
    "text",
    [
        "lovelace1815",
        "LOVELACE-ada",
        "Zoe.Ada!2026",
        "adalovelace@1",
        "ZoëAdaLovelace",
        "rollcall2026",
        "Rollcall-Ada",
        "analytical99",
        "ada.lovelace@analytical.example",
    ],
)
def test_names_addresses_and_the_product_make_no_password(text: str) -> None:
    with pytest.raises(ValidationFailed) as refused:
        refuse_own_words(text, *ADA)
    assert text not in str(refused.value.details)


@pytest.mark.parametrize(
    "text", ["lovelace-x7Qp2", "a password of Ada's", "!!!!!!!!!!!!", "loveletter9", "correct horse"]
)
def test_own_words_beside_enough_others_are_allowed(text: str) -> None:
    assert not is_made_of(text, ADA)


def test_a_form_names_the_password_beside_its_other_faults() -> None:
    with pytest.raises(ValidationFailed) as refused:
        checked(email="no address", display_name="Ada Lovelace", password="Lovelace-1815")
    assert [fault.field for fault in refused.value.faults] == ["email", "password"]


@pytest.fixture
async def ada() -> tuple[World, User]:
    """A world with a user of that name and address."""
    world = World.over(AttemptLimits())
    command = CreateUser("ada@analytical.example", "Ada Lovelace", password=PASSWORD)
    return world, (await world.users.create(system(), command)).value


async def test_no_door_takes_a_password_made_of_the_users_own_words(ada: tuple[World, User]) -> None:
    world, user = ada
    admin = actor(await world.user("admin@example.com", Role.ADMIN))
    own = "Lovelace-1815"
    doors = [
        (world.sessions.change_password(actor(user), PASSWORD, own), "new_password"),
        (world.sessions.set_password(admin, SetPassword(user.id, own)), "password"),
        (world.users.update(admin, UpdateUser(user.id, password=own)), "password"),
        (
            world.users.update(
                admin, UpdateUser(user.id, display_name="Kay", email="x@k.example", password="K.Kay-123")
            ),
            "password",
        ),
        (world.users.create(admin, CreateUser("new@example.com", "Ada Lovelace", password=own)), "password"),
        (world.sessions.sign_up(Origin(), SignUp("new@example.com", own, "Ada Lovelace")), "password"),
    ]
    for door, field in doors:
        with pytest.raises(ValidationFailed) as refused:
            await door
        assert [fault.field for fault in refused.value.faults] == [field]
    assert world.store.state.hashes[user.id] == f"hash1:{PASSWORD}"
    await world.users.update(admin, UpdateUser(user.id, display_name="Kay", email="x@k.example", password=own))


async def test_an_older_longer_password_still_signs_in(ada: tuple[World, User]) -> None:
    world, user = ada
    old = "x" * 256
    world.store.state.hashes[user.id] = f"hash1:{old}"
    signed_in = await world.sessions.sign_in(Origin(), SignIn(user.email, old))
    assert signed_in.user.id == user.id


def test_no_secret_shows_in_a_repr() -> None:
    secret = "very secret indeed"
    shown = [
        CreateUser("a@example.com", "A", password=secret),
        UpdateUser(uuid4(), password=secret),
        SignUp("a@example.com", secret, "A"),
        SignIn("a@example.com", secret),
    ]
    assert secret not in repr(shown)
