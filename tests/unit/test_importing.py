"""The import: what a row does not say stays, what it says is written once, with its event, and under the same rules."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast
from uuid import UUID

import pytest

from domain.models.actor import Role, system
from domain.models.event_types import EventType
from domain.models.user import Status, User
from domain.services.attempts import AttemptLimits
from domain.services.importing import ImportRow
from domain.services.user import HELD_BY_DELETED
from tests.unit.world import World


async def known(world: World, **fields: Any) -> User:
    """A user in a state that no default has."""
    user = await world.user("ada@example.com")
    state: dict[str, Any] = {"role": Role.AUDITOR, "status": Status.DISABLED, "email_verified_at": world.clock.now()}
    stored = replace(user, **{**state, **fields})
    world.store.state.users[user.id] = stored
    return stored


def now(world: World, user_id: UUID) -> User:
    """The user as stored."""
    return world.store.state.users[user_id]


@pytest.mark.parametrize("blank", ["", " ", "\u00a0\t"])
async def test_an_empty_field_leaves_a_known_user_as_they_are(blank: str) -> None:
    world = World.over(AttemptLimits())
    user = await known(world)
    result = await world.imports.import_batch(system(), [ImportRow(2, user.email, blank, blank, blank, blank)])
    assert (result.unchanged, list(result.changes), list(result.refused)) == (1, [], [])
    assert now(world, user.id) == user


@pytest.mark.parametrize(
    ("field", "value", "expected"),
    [
        ("display_name", "Ada K.", {"display_name": "Ada K."}),
        ("role", " Member ", {"role": Role.MEMBER}),
        ("status", "ACTIVE", {"status": Status.ACTIVE}),
        ("email_verified", "false", {}),
    ],
)
async def test_a_field_that_is_said_is_changed_alone(field: str, value: str, expected: dict[str, Any]) -> None:
    world = World.over(AttemptLimits())
    user = await known(world)
    row = replace(ImportRow(2, user.email), **cast("Any", {field: value}))
    result = await world.imports.import_batch(system(), [row])
    after = now(world, user.id)
    assert replace(after, version=user.version, updated_at=user.updated_at) == replace(user, **expected)
    assert [c.field for change in result.changes for c in change.changes] == list(expected)
    again = await world.imports.import_batch(system(), [row])
    assert (again.unchanged, len(again.changes)) == (1, 0)


async def test_a_new_user_has_the_defaults_or_what_is_said() -> None:
    world = World.over(AttemptLimits())
    rows = [
        ImportRow(2, "a@example.com", "A"),
        ImportRow(3, "b@example.com", "B", "auditor", "disabled", "true"),
        ImportRow(4, "c@example.com"),
        ImportRow(5, "d@example.com", "D", status="deleted"),
        ImportRow(6, "e@example.com", "E", email_verified="perhaps"),
    ]
    result = await world.imports.import_batch(system(), rows)
    by_email = {u.email: u for u in world.store.state.users.values()}
    assert {e: (u.role, u.status, bool(u.email_verified_at)) for e, u in by_email.items()} == {
        "a@example.com": (Role.MEMBER, Status.ACTIVE, False),
        "b@example.com": (Role.AUDITOR, Status.DISABLED, True),
    }
    assert [(r.line, r.field) for r in result.refused] == [(4, "display_name"), (5, "status"), (6, "email_verified")]


async def test_a_verification_is_an_event_of_its_own_and_is_never_removed() -> None:
    world = World.over(AttemptLimits())
    user = await known(world, email_verified_at=None)
    before = len(world.store.state.events)
    await world.imports.import_batch(system(), [ImportRow(2, user.email, email_verified="true")])
    verified = now(world, user.id)
    assert (verified.email_verified_at, verified.version) == (world.clock.now(), user.version + 1)
    assert [e.type for e in world.store.state.events[before:]] == [EventType.EMAIL_VERIFIED]
    await world.imports.import_batch(system(), [ImportRow(2, user.email, email_verified="false")])
    assert now(world, user.id) == verified


async def test_a_user_who_is_disabled_loses_their_sessions() -> None:
    world = World.over(AttemptLimits())
    user = await world.user()
    signed_in = await world.signed_in(user)
    tried = await world.imports.import_batch(system(), [ImportRow(2, user.email, status="disabled")], dry_run=True)
    assert [c.changed("status") for c in tried.changes] == [True]
    assert world.store.state.sessions[signed_in.session.id].ended_at is None
    await world.imports.import_batch(system(), [ImportRow(2, user.email, status="disabled")])
    assert world.store.state.sessions[signed_in.session.id].ended_at is not None
    assert world.store.state.events[-1].type is EventType.USER_DISABLED


async def test_an_address_of_a_deleted_user_is_refused_with_the_reason() -> None:
    world = World.over(AttemptLimits())
    user = await known(world, status=Status.DELETED)
    result = await world.imports.import_batch(system(), [ImportRow(2, user.email, "New Name", "member", "active")])
    assert [(r.field, r.code, r.reason) for r in result.refused] == [("email", "EMAIL_TAKEN", HELD_BY_DELETED)]
    assert now(world, user.id) == user


@pytest.mark.parametrize("change", [{"role": "member"}, {"status": "disabled"}])
async def test_two_admins_are_not_both_demoted_or_disabled_in_one_batch(change: dict[str, str]) -> None:
    world = World.over(AttemptLimits())
    admins = [await world.user(f"{n}@example.com", role=Role.ADMIN) for n in "ab"]
    rows = [replace(ImportRow(line, a.email), **cast("Any", change)) for line, a in enumerate(admins, 2)]
    result = await world.imports.import_batch(system(), rows)
    assert [(r.line, r.field, r.code) for r in result.refused] == [(3, *change, "LAST_ADMIN")]
    assert [now(world, a.id).is_active_admin for a in admins] == [False, True]


async def test_a_hash_is_brought_along_by_those_who_have_no_password() -> None:
    world = World.over(AttemptLimits())
    with_password, without = await world.user("a@example.com"), await world.user("b@example.com")
    hashes = world.store.state.hashes
    before = hashes[with_password.id]
    hashes[without.id] = None
    rows = [
        ImportRow(2, "a@example.com", password_hash="hash9:brought"),
        ImportRow(3, "b@example.com", password_hash="hash9:brought"),
        ImportRow(4, "new@example.com", "New", password_hash="hash9:brought"),
    ]
    checked = await world.imports.import_batch(system(), rows, dry_run=True)
    assert world.store.state.hashes[without.id] is None
    result = await world.imports.import_batch(system(), rows)
    assert (result.created, result.updated, result.unchanged) == (1, 1, 1)
    assert (checked.created, checked.updated, checked.unchanged) == (1, 1, 1)
    (created,) = [u for u in world.store.state.users.values() if u.email == "new@example.com"]
    stored = world.store.state.hashes
    assert stored == {with_password.id: before, without.id: "hash9:brought", created.id: "hash9:brought"}
    assert now(world, without.id).version == without.version + 1
    assert world.logged[-1:] == [EventType.PASSWORD_CHANGED]
    again = await world.imports.import_batch(system(), rows)
    assert again.unchanged == 3


async def test_a_hash_of_an_unknown_form_is_refused_and_not_repeated() -> None:
    world = World.over(AttemptLimits())
    row = ImportRow(2, "a@example.com", "A", password_hash="secret")
    result = await world.imports.import_batch(system(), [row])
    assert [(r.line, r.field) for r in result.refused] == [(2, "password_hash")]
    assert "secret" not in repr((result, row, row.cells))


async def test_changes_beyond_the_most_of_a_batch_are_its_rest() -> None:
    world = World.over(AttemptLimits())
    users = [await world.user(f"{number}@example.com") for number in range(4)]
    rows = [ImportRow(2 + n, user.email, "" if n else user.display_name, "auditor") for n, user in enumerate(users)]
    rows += [ImportRow(6, "new@example.com", "New"), ImportRow(7, users[3].email), ImportRow(8, "not an address")]
    seen = set[int]()
    first = await world.imports.import_batch(system(), rows, seen, changes_max=3)
    assert (first.created, first.updated, [row.line for row in first.rest]) == (1, 3, [5])
    assert [refused.line for refused in first.refused] == [7, 8]
    whole = first.and_then(await world.imports.import_batch(system(), first.rest, seen, changes_max=3))
    assert (whole.created, whole.updated, whole.unchanged, list(whole.rest)) == (1, 4, 0, [])
    assert [change.line for change in whole.changes] == [2, 3, 4, 5, 6]
    assert [refused.line for refused in whole.refused] == [7, 8]
    assert [now(world, user.id).role for user in users] == [Role.AUDITOR] * 4
    again = await world.imports.import_batch(system(), rows[:4], changes_max=3)
    assert (again.unchanged, list(again.changes), list(again.rest)) == (4, [], [])
