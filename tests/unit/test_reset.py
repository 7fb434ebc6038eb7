"""Resetting a forgotten password: which links work, once, and what they end."""

from __future__ import annotations

import pytest

from domain import errors
from domain.models.actor import Origin, Role, system
from domain.models.event_types import EventType
from domain.models.session import EndReason
from domain.models.user import Status
from domain.services.attempts import AttemptLimits
from domain.services.reset import ResetPassword
from domain.services.session import SetPassword
from domain.services.sign_in import SignIn
from domain.services.user import CreateUser, UpdateUser
from tests.unit.fakes import FakeHasher
from tests.unit.test_mail_queue import ORIGIN, letter
from tests.unit.world import PASSWORD, World, actor

NEW = "an unusual phrase"


@pytest.fixture
def world() -> World:
    return World.over(AttemptLimits())


class HashingHasher(FakeHasher):
    """Records each password that it hashes."""

    def __init__(self) -> None:
        super().__init__()
        self.hashed: list[str] = []

    async def hash(self, password: str) -> str:
        """Record it, and hash it."""
        self.hashed.append(password)
        return await super().hash(password)


async def token(world: World, email: str = "ada@example.com") -> str:
    """The token of a link that was just sent."""
    found = (await letter(world, email)).token
    assert found is not None
    return found


async def reset(world: World, token: str, password: str = NEW) -> None:
    await world.resets.reset(ORIGIN, ResetPassword(token, password))


async def test_a_link_sets_the_password_and_ends_every_session(world: World) -> None:
    user = await world.user()
    session = (await world.signed_in(user)).session
    sent = await token(world)
    before = len(world.logged)
    await reset(world, sent)
    assert world.store.state.hashes[user.id] == f"hash1:{NEW}"
    assert world.store.state.sessions[session.id].end_reason is EndReason.PASSWORD_CHANGED
    assert world.logged[before:] == [EventType.PASSWORD_CHANGED, EventType.SESSION_REVOKED]
    changed = world.store.state.events[before]
    assert (changed.actor_id, changed.ip_address) == (user.id, ORIGIN.ip_address)
    assert world.live.settled[-1] == user.id
    assert (await world.sessions.sign_in(Origin(), SignIn(user.email, NEW))).user.id == user.id


async def test_a_link_works_once(world: World) -> None:
    await world.user()
    sent = await token(world)
    await reset(world, sent)
    with pytest.raises(errors.TokenInvalid):
        await reset(world, sent)


async def test_a_link_works_for_an_hour(world: World) -> None:
    await world.user()
    sent = await token(world)
    world.clock.move(minutes=59, seconds=59)
    with pytest.raises(errors.ValidationFailed):
        await reset(world, sent, "short")
    world.clock.move(seconds=1)
    with pytest.raises(errors.TokenExpired):
        await reset(world, sent)


async def test_a_newer_link_ends_an_older_one(world: World) -> None:
    await world.user()
    first = await token(world)
    world.store.state.mails.clear()
    world.clock.move(minutes=1)
    second = await token(world)
    with pytest.raises(errors.TokenInvalid):
        await reset(world, first)
    await reset(world, second)


@pytest.mark.parametrize("change", ["password", "own password", "address"])
async def test_a_change_of_password_or_address_ends_a_link(world: World, change: str) -> None:
    user = await world.user()
    sent = await token(world)
    match change:
        case "password":
            await world.sessions.set_password(system(), SetPassword(user.id, NEW))
        case "own password":
            await world.sessions.change_password(actor(user), PASSWORD, NEW)
        case _:
            await world.users.update(system(), UpdateUser(user.id, email="other@example.com"))
    with pytest.raises(errors.TokenInvalid):
        await reset(world, sent)


async def test_a_change_of_name_leaves_the_link(world: World) -> None:
    user = await world.user()
    sent = await token(world)
    await world.users.update(system(), UpdateUser(user.id, display_name="Other"))
    await reset(world, sent)


@pytest.mark.parametrize(
    ("status", "error"), [(Status.DISABLED, errors.AccountDisabled), (Status.DELETED, errors.TokenInvalid)]
)
async def test_a_link_of_a_user_who_may_not_sign_in_is_refused(
    world: World, status: Status, error: type[errors.DomainError]
) -> None:
    user = await world.user()
    sent = await token(world)
    await world.users.set_status(system(), user.id, status)
    with pytest.raises(error):
        await reset(world, sent)
    assert world.store.state.hashes[user.id] == f"hash1:{PASSWORD}"


async def test_no_password_is_hashed_for_an_unknown_token(world: World) -> None:
    hasher = HashingHasher()
    world.resets._hasher = hasher
    for text in ("", "x" * 43, "no token"):
        with pytest.raises(errors.TokenInvalid):
            await reset(world, text)
    assert hasher.hashed == []


@pytest.mark.parametrize("password", ["password123", "ada@example.com"])
async def test_a_common_password_and_one_s_own_address_are_refused_and_the_link_still_works(
    world: World, password: str
) -> None:
    await world.user()
    sent = await token(world)
    with pytest.raises(errors.ValidationFailed) as refused:
        await reset(world, sent, password)
    assert refused.value.faults[0].field == "new_password"
    await reset(world, sent)


async def test_who_had_no_password_can_sign_in_after_it(world: World) -> None:
    created = await world.users.create(system(), CreateUser("new@example.com", "New"))
    await reset(world, await token(world, "new@example.com"))
    assert world.store.state.users[created.value.id].can_sign_in


async def test_what_is_no_address_is_refused_and_nothing_is_stored(world: World) -> None:
    with pytest.raises(errors.ValidationFailed) as refused:
        await world.resets.request(ORIGIN, "no address")
    assert refused.value.faults[0].field == "email"
    assert world.store.state.mail_requests == []


async def test_requests_are_limited_by_address_and_network_whether_or_not_the_address_is_known() -> None:
    world = World.over(AttemptLimits(mails=(3, 60), mails_from_network=(2, 60)))
    await world.user()
    for email in ("ada@example.com", "nobody@example.com"):
        await world.resets.request(ORIGIN, email)
        await world.resets.request(ORIGIN, email.upper())
        with pytest.raises(errors.RateLimited):
            await world.resets.request(ORIGIN, email)
        await world.resets.request(Origin(ip_address="198.51.100.1"), email)
        with pytest.raises(errors.RateLimited):
            await world.resets.request(Origin(ip_address="198.51.100.2"), email)


async def test_uses_of_links_are_limited_by_network() -> None:
    world = World.over(AttemptLimits(per_address=(2, 60)))
    for _ in range(2):
        with pytest.raises(errors.TokenInvalid):
            await reset(world, "x" * 43)
    with pytest.raises(errors.RateLimited):
        await reset(world, "x" * 43)


async def test_a_reset_keeps_the_role(world: World) -> None:
    admin = await world.user("admin@example.com", Role.ADMIN)
    await reset(world, await token(world, "admin@example.com"))
    assert world.store.state.users[admin.id].role is Role.ADMIN
    assert NEW not in repr(ResetPassword("t", NEW))
