"""Changing one's own address: it waits until it is confirmed, and nothing reveals whether somebody has it."""

from __future__ import annotations

import pytest

from domain import errors
from domain.models.actor import Actor, Role, system
from domain.models.event_types import EventType
from domain.models.language import Language
from domain.models.mail import Letter, MailKind
from domain.models.user import Status, User
from domain.services.attempts import AttemptLimits
from domain.services.email_change import ChangeEmail
from domain.services.session import SetPassword
from domain.services.user import UpdateUser
from tests.unit.test_mail_queue import ORIGIN
from tests.unit.test_verification import letters, signed_in
from tests.unit.world import PASSWORD, World

NEW = "new@example.com"


@pytest.fixture
def world() -> World:
    return World.over(AttemptLimits())


async def request(world: World, user: User, email: str = NEW, password: str = PASSWORD) -> None:
    await world.email_changes.request(signed_in(user), ChangeEmail(email, password))


async def pending(world: World, user: User, by: Actor | None = None) -> str | None:
    return (await world.email_changes.pending(by or signed_in(user), [user.id]))[user.id]


async def sent(world: World) -> Letter:
    """The letter with the link, after the notice to the present address was sent too."""
    link, notice = await letters(world), await letters(world)
    assert [x.kind for x in (*link, *notice)] == [MailKind.EMAIL_CHANGE, MailKind.EMAIL_CHANGE_NOTICE]
    return link[0]


async def test_a_new_address_waits_until_its_link_is_used(world: World) -> None:
    user = await world.user()
    before = len(world.logged)
    await request(world, user, " NEW@example.com")
    assert world.store.state.users[user.id] == user
    assert await pending(world, user) == NEW
    (event,) = world.store.state.events[before:]
    assert (event.type, event.user_id, event.actor_id, event.changes) == (
        EventType.EMAIL_CHANGE_REQUESTED,
        user.id,
        user.id,
        (),
    )
    letter = await sent(world)
    assert (letter.email, letter.language, letter.name) == (NEW, Language.DE, user.display_name)
    before = len(world.logged)
    written = await world.email_changes.confirm(ORIGIN, letter.token or "")
    assert (written.value.email, written.value.version) == (NEW, 2)
    assert written.value.email_verified_at == world.clock.now()
    assert world.store.state.users[user.id] == written.value
    assert world.logged[before:] == [EventType.USER_UPDATED, EventType.EMAIL_VERIFIED]
    assert await pending(world, user) is None


async def test_the_present_address_is_notified_even_if_the_new_one_was_confirmed_meanwhile(world: World) -> None:
    user = await world.user()
    await request(world, user)
    (link,) = await letters(world)
    await world.email_changes.confirm(ORIGIN, link.token or "")
    (notice,) = await letters(world)
    assert (notice.kind, notice.email, notice.token) == (MailKind.EMAIL_CHANGE_NOTICE, user.email, None)


async def test_only_the_user_and_admins_see_what_waits(world: World) -> None:
    user = await world.user()
    await request(world, user)
    assert await pending(world, user, Actor(system().user_id, Role.ADMIN)) == NEW
    for role in (Role.MEMBER, Role.AUDITOR):
        assert await pending(world, user, signed_in(await world.user(f"{role}@example.com", role))) is None


async def test_the_link_works_once_and_for_a_day(world: World) -> None:
    user = await world.user()
    await request(world, user)
    letter = await sent(world)
    world.clock.move(hours=24)
    with pytest.raises(errors.TokenExpired):
        await world.email_changes.confirm(ORIGIN, letter.token or "")
    assert await pending(world, user) is None
    await request(world, user)
    letter = await sent(world)
    await world.email_changes.confirm(ORIGIN, letter.token or "")
    with pytest.raises(errors.TokenInvalid):
        await world.email_changes.confirm(ORIGIN, letter.token or "")


async def test_a_newer_request_ends_an_older_one(world: World) -> None:
    user = await world.user()
    await request(world, user)
    first = await sent(world)
    world.clock.move(minutes=1)
    await request(world, user, "newer@example.com")
    assert await pending(world, user) == "newer@example.com"
    with pytest.raises(errors.TokenInvalid):
        await world.email_changes.confirm(ORIGIN, first.token or "")


@pytest.mark.parametrize("change", ["password", "address"])
async def test_a_change_of_password_or_address_ends_it(world: World, change: str) -> None:
    user = await world.user()
    await request(world, user)
    letter = await sent(world)
    if change == "password":
        await world.sessions.set_password(system(), SetPassword(user.id, "another password"))
    else:
        await world.users.update(system(), UpdateUser(user.id, email="other@example.com"))
    assert await pending(world, user) is None
    with pytest.raises(errors.TokenInvalid):
        await world.email_changes.confirm(ORIGIN, letter.token or "")


async def test_an_address_of_another_user_waits_like_any_other_and_they_are_notified(world: World) -> None:
    user, holder = await world.user(), await world.user("bo@example.com")
    steps = []
    for email in (holder.email, NEW):
        before = len(world.store.steps)
        await request(world, user, email)
        steps.append(world.store.steps[before:])
        assert await pending(world, user) == email
        world.clock.move(minutes=1)
    assert steps[0] == steps[1]
    await request(world, user, holder.email)
    world.store.state.mails.clear()
    world.store.state.mail_position = len(world.store.state.log.entries) - 1
    (letter,) = await letters(world)
    assert (letter.kind, letter.email, letter.name, letter.token) == (
        MailKind.ADDRESS_IN_USE,
        holder.email,
        holder.display_name,
        None,
    )
    assert not [link for link in world.store.state.links.values() if link.token_hash]


@pytest.mark.parametrize("status", [Status.DISABLED, Status.DELETED])
async def test_a_user_who_may_not_sign_in_is_not_written_to(world: World, status: Status) -> None:
    user, holder = await world.user(), await world.user("bo@example.com")
    await world.users.set_status(system(), holder.id, status)
    await request(world, user, holder.email)
    assert await letters(world) == []


async def test_an_address_that_was_taken_meanwhile_is_refused(world: World) -> None:
    user = await world.user()
    await request(world, user)
    letter = await sent(world)
    await world.user(NEW)
    with pytest.raises(errors.Taken):
        await world.email_changes.confirm(ORIGIN, letter.token or "")
    assert world.store.state.users[user.id].email == user.email


async def test_a_request_needs_the_current_password_and_a_session(world: World) -> None:
    user = await world.user()
    with pytest.raises(errors.InvalidCredentials):
        await request(world, user, password="not the password")
    for actor in (system(), Actor(user.id, Role.MEMBER, key_id=user.id)):
        with pytest.raises(errors.Forbidden):
            await world.email_changes.request(actor, ChangeEmail(NEW, PASSWORD))
    for email in ("no address", user.email.upper()):
        with pytest.raises(errors.ValidationFailed) as refused:
            await request(world, user, email)
        assert refused.value.faults[0].field == "new_email"
    assert await pending(world, user) is None


async def test_requests_and_uses_are_limited() -> None:
    world = World.over(AttemptLimits(per_account=(2, 300), per_address=(3, 300)))
    user = await world.user()
    for _ in range(2):
        await request(world, user)
    with pytest.raises(errors.RateLimited):
        await request(world, user)
    for _ in range(3):
        with pytest.raises(errors.TokenInvalid):
            await world.email_changes.confirm(ORIGIN, "no token")
    with pytest.raises(errors.RateLimited):
        await world.email_changes.confirm(ORIGIN, "no token")


async def test_one_address_is_not_flooded_with_mails(world: World) -> None:
    users = [await world.user(f"{n}@example.com") for n in range(4)]
    for user in users[:3]:
        await request(world, user)
    with pytest.raises(errors.RateLimited):
        await request(world, users[3])


async def test_where_mails_can_be_sent_one_s_own_address_waits_and_another_s_changes_at_once() -> None:
    world = World.over(AttemptLimits(), confirms=True)
    admin, user = await world.user("admin@example.com", Role.ADMIN), await world.user()
    for person, email in ((user, NEW), (admin, "boss@example.com")):
        command = UpdateUser(person.id, email=email, display_name="Other")
        written = await world.users.update(signed_in(person), command)
        assert (written.value.email, written.value.display_name) == (person.email, "Other")
        assert written.position is not None
        assert await pending(world, person) == email
    changed = await world.users.update(signed_in(admin), UpdateUser(user.id, email="third@example.com"))
    assert changed.value.email == "third@example.com"
    assert await pending(world, user) is None


async def test_where_mails_can_be_sent_one_s_own_change_does_not_say_who_has_an_address() -> None:
    world = World.over(AttemptLimits(), confirms=True)
    user, holder = await world.user(), await world.user("bo@example.com")
    written = await world.users.update(signed_in(user), UpdateUser(user.id, email=holder.email))
    assert written.value.email == user.email
    same = await world.users.update(signed_in(user), UpdateUser(user.id, email=user.email))
    assert same.position is None
