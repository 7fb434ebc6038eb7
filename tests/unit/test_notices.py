"""Mails about a changed password, and about sign-ins from new devices."""

from __future__ import annotations

import pytest

from domain.models.actor import Origin, system
from domain.models.device import Device, device_of
from domain.models.language import Language
from domain.models.mail import Letter, MailKind
from domain.models.user import User
from domain.services.attempts import AttemptLimits
from domain.services.importing import ImportRow
from domain.services.reset import ResetPassword
from domain.services.session import SetPassword
from domain.services.sign_in import SignIn
from domain.services.sign_up import SignUp
from domain.services.user import CreateUser, UpdateUser
from tests.unit.test_verification import letters, signed_in
from tests.unit.world import PASSWORD, World

NEW = "an unusual phrase"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"
CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/143.0.0.0 Safari/537.36"
)
HOME, ABROAD = "192.0.2.1", "198.51.100.7"


@pytest.fixture
def world() -> World:
    return World.over(AttemptLimits(), new_devices=True)


async def enter(world: World, user: User, agent: str = FIREFOX, address: str = HOME) -> list[Letter]:
    """Sign in; returns the letters about that."""
    world.clock.move(minutes=1)
    await world.sessions.sign_in(Origin(None, address, agent, Language.DE), SignIn(user.email, PASSWORD))
    return await letters(world)


@pytest.mark.parametrize("way", ["own", "admin", "update", "reset"])
async def test_a_change_of_password_is_announced_to_its_user(world: World, way: str) -> None:
    user = await world.user()
    await enter(world, user)
    match way:
        case "own":
            await world.sessions.change_password(signed_in(user), PASSWORD, NEW)
        case "admin":
            await world.sessions.set_password(system(), SetPassword(user.id, NEW))
        case "update":
            await world.users.update(system(), UpdateUser(user.id, password=NEW))
        case _:
            await world.resets.request(Origin(), user.email)
            (link,) = await letters(world)
            await world.resets.reset(Origin(), ResetPassword(link.token or "", NEW))
    (letter,) = await letters(world)
    assert (letter.kind, letter.email, letter.language) == (MailKind.PASSWORD_CHANGED, user.email, Language.DE)
    assert letter.token is None
    assert NEW not in repr(letter)


async def test_the_address_that_the_user_had_then_is_written_to(world: World) -> None:
    user = await world.user()
    await world.sessions.set_password(system(), SetPassword(user.id, NEW))
    await world.users.update(system(), UpdateUser(user.id, email="other@example.com"))
    (letter,) = await letters(world)
    assert letter.email == user.email


async def test_neither_a_new_user_nor_an_import_causes_a_mail(world: World) -> None:
    bo = (await world.users.create(system(), CreateUser("bo@example.com", "Bo"))).value
    row = ImportRow(2, "bo@example.com", "Bo", "", password_hash="hash9:brought")
    await world.imports.import_batch(system(), [row, ImportRow(3, "cy@example.com", "Cy", "")])
    assert world.store.state.users[bo.id].can_sign_in
    await world.user()
    assert await letters(world) == []


@pytest.mark.parametrize(("agent", "address"), [(CHROME, HOME), (FIREFOX, ABROAD)])
async def test_another_program_or_network_is_a_new_device_once(world: World, agent: str, address: str) -> None:
    user = await world.user()
    assert await enter(world, user) == [], "the first sign-in to a new account"
    (letter,) = await enter(world, user, agent, address)
    assert (letter.kind, letter.email, letter.language) == (MailKind.NEW_DEVICE, user.email, Language.DE)
    assert letter.values == {
        "device": str(device_of(agent)),
        "address": address,
        "time": f"{world.clock.now():%Y-%m-%d %H:%M} UTC",
    }
    assert await enter(world, user, agent, address) == []


async def test_an_updated_program_is_no_new_device(world: World) -> None:
    user = await world.user()
    await enter(world, user)
    assert await enter(world, user, FIREFOX.replace("128", "129")) == []


async def test_the_first_sign_in_to_an_account_that_is_not_new_is_announced(world: World) -> None:
    user = await world.user()
    world.clock.move(hours=24)
    (letter,) = await enter(world, user)
    assert letter.kind is MailKind.NEW_DEVICE


async def test_a_user_who_signs_up_is_not_written_to(world: World) -> None:
    await world.sessions.sign_up(Origin(None, HOME, FIREFOX), SignUp("cy@example.com", PASSWORD, "Cy"))
    assert await letters(world) == []


async def test_sign_ins_are_announced_only_by_setting() -> None:
    world = World.over(AttemptLimits())
    user = await world.user()
    for address in (HOME, ABROAD):
        assert await enter(world, user, address=address) == []
    assert world.store.state.mails == {}


@pytest.mark.parametrize(
    ("agent", "device", "text"),
    [
        (FIREFOX, Device("Firefox", "Linux"), "Firefox, Linux"),
        (CHROME, Device("Chrome", "Windows"), "Chrome, Windows"),
        (CHROME + " Edg/143.0.0.0", Device("Edge", "Windows"), "Edge, Windows"),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Mobile/15E148 Safari/604.1",
            Device("Safari", "iPhone"),
            "Safari, iPhone",
        ),
        ("curl/8.9.1", Device("curl", ""), "curl"),
        ("visit https://example.com now", Device(), "?"),
        ("evil.example/1", Device(), "?"),
        ("", Device(), "?"),
        (None, Device(), "?"),
    ],
)
def test_a_device_is_named_in_known_words(agent: str | None, device: Device, text: str) -> None:
    assert (device_of(agent), str(device_of(agent))) == (device, text)
