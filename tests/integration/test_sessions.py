"""Concurrent operations on sessions and admins, on the real PostgreSQL."""

from __future__ import annotations

import asyncio
import itertools
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from uuid import uuid4

import asyncpg
import pytest

from api.bootstrap.core import Core
from api.settings import Settings
from domain.errors import (
    AccountDisabled,
    DomainError,
    InvalidCredentials,
    LastAdmin,
    SessionRevoked,
    TokenInvalid,
)
from domain.models.actor import Actor, Origin, Role, system
from domain.models.directory import Count, UserFilter
from domain.models.user import Status, User
from domain.services.attempts import AttemptLimits, Attempts
from domain.services.importing import ImportRow
from domain.services.session import SessionService
from domain.services.sign_in import SessionRules, SignedIn, SignIn
from domain.services.user import CreateUser, UpdateUser
from tests.api.conftest import settings_for
from tests.integration.signing import signing_core

OLD, NEW = "the old pass phrase", "the new pass phrase"


@pytest.fixture
def settings(fresh_database_url: str, redis_url: str) -> Settings:
    """Settings for a database of the test's own."""
    return settings_for(fresh_database_url, redis_url)


@pytest.fixture
async def core(settings: Settings) -> AsyncIterator[Core]:
    """The services of one instance."""
    async with signing_core(settings) as opened:
        yield opened


@pytest.fixture
async def other(settings: Settings) -> AsyncIterator[Core]:
    """The services of another instance over the same database."""
    async with signing_core(settings) as opened:
        yield opened


async def make(core: Core, role: Role = Role.MEMBER) -> User:
    """A user with the old password."""
    command = CreateUser(f"{uuid4().hex}@example.com", "Somebody", role, OLD)
    return (await core.users.create(system(), command)).value


async def sign_in(core: Core, user: User, password: str = OLD) -> SignedIn:
    return await core.sessions.sign_in(Origin(), SignIn(user.email, password))


async def live_sessions(settings: Settings, user: User) -> int:
    """The number of a user's sessions that have not ended."""
    connection = await asyncpg.connect(settings.database_url.dsn)
    try:
        return int(
            await connection.fetchval("select count(*) from sessions where user_id = $1 and ended_at is null", user.id)
        )
    finally:
        await connection.close()


async def outcome(work: Awaitable[object]) -> str:
    """`fine`, or the code of the refusal."""
    try:
        await work
    except DomainError as error:
        return error.code
    return "fine"


Change = Callable[[Core, User, User], Awaitable[object]]
CHANGES: dict[str, Change] = {
    "demote": lambda core, by, of: core.users.update(Actor(by.id, Role.ADMIN), UpdateUser(of.id, role=Role.AUDITOR)),
    "disable": lambda core, by, of: core.users.set_status(Actor(by.id, Role.ADMIN), of.id, Status.DISABLED),
    "delete": lambda core, by, of: core.users.set_status(Actor(by.id, Role.ADMIN), of.id, Status.DELETED),
    "erase": lambda core, by, of: core.users.erase(Actor(by.id, Role.ADMIN), of.id),
    "import": lambda core, _, of: imported(core, of),
}


async def imported(core: Core, user: User) -> None:
    """Demote by an import, which reports refusals instead of raising them."""
    result = await core.imports.import_batch(system(), [ImportRow(2, user.email, user.display_name, "member")])
    if result.refused:
        assert result.refused[0].field == "role"
        raise LastAdmin


@pytest.mark.parametrize(("first", "second"), list(itertools.combinations_with_replacement(CHANGES, 2)))
async def test_two_admins_who_remove_each_other_at_once_leave_one(
    core: Core, other: Core, first: str, second: str
) -> None:
    one, two = await admins(core)
    for _ in range(3):
        results = await asyncio.gather(
            outcome(CHANGES[first](core, one, two)), outcome(CHANGES[second](other, two, one))
        )
        assert Counter(results) == {"fine": 1, "LAST_ADMIN": 1}
        left = UserFilter(status=frozenset({Status.ACTIVE}), role=frozenset({Role.ADMIN}))
        assert await core.users.count(core.users.query(system(), filter_=left)) == Count(1)
        await make(core, Role.ADMIN)
        one, two = (await core.users.page(core.users.query(system(), filter_=left))).items


async def admins(core: Core) -> tuple[User, User]:
    """The only two admins."""
    return await make(core, Role.ADMIN), await make(core, Role.ADMIN)


async def test_an_admin_without_a_password_does_not_count_as_an_admin(core: Core) -> None:
    one = await make(core, Role.ADMIN)
    two = (await core.users.create(system(), CreateUser(f"{uuid4().hex}@example.com", "Two", Role.ADMIN))).value
    with pytest.raises(LastAdmin):
        await core.users.set_status(system(), one.id, Status.DISABLED)
    await core.users.update(system(), UpdateUser(two.id, password=OLD))
    await core.users.set_status(system(), one.id, Status.DISABLED)


async def test_a_refresh_token_sent_concurrently_has_one_successor_at_every_instance(
    core: Core, other: Core, settings: Settings
) -> None:
    user = await make(core)
    token = (await sign_in(core, user)).refresh_token
    renewed = await asyncio.gather(*(c.sessions.refresh(Origin(), token) for c in [core, other] * 5))
    (successor,) = {r.refresh_token for r in renewed}
    assert await live_sessions(settings, user) == 1
    connection = await asyncpg.connect(settings.database_url.dsn)
    try:
        assert await connection.fetchval("select generation from sessions where user_id = $1", user.id) == 2
        long_ago = "update sessions set refreshed_at = refreshed_at - interval '1 hour' where user_id = $1"
        await connection.execute(long_ago, user.id)
        results = await asyncio.gather(*(outcome(c.sessions.refresh(Origin(), token)) for c in [core, other] * 5))
        assert Counter(results) == {SessionRevoked.code: 10}, "beyond the overlap it is a reuse"
        query = "select count(*) from events where type = 'session_reuse_detected' and user_id = $1"
        assert await connection.fetchval(query, user.id) == 1
    finally:
        await connection.close()
    assert await outcome(core.sessions.refresh(Origin(), successor)) == SessionRevoked.code


@pytest.mark.parametrize("status", [Status.DISABLED, Status.DELETED])
async def test_no_session_survives_its_user_however_it_was_started(
    core: Core, other: Core, settings: Settings, status: Status
) -> None:
    for _ in range(4):
        user = await make(core)
        token = (await sign_in(core, user)).refresh_token
        results = await asyncio.gather(
            outcome(sign_in(other, user)),
            outcome(other.sessions.refresh(Origin(), token)),
            outcome(core.users.set_status(system(), user.id, status)),
            outcome(sign_in(other, user)),
        )
        assert results[2] == "fine"
        assert set(results) <= {"fine", AccountDisabled.code, InvalidCredentials.code, SessionRevoked.code}
        assert await live_sessions(settings, user) == 0, results


class Gated:
    """A hasher that holds its result back until a test releases it."""

    def __init__(self, core: Core) -> None:
        self._hasher = core.hasher
        self.verified, self.go = asyncio.Event(), asyncio.Event()

    async def hash(self, password: str) -> str:
        return await self._hasher.hash(password)

    async def verify(self, password: str, password_hash: str | None) -> bool:
        """The result, once it is released."""
        found = await self._hasher.verify(password, password_hash)
        self.verified.set()
        await self.go.wait()
        return found

    def accepts(self, password_hash: str) -> bool:
        return self._hasher.accepts(password_hash)

    def needs_rehash(self, _: str) -> bool:
        """Always true, so that each verified password is also hashed again."""
        return True


def gated(core: Core) -> tuple[Gated, SessionService]:
    """The session service with a hasher that a test can hold."""
    hasher = Gated(core)
    attempts = Attempts(core.limiter, AttemptLimits())
    service = SessionService(
        core.store,
        core.clock,
        hasher,
        core.tokens,
        attempts,
        core.failures,
        SessionRules(),
        core.revocation,
        core.second_factors,
    )
    return hasher, service


async def test_a_sign_in_fails_if_the_password_changes_meanwhile(core: Core, settings: Settings) -> None:
    user = await make(core)
    hasher, service = gated(core)
    entering = asyncio.create_task(outcome(service.sign_in(Origin(), SignIn(user.email, OLD))))
    await hasher.verified.wait()
    await core.users.update(system(), UpdateUser(user.id, password=NEW))
    hasher.go.set()
    assert await entering == InvalidCredentials.code
    assert await live_sessions(settings, user) == 0
    assert await outcome(sign_in(core, user, OLD)) == InvalidCredentials.code
    assert (await sign_in(core, user, NEW)).user.id == user.id


@pytest.mark.parametrize("change", ["disable", "delete", "erase"])
async def test_a_sign_in_fails_if_its_user_ends_meanwhile(core: Core, settings: Settings, change: str) -> None:
    user, admin = await make(core), await make(core, Role.ADMIN)
    hasher, service = gated(core)
    entering = asyncio.create_task(outcome(service.sign_in(Origin(), SignIn(user.email, OLD))))
    await hasher.verified.wait()
    await CHANGES[change](core, admin, user)
    hasher.go.set()
    assert await entering == (AccountDisabled.code if change == "disable" else InvalidCredentials.code)
    assert await live_sessions(settings, user) == 0


async def test_concurrent_sign_ins_that_renew_an_outdated_hash_all_succeed(core: Core, settings: Settings) -> None:
    user = await make(core)
    hasher, service = gated(core)
    entering = [asyncio.create_task(outcome(service.sign_in(Origin(), SignIn(user.email, OLD)))) for _ in range(4)]
    await hasher.verified.wait()
    hasher.go.set()
    assert await asyncio.gather(*entering) == ["fine"] * 4
    assert await live_sessions(settings, user) == 4
    assert (await sign_in(core, user)).user.id == user.id


async def failures(settings: Settings, user: User) -> int:
    """The number of a user's failed sign-ins in the log."""
    connection = await asyncpg.connect(settings.database_url.dsn)
    try:
        query = "select count(*) from events where type = 'sign_in_failed' and user_id = $1"
        return int(await connection.fetchval(query, user.id))
    finally:
        await connection.close()


async def test_failures_are_written_after_their_responses_and_all_before_the_end(settings: Settings) -> None:
    async with signing_core(settings) as core:
        user, erased = await make(core), await make(core)
        for email in (user.email, erased.email, user.email, "nobody@example.com"):
            assert await outcome(core.sessions.sign_in(Origin(), SignIn(email, NEW))) == InvalidCredentials.code
        await core.users.erase(system(), erased.id)
        assert await failures(settings, user) == 0
    assert await failures(settings, user) == 2
    assert await failures(settings, erased) == 0, "nothing is written about a user who was erased meanwhile"


async def test_a_known_address_is_one_of_the_newest_sessions(core: Core) -> None:
    user, home = await make(core), Origin(ip_address="2001:db8::1")
    await core.sessions.sign_in(home, SignIn(user.email, OLD))
    for number in range(11):
        await outcome(core.sessions.sign_in(Origin(ip_address=f"192.0.2.{number}"), SignIn(user.email, NEW)))
    assert await outcome(sign_in(core, user)) == "RATE_LIMITED"
    neighbour = Origin(ip_address="2001:db8::ffff")
    assert await outcome(core.sessions.sign_in(neighbour, SignIn(user.email, OLD))) == "fine"
    async with core.store.read() as unit:
        found = await unit.users.find_credentials(user.email)
        assert found is not None
        assert found.addresses == ["2001:db8::ffff", "2001:db8::1"]
        assert await unit.users.find_credentials("nobody@example.com") is None


async def test_an_altered_refresh_token_ends_nothing(core: Core, settings: Settings) -> None:
    user = await make(core)
    token = (await sign_in(core, user)).refresh_token
    for place in (0, len(token) // 2, len(token) - 2):
        altered = token[:place] + ("A" if token[place] != "A" else "B") + token[place + 1 :]
        assert await outcome(core.sessions.refresh(Origin(), altered)) in (TokenInvalid.code, SessionRevoked.code)
    assert await live_sessions(settings, user) == 1
    assert await outcome(core.sessions.refresh(Origin(), token)) == "fine"
