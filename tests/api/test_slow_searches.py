"""Searches that take long: they are ended by the database, and one client's leave the others their connections."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from api.bootstrap.first_admin import ensure_first_admin
from persistence.database import Database
from persistence.engine import StatementLimits
from tests.api.conftest import ADMIN, PASSWORD, Api, Person, Server, settings_for
from tests.integration.logs import session, until

SEARCH = '{ users(first: 5, search: "ada") { totalCount edges { node { id } } } }'
LIST = "{ users(first: 5) { totalCount edges { node { id displayName } } } }"
LOCK = "lock table user_words in access exclusive mode"


@asynccontextmanager
async def served(database_url: str, redis_url: str, read_seconds: float) -> AsyncIterator[Api]:
    """A server over four connections whose statements may read so long."""
    settings = settings_for(database_url, redis_url)
    await ensure_first_admin(settings)
    database = Database(database_url, pool_size=4, limits=StatementLimits(read=read_seconds))
    with Server(settings, {"database": database}) as running:
        api = Api(running)
        async with api.http:
            yield api


def in_use(api: Api) -> int:
    """How many connections are in use."""
    pool: Any = api.server.container.core.database.primary.pool
    return int(pool.checkedout())


async def test_a_search_that_takes_too_long_is_ended_and_says_so(fresh_database_url: str, redis_url: str) -> None:
    async with served(fresh_database_url, redis_url, 0.5) as api, session(fresh_database_url) as other:
        admin = await api.sign_in(ADMIN, PASSWORD)
        async with other.transaction():
            await other.execute(LOCK)
            answer = await api.graphql(SEARCH, by=admin)
            [error] = {e["message"]: e for e in answer["errors"]}.values()
            assert error["extensions"]["code"] == "UNAVAILABLE"
            assert "takes too long" in error["message"]
            rest = await api.rest("GET", "/api/v1/users", admin, params={"search": "ada"})
            assert (rest.status_code, rest.json()["error"]["code"]) == (503, "UNAVAILABLE")
            await until(lambda: in_use(api) == 0)
        await until(lambda: finds(api, admin))  # not at once, because a busy machine may need longer than the limit


async def finds(api: Api, by: Person) -> bool:
    """Whether the search is answered; it finds no user."""
    answer = await api.graphql(SEARCH, by=by)
    return "errors" not in answer and answer["data"]["users"]["totalCount"] == 0


async def test_one_client_that_searches_leaves_the_others_their_connections(
    fresh_database_url: str, redis_url: str
) -> None:
    async with served(fresh_database_url, redis_url, 120.0) as api, session(fresh_database_url) as other:
        searcher, admin = await api.sign_in(ADMIN, PASSWORD), await api.sign_in(ADMIN, PASSWORD)
        async with other.transaction():
            await other.execute(LOCK)
            searches = [asyncio.create_task(api.graphql(SEARCH, by=searcher)) for _ in range(20)]
            waiting = "select count(*) from pg_locks where not granted and relation = 'user_words'::regclass"
            await until(lambda: other.fetchval(waiting))
            for _ in range(5):
                assert (await api.ask(LIST, by=admin))["users"]["totalCount"] == 1
                assert (await api.rest("GET", "/api/v1/users", admin)).status_code == 200
                await api.sign_in(ADMIN, PASSWORD)
            assert await other.fetchval(waiting) == 1, "the searches of one session take one connection"
        answers = await asyncio.gather(*searches)
    codes = {e["extensions"]["code"] for a in answers for e in a.get("errors", ())}
    assert codes <= {"RATE_LIMITED"}, "those that waited too long for the first one"
    assert any("errors" not in a for a in answers)
