"""Off means off: each event that ends a session or a right closes its sockets on every instance, after a notice."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from websockets.exceptions import ConnectionClosed

from api.bootstrap.commits import Commits
from api.bootstrap.first_admin import ensure_first_admin
from api.cli.local.embedded import Embedded
from api.settings import Settings
from api.sockets.revocation import Bounds
from domain.cursors import LogCursor
from domain.models.directory import UserQuery
from domain.models.user import User
from domain.pagination import Page
from domain.services.unit import ReadUnit, Store, WriteUnit
from persistence.database import Database
from persistence.store import SqlStore
from tests.api.conftest import ADMIN, PASSWORD, Api, Person, Server, Socket, settings_for
from tests.api.pairs import Pair, new_pair, pair_over
from tests.api.test_expiry import REFRESH
from tests.api.test_live import RENAME, live
from tests.integration.logs import PATIENCE

BY_ID = "mutation($id: ID!) { %s(id: $id) { __typename } }"
SET = "mutation($i: SetPasswordInput!) { setPassword(input: $i) { __typename } }"
CHANGE = "mutation($i: ChangePasswordInput!) { changePassword(input: $i) { __typename } }"


@pytest.fixture
async def pair(fresh_database_url: str, redis_url: str) -> AsyncIterator[Pair]:
    """Two instances with a directory of the test's own, whose sockets are closed by events only.

    On a busy machine an event can take longer than the time limit of sockets, which would then be closed without it.
    """
    async with new_pair(fresh_database_url, redis_url, revocation_bounds=Bounds(PATIENCE, PATIENCE)) as made:
        yield made


@pytest.fixture
async def strict_pair(fresh_database_url: str, redis_url: str) -> AsyncIterator[Pair]:
    """Two instances with a directory of the test's own, and with the documented time limits."""
    async with new_pair(fresh_database_url, redis_url, revocation_bounds=Bounds()) as made:
        yield made


async def end(pair: Pair, user: Person, ending: str) -> None:
    """End the user's session or rights in this way."""
    api = pair.one
    match ending:
        case "demote":
            await api.ask(RENAME, {"i": {"id": user.id, "role": "MEMBER"}}, pair.admin)
        case "reuse":
            replaced = user.refresh
            for _ in range(2):
                replaced = (await api.ask(REFRESH, {"t": replaced}))["refreshSession"]["refreshToken"]
            await api.ask(REFRESH, {"t": user.refresh})
        case "changePassword":
            other = await api.sign_in(user.email, user.password)
            new = {"currentPassword": user.password, "newPassword": "a new pass phrase"}
            assert (await api.ask(CHANGE, {"i": new}, other))["changePassword"]["__typename"] == "Done"
        case "setPassword":
            new = {"userId": user.id, "password": "a new pass phrase"}
            assert (await api.ask(SET, {"i": new}, pair.admin))["setPassword"]["__typename"] == "UserPayload"
        case "revokeSession":
            await api.ask(BY_ID % ending, {"id": user.session}, pair.admin)
        case "revokeSessions":
            await api.ask(
                "mutation($id: ID!) { revokeSessions(userId: $id) { __typename } }", {"id": user.id}, pair.admin
            )
        case "eraseUser":
            await api.ask(BY_ID % "deleteUser", {"id": user.id}, pair.admin)
            await api.ask(BY_ID % ending, {"id": user.id}, pair.admin)
        case _:
            await api.ask(BY_ID % ending, {"id": user.id}, pair.admin)


async def watched(socket: Socket) -> list[str]:
    """The messages of a socket about its end, in order of arrival, and its close code.

    The user's creation and sign-in are left out, because their events may arrive later.
    """
    received: list[str] = []
    async with asyncio.timeout(PATIENCE):
        while True:
            try:
                message = await socket.receive()
            except ConnectionClosed:
                return [*received, str(await socket.closed())]
            data = message["payload"]["data"]
            if "sessionNotices" in data:
                received.append(data["sessionNotices"]["kind"])
            elif data["userEvents"].get("type") not in {None, "USER_CREATED", "SESSION_STARTED"}:
                received.append(data["userEvents"]["type"])


async def attached(stack: AsyncExitStack, api: Api, user: Person) -> Socket:
    """A socket of the user that is subscribed to their events and notices."""
    socket = await stack.enter_async_context(api.socket(user))
    await socket.subscribe("n", "subscription { sessionNotices { kind } }")
    await live(socket, "e", filter={"userId": user.id})
    return socket


KINDS = {
    "disableUser": ("USER_DISABLED", "DISABLED"),
    "deleteUser": ("USER_DELETED", "DISABLED"),
    "eraseUser": ("USER_DELETED", "DISABLED"),
    "demote": ("USER_ROLE_CHANGED", "ROLE_CHANGED"),
    "revokeSession": ("SESSION_REVOKED", "SIGNED_OUT"),
    "revokeSessions": ("SESSION_REVOKED", "SIGNED_OUT"),
    "reuse": ("SESSION_REUSE_DETECTED", "SIGNED_OUT"),
    "changePassword": ("PASSWORD_CHANGED", "SIGNED_OUT"),
    "setPassword": ("PASSWORD_CHANGED", "SIGNED_OUT"),
}


@pytest.mark.parametrize("ending", list(KINDS))
async def test_every_ending_closes_the_sockets_of_every_instance(pair: Pair, ending: str) -> None:
    user = await pair.one.new_user(pair.admin, "AUDITOR")
    event, notice = KINDS[ending]
    async with AsyncExitStack() as stack:
        sockets = [await attached(stack, api, user) for api in (pair.one, pair.two)]
        watching = [asyncio.create_task(watched(s)) for s in sockets]
        await end(pair, user, ending)
        for received in await asyncio.gather(*watching):
            assert received[-2:] == [notice, "4403"], received
            assert event in received[:-2], "the event arrives before the notice"
    for api in (pair.one, pair.two):
        answer = await api.graphql("{ me { id role } }", by=user)
        if ending == "demote":
            assert answer["data"]["me"] == {"id": user.id, "role": "MEMBER"}
        else:
            assert answer["errors"][0]["extensions"]["code"] in ("SESSION_REVOKED", "ACCOUNT_DISABLED")


async def test_the_session_that_changes_the_password_continues(pair: Pair) -> None:
    user = await pair.one.new_user(pair.admin)
    new = {"currentPassword": user.password, "newPassword": "a new pass phrase"}
    async with AsyncExitStack() as stack:
        socket = await attached(stack, pair.two, user)
        await pair.one.ask(CHANGE, {"i": new}, user)
        while (await socket.next("e"))["userEvents"].get("type") != "PASSWORD_CHANGED":
            pass
        await socket.subscribe("q", "{ me { id } }")
        while (message := await socket.receive())["id"] != "q":
            pass
        assert message["payload"]["data"]["me"]["id"] == user.id


async def test_a_mutation_returns_after_the_sockets_of_its_instance_are_closed(pair: Pair) -> None:
    user = await pair.one.new_user(pair.admin)
    async with AsyncExitStack() as stack:
        socket = await attached(stack, pair.one, user)
        container = pair.one.server.container
        await pair.one.ask(BY_ID % "disableUser", {"id": user.id}, pair.admin)
        assert container.core.registry.of_users([UUID(user.id)]) == []
        assert await socket.closed() == 4403


class Watched:
    """The store; records which task opened which unit of work, in order."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.units: list[tuple[str, asyncio.Task[Any] | None]] = []

    def read(
        self, at_least: LogCursor | None = None, searcher: UUID | None = None
    ) -> AbstractAsyncContextManager[ReadUnit]:
        """Record it, and read."""
        self.units.append(("read", asyncio.current_task()))
        return self._store.read(at_least, searcher)

    def write(self) -> AbstractAsyncContextManager[WriteUnit]:
        """Record it, and write."""
        self.units.append(("write", asyncio.current_task()))
        return self._store.write()

    async def users_by_id(self, user_ids: Sequence[UUID], at_least: LogCursor | None = None) -> dict[UUID, User]:
        """Record it, and read."""
        self.units.append(("read", asyncio.current_task()))
        return await self._store.users_by_id(user_ids, at_least)

    async def page_of_users(self, query: UserQuery, at_least: LogCursor | None = None) -> Page[User]:
        """Record it, and read."""
        self.units.append(("read", asyncio.current_task()))
        return await self._store.page_of_users(query, at_least)


async def test_a_response_is_woken_without_a_query_after_its_commit(fresh_database_url: str, redis_url: str) -> None:
    settings = settings_for(fresh_database_url, redis_url)
    await ensure_first_admin(settings)
    commits, database = Commits(), Database(fresh_database_url)
    store = Watched(SqlStore(database, commits.announce))
    async with AsyncExitStack() as stack:
        bounds = Bounds(PATIENCE, PATIENCE)
        parts = {"commits": commits, "database": database, "store": store, "revocation_bounds": bounds}
        api = Api(stack.enter_context(Server(settings, parts)))
        await stack.enter_async_context(api.http)
        admin = await api.sign_in(ADMIN, PASSWORD)
        socket = await attached(stack, api, user := await api.new_user(admin))
        store.units.clear()
        await api.ask(BY_ID % "disableUser", {"id": user.id}, admin)
        jobs = ("last-seen", "sign-in-failures")  # these may write at any time
        [own] = [t for kind, t in store.units if kind == "write" and t is not None and t.get_name() not in jobs]
        kinds = [kind for kind, task in store.units if task is own]
        assert kinds[kinds.index("write") :] == ["write"]
        assert await socket.closed() == 4403


async def test_sockets_are_closed_without_redis(own_engines: Embedded, own_settings: Settings) -> None:
    async with AsyncExitStack() as stack:
        pair = await pair_over(stack, own_settings, revocation_bounds=Bounds())
        user = await pair.one.new_user(pair.admin)
        sockets = [await attached(stack, api, user) for api in (pair.one, pair.two)]
        own_engines.valkey.kill()
        watching = [asyncio.create_task(watched(s)) for s in sockets]
        await pair.one.ask(BY_ID % "disableUser", {"id": user.id}, pair.admin)
        for received in await asyncio.gather(*watching):
            assert received[-2:] == ["DISABLED", "4403"]
        for api in (pair.one, pair.two):
            answer = await api.graphql("{ me { id } }", by=user)
            assert answer["errors"][0]["extensions"]["code"] in ("SESSION_REVOKED", "ACCOUNT_DISABLED")


async def test_a_change_without_an_event_is_detected_in_the_table(strict_pair: Pair, fresh_database_url: str) -> None:
    pair = strict_pair
    user = await pair.one.new_user(pair.admin)
    async with AsyncExitStack() as stack:
        sockets = [await attached(stack, api, user) for api in (pair.one, pair.two)]
        watching = [asyncio.create_task(watched(s)) for s in sockets]
        database = await asyncpg.connect(fresh_database_url)
        stack.push_async_callback(database.close)
        await database.execute("update users set status = 'disabled' where id = $1", UUID(user.id))
        for received in await asyncio.gather(*watching):
            assert received == ["DISABLED", "4403"]
