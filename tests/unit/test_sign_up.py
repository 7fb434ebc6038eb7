"""Signing up where addresses are proved first: the same for every address, and an account by the link only."""

from __future__ import annotations

import pytest

from domain import errors
from domain.models.actor import Role, system
from domain.models.event_types import EventType
from domain.models.language import Language
from domain.models.mail import Letter, MailKind
from domain.models.sign_up import SignUpMode
from domain.models.user import Status
from domain.services.attempts import AttemptLimits
from domain.services.sign_in import SignIn
from domain.services.sign_up import SignUp
from tests.unit.test_mail_queue import ORIGIN
from tests.unit.test_verification import letters
from tests.unit.world import PASSWORD, World

EMAIL = "cy@example.com"
COMMAND = SignUp(" CY@example.com", PASSWORD, " Cy  King ")


@pytest.fixture
def world() -> World:
    return World.over(AttemptLimits(), SignUpMode.VERIFIED)


async def sent(world: World, command: SignUp = COMMAND) -> Letter:
    await world.sessions.request_sign_up(ORIGIN, command)
    (letter,) = await letters(world)
    return letter


async def test_where_sign_up_is_open_the_new_user_gets_a_link_that_verifies_the_address() -> None:
    world = World.over(AttemptLimits(), SignUpMode.OPEN, confirms=True)
    made = (await world.sessions.sign_up(ORIGIN, COMMAND)).user
    (letter,) = await letters(world)
    assert (letter.kind, letter.email, letter.language) == (MailKind.EMAIL_VERIFICATION, EMAIL, Language.DE)
    assert world.logged == [EventType.USER_CREATED, EventType.SESSION_STARTED]
    verified = (await world.verifications.verify(ORIGIN, letter.token or "")).value
    assert (verified.id, verified.email_verified_at) == (made.id, world.clock.now())


async def test_a_sign_up_that_is_refused_sends_nothing_and_neither_does_one_without_mails() -> None:
    world = World.over(AttemptLimits(), SignUpMode.OPEN, confirms=True)
    await world.user(EMAIL)
    with pytest.raises(errors.Taken):
        await world.sessions.sign_up(ORIGIN, COMMAND)
    assert await letters(world) == []
    without = World.over(AttemptLimits(), SignUpMode.OPEN)
    await without.sessions.sign_up(ORIGIN, COMMAND)
    assert await letters(without) == []


async def test_there_is_an_account_once_the_address_is_proved(world: World) -> None:
    letter = await sent(world)
    assert (letter.kind, letter.email, letter.language) == (MailKind.SIGN_UP, EMAIL, Language.DE)
    assert letter.name == "", "the mail to a stranger repeats no text of another stranger"
    assert (world.store.state.users, world.logged) == ({}, [])
    made = (await world.verifications.verify(ORIGIN, letter.token or "")).value
    assert (made.email, made.display_name, made.role, made.status) == (EMAIL, "Cy King", Role.MEMBER, Status.ACTIVE)
    assert made.email_verified_at == world.clock.now()
    assert made.can_sign_in
    assert world.logged == [EventType.USER_CREATED, EventType.EMAIL_VERIFIED]
    assert {e.actor_id for e in world.store.state.events} == {made.id}
    assert (await world.sessions.sign_in(ORIGIN, SignIn(EMAIL, PASSWORD))).user.id == made.id
    with pytest.raises(errors.TokenInvalid):
        await world.verifications.verify(ORIGIN, letter.token or "")


async def test_neither_the_password_nor_the_token_is_stored(world: World) -> None:
    letter = await sent(world)
    assert letter.token is not None
    stored = repr(list(vars(world.store.state).values()))
    assert letter.token not in stored
    (link,) = world.store.state.links.values()
    assert link.password_hash == f"hash1:{PASSWORD}"
    assert PASSWORD not in repr(link)


async def test_a_request_does_the_same_for_known_and_unknown_addresses(world: World) -> None:
    known = await world.user()
    took = []
    for email in (known.email, "nobody@example.com"):
        before, commits = len(world.store.steps), world.store.commits
        await world.sessions.request_sign_up(ORIGIN, SignUp(email, PASSWORD, "Cy"))
        took.append((world.store.steps[before:], world.store.commits - commits))
    assert took[0] == took[1] == (["write"], 1)


async def test_a_user_who_has_the_address_is_notified_unless_they_may_not_sign_in(world: World) -> None:
    known, disabled = await world.user(), await world.user("d@example.com")
    await world.users.set_status(system(), disabled.id, Status.DISABLED)
    letter = await sent(world, SignUp(known.email, "another password", "Cy"))
    assert (letter.kind, letter.email, letter.token) == (MailKind.SIGN_UP_KNOWN, known.email, None)
    await world.sessions.request_sign_up(ORIGIN, SignUp(disabled.email, PASSWORD, "Cy"))
    assert await letters(world) == []
    assert world.store.state.hashes[known.id] == f"hash1:{PASSWORD}"
    assert world.store.state.links == {}


async def test_a_newer_sign_up_ends_an_earlier_one(world: World) -> None:
    first = await sent(world)
    world.clock.move(minutes=1)
    second = await sent(world, SignUp(EMAIL, "another password", "Cy"))
    with pytest.raises(errors.TokenInvalid):
        await world.verifications.verify(ORIGIN, first.token or "")
    made = (await world.verifications.verify(ORIGIN, second.token or "")).value
    assert world.store.state.hashes[made.id] == "hash1:another password"


async def test_the_link_works_for_a_day(world: World) -> None:
    letter = await sent(world)
    world.clock.move(hours=24)
    with pytest.raises(errors.TokenExpired):
        await world.verifications.verify(ORIGIN, letter.token or "")


async def test_an_address_that_was_given_to_a_user_meanwhile_is_taken(world: World) -> None:
    letter = await sent(world)
    await world.user(EMAIL)
    with pytest.raises(errors.Taken):
        await world.verifications.verify(ORIGIN, letter.token or "")
    assert len(world.store.state.users) == 1


@pytest.mark.parametrize("mode", [SignUpMode.INVITATION, SignUpMode.CLOSED])
async def test_where_sign_up_is_closed_neither_way_works(world: World, mode: SignUpMode) -> None:
    letter = await sent(world)
    closed = World.over(AttemptLimits(), mode)
    closed.store = world.store
    for service in (closed.sessions, closed.verifications):
        service._store = world.sessions._store
    for way in (closed.sessions.sign_up, closed.sessions.request_sign_up):
        with pytest.raises(errors.Forbidden):
            await way(ORIGIN, COMMAND)
    with pytest.raises(errors.Forbidden):
        await closed.verifications.verify(ORIGIN, letter.token or "")
    assert world.store.state.users == {}


async def test_each_of_the_two_ways_is_refused_in_the_other_mode(world: World) -> None:
    with pytest.raises(errors.Forbidden):
        await world.sessions.sign_up(ORIGIN, COMMAND)
    with pytest.raises(errors.Forbidden):
        await World.over(AttemptLimits()).sessions.request_sign_up(ORIGIN, COMMAND)


async def test_faults_are_reported_at_once_and_requests_are_limited(world: World) -> None:
    with pytest.raises(errors.ValidationFailed) as refused:
        await world.sessions.request_sign_up(ORIGIN, SignUp("no", "short", ""))
    assert {f.field for f in refused.value.faults} == {"email", "password", "display_name"}
    for _ in range(3):
        await world.sessions.request_sign_up(ORIGIN, COMMAND)
    with pytest.raises(errors.RateLimited):
        await world.sessions.request_sign_up(ORIGIN, COMMAND)


async def test_erasing_a_user_removes_sign_ups_with_their_address(world: World) -> None:
    await world.sessions.request_sign_up(ORIGIN, COMMAND)
    await world.mails.take_requests()
    user = await world.user(EMAIL)
    await world.sessions.request_sign_up(ORIGIN, COMMAND)
    await world.users.erase(system(), user.id)
    state = world.store.state
    assert (state.mail_requests, state.mails, state.links) == ([], {}, {})
