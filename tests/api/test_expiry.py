"""A token that expires during a stream: the client is warned, and renews it on the open socket or resumes on a new one."""

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
async def short_lived(database_url: str, redis_url: str, server: Server) -> AsyncIterator[Api]:
    """A client of a server whose access tokens expire after TOKEN_SECONDS."""
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


async def test_a_client_that_authenticates_again_stays_connected(short_lived: Api) -> None:
    admin = await short_lived.sign_in(ADMIN, PASSWORD)
    first_end = time.time() + TOKEN_SECONDS
    async with short_lived.socket(admin) as socket:
        await socket.subscribe("n", NOTICES)
        assert await notice(socket) == "EXPIRING"
        admin = await renewed(short_lived, admin)
        await socket.send({"type": "ping", "payload": {"authorization": f"Bearer {admin.token}"}})
        pong = await socket.receive()
        assert pong["payload"]["authenticated"] is True
        assert pong["payload"]["expiresAt"] >= int(first_end)
        assert await notice(socket) == "EXPIRING", "the new token expires too, with its own warning"
        assert await socket.closed() == 4401
        assert time.time() >= pong["payload"]["expiresAt"]


async def test_a_client_without_a_new_token_is_closed_and_resumes_with_a_fresh_one(short_lived: Api) -> None:
    admin = await short_lived.sign_in(ADMIN, PASSWORD)
    user = await short_lived.new_user(admin)
    wanted = {"userId": user.id, "types": ["USER_UPDATED"]}
    async with short_lived.socket(admin) as socket:
        await socket.subscribe("n", NOTICES)
        cursor = await live(socket, "e", filter=wanted)
        assert await notice(socket) == "EXPIRING"
        assert await socket.closed() == 4401
    admin = await renewed(short_lived, admin)
    for number in range(3):
        await rename(short_lived, admin, user, f"Meanwhile {number}")
    async with short_lived.socket(admin) as socket:
        await socket.subscribe("e", EVENTS, {"after": cursor, "filter": wanted})
        assert await names(socket, 3) == [f"Meanwhile {number}" for number in range(3)]


async def test_a_token_of_another_user_on_the_open_socket_closes_it(api: Api, admin: Person) -> None:
    other = await api.new_user(admin)
    async with api.socket(admin) as socket:
        await socket.send({"type": "ping", "payload": {"authorization": f"Bearer {other.token}"}})
        assert await socket.closed() == 4403
