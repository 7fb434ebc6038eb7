"""Signing in with a passkey, alone and as a second factor."""

from __future__ import annotations

from typing import Any

import pytest

from domain import errors
from domain.models.actor import Origin, system
from domain.models.event_types import EventType
from domain.models.second_factor import SecondFactor
from domain.models.user import Status
from domain.services.attempts import AttemptLimits
from domain.services.passkey_check import COUNTER_WENT_BACK
from domain.services.sign_in import SignIn
from tests.unit.keyed import Keyed
from tests.unit.world import PASSWORD, World


@pytest.fixture
async def ada() -> Keyed:
    return await Keyed.made()


async def test_a_passkey_signs_its_user_in_without_a_name(ada: Keyed) -> None:
    assert ada.passkey is not None
    signed_in = await ada.sign_in()
    assert (signed_in.user.id, signed_in.session.user_id) == (ada.user.id, ada.user.id)
    stored = ada.world.store.state.passkeys[ada.passkey.id]
    assert (stored.sign_count, stored.last_used_at) == (ada.counter, ada.world.clock.now())
    assert ada.world.logged[-1] is EventType.SESSION_STARTED


@pytest.mark.parametrize("changed", [{"signature": "wrong"}, {"credential": "unknown"}])
async def test_what_is_not_signed_by_the_passkey_is_refused(ada: Keyed, changed: dict[str, Any]) -> None:
    with pytest.raises(errors.InvalidCredentials):
        await ada.sign_in(**changed)
    assert await ada.failures() == ([[]] if "signature" in changed else [])


@pytest.mark.parametrize("answer", [None, 7, "text", []])
async def test_an_answer_that_is_no_object_is_refused(ada: Keyed, answer: object) -> None:
    with pytest.raises(errors.InvalidCredentials):
        await ada.world.sessions.sign_in_with_passkey(Origin(), answer)


async def test_a_challenge_signs_in_once(ada: Keyed) -> None:
    answer = await ada.answer()
    await ada.world.sessions.sign_in_with_passkey(Origin(), answer)
    with pytest.raises(errors.InvalidCredentials):
        await ada.world.sessions.sign_in_with_passkey(Origin(), answer | {"counter": 99})


async def test_a_counter_that_goes_back_is_refused_and_logged_with_its_reason(ada: Keyed) -> None:
    await ada.sign_in(counter=10)
    for counter in (10, 9, 0):
        with pytest.raises(errors.InvalidCredentials):
            await ada.sign_in(counter=counter)
    assert await ada.failures() == [[COUNTER_WENT_BACK]] * 3
    await ada.sign_in(counter=11)


async def test_an_authenticator_without_a_counter_always_sends_zero(ada: Keyed) -> None:
    ada.counter = 0
    ada.passkey = await ada.register("without a counter")
    for _ in range(2):
        await ada.sign_in(counter=0)


@pytest.mark.parametrize("status", [Status.DISABLED, Status.DELETED])
async def test_a_user_who_is_not_active_cannot_sign_in(ada: Keyed, status: Status) -> None:
    await ada.world.users.set_status(system(), ada.user.id, status)
    expected = errors.AccountDisabled if status is Status.DISABLED else errors.InvalidCredentials
    with pytest.raises(errors.InvalidCredentials):
        await ada.sign_in(signature="wrong")
    with pytest.raises(expected):
        await ada.sign_in()
    assert len(await ada.failures()) == 2


async def test_with_a_passkey_the_password_alone_does_not_sign_in(ada: Keyed) -> None:
    with pytest.raises(errors.SecondFactorRequired):
        await ada.with_password()
    assert (await ada.with_password(await ada.answer())).user.id == ada.user.id


async def test_a_passkey_means_nothing_beside_a_wrong_password_or_another_users(ada: Keyed) -> None:
    bo = await Keyed.made(ada.world, "bo@example.com")
    with pytest.raises(errors.InvalidCredentials):
        await ada.with_password(await bo.answer())
    sessions = ada.world.sessions
    with pytest.raises(errors.InvalidCredentials):
        await sessions.sign_in(Origin(), SignIn(ada.user.email, "not the password", None, await ada.answer()))
    await bo.sign_in()
    await ada.sign_in()


async def test_a_recovery_code_stands_in_for_a_lost_passkey(ada: Keyed) -> None:
    codes = await ada.world.factors.renew_recovery_codes(ada.by, PASSWORD)
    assert (await ada.with_password(code=codes[0])).user.id == ada.user.id
    with pytest.raises(errors.InvalidCredentials):
        await ada.with_password(code=codes[0])
    assert ada.passkey is not None
    await ada.world.passkeys.remove(ada.by, ada.passkey.id)
    assert not ada.world.store.state.recovery.get(ada.user.id)
    await ada.with_password()


async def test_turning_the_app_off_leaves_the_recovery_codes_to_the_passkey(ada: Keyed) -> None:
    await ada.world.factors.begin(ada.by, PASSWORD)
    code = str(int(ada.world.clock.now().timestamp()) // 30)
    codes = (await ada.world.factors.confirm(ada.by, code)).value
    assert (await ada.world.factors.kinds(ada.by, [ada.user.id]))[ada.user.id] == tuple(SecondFactor)
    await ada.world.factors.disable(ada.by, PASSWORD, codes[0])
    await ada.with_password(code=codes[1])


async def test_challenges_and_attempts_are_limited_by_address() -> None:
    world = World.over(AttemptLimits(per_address=(2, 300)))
    for _ in range(2):
        await world.passkeys.sign_in_options(Origin())
        with pytest.raises(errors.InvalidCredentials):
            await world.sessions.sign_in_with_passkey(Origin(), {"credential": "unknown"})
    with pytest.raises(errors.RateLimited):
        await world.passkeys.sign_in_options(Origin())
    with pytest.raises(errors.RateLimited):
        await world.sessions.sign_in_with_passkey(Origin(), {"credential": "unknown"})
