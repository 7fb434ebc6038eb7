"""Signing keys: which one signs, which verify, and how rotation and revocation change that."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from domain.errors import Forbidden, NotFound, ValidationFailed
from domain.models.actor import Actor, Role, system
from domain.models.event import Audience
from domain.models.event_types import EventType
from domain.models.signing_key import PUBLISHED_BEFORE, SKEW, KeyState, ends_at, signer, state_of
from domain.services.signing_key import SigningKeyService
from tests.unit.fakes import FakeClock, FakeStore
from tests.unit.fakes.signing_keys import FakeKeyMaker

LIFETIME = timedelta(minutes=10)


class Desk:
    """The service over a store in memory."""

    def __init__(self) -> None:
        self.store, self.clock, self.maker = FakeStore(), FakeClock(), FakeKeyMaker()
        self.service = SigningKeyService(self.store, self.clock, self.maker, LIFETIME)

    async def states(self) -> dict[str, KeyState]:
        return {k.kid: state for k, state in await self.service.states(system())}


@pytest.fixture
def desk() -> Desk:
    return Desk()


async def test_the_first_key_is_made_once_signs_at_once_and_is_no_event(desk: Desk) -> None:
    (key,) = await desk.service.ensure()
    assert await desk.service.ensure() == [key]
    assert await desk.states() == {"ours-1": KeyState.CURRENT}
    assert desk.store.state.events == []


async def test_a_rotated_key_is_published_before_it_signs_and_the_old_one_verifies_until_its_last_token_ended(
    desk: Desk,
) -> None:
    await desk.service.ensure()
    desk.clock.move(days=90)
    added = (await desk.service.rotate(system())).value
    assert added.signs_from == desk.clock.now() + PUBLISHED_BEFORE
    assert await desk.states() == {"ours-1": KeyState.CURRENT, "ours-2": KeyState.NEXT}
    desk.clock.move(seconds=PUBLISHED_BEFORE.total_seconds())
    assert await desk.states() == {"ours-1": KeyState.RETIRED, "ours-2": KeyState.CURRENT}
    desk.clock.move(seconds=(LIFETIME + SKEW).total_seconds() - 1)
    assert (await desk.states())["ours-1"] is KeyState.RETIRED
    desk.clock.move(seconds=1)
    assert await desk.states() == {"ours-1": KeyState.ENDED, "ours-2": KeyState.CURRENT}


async def test_a_rotation_is_an_event_for_auditors_that_concerns_no_user(desk: Desk) -> None:
    await desk.service.ensure()
    added = (await desk.service.rotate(system())).value
    (event,) = desk.store.state.events
    assert (event.type, event.subject.id, event.user_id) == (EventType.SIGNING_KEY_ROTATED, added.id, None)
    assert (event.audience_before, event.audience_after) == (None, Audience.AUDITORS)
    assert [(c.field, c.before, c.after) for c in event.changes] == [
        ("kid", None, added.kid),
        ("state", None, "next"),
    ]


async def test_one_rotation_at_a_time(desk: Desk) -> None:
    await desk.service.ensure()
    await desk.service.rotate(system())
    with pytest.raises(ValidationFailed, match="waits to sign") as waiting:
        await desk.service.rotate(system())
    with pytest.raises(ValidationFailed, match="negative") as negative:
        await desk.service.rotate(system(), timedelta(seconds=-1))
    assert [e.value.faults[0].field for e in (waiting, negative)] == ["delay", "delay"]
    assert len(desk.store.state.signing_keys) == 2


async def test_without_a_delay_the_new_key_signs_at_once(desk: Desk) -> None:
    await desk.service.ensure()
    desk.clock.move(days=1)
    await desk.service.rotate(system(), timedelta())
    assert await desk.states() == {"ours-1": KeyState.RETIRED, "ours-2": KeyState.CURRENT}
    assert desk.store.state.events[-1].changes[1].after == "current"


async def test_a_retired_key_never_signs_again(desk: Desk) -> None:
    await desk.service.ensure()
    desk.clock.move(days=1)
    await desk.service.rotate(system(), timedelta())
    desk.clock.move(seconds=1)
    await desk.service.revoke(system(), "ours-2")
    assert await desk.states() == {
        "ours-1": KeyState.RETIRED,
        "ours-2": KeyState.REVOKED,
        "ours-3": KeyState.CURRENT,
    }


async def test_when_the_current_key_is_revoked_the_next_one_signs_at_once(desk: Desk) -> None:
    await desk.service.ensure()
    await desk.service.rotate(system())
    revoked = await desk.service.revoke(system(), "ours-1")
    assert await desk.states() == {"ours-1": KeyState.REVOKED, "ours-2": KeyState.CURRENT}
    assert {k.kid: k.signs_from for k in await desk.service.usable()}["ours-2"] == desk.clock.now()
    assert (revoked.value.kid, revoked.value.revoked_at, revoked.position) == ("ours-1", desk.clock.now(), 3)
    assert desk.store.state.events[1].audience_before is Audience.AUDITORS
    changes = [[(c.field, c.before, c.after) for c in e.changes][1] for e in desk.store.state.events]
    assert changes == [("state", None, "next"), ("state", "current", "revoked"), ("state", "next", "current")]


async def test_when_the_only_key_is_revoked_a_new_one_signs_at_once(desk: Desk) -> None:
    await desk.service.ensure()
    await desk.service.revoke(system(), "ours-1")
    assert await desk.states() == {"ours-1": KeyState.REVOKED, "ours-2": KeyState.CURRENT}


async def test_a_revoked_next_key_never_signs_and_retires_no_other(desk: Desk) -> None:
    await desk.service.ensure()
    await desk.service.rotate(system())
    await desk.service.revoke(system(), "ours-2")
    desk.clock.move(days=1)
    assert await desk.states() == {"ours-1": KeyState.CURRENT, "ours-2": KeyState.REVOKED}
    assert len(desk.store.state.signing_keys) == 2
    keys = await desk.service.usable()
    assert ends_at(keys, next(k for k in keys if k.kid == "ours-1"), LIFETIME) is None


async def test_an_unknown_or_revoked_key_cannot_be_revoked(desk: Desk) -> None:
    await desk.service.ensure()
    await desk.service.revoke(system(), "ours-1")
    for kid in ("ours-1", "nobody's"):
        with pytest.raises(NotFound):
            await desk.service.revoke(system(), kid)


@pytest.mark.parametrize("role", [Role.MEMBER, Role.AUDITOR])
async def test_only_admins_see_and_change_keys(desk: Desk, role: Role) -> None:
    (key,) = await desk.service.ensure()
    actor = Actor(key.id, role)
    for attempt in (
        lambda: desk.service.rotate(actor),
        lambda: desk.service.revoke(actor, key.kid),
        lambda: desk.service.states(actor),
    ):
        with pytest.raises(Forbidden):
            await attempt()
    assert len(desk.store.state.signing_keys) == 1


async def test_keys_of_another_secret_are_not_ours(desk: Desk) -> None:
    other = SigningKeyService(desk.store, desk.clock, FakeKeyMaker("theirs"), LIFETIME)
    await desk.service.ensure()
    (theirs,) = await other.ensure()
    assert theirs.kid == "theirs-1"
    assert await desk.states() == {"ours-1": KeyState.CURRENT}
    with pytest.raises(NotFound):
        await desk.service.revoke(system(), "theirs-1")


async def test_another_algorithm_is_published_before_it_signs(desk: Desk) -> None:
    await desk.service.ensure()
    changed = SigningKeyService(desk.store, desk.clock, desk.maker, LIFETIME, "ES256")
    for _ in range(2):
        await changed.ensure()
    assert await desk.states() == {"ours-1": KeyState.CURRENT, "ours-2": KeyState.NEXT}
    desk.clock.move(seconds=PUBLISHED_BEFORE.total_seconds())
    assert [k.algorithm for k, s in await desk.service.states(system()) if s is KeyState.CURRENT] == ["ES256"]


def test_the_first_key_signs_also_by_a_clock_that_is_behind() -> None:
    now = datetime.fromisoformat("2026-01-01T00:00:00+00:00")
    key = FakeKeyMaker().make(now, now)
    assert signer([key], now - timedelta(seconds=5)) == key
    assert signer([], now) is None
    assert state_of([key], key, now - timedelta(seconds=5), LIFETIME) is KeyState.CURRENT


def test_a_key_ends_after_the_first_that_replaced_it_and_not_later() -> None:
    now, maker = datetime.fromisoformat("2026-01-01T00:00:00+00:00"), FakeKeyMaker()
    first, second, third = keys = [maker.make(now, now + timedelta(days=n)) for n in range(3)]
    assert ends_at(keys, first, LIFETIME) == second.signs_from + LIFETIME + SKEW
    assert ends_at(keys, third, LIFETIME) is None
