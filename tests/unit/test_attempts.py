"""What shares a rate limit and what has its own: client addresses, accounts, claims of an e-mail address."""

from __future__ import annotations

import itertools
from typing import Any, cast

import pytest

from domain import errors
from domain.models.actor import Actor, Origin, Role, network_of, system
from domain.models.passwords import normal_password
from domain.models.user import Status, User
from domain.services.attempts import AttemptLimits, Attempts
from domain.services.sign_in import SignIn
from domain.services.sign_up import SignUp
from domain.services.user import UpdateUser
from tests.unit.fakes import FakeLimiter
from tests.unit.test_services import world
from tests.unit.world import PASSWORD, World, actor

__all__ = ["world"]
WRONG = "a wrong password"


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff:ffff:ffff:ffff", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("unknown", "unknown"),
        ("", "unknown"),
        (None, "unknown"),
    ],
)
def test_limits_count_a_subscriber_and_not_each_of_their_addresses(address: str | None, expected: str) -> None:
    assert network_of(address) == expected
    assert Origin(ip_address=address).network == expected


def at(address: str | None) -> Origin:
    """A request from this client address."""
    return Origin(ip_address=address)


async def attempt(world: World, origin: Origin, email: str, password: str) -> str:
    """The code in which a sign-in results."""
    try:
        await world.sessions.sign_in(origin, SignIn(email, password))
    except errors.DomainError as error:
        return error.code
    return "fine"


@pytest.mark.parametrize(
    "addresses",
    [
        itertools.repeat(None),
        ("not an address" for _ in itertools.count()),
        (f"2001:db8::{i:x}" for i in itertools.count()),
    ],
    ids=["none", "garbage", "one /64"],
)
async def test_no_spelling_of_an_address_escapes_its_limit(world: World, addresses: Any) -> None:
    sessions = World.over(AttemptLimits(per_address=(3, 300))).sessions
    found = []
    for number in range(5):
        try:
            await sessions.sign_in(at(next(addresses)), SignIn(f"nobody{number}@example.com", WRONG))
        except errors.DomainError as error:
            found.append(error.code)
    assert found == ["INVALID_CREDENTIALS"] * 3 + ["RATE_LIMITED"] * 2


async def test_unknown_addresses_do_not_lock_out_clients_from_a_known_address(world: World) -> None:
    user = await world.user()
    assert await attempt(world, at("192.0.2.1"), user.email, PASSWORD) == "fine"
    for number in range(12):
        await attempt(world, at(f"198.51.100.{number}"), user.email, WRONG)
    assert await attempt(world, at("198.51.100.99"), user.email, PASSWORD) == "RATE_LIMITED", "another unknown address"
    assert await attempt(world, at(None), user.email, PASSWORD) == "RATE_LIMITED", (
        "a request without an address is not from a known address"
    )
    assert await attempt(world, at("192.0.2.1"), user.email, PASSWORD) == "fine"
    assert await attempt(world, at("198.51.100.99"), user.email, PASSWORD) == "RATE_LIMITED", (
        "a success from a known address does not reset the limit of unknown addresses"
    )


async def test_a_known_address_has_a_limit_of_its_own(world: World) -> None:
    user, other = await world.user(), await world.user("other@example.com")
    for one in (user, other):
        assert await attempt(world, at("2001:db8::1"), one.email, PASSWORD) == "fine"
    found = [await attempt(world, at(f"2001:db8::{i:x}"), user.email, WRONG) for i in range(12)]
    assert found == ["INVALID_CREDENTIALS"] * 10 + ["RATE_LIMITED"] * 2
    assert await attempt(world, at("2001:db8::1"), other.email, PASSWORD) == "fine", "each account has its own limit"
    assert await attempt(world, at("192.0.2.1"), user.email, PASSWORD) == "fine", (
        "unknown addresses are counted separately"
    )


async def test_a_completed_sign_in_resets_the_limit_and_a_correct_password_alone_does_not(world: World) -> None:
    user = await world.user()
    for _ in range(4):
        assert [await attempt(world, at("192.0.2.1"), user.email, p) for p in (WRONG, WRONG, PASSWORD)] == [
            "INVALID_CREDENTIALS",
            "INVALID_CREDENTIALS",
            "fine",
        ]
    await world.users.set_status(system(), user.id, Status.DISABLED)
    found = [await attempt(world, at("192.0.2.1"), user.email, PASSWORD) for _ in range(11)]
    assert found == ["ACCOUNT_DISABLED"] * 10 + ["RATE_LIMITED"]


async def claim(world: World, user: User, email: str, by: Actor | None = None) -> str:
    """The code in which a change of e-mail address results."""
    try:
        await world.users.update(by or actor(user), UpdateUser(user.id, email=email))
    except errors.DomainError as error:
        return error.code
    return "fine"


async def test_a_user_may_change_their_own_email_five_times_an_hour(world: World) -> None:
    user = await world.user()
    assert [await claim(world, user, f"new{i}@example.com") for i in range(6)] == ["fine"] * 5 + ["RATE_LIMITED"]
    assert await claim(world, user, "new4@example.com") == "fine", "a change to the same address is not counted"
    await world.users.update(actor(user), UpdateUser(user.id, display_name="Still Fine"))


async def test_taken_addresses_cannot_be_enumerated(world: World) -> None:
    user = await world.user()
    for i in range(9):
        await world.user(f"taken{i}@example.com")
    found = [await claim(world, user, f"taken{i}@example.com") for i in range(9)]
    assert found == ["EMAIL_TAKEN"] * 2 + ["RATE_LIMITED"] * 7
    assert await claim(world, user, "free@example.com") == "RATE_LIMITED", (
        "free and taken addresses get the same answer"
    )


async def test_an_admin_may_change_the_emails_of_others_without_a_limit(world: World) -> None:
    user, admin = await world.user(), await world.user("admin@example.com", Role.ADMIN)
    found = [await claim(world, user, f"new{i}@example.com", actor(admin)) for i in range(9)]
    assert found == ["fine"] * 9
    assert await claim(world, user, "admin@example.com", actor(admin)) == "EMAIL_TAKEN"


async def test_sign_ups_and_changes_of_email_share_the_limit_of_an_address() -> None:
    world = World.over(AttemptLimits(per_address=(7, 300)))
    await world.user("taken@example.com")
    users = [await world.user(f"user{i}@example.com") for i in range(5)]
    origin = at("192.0.2.1")
    with pytest.raises(errors.Taken):  # counts three
        await world.sessions.sign_up(origin, SignUp("taken@example.com", PASSWORD, "A"))
    found = [
        await claim(world, user, "taken@example.com", Actor(user.id, user.role, None, origin)) for user in users[:3]
    ]
    assert found == ["EMAIL_TAKEN", "EMAIL_TAKEN", "RATE_LIMITED"]
    with pytest.raises(errors.RateLimited):
        await world.sessions.sign_up(origin, SignUp("free@example.com", PASSWORD, "A"))
    elsewhere = await world.sessions.sign_up(at("192.0.2.2"), SignUp("free@example.com", PASSWORD, "A"))
    assert elsewhere.user.email == "free@example.com"


async def test_the_claim_is_counted_before_the_address_is_looked_up(world: World) -> None:
    limiter = FakeLimiter()
    attempts = Attempts(limiter, AttemptLimits(email_changes=(0, 60)))
    with pytest.raises(errors.RateLimited):
        async with attempts.claiming_email(Origin(), (await world.user()).id):
            pytest.fail("the block was run")


async def test_a_new_password_rule_does_not_lock_out_users_with_older_passwords(world: World) -> None:
    old = "\u2460\uff22c"  # shorter than new ones must be, and in compatibility forms
    user = await world.user()
    world.store.state.hashes[user.id] = await world.hasher.hash(normal_password(old))
    assert normal_password(old) == "1Bc"
    assert await attempt(world, Origin(), user.email, old) == "fine"
    await world.sessions.change_password(actor(user), old, "a better password")


async def test_known_and_unknown_addresses_take_the_same_steps(world: World) -> None:
    """Statements, hashes and limits, in their order; `python -m bench.oracle` measures how long they take."""
    kinds = [await world.user(f"{name}@example.com") for name in ("active", "disabled", "deleted", "passwordless")]
    await world.users.set_status(system(), kinds[1].id, Status.DISABLED)
    await world.users.set_status(system(), kinds[2].id, Status.DELETED)
    world.store.state.hashes[kinds[3].id] = None
    taken = []
    for email in [*(u.email for u in kinds), "nobody@example.com"]:
        world.store.steps.clear()
        world.limiter.counts.clear()
        commits = world.store.commits
        assert await attempt(world, Origin(), email, WRONG) == "INVALID_CREDENTIALS"
        taken.append(
            (list(world.store.steps), sorted(b for b, _ in world.limiter.counts), world.store.commits - commits)
        )
    assert taken == [(["read", "find_credentials"], ["sign_in_account", "sign_in_address"], 0)] * 5
    events = len(world.logged)
    await cast("Any", world.failures).flush()
    assert len(world.logged) == events + 3, (
        "active, disabled and passwordless users; unknown and deleted users have no event"
    )
