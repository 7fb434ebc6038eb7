"""Passkeys: registering, listing and removing them, and what takes them away."""

from __future__ import annotations

from dataclasses import replace

import pytest

from domain import errors
from domain.models.actor import Role, system
from domain.models.event_types import EventType
from domain.models.passkey import PASSKEYS_MAX
from domain.models.user import Status
from domain.services.reauthentication import NEW_SESSION
from domain.services.session import SetPassword
from tests.unit.keyed import Keyed
from tests.unit.world import PASSWORD, actor

ADDED, REMOVED = EventType.PASSKEY_ADDED, EventType.PASSKEY_REMOVED


@pytest.fixture
async def ada() -> Keyed:
    return await Keyed.made()


async def test_the_log_has_the_fact_and_neither_the_key_nor_its_name(ada: Keyed) -> None:
    assert ada.passkey is not None
    entry = ada.world.store.state.events[-1]
    assert (entry.type, entry.subject.id, entry.user_id, entry.changes) == (ADDED, ada.passkey.id, ada.user.id, ())
    assert not any(text in repr(ada.world.store.state.events) for text in ("Phone", "key of"))


async def test_registering_needs_the_password_of_a_user_who_has_one(ada: Keyed) -> None:
    for password in (None, "", "not the password"):
        with pytest.raises(errors.InvalidCredentials):
            await ada.world.passkeys.begin_registration(ada.by, password)


async def test_registering_without_a_password_needs_a_new_session(ada: Keyed) -> None:
    ada.forget_password()
    await ada.register("another", password=None)
    ada.world.clock.move(seconds=NEW_SESSION.total_seconds() + 1)
    with pytest.raises(errors.InvalidCredentials):
        await ada.register("a third", password=None)


async def test_a_challenge_registers_one_passkey_of_one_user(ada: Keyed) -> None:
    bo = await Keyed.made(ada.world, "bo@example.com")
    options = await ada.world.passkeys.begin_registration(ada.by, PASSWORD)
    answer = {"challenge": options["challenge"], "credential": "new", "counter": 0}
    finish = ada.world.passkeys.finish_registration
    with pytest.raises(errors.ValidationFailed):
        await finish(bo.by, "Phone", answer)
    await finish(ada.by, "Phone", answer)
    with pytest.raises(errors.ValidationFailed) as refused:
        await finish(ada.by, "Phone", answer | {"credential": "newer"})
    assert [f.field for f in refused.value.faults] == ["credential"]


async def test_a_credential_belongs_to_one_user(ada: Keyed) -> None:
    bo = await Keyed.made(ada.world, "bo@example.com")
    with pytest.raises(errors.ValidationFailed, match="registered already") as refused:
        await bo.register("key of ada@example.com")
    assert [f.field for f in refused.value.faults] == ["credential"]


async def test_a_passkey_has_a_name(ada: Keyed) -> None:
    with pytest.raises(errors.ValidationFailed) as refused:
        await ada.register("another", name=" ")
    assert [f.field for f in refused.value.faults] == ["name"]


async def test_the_number_of_passkeys_is_bounded(ada: Keyed) -> None:
    begun = await ada.world.passkeys.begin_registration(ada.by, PASSWORD)
    for number in range(PASSKEYS_MAX - 1):
        ada.world.limiter.counts.clear()
        await ada.register(f"more {number}")
    with pytest.raises(errors.Forbidden, match="remove one first"):
        await ada.world.passkeys.begin_registration(ada.by, PASSWORD)
    answer = {"challenge": begun["challenge"], "credential": "too many", "counter": 0}
    with pytest.raises(errors.Forbidden):
        await ada.world.passkeys.finish_registration(ada.by, "Phone", answer)


async def test_only_a_session_registers_or_removes(ada: Keyed) -> None:
    assert ada.passkey is not None
    key = replace(actor(ada.user), key_id=ada.user.id)
    passkeys = ada.world.passkeys
    for by in (key, actor(ada.user)):
        for use in (
            passkeys.begin_registration(by, PASSWORD),
            passkeys.finish_registration(by, "Phone", {"challenge": "", "credential": "", "counter": 0}),
            passkeys.remove(by, ada.passkey.id, PASSWORD),
        ):
            with pytest.raises(errors.Forbidden):
                await use


async def test_a_passkey_is_removed_in_a_new_session_or_with_the_password(ada: Keyed) -> None:
    assert ada.passkey is not None
    second = await ada.register("second")
    third = await ada.register("third")
    removed = await ada.world.passkeys.remove(ada.by, second.id)
    assert (ada.world.logged[-1], removed.position) == (REMOVED, len(ada.world.logged))
    ada.world.clock.move(seconds=NEW_SESSION.total_seconds())
    await ada.world.passkeys.remove(ada.by, third.id)
    ada.world.clock.move(seconds=1)
    for password in (None, "not the password"):
        with pytest.raises(errors.InvalidCredentials):
            await ada.world.passkeys.remove(ada.by, ada.passkey.id, password)
    await ada.world.passkeys.remove(ada.by, ada.passkey.id, PASSWORD)
    with pytest.raises(errors.NotFound):
        await ada.world.passkeys.remove(ada.by, ada.passkey.id, PASSWORD)
    with pytest.raises(errors.InvalidCredentials):
        await ada.sign_in()
    await ada.with_password()


async def test_the_only_way_to_sign_in_is_not_removed(ada: Keyed) -> None:
    assert ada.passkey is not None
    ada.forget_password()
    with pytest.raises(errors.Forbidden, match="only way"):
        await ada.world.passkeys.remove(ada.by, ada.passkey.id)
    await ada.register("another", password=None)
    await ada.world.passkeys.remove(ada.by, ada.passkey.id)


async def test_only_its_owner_removes_a_passkey(ada: Keyed) -> None:
    assert ada.passkey is not None
    bo = await Keyed.made(ada.world, "bo@example.com")
    admin = await Keyed.made(ada.world, "admin@example.com", Role.ADMIN)
    with pytest.raises(errors.NotFound):
        await bo.world.passkeys.remove(bo.by, ada.passkey.id)
    with pytest.raises(errors.Forbidden):
        await bo.world.passkeys.remove(admin.by, ada.passkey.id)
    assert ada.passkey.id in ada.world.store.state.passkeys


async def test_who_may_see_them(ada: Keyed) -> None:
    assert ada.passkey is not None
    seen = {}
    for role in Role:
        viewer = actor(await ada.world.user(f"{role}@example.com", role))
        listed = (await ada.world.passkeys.of_users(viewer, [ada.user.id]))[ada.user.id]
        seen[role] = (listed is not None, bool(await ada.world.passkeys.get_many(viewer, [ada.passkey.id])))
    assert seen == {Role.MEMBER: (False, False), Role.AUDITOR: (False, False), Role.ADMIN: (True, True)}
    assert await ada.world.passkeys.of_users(ada.by, [ada.user.id]) == {ada.user.id: [ada.passkey]}


async def test_a_reset_takes_them_and_ends_every_session(ada: Keyed) -> None:
    admin = actor(await ada.world.user("admin@example.com", Role.ADMIN))
    before = len(ada.world.logged)
    await ada.world.factors.reset(admin, ada.user.id)
    assert ada.world.logged[before:] == [REMOVED, EventType.SESSION_REVOKED]
    assert ada.world.store.state.passkeys == {}
    await ada.with_password()


async def test_erasing_a_user_takes_their_passkeys(ada: Keyed) -> None:
    await ada.world.users.erase(system(), ada.user.id)
    assert ada.world.store.state.passkeys == {}


async def test_an_admin_with_only_a_passkey_is_one_who_can_sign_in() -> None:
    admin = await Keyed.made(role=Role.ADMIN)
    admin.forget_password()
    bo = await admin.world.user("bo@example.com", Role.ADMIN)
    await admin.world.users.set_status(system(), bo.id, Status.DISABLED)
    with pytest.raises(errors.LastAdmin):
        await admin.world.factors.reset(system(), admin.user.id)
    with pytest.raises(errors.LastAdmin):
        await admin.world.users.set_status(system(), admin.user.id, Status.DISABLED)
    await admin.world.sessions.set_password(system(), SetPassword(admin.user.id, PASSWORD))
    await admin.world.factors.reset(system(), admin.user.id)
