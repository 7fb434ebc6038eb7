"""Several instances on one host, used by one browser, which sends the cookies of a host to all its ports."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import httpx
import pytest

from api.bootstrap.first_admin import ensure_first_admin
from api.settings import Settings
from tests.api.conftest import ADMIN, PASSWORD, Server, settings_for
from tests.api.rest import LOGIN, LOGOUT, REFRESH, code

REFRESH_QUERY = "mutation { refreshSession { __typename ... on Problem { code } } }"
SIGN_OUT = "mutation { signOut { __typename ... on Problem { code } } }"


@pytest.fixture
async def settings(fresh_database_url: str, redis_url: str) -> Settings:
    """The settings of an instance without a name for its cookies."""
    settings = settings_for(fresh_database_url, redis_url)
    await ensure_first_admin(settings)
    return settings


def other(settings: Settings, **changes: Any) -> Settings:
    """Settings of another instance, with its own key."""
    given = settings_for(settings.database_url.dsn, settings.redis_url.get_secret_value())
    return given.model_copy(update=changes)


@pytest.fixture
async def browser() -> AsyncIterator[httpx.AsyncClient]:
    """One cookie jar, for every port of the host."""
    async with httpx.AsyncClient(timeout=60) as client:
        yield client


@contextmanager
def running(*all_settings: Settings) -> Iterator[list[Server]]:
    """Servers that run side by side."""
    with ExitStack() as stack:
        yield [stack.enter_context(Server(settings)) for settings in all_settings]


async def sign_in(browser: httpx.AsyncClient, server: Server) -> None:
    """Start a session in cookies."""
    body = {"email": ADMIN, "password": PASSWORD, "cookie": True}
    assert (await browser.post(server.url + LOGIN, json=body)).status_code == 200


async def is_signed_in(browser: httpx.AsyncClient, server: Server) -> bool:
    """Whether the browser has a session at this server."""
    answer = await browser.post(server.url + "/graphql", json={"query": "{ me { email } }"})
    return bool(answer.json()["data"]["me"])


def jar(browser: httpx.AsyncClient) -> dict[str, str]:
    """The browser's cookies."""
    return {cookie.name: cookie.value or "" for cookie in browser.cookies.jar}


async def test_two_instances_keep_their_sessions_over_refreshes_and_a_sign_out(
    settings: Settings, browser: httpx.AsyncClient
) -> None:
    named = settings.model_copy(update={"cookie_instance": "one"})
    with running(named, other(settings, cookie_instance="two"), other(settings)) as servers:
        for server in servers:
            await sign_in(browser, server)
        for server in servers:
            assert (await browser.post(server.url + REFRESH)).status_code == 200
            answer = await browser.post(server.url + "/graphql", json={"query": REFRESH_QUERY})
            assert answer.json()["data"]["refreshSession"]["__typename"] == "SessionPayload"
        assert [await is_signed_in(browser, server) for server in servers] == [True] * 3

        assert (await browser.post(servers[0].url + LOGOUT)).status_code == 200
        assert [await is_signed_in(browser, server) for server in servers] == [False, True, True]
        await browser.post(servers[1].url + "/graphql", json={"query": SIGN_OUT})
        assert [await is_signed_in(browser, server) for server in servers] == [False, False, True]
        assert jar(browser).keys() == {"rollcall", "rollcall_refresh"}


@pytest.mark.parametrize("name", ["", "two"])
async def test_a_foreign_token_stays_in_the_browser(settings: Settings, browser: httpx.AsyncClient, name: str) -> None:
    with running(settings, other(settings, cookie_instance=name)) as (theirs, ours):
        await sign_in(browser, theirs)
        before = jar(browser)
        for path in (REFRESH, LOGOUT):
            assert (await browser.post(ours.url + path)).status_code == 401
        for query in (REFRESH_QUERY, SIGN_OUT):
            answer = await browser.post(ours.url + "/graphql", json={"query": query})
            assert '"code"' in answer.text
        assert not await is_signed_in(browser, ours)
        assert jar(browser) == before
        assert await is_signed_in(browser, theirs)


@pytest.mark.parametrize("way", ["rest", "graphql"])
async def test_an_earlier_session_continues_after_the_instance_got_a_name(
    settings: Settings, browser: httpx.AsyncClient, way: str
) -> None:
    with running(settings) as (server,):
        await sign_in(browser, server)
    with running(settings.model_copy(update={"cookie_instance": "two"})) as (server,):
        assert await is_signed_in(browser, server)
        if way == "rest":
            assert (await browser.post(server.url + REFRESH)).status_code == 200
        else:
            await browser.post(server.url + "/graphql", json={"query": REFRESH_QUERY})
        assert jar(browser).keys() == {"rollcall.two", "rollcall_refresh.two"}, "the earlier cookies are replaced"
        assert await is_signed_in(browser, server)


@pytest.mark.parametrize("way", ["rest", "graphql"])
async def test_cookies_of_a_refused_session_are_deleted(
    settings: Settings, browser: httpx.AsyncClient, way: str
) -> None:
    with running(settings.model_copy(update={"cookie_instance": "one"})) as (server,):
        await sign_in(browser, server)
        kept = "; ".join(f"{name}={value}" for name, value in jar(browser).items())
        async with httpx.AsyncClient(timeout=60) as elsewhere:
            assert (await elsewhere.post(server.url + LOGOUT, headers={"cookie": kept})).status_code == 200
        if way == "rest":
            assert code(await browser.post(server.url + REFRESH)) == (401, "SESSION_REVOKED")
        else:
            answer = await browser.post(server.url + "/graphql", json={"query": REFRESH_QUERY})
            assert answer.json()["data"]["refreshSession"]["code"] == "SESSION_REVOKED"
        assert jar(browser) == {}
