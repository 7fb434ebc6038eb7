"""Invitations: who sends them, what accepting one makes, and what ends them."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest

from domain import errors
from domain.models.actor import Actor, Role, system
from domain.models.event import Audience
from domain.models.event_types import EventType
from domain.models.invitation import Invitation
from domain.models.language import Language
from domain.models.mail import Letter, MailKind
from domain.models.sign_up import SignUpMode
from domain.models.user import Status, User
from domain.pagination import Window
from domain.services.attempts import AttemptLimits
from domain.services.invitation import AcceptInvitation, InviteUser
from domain.services.sign_in import SignIn
from domain.services.sign_up import SignUp
from domain.services.user import UpdateUser
from tests.unit.test_mail_queue import ORIGIN
from tests.unit.test_verification import letters, signed_in
from tests.unit.world import PASSWORD, World

EMAIL = "cy@example.com"


@pytest.fixture
def world() -> World:
    return World.over(AttemptLimits(), SignUpMode.INVITATION)


async def admin(world: World) -> User:
    return await world.user("admin@example.com", Role.ADMIN)


async def invited(
    world: World, by: Actor, role: Role = Role.AUDITOR, name: str | None = "Cy"
) -> tuple[Invitation, Letter]:
    """An invitation and its letter."""
    invitation = (await world.invitations.invite(by, InviteUser(f" {EMAIL.upper()}", name, role))).value
    (letter,) = await letters(world)
    return invitation, letter


def accepting(letter: Letter, name: str | None = None, password: str = PASSWORD) -> AcceptInvitation:
    return AcceptInvitation(letter.token or "", password, name)


async def test_who_is_invited_has_no_account_before_they_accept(world: World) -> None:
    by = await admin(world)
    before = len(world.logged)
    invitation, letter = await invited(world, signed_in(by))
    assert invitation.expires_at == world.clock.now() + timedelta(days=7)
    assert (letter.kind, letter.email, letter.language, letter.name) == (
        MailKind.INVITATION,
        EMAIL,
        Language.DE,
        "Cy",
    )
    assert letter.values == {"by": by.display_name}
    (event,) = world.store.state.events[before:]
    assert (event.type, event.user_id, event.subject.id, event.actor_id) == (
        EventType.INVITATION_SENT,
        None,
        invitation.id,
        by.id,
    )
    assert [(c.field, c.before, c.after) for c in event.changes] == [("role", None, "auditor")]
    assert EMAIL not in repr(event)
    assert list(world.store.state.users) == [by.id]
    with pytest.raises(errors.InvalidCredentials):
        await world.sessions.sign_in(ORIGIN, SignIn(EMAIL, PASSWORD))


async def test_accepting_makes_the_account_with_its_role_and_signs_in(world: World) -> None:
    by = signed_in(await admin(world))
    invitation, letter = await invited(world, by)
    before = len(world.logged)
    entered = await world.invitations.accept(ORIGIN, accepting(letter))
    user = entered.user
    assert (user.email, user.display_name, user.role, user.can_sign_in) == (EMAIL, "Cy", Role.AUDITOR, True)
    assert user.email_verified_at == world.clock.now()
    assert entered.session.user_id == user.id
    assert world.logged[before:] == [
        EventType.USER_CREATED,
        EventType.EMAIL_VERIFIED,
        EventType.INVITATION_ACCEPTED,
        EventType.SESSION_STARTED,
    ]
    accepted = world.store.state.events[before + 2]
    assert (accepted.subject.id, accepted.user_id, accepted.actor_id) == (invitation.id, user.id, user.id)
    assert accepted.user_version == user.version
    assert (world.store.state.invitations, world.store.state.links) == ({}, {})
    with pytest.raises(errors.TokenInvalid):
        await world.invitations.accept(ORIGIN, accepting(letter))


async def test_who_accepts_may_choose_another_name_and_must_have_one(world: World) -> None:
    by = signed_in(await admin(world))
    _, letter = await invited(world, by, name=None)
    assert letter.name == EMAIL, "how the mail calls somebody without a name"
    with pytest.raises(errors.ValidationFailed) as refused:
        await world.invitations.accept(ORIGIN, accepting(letter))
    assert refused.value.faults[0].field == "display_name"
    for password in ("short", EMAIL):
        with pytest.raises(errors.ValidationFailed):
            await world.invitations.accept(ORIGIN, accepting(letter, "Cy", password))
    assert (await world.invitations.accept(ORIGIN, accepting(letter, "Cyrus"))).user.display_name == "Cyrus"


@pytest.mark.parametrize("role", [Role.MEMBER, Role.AUDITOR])
async def test_only_admins_invite_withdraw_and_see(world: World, role: Role) -> None:
    invitation, _ = await invited(world, signed_in(await admin(world)))
    other = signed_in(await world.user(role=role))
    for refused in (
        world.invitations.invite(other, InviteUser("x@example.com")),
        world.invitations.withdraw(other, invitation.id),
        world.invitations.page(other, Window()),
    ):
        with pytest.raises(errors.Forbidden):
            await refused
    assert await world.invitations.get_many(other, [invitation.id]) == {}
    assert await world.invitations.get_many(system(), [invitation.id]) == {invitation.id: invitation}
    assert list((await world.invitations.page(system(), Window())).items) == [invitation]


async def test_a_withdrawn_invitation_cannot_be_accepted(world: World) -> None:
    invitation, letter = await invited(world, system())
    await world.invitations.withdraw(system(), invitation.id)
    assert world.logged[-1] is EventType.INVITATION_WITHDRAWN
    with pytest.raises(errors.TokenInvalid):
        await world.invitations.accept(ORIGIN, accepting(letter))
    with pytest.raises(errors.NotFound):
        await world.invitations.withdraw(system(), invitation.id)


async def test_auditors_see_in_the_log_that_an_invitation_came_and_ended(world: World) -> None:
    by = signed_in(await admin(world))
    withdrawn, _ = await invited(world, by)
    before = len(world.logged)
    done = await world.invitations.withdraw(by, withdrawn.id)
    assert done.position == before + 1
    _, letter = await invited(world, by)
    await world.invitations.accept(ORIGIN, accepting(letter))
    seen = [
        (e.type, e.audience_before, e.audience_after)
        for e in world.store.state.events
        if e.type.value.startswith("invitation_")
    ]
    sent = (EventType.INVITATION_SENT, None, Audience.AUDITORS)
    assert seen == [
        sent,
        (EventType.INVITATION_WITHDRAWN, Audience.AUDITORS, None),
        sent,
        (EventType.INVITATION_ACCEPTED, Audience.AUDITORS, None),
    ]


async def test_a_mail_of_a_withdrawn_invitation_is_not_sent(world: World) -> None:
    invitation = (await world.invitations.invite(system(), InviteUser(EMAIL))).value
    await world.invitations.withdraw(system(), invitation.id)
    assert await letters(world) == []


async def test_a_second_invitation_replaces_the_first_and_keeps_its_id(world: World) -> None:
    first, old = await invited(world, system(), Role.ADMIN)
    world.clock.move(minutes=1)
    second, new = await invited(world, system(), Role.MEMBER)
    assert first.id == second.id
    assert list((await world.invitations.page(system(), Window())).items) == [second]
    with pytest.raises(errors.TokenInvalid):
        await world.invitations.accept(ORIGIN, accepting(old))
    assert (await world.invitations.accept(ORIGIN, accepting(new))).user.role is Role.MEMBER


async def test_it_works_for_seven_days_from_when_it_was_made(world: World) -> None:
    invitation = (await world.invitations.invite(system(), InviteUser(EMAIL, "Cy"))).value
    world.clock.move(hours=24)
    (letter,) = await letters(world)
    assert letter.expires_at == invitation.expires_at
    world.clock.move(hours=24 * 6)
    with pytest.raises(errors.TokenExpired):
        await world.invitations.accept(ORIGIN, accepting(letter))


@pytest.mark.parametrize("change", ["demoted", "disabled", "erased"])
async def test_it_counts_only_as_long_as_who_sent_it_may_send_one(world: World, change: str) -> None:
    by, _ = await admin(world), await world.user("second@example.com", Role.ADMIN)
    _, letter = await invited(world, signed_in(by), Role.ADMIN)
    match change:
        case "demoted":
            await world.users.update(system(), UpdateUser(by.id, role=Role.MEMBER))
        case "disabled":
            await world.users.set_status(system(), by.id, Status.DISABLED)
        case _:
            await world.users.erase(system(), by.id)
    with pytest.raises(errors.TokenInvalid):
        await world.invitations.accept(ORIGIN, accepting(letter))


async def test_an_address_of_a_user_is_not_invited_and_not_accepted(world: World) -> None:
    holder = await world.user(EMAIL)
    with pytest.raises(errors.Taken) as taken:
        await world.invitations.invite(system(), InviteUser(EMAIL))
    assert (taken.value.current, taken.value.field) == (holder, "email")
    assert taken.value.message == "This e-mail address is taken"
    deleted = (await world.users.set_status(system(), holder.id, Status.DELETED)).value
    with pytest.raises(errors.Taken, match="belongs to a deleted user"):
        await world.invitations.invite(system(), InviteUser(EMAIL))
    await world.users.erase(system(), deleted.id)
    _, letter = await invited(world, system())
    await world.user(EMAIL)
    with pytest.raises(errors.Taken) as taken:
        await world.invitations.accept(ORIGIN, accepting(letter))
    assert taken.value.current is None


async def test_where_sign_up_is_closed_there_are_no_invitations(world: World) -> None:
    _, letter = await invited(world, system())
    closed = World.over(AttemptLimits(), SignUpMode.CLOSED)
    closed.invitations._store = world.invitations._store
    with pytest.raises(errors.Forbidden):
        await closed.invitations.invite(system(), InviteUser(EMAIL))
    with pytest.raises(errors.TokenInvalid):
        await closed.invitations.accept(ORIGIN, accepting(letter))


async def test_only_those_who_were_invited_sign_up(world: World) -> None:
    with pytest.raises(errors.Forbidden):
        await world.sessions.sign_up(ORIGIN, SignUp(EMAIL, PASSWORD, "Cy"))


async def test_one_address_is_not_flooded_with_invitations() -> None:
    world = World.over(AttemptLimits(mails=(2, 3600)), SignUpMode.INVITATION)
    for _ in range(2):
        await world.invitations.invite(system(), InviteUser(EMAIL))
    with pytest.raises(errors.RateLimited):
        await world.invitations.invite(system(), InviteUser(EMAIL))
    await world.invitations.invite(system(), InviteUser("other@example.com"))


async def test_erasing_a_user_removes_invitations_to_their_address(world: World) -> None:
    await invited(world, system())
    await world.invitations.invite(system(), InviteUser(EMAIL))
    user = await world.user(EMAIL)
    await world.mails.read_log()
    await world.users.erase(system(), user.id)
    state = world.store.state
    assert (state.invitations, state.links, state.mails) == ({}, {}, {})


async def test_an_unknown_invitation_is_not_found(world: World) -> None:
    with pytest.raises(errors.NotFound):
        await world.invitations.withdraw(system(), UUID(int=1))
