"""A token's end in mid-stream: told before, renewed on the open socket, or resumed on a new one without losing a place."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest

from tests.api.conftest import ADMIN, PASSWORD, Api, Person, Server, Socket, settings_for
from tests.api.test_live import EVENTS, live, names, rename

TOKEN_SECONDS = 3
NOTICES = "subscription { sessionNotices { kind message } }"
REFRESH = """mutation($t: String!) { refreshSession(refreshToken: $t) {
  ... on SessionPayload { accessToken refreshToken } ... on Problem { code } } }"""


@pytest.fixture
async def hasty(database_url: str, redis_url: str, server: Server) -> AsyncIterator[Api]:
    """A client of a server whose access tokens end after TOKEN_SECONDS."""
    settings = settings_for(database_url, redis_url, access_token_seconds=TOKEN_SECONDS)
    with Server(settings) as running:
        client = Api(running)
        async with client.http:
            yield client


async def renewed(api: Api, person: Person) -> Person:
    """The same session with new tokens."""
    found = (await api.ask(REFRESH, {"t": person.refresh}))["refreshSession"]
    return replace(person, token=found["accessToken"], refresh=found["refreshToken"])


async def notice(socket: Socket) -> Any:
    """The next notice."""
    while True:
        message = await socket.receive()
        if message.get("id") == "n":
            return message["payload"]["data"]["sessionNotices"]["kind"]


async def test_a_client_that_authenticates_again_stays(hasty: Api) -> None:
    admin = await hasty.sign_in(ADMIN, PASSWORD)
    first_end = time.time() + TOKEN_SECONDS
    async with hasty.socket(admin) as socket:
        await socket.subscribe("n", NOTICES)
        assert await notice(socket) == "EXPIRING"
        admin = await renewed(hasty, admin)
        await socket.send({"type": "ping", "payload": {"authorization": f"Bearer {admin.token}"}})
        pong = await socket.receive()
        assert pong["payload"]["authenticated"] is True
        assert pong["payload"]["expiresAt"] >= int(first_end)
        assert await notice(socket) == "EXPIRING", "the new token has its end too, and its own warning"
        assert await socket.closed() == 4401
        assert time.time() >= pong["payload"]["expiresAt"]


async def test_who_does_nothing_is_closed_and_resumes_with_a_fresh_token(hasty: Api) -> None:
    admin = await hasty.sign_in(ADMIN, PASSWORD)
    user = await hasty.new_user(admin)
    wanted = {"userId": user.id, "types": ["USER_UPDATED"]}
    async with hasty.socket(admin) as socket:
        await socket.subscribe("n", NOTICES)
        cursor = await live(socket, "e", filter=wanted)
        assert await notice(socket) == "EXPIRING"
        assert await socket.closed() == 4401
    admin = await renewed(hasty, admin)
    for number in range(3):
        await rename(hasty, admin, user, f"Meanwhile {number}")
    async with hasty.socket(admin) as socket:
        await socket.subscribe("e", EVENTS, {"after": cursor, "filter": wanted})
        assert await names(socket, 3) == [f"Meanwhile {number}" for number in range(3)]


async def test_a_token_of_somebody_else_on_the_open_socket_ends_it(api: Api, admin: Person) -> None:
    other = await api.new_user(admin)
    async with api.socket(admin) as socket:
        await socket.send({"type": "ping", "payload": {"authorization": f"Bearer {other.token}"}})
        assert await socket.closed() == 4403
