"""Required second factors: who has to set one up at sign-in, what ends that, and that the last one stays."""

from __future__ import annotations

from dataclasses import replace

import pytest

from domain import errors
from domain.models.actor import Actor, Origin, Role, system
from domain.models.event_types import EventType
from domain.models.second_factor import FactorRequirement
from domain.models.session import EndReason
from domain.models.sign_up import SignUpMode
from domain.models.user import User
from domain.services.attempts import AttemptLimits
from domain.services.invitation import AcceptInvitation, InviteUser
from domain.services.sign_in import SignedIn
from domain.services.sign_up import SignUp
from domain.services.user import UpdateUser
from tests.unit.keyed import Keyed
from tests.unit.test_verification import letters
from tests.unit.world import PASSWORD, World, actor

ALL, ADMIN = FactorRequirement.ALL, FactorRequirement.ADMIN


def requiring(who: FactorRequirement | None = ALL) -> World:
    return World.over(AttemptLimits(), required=who)


def code(world: World) -> str:
    """The code of now."""
    return str(int(world.clock.now().timestamp()) // 30)


async def enrol(world: World, by: Actor) -> list[str]:
    """Set an authenticator app up; returns the recovery codes."""
    await world.factors.begin(by, PASSWORD)
    return list((await world.factors.confirm(by, code(world))).value)


@pytest.mark.parametrize(
    ("who", "roles"), [(None, set[Role]()), (ADMIN, {Role.ADMIN}), (ALL, {Role.MEMBER, Role.AUDITOR, Role.ADMIN})]
)
async def test_the_setting_says_who_has_to_set_one_up(who: FactorRequirement | None, roles: set[Role]) -> None:
    world = requiring(who)
    signed_in = [await world.signed_in(await world.user(f"{role}@example.com", role)) for role in Role]
    assert {s.user.role for s in signed_in if s.session.enrolling} == roles
    kinds = {s.user.role: s.access_token.partition(" ")[0] for s in signed_in}
    assert {role for role, kind in kinds.items() if kind == "enrolment"} == roles


async def test_a_renewed_session_is_as_it_was() -> None:
    world = requiring()
    user = await world.user()
    first = await world.signed_in(user)
    renewed = await world.sessions.refresh(Origin(), first.refresh_token)
    again = await world.sessions.refresh(Origin(), first.refresh_token)  # within the overlap, which writes nothing
    assert [r.session.enrolling for r in (renewed, again)] == [True, True]
    assert [r.access_token.partition(" ")[0] for r in (renewed, again)] == ["enrolment", "enrolment"]
    await enrol(world, actor(user, first))
    whole = await world.sessions.refresh(Origin(), renewed.refresh_token)
    assert not whole.session.enrolling
    assert whole.access_token.startswith("access ")


async def test_who_signs_up_or_was_invited_has_to_set_one_up_too() -> None:
    world = World.over(AttemptLimits(), SignUpMode.OPEN, required=ALL)
    assert (await world.sessions.sign_up(Origin(), SignUp("bo@example.com", PASSWORD, "Bo"))).session.enrolling
    await world.invitations.invite(system(), InviteUser("cy@example.com", "Cy", Role.MEMBER))
    (letter,) = await letters(world)
    accepted = await world.invitations.accept(Origin(), AcceptInvitation(letter.token or "", PASSWORD))
    assert accepted.session.enrolling


async def test_an_app_makes_the_session_whole_and_the_next_one_begins_whole() -> None:
    world = requiring()
    user = await world.user()
    signed_in = await world.signed_in(user)
    recovery = await enrol(world, actor(user, signed_in))
    assert not world.store.state.sessions[signed_in.session.id].enrolling
    ada = Keyed(world, user, actor(user))
    assert not (await ada.with_password(code=recovery[0])).session.enrolling


async def test_a_passkey_counts_alone_and_as_the_second_factor() -> None:
    ada = await Keyed.made(requiring())
    assert ada.by.session_id is not None
    assert not ada.world.store.state.sessions[ada.by.session_id].enrolling
    assert not (await ada.sign_in()).session.enrolling
    assert not (await ada.with_password(await ada.answer())).session.enrolling


async def test_a_wrong_code_leaves_the_session_as_it_was() -> None:
    world = requiring()
    user = await world.user()
    signed_in = await world.signed_in(user)
    by = actor(user, signed_in)
    await world.factors.begin(by, PASSWORD)
    with pytest.raises(errors.ValidationFailed):
        await world.factors.confirm(by, "0")
    assert world.store.state.sessions[signed_in.session.id].enrolling


class Two:
    """A user with two sessions, of which the second was started with the password alone; either may be whole."""

    def __init__(self, world: World, user: User, first: SignedIn, second: SignedIn) -> None:
        self.world, self.first, self.second = world, actor(user, first), actor(user, second)
        self.user = user

    @classmethod
    async def of(cls, world: World) -> Two:
        user = await world.user()
        return cls(world, user, await world.signed_in(user), await world.signed_in(user))

    def ended(self, by: Actor) -> EndReason | None:
        assert by.session_id is not None
        return self.world.store.state.sessions[by.session_id].end_reason


async def test_other_sessions_that_wait_for_a_factor_end_with_an_event_each() -> None:
    two = await Two.of(requiring())
    await enrol(two.world, two.first)
    assert (two.ended(two.first), two.ended(two.second)) == (None, EndReason.REVOKED)
    added, ended = two.world.store.state.events[-2:]
    assert (added.type, ended.type) == (EventType.SECOND_FACTOR_ADDED, EventType.SESSION_REVOKED)
    assert ended.subject.id == two.second.session_id


@pytest.mark.parametrize("by_passkey", [False, True])
async def test_a_session_that_was_ended_meanwhile_adds_nothing(by_passkey: bool) -> None:
    two = await Two.of(requiring())
    late = Keyed(two.world, two.user, two.second)
    options = await two.world.passkeys.begin_registration(two.second, PASSWORD)
    await two.world.factors.begin(two.second, PASSWORD)
    waiting = two.world.store.state.totp[two.user.id]
    await Keyed(two.world, two.user, two.first).register("first")
    two.world.store.state.totp[two.user.id] = waiting
    answer = {"challenge": options["challenge"], "credential": "second", "counter": 1}
    attempt = (
        two.world.passkeys.finish_registration(late.by, "Phone", answer)
        if by_passkey
        else two.world.factors.confirm(late.by, code(two.world))
    )
    with pytest.raises(errors.SessionRevoked):
        await attempt
    assert [p.credential_id for p in two.world.store.state.passkeys.values()] == [b"first"]
    assert two.world.store.state.totp[two.user.id].confirmed_at is None


async def test_whole_sessions_of_the_user_go_on() -> None:
    two = await Two.of(requiring(None))
    await enrol(two.world, two.first)
    assert (two.ended(two.first), two.ended(two.second)) == (None, None)


async def test_the_last_factor_stays_while_it_is_required() -> None:
    world = requiring()
    user = await world.user()
    by = actor(user, await world.signed_in(user))
    recovery = await enrol(world, by)
    with pytest.raises(errors.Forbidden, match="your only one"):
        await world.factors.disable(by, PASSWORD, recovery[0])
    ada = Keyed(world, user, by)
    passkey = await ada.register("key")
    await world.factors.disable(by, PASSWORD, recovery[0])  # the refusal has used no code
    with pytest.raises(errors.Forbidden, match="your only one"):
        await world.passkeys.remove(by, passkey.id)
    assert passkey.id in world.store.state.passkeys


async def test_who_need_not_have_one_removes_it() -> None:
    world = requiring(ADMIN)
    user = await world.user()
    by = actor(user, await world.signed_in(user))
    await world.factors.disable(by, PASSWORD, (await enrol(world, by))[0])
    assert not (await world.signed_in(user)).session.enrolling


async def test_after_an_admin_s_reset_the_next_sign_in_leads_to_enrolment() -> None:
    world = requiring()
    user = await world.user()
    await enrol(world, actor(user, await world.signed_in(user)))
    await world.factors.reset(system(), user.id)
    assert (await world.signed_in(user)).session.enrolling


async def test_a_new_admin_s_session_goes_on_and_the_next_one_needs_a_factor() -> None:
    world = requiring(ADMIN)
    user = await world.user()
    before = await world.signed_in(user)
    await world.users.update(system(), UpdateUser(user.id, role=Role.ADMIN))
    renewed = await world.sessions.refresh(Origin(), before.refresh_token)
    assert not renewed.session.enrolling
    assert (await world.signed_in(replace(user, role=Role.ADMIN))).session.enrolling
