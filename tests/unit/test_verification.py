"""Verifying one's own address: who gets a link, what it changes, and what ends it."""

from __future__ import annotations

from uuid import UUID

import pytest

from domain import errors
from domain.models.actor import Actor, Origin, Role, system
from domain.models.event_types import EventType
from domain.models.language import Language
from domain.models.mail import Letter, MailKind
from domain.models.user import Status, User
from domain.services.attempts import AttemptLimits
from domain.services.session import SetPassword
from domain.services.user import UpdateUser
from tests.unit.test_mail_queue import ORIGIN
from tests.unit.world import World

UNKNOWN = UUID(int=9)


@pytest.fixture
def world() -> World:
    return World.over(AttemptLimits())


def signed_in(user: User) -> Actor:
    """A user with a session."""
    return Actor(user.id, user.role, user.id, ORIGIN)


async def letters(world: World) -> list[Letter]:
    """The letters of all requests and events so far."""
    await world.mails.take_requests()
    await world.mails.read_log()
    composed = [(m, await world.mails.compose(m)) for m in await world.mails.claim(10)]
    for mail, _ in composed:
        await world.mails.finish(mail)
    return [letter for _, letter in composed if letter is not None]


async def token(world: World, user: User) -> str:
    """The token of a link that was just sent."""
    await world.verifications.request(signed_in(user))
    (letter,) = await letters(world)
    assert letter.token is not None
    return letter.token


async def test_a_link_to_one_s_own_address_verifies_it(world: World) -> None:
    user = await world.user()
    await world.verifications.request(signed_in(user))
    (letter,) = await letters(world)
    assert (letter.kind, letter.email, letter.language) == (
        MailKind.EMAIL_VERIFICATION,
        user.email,
        Language.DE,
    )
    before = len(world.logged)
    written = await world.verifications.verify(ORIGIN, letter.token or "")
    assert (written.value.email_verified_at, written.value.version) == (world.clock.now(), 2)
    assert world.store.state.users[user.id] == written.value
    (event,) = world.store.state.events[before:]
    assert (event.type, event.user_id, event.actor_id, event.ip_address) == (
        EventType.EMAIL_VERIFIED,
        user.id,
        user.id,
        ORIGIN.ip_address,
    )


async def test_a_request_writes_neither_a_token_nor_an_event(world: World) -> None:
    user = await world.user()
    before = len(world.logged)
    sent = await token(world, user)
    assert len(world.logged) == before
    assert sent not in repr((world.store.state, world.mails))


async def test_a_link_works_once_and_for_a_day(world: World) -> None:
    sent = await token(world, await world.user())
    world.clock.move(hours=23, minutes=59)
    await world.verifications.verify(ORIGIN, sent)
    with pytest.raises(errors.TokenInvalid):
        await world.verifications.verify(ORIGIN, sent)
    other = await token(world, await world.user("bo@example.com"))
    world.clock.move(hours=24)
    with pytest.raises(errors.TokenExpired):
        await world.verifications.verify(ORIGIN, other)


async def test_a_newer_link_ends_an_older_one(world: World) -> None:
    user = await world.user()
    first = await token(world, user)
    world.clock.move(minutes=1)
    second = await token(world, user)
    with pytest.raises(errors.TokenInvalid):
        await world.verifications.verify(ORIGIN, first)
    await world.verifications.verify(ORIGIN, second)


async def test_a_link_of_another_kind_is_not_accepted(world: World) -> None:
    user = await world.user()
    await world.resets.request(ORIGIN, user.email)
    (letter,) = await letters(world)
    with pytest.raises(errors.TokenInvalid):
        await world.verifications.verify(ORIGIN, letter.token or "")


@pytest.mark.parametrize("change", ["password", "address"])
async def test_a_change_of_password_or_address_ends_a_link(world: World, change: str) -> None:
    user = await world.user()
    sent = await token(world, user)
    if change == "password":
        await world.sessions.set_password(system(), SetPassword(user.id, "another password"))
    else:
        await world.users.update(system(), UpdateUser(user.id, email="other@example.com"))
    with pytest.raises(errors.TokenInvalid):
        await world.verifications.verify(ORIGIN, sent)


@pytest.mark.parametrize(
    ("status", "error"), [(Status.DISABLED, errors.AccountDisabled), (Status.DELETED, errors.TokenInvalid)]
)
async def test_a_link_of_a_user_who_may_not_sign_in_is_refused(
    world: World, status: Status, error: type[errors.DomainError]
) -> None:
    user = await world.user()
    sent = await token(world, user)
    await world.users.set_status(system(), user.id, status)
    with pytest.raises(error):
        await world.verifications.verify(ORIGIN, sent)
    assert world.store.state.users[user.id].email_verified_at is None


async def test_an_address_that_is_verified_gets_no_link(world: World) -> None:
    user = await world.user()
    await world.verifications.verify(ORIGIN, await token(world, user))
    await world.verifications.request(signed_in(user))
    assert await letters(world) == []


async def test_an_address_that_was_verified_meanwhile_changes_nothing(world: World) -> None:
    user = await world.user()
    sent = await token(world, user)
    async with world.store.write() as unit:
        await unit.users.save(user.verified(world.clock.now()))
        await unit.commit()
    before = len(world.logged)
    assert (await world.verifications.verify(ORIGIN, sent)).position is None
    assert len(world.logged) == before


async def test_requests_need_a_session_and_are_limited(world: World) -> None:
    user = await world.user()
    for actor in (system(), Actor(user.id, Role.MEMBER, key_id=user.id)):
        with pytest.raises(errors.Forbidden):
            await world.verifications.request(actor)
    with pytest.raises(errors.NotFound):
        await world.verifications.request(Actor(UNKNOWN, Role.MEMBER, UNKNOWN))
    for _ in range(3):
        await world.verifications.request(signed_in(user))
    with pytest.raises(errors.RateLimited):
        await world.verifications.request(signed_in(user))


async def test_uses_of_links_are_limited() -> None:
    world = World.over(AttemptLimits(per_address=(2, 300)))
    for _ in range(2):
        with pytest.raises(errors.TokenInvalid):
            await world.verifications.verify(Origin(), "no token")
    with pytest.raises(errors.RateLimited):
        await world.verifications.verify(Origin(), "no token")
