"""Rules that no other test held when they were broken by hand: each has its test here."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from domain import errors
from domain.models.actor import Actor, Origin, Role, system
from domain.models.directory import UserSort
from domain.models.event_types import EventType
from domain.models.session import EndReason
from domain.models.user import Status, User
from domain.services.attempts import AttemptLimits
from domain.services.importing import ImportRow
from domain.services.sign_in import SignIn
from domain.services.user import CreateUser, UpdateUser
from tests.unit.world import PASSWORD, World, actor

ATTEMPTS = 3


@pytest.fixture
def world() -> World:
    """An empty world with short waits."""
    return World.over(AttemptLimits(per_account=(ATTEMPTS, 300)))


async def verified(world: World) -> User:
    """A user whose address is verified."""
    user = await world.user()
    world.store.state.users[user.id] = replace(user, email_verified_at=world.clock.now())
    return world.store.state.users[user.id]


@pytest.mark.parametrize(
    ("wanted", "stays"),
    [({"email": "new@example.com"}, False), ({"email": "ADA@example.com"}, True), ({"display_name": "A"}, True)],
)
async def test_only_a_changed_address_loses_its_verification(world: World, wanted: dict[str, Any], stays: bool) -> None:
    user = await verified(world)
    await world.users.update(actor(user), UpdateUser(user.id, **wanted))
    kept = user.email_verified_at if stays else None
    assert world.store.state.users[user.id].email_verified_at == kept


@pytest.mark.parametrize("others", [0, 1])
async def test_one_batch_cannot_demote_every_admin(world: World, others: int) -> None:
    admins = [await world.user(f"{n}@example.com", Role.ADMIN) for n in range(2)]
    for n in range(others):
        await world.user(f"other{n}@example.com", Role.ADMIN)
    rows = [ImportRow(line, a.email, "Ada", "member") for line, a in enumerate(admins, 2)]
    result = await world.imports.import_batch(system(), rows)
    assert [(r.line, r.field) for r in result.refused] == ([] if others else [(3, "role")])
    assert result.updated == 2 - len(result.refused)
    assert sum(u.is_active_admin for u in world.store.state.users.values()) == 1
    assert world.logged.count(EventType.USER_ROLE_CHANGED) == result.updated


@pytest.mark.parametrize(
    "change",
    [
        {"email": "b@example.com"},
        {"display_name": "B"},
        {"role": Role.ADMIN},
        {"password": None},
        {"password": "another password"},
    ],
    ids=lambda c: str(next(iter(c))),
)
async def test_an_idempotency_key_covers_all_of_its_input(world: World, change: dict[str, Any]) -> None:
    command = CreateUser("a@example.com", "A", Role.MEMBER, PASSWORD, "key")
    await world.users.create(system(), command)
    with pytest.raises(errors.IdempotencyMismatch):
        await world.users.create(system(), replace(command, **change))
    assert [u.email for u in world.store.state.users.values()] == ["a@example.com"]


@pytest.mark.parametrize("key", ["", "k" * 201, "k\nk", "\x00"])
async def test_an_idempotency_key_is_short_and_printable(world: World, key: str) -> None:
    with pytest.raises(errors.ValidationFailed):
        await world.users.create(system(), CreateUser("a@example.com", "A", idempotency_key=key))
    await world.users.create(system(), CreateUser("a@example.com", "A", idempotency_key="k" * 200))


@pytest.mark.parametrize("who", ["unknown", "known", "deleted", "without a password"])
async def test_every_refused_sign_in_costs_one_verification(world: World, who: str) -> None:
    user = await world.user()
    stored = world.store.state.hashes[user.id]
    if who == "deleted":
        await world.users.set_status(system(), user.id, Status.DELETED)
    if who == "without a password":
        world.store.state.hashes[user.id] = None
    email = "nobody@example.com" if who == "unknown" else user.email
    with pytest.raises(errors.InvalidCredentials):
        await world.sessions.sign_in(Origin(), SignIn(email, "not the password"))
    assert world.hasher.verified == [("not the password", stored if who == "known" else None)]


async def test_changing_a_password_is_limited_before_anything_is_verified(world: World) -> None:
    user = await world.user()
    for _ in range(ATTEMPTS):
        with pytest.raises(errors.InvalidCredentials):
            await world.sessions.change_password(actor(user), "not the one", "another password")
    with pytest.raises(errors.RateLimited):
        await world.sessions.change_password(actor(user), PASSWORD, "another password")
    assert len(world.hasher.verified) == ATTEMPTS
    other = await world.user("other@example.com")
    await world.sessions.change_password(actor(other), PASSWORD, "another password")


async def test_an_outdated_hash_is_replaced_after_a_correct_password_only(world: World) -> None:
    user = await world.user()
    world.hasher.strength = 2
    with pytest.raises(errors.InvalidCredentials):
        await world.sessions.sign_in(Origin(), SignIn(user.email, "not the password"))
    assert world.store.state.hashes[user.id] == f"hash1:{PASSWORD}"
    await world.signed_in(user)
    assert world.store.state.hashes[user.id] == f"hash2:{PASSWORD}"
    assert EventType.PASSWORD_CHANGED not in world.logged, "the password is the same"


@pytest.mark.parametrize("generation", ["7", "2", "01"], ids=["future", "next", "forged"])
@pytest.mark.parametrize("use", ["refresh", "sign_out"])
async def test_a_refresh_token_of_a_future_generation_is_invalid_and_ends_nothing(
    world: World, generation: str, use: str
) -> None:
    signed_in = await world.signed_in(await world.user())
    token = f"refresh {signed_in.session.id} {generation}"
    before = world.logged
    with pytest.raises(errors.TokenInvalid):
        await (world.sessions.refresh if use == "refresh" else world.sessions.sign_out_by_token)(Origin(), token)
    assert world.store.state.sessions[signed_in.session.id].ended_at is None
    assert world.logged == before
    await world.sessions.refresh(Origin(), signed_in.refresh_token)


async def test_an_admin_who_sets_their_own_password_keeps_the_current_session(world: World) -> None:
    admin = await world.user(role=Role.ADMIN)
    here, there = await world.signed_in(admin), await world.signed_in(admin)
    await world.users.update(actor(admin, here), UpdateUser(admin.id, password="another password"))
    assert world.store.state.sessions[here.session.id].ended_at is None
    assert world.store.state.sessions[there.session.id].end_reason is EndReason.PASSWORD_CHANGED


async def test_a_password_set_by_another_user_ends_every_session(world: World) -> None:
    admin, user = await world.user("admin@example.com", Role.ADMIN), await world.user()
    own, theirs = await world.signed_in(admin), await world.signed_in(user)
    await world.users.update(actor(admin, own), UpdateUser(user.id, password="another password"))
    assert world.store.state.sessions[theirs.session.id].end_reason is EndReason.PASSWORD_CHANGED
    assert world.store.state.sessions[own.session.id].ended_at is None


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("sort", UserSort)
def test_only_those_who_see_addresses_may_sort_by_them(world: World, role: Role, sort: UserSort) -> None:
    query = world.users.query(Actor(system().user_id, role), search="ada", sort=sort)
    sees = role is not Role.MEMBER
    assert query.by_email is sees
    assert query.sort is (UserSort.DISPLAY_NAME if sort is UserSort.EMAIL and not sees else sort)


def test_relevance_is_the_order_of_searches_alone(world: World) -> None:
    assert world.users.query(system()).sort is UserSort.CREATED_AT
    assert world.users.query(system(), search=" ").sort is UserSort.CREATED_AT
    assert world.users.query(system(), search="ada").sort is UserSort.RELEVANCE
    with pytest.raises(errors.ValidationFailed):
        world.users.query(system(), sort=UserSort.RELEVANCE)


async def test_sockets_are_settled_after_every_loss_of_a_right(world: World) -> None:
    admin, user = await world.user("admin@example.com", Role.ADMIN), await world.user()
    by, settled = actor(admin), world.live.settled
    await world.users.update(by, UpdateUser(user.id, display_name="Ada"))
    assert settled == [], "nothing changed"
    await world.sessions.change_password(actor(user), PASSWORD, "another password")
    assert settled == [], "no session ended"
    one, two = [await world.sessions.sign_in(Origin(), SignIn(user.email, "another password")) for _ in range(2)]
    ways: list[tuple[User, Any]] = [
        (user, lambda: world.users.update(by, UpdateUser(user.id, role=Role.AUDITOR))),
        (user, lambda: world.sessions.revoke(by, one.session.id)),
        (user, lambda: world.sessions.sign_out_by_token(Origin(), two.refresh_token)),
        (user, lambda: world.users.set_status(by, user.id, Status.DISABLED)),
        (user, lambda: world.users.erase(by, user.id)),
    ]
    for number, (whose, way) in enumerate(ways, 1):
        assert (await way()).position is not None
        assert settled == [whose.id] * number


async def test_an_ended_session_ends_once(world: World) -> None:
    user = await world.user()
    signed_in = await world.signed_in(user)
    assert (await world.sessions.revoke(actor(user), signed_in.session.id)).position is not None
    logged_before = world.logged
    again = await world.sessions.revoke(actor(user), signed_in.session.id)
    by_token = await world.sessions.sign_out_by_token(Origin(), signed_in.refresh_token)
    assert (again.position, by_token.position, world.logged) == (None, None, logged_before)
    with pytest.raises(errors.NotFound):
        await world.sessions.sign_out(actor(user))


@pytest.mark.parametrize(
    ("status", "reason"), [(Status.DISABLED, EndReason.DISABLED), (Status.DELETED, EndReason.DELETED)]
)
async def test_a_session_ends_with_the_reason_of_its_user_s_status(
    world: World, status: Status, reason: EndReason
) -> None:
    user = await world.user()
    signed_in = await world.signed_in(user)
    await world.users.set_status(system(), user.id, status)
    assert world.store.state.sessions[signed_in.session.id].end_reason is reason
