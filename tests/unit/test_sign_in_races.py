"""Signing in and renewing while the account changes, and at the moment when a session expires."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from domain import errors
from domain.models.actor import Origin, Role
from domain.models.event_types import EventType
from domain.models.session import EndReason
from domain.models.sign_up import SignUpMode
from domain.models.user import Status, User
from domain.services.attempts import AttemptLimits
from domain.services.sign_in import SessionRules, SignIn
from domain.services.sign_up import SignUp
from tests.unit.fakes import FakeHasher
from tests.unit.world import PASSWORD, World, actor

Meanwhile = Callable[[World, User], None]


class SlowHasher(FakeHasher):
    """A hasher during whose first verification something else happens."""

    def __init__(self, meanwhile: Callable[[], None]) -> None:
        super().__init__()
        self._meanwhile = [meanwhile]

    async def verify(self, password: str, password_hash: str | None) -> bool:
        """Run the concurrent change, then verify."""
        fits = await super().verify(password, password_hash)
        while self._meanwhile:
            self._meanwhile.pop()()
        return fits


@pytest.fixture
def world() -> World:
    return World.over(AttemptLimits())


async def sign_in_while(world: World, user: User, meanwhile: Meanwhile) -> None:
    """Sign in with the correct password, while this happens."""
    world.sessions._hasher = SlowHasher(lambda: meanwhile(world, user))
    await world.sessions.sign_in(Origin(), SignIn(user.email, PASSWORD))


def give_password(world: World, user: User) -> None:
    world.store.state.hashes[user.id] = "hash1:another password"


def take_password(world: World, user: User) -> None:
    """Remove the user's password."""
    world.store.state.hashes[user.id] = None


def erase(world: World, user: User) -> None:
    """Remove the user."""
    del world.store.state.users[user.id]


def become(status: Status) -> Meanwhile:

    def change(world: World, user: User) -> None:
        world.store.state.users[user.id] = replace(user, status=status)

    return change


@pytest.mark.parametrize(
    ("meanwhile", "refused"),
    [
        (give_password, errors.InvalidCredentials),
        (take_password, errors.InvalidCredentials),
        (erase, errors.InvalidCredentials),
        (become(Status.DELETED), errors.InvalidCredentials),
        (become(Status.DISABLED), errors.AccountDisabled),
    ],
    ids=["another password", "no password", "erased", "deleted", "disabled"],
)
async def test_a_change_during_the_verification_of_a_password_counts(
    world: World, meanwhile: Meanwhile, refused: type[errors.DomainError]
) -> None:
    user = await world.user()
    with pytest.raises(errors.DomainError) as raised:
        await sign_in_while(world, user, meanwhile)
    assert type(raised.value) is refused
    assert world.store.state.sessions == {}
    await world.failures.flush()
    assert world.logged.count(EventType.SIGN_IN_FAILED) == (0 if meanwhile is erase else 1)


async def test_a_session_ends_at_the_moment_it_expires(world: World) -> None:
    signed_in = await world.signed_in(await world.user())
    lifetime = SessionRules().lifetime
    world.clock.move(seconds=(lifetime - timedelta(seconds=1)).total_seconds())
    renewed = await world.sessions.refresh(Origin(), signed_in.refresh_token)
    world.clock.move(seconds=lifetime.total_seconds())
    with pytest.raises(errors.TokenExpired):
        await world.sessions.refresh(Origin(), renewed.refresh_token)


async def test_a_session_ends_however_much_it_is_used(world: World) -> None:
    day = timedelta(days=1)
    world.sessions._rules = SessionRules(lifetime=day, longest=2.5 * day)
    signed_in = await world.signed_in(await world.user())
    started, token, renewed = world.clock.now(), signed_in.refresh_token, signed_in
    for hours, end in [(20, 44), (40, 60), (59.9, 60)]:
        world.clock.move(seconds=(started + timedelta(hours=hours) - world.clock.now()).total_seconds())
        renewed = await world.sessions.refresh(Origin(), token)
        assert renewed.session.expires_at == started + timedelta(hours=end)
        token = renewed.refresh_token
    assert renewed.access_expires_at == started + 2.5 * day, "no token outlives its session"
    world.clock.move(hours=0.2)
    with pytest.raises(errors.TokenExpired):
        await world.sessions.refresh(Origin(), token)


async def test_a_shorter_limit_ends_a_session_that_began_before_it(world: World) -> None:
    signed_in = await world.signed_in(await world.user())
    world.clock.move(hours=48)
    world.sessions._rules = SessionRules(longest=timedelta(days=1))
    with pytest.raises(errors.TokenExpired):
        await world.sessions.refresh(Origin(), signed_in.refresh_token)


async def test_signing_in_and_renewing_show_when_the_user_was_last_seen(world: World) -> None:
    user = await world.user()
    signed_in = await world.signed_in(user)
    assert world.store.state.users[user.id].last_seen_at == world.clock.now()
    world.clock.move(hours=1)
    await world.sessions.refresh(Origin(), signed_in.refresh_token)
    assert world.store.state.users[user.id].last_seen_at == world.clock.now()


async def test_a_renewed_session_has_the_next_generation_and_the_latest_origin(world: World) -> None:
    token = (await world.signed_in(await world.user())).refresh_token
    for generation, (address, shown) in enumerate([("192.0.2.1", "192.0.2.1"), (None, "192.0.2.1")], 2):
        renewed = await world.sessions.refresh(Origin(ip_address=address), token)
        assert (renewed.session.generation, renewed.session.ip_address) == (generation, shown)
        token = renewed.refresh_token


async def test_a_session_whose_user_was_erased_is_revoked(world: World) -> None:
    user = await world.user()
    signed_in = await world.signed_in(user)
    erase(world, user)
    with pytest.raises(errors.SessionRevoked):
        await world.sessions.refresh(Origin(), signed_in.refresh_token)


async def test_closed_sign_up_creates_no_user(world: World) -> None:
    world.sessions._rules = SessionRules(sign_up=SignUpMode.CLOSED)
    with pytest.raises(errors.Forbidden):
        await world.sessions.sign_up(Origin(), SignUp("new@example.com", PASSWORD, "New"))
    assert world.store.state.users == {}


@pytest.mark.parametrize("reused", [False, True])
async def test_a_sign_out_by_token_names_its_actor(world: World, reused: bool) -> None:
    user = await world.user()
    first = await world.signed_in(user)
    if reused:
        second = await world.sessions.refresh(Origin(), first.refresh_token)
        await world.sessions.refresh(Origin(), second.refresh_token)
    await world.sessions.sign_out_by_token(Origin(), first.refresh_token)
    ended = world.store.state.events[-1]
    assert (ended.user_id, ended.actor_id) == (user.id, None if reused else user.id)
    assert world.store.state.sessions[first.session.id].end_reason is (
        EndReason.REUSED if reused else EndReason.SIGNED_OUT
    )
    assert world.live.settled == [user.id]


async def test_a_second_sign_out_by_token_is_no_error(world: World) -> None:
    signed_in = await world.signed_in(await world.user())
    await world.sessions.sign_out_by_token(Origin(), signed_in.refresh_token)
    written = await world.sessions.sign_out_by_token(Origin(), signed_in.refresh_token)
    assert (written.value, written.position) == (None, None)
    world.store.state.sessions.clear()
    written = await world.sessions.sign_out_by_token(Origin(), signed_in.refresh_token)
    assert (written.value, written.position) == (None, None)


@pytest.mark.parametrize("others", [0, 1])
async def test_a_new_password_waits_for_the_sockets_it_closes(world: World, others: int) -> None:
    user = await world.user(role=Role.AUDITOR)
    here, *_ = [await world.signed_in(user) for _ in range(1 + others)]
    await world.sessions.change_password(actor(user, here), PASSWORD, "another password")
    assert world.live.settled == [user.id] * others
