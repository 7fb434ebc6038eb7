"""The second factor: enrolling, signing in with it, recovery codes, and who may turn it off."""

from __future__ import annotations

import pytest

from domain import errors
from domain.models.actor import Actor, Origin, Role
from domain.models.event_types import EventType
from domain.models.second_factor import ENROLMENT_LIFETIME, RECOVERY_CODES, SecondFactor
from domain.models.session import EndReason
from domain.models.user import User
from domain.services.attempts import AttemptLimits
from domain.services.sign_in import SignedIn, SignIn
from tests.unit.world import PASSWORD, World, actor

ADDED, REMOVED = EventType.SECOND_FACTOR_ADDED, EventType.SECOND_FACTOR_REMOVED


class Enrolled:
    """A user with an authenticator app."""

    def __init__(self, world: World, user: User, by: Actor) -> None:
        self.world, self.user, self.by = world, user, by
        self.recovery: list[str] = []

    @classmethod
    async def begun(cls) -> Enrolled:
        """One who has a secret that waits for its code."""
        world = World.over(AttemptLimits())
        user = await world.user()
        enrolled = cls(world, user, actor(user, await world.signed_in(user)))
        await world.factors.begin(enrolled.by, PASSWORD)
        return enrolled

    def code(self, steps: int = 0) -> str:
        """The code of now, or of some steps later."""
        return str(int(self.world.clock.now().timestamp()) // 30 + steps)

    async def confirm(self) -> Enrolled:
        """Turn it on, and let a step pass."""
        self.recovery = list((await self.world.factors.confirm(self.by, self.code())).value)
        self.world.clock.move(seconds=30)
        return self

    async def sign_in(self, code: str | None = None, password: str = PASSWORD) -> SignedIn:
        return await self.world.sessions.sign_in(Origin(), SignIn(self.user.email, password, code))


@pytest.fixture
async def begun() -> Enrolled:
    """A secret that waits for its code."""
    return await Enrolled.begun()


@pytest.fixture
async def ada() -> Enrolled:
    """A confirmed app."""
    return await (await Enrolled.begun()).confirm()


async def test_a_secret_counts_once_its_first_code_was_entered(begun: Enrolled) -> None:
    await begun.sign_in()
    assert ADDED not in begun.world.logged
    await begun.confirm()
    assert begun.world.logged[-1] is ADDED
    with pytest.raises(errors.SecondFactorRequired):
        await begun.sign_in()


async def test_the_log_has_the_kind_of_factor_and_no_secret(ada: Enrolled) -> None:
    entry = ada.world.store.state.events[-1]
    assert [(c.field, c.before, c.after) for c in entry.changes] == [("second_factor", None, "totp")]
    assert not any(secret in repr(ada.world.store.state.events) for secret in ("secret of", "sealed", *ada.recovery))


@pytest.mark.parametrize("code", ["", "0", "no code", "9" * 65])
async def test_a_wrong_first_code_turns_nothing_on(begun: Enrolled, code: str) -> None:
    with pytest.raises(errors.ValidationFailed) as refused:
        await begun.world.factors.confirm(begun.by, code)
    assert [f.field for f in refused.value.faults] == ["code"]
    assert [f.field for f in refused.value.faults] == ["code"]
    await begun.sign_in()


async def test_a_secret_waits_for_its_first_code_for_a_bounded_time(begun: Enrolled) -> None:
    begun.world.clock.move(seconds=ENROLMENT_LIFETIME.total_seconds())
    with pytest.raises(errors.ValidationFailed):
        await begun.confirm()


async def test_first_codes_are_limited(begun: Enrolled) -> None:
    limit = AttemptLimits().per_account[0]
    for _ in range(limit):
        with pytest.raises(errors.ValidationFailed):
            await begun.world.factors.confirm(begun.by, "0")
    with pytest.raises(errors.RateLimited):
        await begun.confirm()


async def test_beginning_again_replaces_a_waiting_secret_and_never_a_confirmed_one(begun: Enrolled) -> None:
    begun.world.clock.move(seconds=ENROLMENT_LIFETIME.total_seconds() - 1)
    shown = await begun.world.factors.begin(begun.by, PASSWORD)
    assert shown.secret == f"secret of {begun.user.email}"
    begun.world.clock.move(seconds=2)
    await begun.confirm()
    with pytest.raises(errors.Forbidden):
        await begun.world.factors.begin(begun.by, PASSWORD)
    await begun.sign_in(begun.code())


async def test_no_code_is_taken_twice_nor_one_older_than_it(ada: Enrolled) -> None:
    await ada.sign_in(ada.code())
    for code in (ada.code(), ada.code(-1)):
        with pytest.raises(errors.InvalidCredentials):
            await ada.sign_in(code)
    ada.world.clock.move(seconds=30)
    await ada.sign_in(ada.code())


async def test_the_code_that_confirmed_it_does_not_sign_in() -> None:
    enrolled = await Enrolled.begun()
    used = enrolled.code()
    await enrolled.confirm()
    with pytest.raises(errors.InvalidCredentials):
        await enrolled.sign_in(used)


async def test_a_code_means_nothing_without_the_password(ada: Enrolled) -> None:
    with pytest.raises(errors.InvalidCredentials) as refused:
        await ada.sign_in(ada.code(), "not the password")
    assert refused.value.message == errors.InvalidCredentials.default
    with pytest.raises(errors.InvalidCredentials):
        await ada.sign_in(None, "not the password")
    await ada.sign_in(ada.code())


async def test_a_wrong_code_is_a_failed_sign_in_and_a_missing_one_is_not(ada: Enrolled) -> None:
    with pytest.raises(errors.SecondFactorRequired):
        await ada.sign_in()
    await ada.world.failures.flush()
    assert EventType.SIGN_IN_FAILED not in ada.world.logged
    with pytest.raises(errors.InvalidCredentials):
        await ada.sign_in("0")
    await ada.world.failures.flush()
    assert ada.world.logged.count(EventType.SIGN_IN_FAILED) == 1


async def test_wrong_codes_are_limited_as_wrong_passwords_are(ada: Enrolled) -> None:
    for _ in range(AttemptLimits().per_account[0]):
        with pytest.raises(errors.InvalidCredentials):
            await ada.sign_in("0")
    with pytest.raises(errors.RateLimited):
        await ada.sign_in(ada.code())


async def test_a_recovery_code_signs_in_once(ada: Enrolled) -> None:
    assert len(set(ada.recovery)) == RECOVERY_CODES
    await ada.sign_in(ada.recovery[3].upper())
    with pytest.raises(errors.InvalidCredentials):
        await ada.sign_in(ada.recovery[3])
    await ada.sign_in(ada.recovery[4])


async def test_renewed_recovery_codes_replace_the_old_ones(ada: Enrolled) -> None:
    renewed = await ada.world.factors.renew_recovery_codes(ada.by, PASSWORD)
    assert not set(renewed) & set(ada.recovery)
    with pytest.raises(errors.InvalidCredentials):
        await ada.sign_in(ada.recovery[0])
    await ada.sign_in(renewed[0])


async def test_there_are_no_recovery_codes_without_a_factor(begun: Enrolled) -> None:
    with pytest.raises(errors.Forbidden):
        await begun.world.factors.renew_recovery_codes(begun.by, PASSWORD)


async def test_turning_it_off_needs_password_and_code(ada: Enrolled) -> None:
    for password, code in (("not the password", ada.code()), (PASSWORD, "0"), (PASSWORD, "")):
        with pytest.raises(errors.InvalidCredentials):
            await ada.world.factors.disable(ada.by, password, code)
    await ada.world.factors.disable(ada.by, PASSWORD, ada.recovery[0])
    assert ada.world.logged[-1] is REMOVED
    await ada.sign_in()
    assert not ada.world.store.state.recovery.get(ada.user.id)


async def test_only_an_admin_resets_it_and_not_their_own(ada: Enrolled) -> None:
    world = ada.world
    admin, other = await world.user("admin@example.com", Role.ADMIN), await world.user("other@example.com")
    own = actor(admin, await world.signed_in(admin))
    for by, whose in ((actor(other), ada.user), (ada.by, ada.user), (own, admin)):
        with pytest.raises(errors.Forbidden):
            await world.factors.reset(by, whose.id)
    assert ada.user.id in world.store.state.totp
    before = len(world.logged)
    assert (await world.factors.reset(own, other.id)).position is None, "there was none"
    assert len(world.logged) == before
    assert (await world.factors.reset(own, ada.user.id)).position == len(world.logged)
    assert not world.store.state.recovery[ada.user.id], "the codes of a factor that is no more"


async def test_the_code_of_an_app_that_waits_to_be_confirmed_proves_nothing(begun: Enrolled) -> None:
    world = begun.world
    options = await world.passkeys.begin_registration(begun.by, PASSWORD)
    answer = {"challenge": options["challenge"], "credential": "key", "counter": 1}
    await world.passkeys.finish_registration(begun.by, "Phone", answer)
    with pytest.raises(errors.InvalidCredentials):
        await begun.sign_in(begun.code())


async def test_an_admin_resets_it_and_ends_every_session(ada: Enrolled) -> None:
    signed_in = await ada.sign_in(ada.code())
    admin = actor(await ada.world.user("admin@example.com", Role.ADMIN))
    before = len(ada.world.logged)
    await ada.world.factors.reset(admin, ada.user.id)
    assert ada.world.logged[before:] == [REMOVED, *[EventType.SESSION_REVOKED] * 2]
    assert ada.world.store.state.sessions[signed_in.session.id].end_reason is EndReason.REVOKED
    assert ada.user.id in ada.world.live.settled
    await ada.sign_in()
    before = len(ada.world.logged)
    await ada.world.factors.reset(admin, ada.user.id)
    assert len(ada.world.logged) == before, "who has no factor keeps the sessions"


async def test_who_may_know_of_it(ada: Enrolled) -> None:
    world = ada.world
    shown = {}
    for role in Role:
        viewer = actor(await world.user(f"{role}@example.com", role))
        shown[role] = (await world.factors.kinds(viewer, [ada.user.id]))[ada.user.id]
    assert shown == {Role.MEMBER: None, Role.AUDITOR: None, Role.ADMIN: (SecondFactor.TOTP,)}
    assert await world.factors.kinds(ada.by, [ada.user.id]) == {ada.user.id: (SecondFactor.TOTP,)}


async def test_nothing_changes_without_a_session(ada: Enrolled) -> None:
    without = actor(ada.user)
    factors = ada.world.factors
    for use in (
        factors.begin(without, PASSWORD),
        factors.confirm(without, ada.code()),
        factors.disable(without, PASSWORD, ada.code()),
        factors.renew_recovery_codes(without, PASSWORD),
    ):
        with pytest.raises(errors.Forbidden):
            await use


async def test_passwords_that_prove_the_user_are_limited(ada: Enrolled) -> None:
    for _ in range(AttemptLimits().per_account[0] - 1):  # the enrolment was one
        with pytest.raises(errors.InvalidCredentials):
            await ada.world.factors.renew_recovery_codes(ada.by, "not the password")
    with pytest.raises(errors.RateLimited):
        await ada.world.factors.renew_recovery_codes(ada.by, PASSWORD)


async def test_erasing_a_user_takes_their_factors_with_them(ada: Enrolled) -> None:
    admin = actor(await ada.world.user("admin@example.com", Role.ADMIN))
    await ada.world.users.erase(admin, ada.user.id)
    assert (ada.world.store.state.totp, ada.world.store.state.recovery) == ({}, {})
