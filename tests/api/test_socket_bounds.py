"""Limits of one socket: operations, sizes, floods, and which pages may open it."""

from __future__ import annotations

import asyncio
import contextlib

import httpx
import pytest
from websockets.exceptions import ConnectionClosed

from api.http.server import SOCKET_MESSAGE_BYTES
from api.sockets.operations import OPERATIONS_MAX
from api.sockets.protocol import MESSAGE_MAX
from tests.api.conftest import Api, Person, Server

IDLE = 'subscription { userEvents(filter: {types: [USER_ERASED], userId: "00000000-0000-0000-0000-000000000001"}) { __typename } }'
SIGN_IN = """mutation($e: String!, $p: String!) { signIn(input: {email: $e, password: $p, cookie: true}) {
  __typename } }"""


async def test_one_operation_too_many_is_refused_and_the_others_continue(api: Api, admin: Person) -> None:
    async with api.socket(admin) as socket:
        for number in range(OPERATIONS_MAX):
            await socket.subscribe(str(number), IDLE)
            assert (await socket.next(str(number)))["userEvents"]["__typename"] == "Heartbeat"
        await socket.subscribe("more", "{ me { id } }")
        refused = await socket.receive()
        assert (refused["id"], refused["type"]) == ("more", "error")
        assert refused["payload"][0]["extensions"]["code"] == "LIMIT_EXCEEDED"
        await socket.complete("0")
        await socket.subscribe("more", "{ me { id } }")
        assert await socket.next("more") == {"me": {"id": admin.id}}


async def test_the_allowed_operations_can_be_opened_in_one_burst_repeatedly(api: Api, admin: Person) -> None:
    async with api.socket(admin) as socket:
        for round_ in ("first", "again"):
            await socket.send({"type": "ping"})
            for number in range(OPERATIONS_MAX):
                await socket.subscribe(f"{round_} {number}", IDLE)
            if round_ == "first":
                for number in range(OPERATIONS_MAX):
                    await socket.complete(f"first {number}")
        waiting = {f"again {number}" for number in range(OPERATIONS_MAX)}
        while waiting:
            message = await socket.receive()
            assert message["type"] in ("next", "pong")
            waiting.discard(message.get("id", ""))


async def test_a_message_that_is_too_long_ends_with_4400(api: Api, admin: Person) -> None:
    async with api.socket(admin) as socket:
        await socket.subscribe("1", "{ me { id } }" + " " * MESSAGE_MAX)
        assert await socket.closed() == 4400


async def test_a_message_that_exceeds_the_frame_limit_ends_with_1009(api: Api, admin: Person) -> None:
    async with api.socket(admin) as socket:
        await socket.send(" " * (SOCKET_MESSAGE_BYTES + 1))
        assert await socket.closed() == 1009


async def test_a_flood_of_ping_frames_ends_the_connection(api: Api, admin: Person) -> None:
    async with api.socket(admin) as calm, api.socket(admin) as socket:
        with contextlib.suppress(ConnectionClosed):
            for _ in range(200):
                await socket.connection.ping()
                await asyncio.sleep(0)
        assert await socket.closed() in (1008, 1006), "a reset may overtake the close frame while data is in flight"
        await calm.subscribe("1", "{ me { id } }")
        assert await calm.next("1") == {"me": {"id": admin.id}}


@pytest.mark.parametrize(("origin", "welcome"), [("own", True), ("https://evil.example", False), ("null", False)])
async def test_a_cookie_opens_a_socket_only_for_our_own_pages(
    api: Api, admin: Person, server: Server, origin: str, *, welcome: bool
) -> None:
    user = await api.new_user(admin)
    async with httpx.AsyncClient(base_url=server.url, timeout=60) as browser:
        await browser.post("/graphql", json={"query": SIGN_IN, "variables": {"e": user.email, "p": user.password}})
        cookie = "; ".join(f"{c.name}={c.value}" for c in browser.cookies.jar if c.path == "/")
    headers = {"cookie": cookie, "origin": server.url if origin == "own" else origin}
    async with api.socket(additional_headers=headers) as socket:
        await socket.send({"type": "connection_init"})
        if welcome:
            assert await socket.receive() == {"type": "connection_ack"}
            await socket.subscribe("1", "{ me { id } }")
            assert await socket.next("1") == {"me": {"id": user.id}}
        else:
            assert await socket.closed() == 4403
