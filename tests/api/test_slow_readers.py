"""Clients that do not read: closed with 4410, without effect on others, bounded in memory, and resumed without a loss."""

from __future__ import annotations

import asyncio
import json
import socket as network
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import httpx
import psutil
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from api.bootstrap.core import open_core
from api.bootstrap.first_admin import ensure_first_admin
from api.settings import Settings
from api.sockets.outbox import BYTES_MAX
from domain.models.actor import system
from domain.services.importing import ImportRow
from tests.api.commands import Rollcall
from tests.api.conftest import ADMIN, PASSWORD, SIGN_IN, Api, Server, free_port, settings_for

EVENTS = """subscription($after: Cursor) { userEvents(after: $after, filter: {types: [USER_CREATED]}) {
  __typename ... on Event { cursor user { id displayName } changes { field before after } }
  ... on Heartbeat { cursor } } }"""
LONG = "of a name that takes its time " * 6
BATCH = 500
RECEIVE_BYTES = 4096
"""The receive buffer of a client that does not read: everything else waits at the server."""
SILENT = 1000
BESIDES_BYTES = 64 * 1024
"""Memory of a socket besides its outbox."""


async def write(settings: Settings, first: int, count: int) -> list[str]:
    """Import users with long names; returns the names in the order of their events."""
    names = [f"Number {number} {LONG}".strip() for number in range(first, first + count)]
    rows = [ImportRow(n, f"slow{first + n}@example.com", name, "member") for n, name in enumerate(names)]
    async with open_core(settings) as core:
        for start in range(0, count, BATCH):
            result = await core.imports.import_batch(system(), rows[start : start + BATCH])
            assert not result.refused
    return names


class Reader:
    """A socket that is subscribed to events, with the names it received and the cursor from which it would resume."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection
        self.names: list[str] = []
        self.cursor = ""

    async def begin(self, token: str, after: str | None = None) -> None:
        """Authenticate and subscribe."""
        await self.connection.send(
            json.dumps({"type": "connection_init", "payload": {"authorization": f"Bearer {token}"}})
        )
        await self.connection.recv()
        payload = {"query": EVENTS, "variables": {"after": after}}
        await self.connection.send(json.dumps({"id": "1", "type": "subscribe", "payload": payload}))
        if after is None:
            await self._take()

    async def until(self, count: int) -> list[str]:
        """Read messages until this many names have arrived."""
        async with asyncio.timeout(60):
            while len(self.names) < count:
                await self._take()
        return self.names

    async def rest(self) -> int | None:
        """Read the remaining messages; returns the close code."""
        try:
            while True:
                await self._take()
        except ConnectionClosed:
            return self.connection.close_code

    async def _take(self) -> None:
        message = json.loads(await self.connection.recv())
        assert message["type"] == "next", message
        event = message["payload"]["data"]["userEvents"]
        self.cursor = event["cursor"]
        if (
            event["__typename"] == "Event" and event["user"]["displayName"] != "Admin"
        ):  # the admin's own events may arrive later
            self.names.append(event["user"]["displayName"])


@asynccontextmanager
async def reader(port: int, receive_bytes: int | None = None) -> AsyncIterator[Reader]:
    """A socket; with a small receive buffer, unread messages wait at the server."""
    plug = network.socket()
    if receive_bytes is not None:
        plug.setsockopt(network.SOL_SOCKET, network.SO_RCVBUF, receive_bytes)
    plug.setblocking(False)
    await asyncio.get_running_loop().sock_connect(plug, ("127.0.0.1", port))
    async with connect(
        f"ws://127.0.0.1:{port}/graphql",
        sock=plug,
        subprotocols=["graphql-transport-ws"],  # type: ignore[list-item]
        compression=None,
        max_queue=1 if receive_bytes else None,
        ping_interval=None,
    ) as connection:
        try:
            yield Reader(connection)
        finally:
            connection.transport.abort()  # a close handshake would wait for the unread messages


@pytest.mark.parametrize("ws", [None, "websockets-sansio"], ids=["frames", "asgi"])
async def test_a_client_that_does_not_read_is_closed_and_resumes_where_it_was(
    fresh_database_url: str, redis_url: str, ws: str | None
) -> None:
    settings = settings_for(fresh_database_url, redis_url)
    await ensure_first_admin(settings)
    options: dict[str, Any] = {} if ws is None else {"ws": ws}
    with Server(settings, **options) as server:
        api = Api(server)
        container = server.container
        registry = container.core.registry
        async with api.http, AsyncExitStack() as stack:
            token = (await api.sign_in(ADMIN, PASSWORD)).token
            quick = await stack.enter_async_context(reader(server.port))
            slow = await stack.enter_async_context(reader(server.port, RECEIVE_BYTES))
            await quick.begin(token)
            await slow.begin(token)
            written: list[str] = []
            async with asyncio.timeout(60):
                while registry.count == 2:
                    if not any(c.ending for c in registry.connections):
                        written += await write(settings, len(written), 4 * BATCH)
                    assert await quick.until(len(written)) == written, "a client that reads is not affected"
            assert await slow.rest() in (4410, 1006), "the close frame is dropped with the unread messages"
            assert slow.names == written[: len(slow.names)], "the received messages are in order and without a gap"
            assert 0 < len(slow.names) < len(written)
            again = await stack.enter_async_context(reader(server.port))
            await again.begin(token, slow.cursor)
            assert await again.until(len(written) - len(slow.names)) == written[len(slow.names) :]


async def test_a_thousand_idle_clients_cost_no_more_than_their_outboxes(rollcall: Rollcall) -> None:
    port = free_port()
    rollcall.environment |= {"API_PORT": str(port)}
    rollcall.run("admin", "create", ADMIN, "--password-stdin", stdin=PASSWORD.encode())
    process = rollcall.start("serve")
    settings = Settings.load(
        _env_file=None,
        database_url=rollcall.database_url,
        redis_url=rollcall.redis_url,
        secret_key=rollcall.environment["SECRET_KEY"],
    )
    async with httpx.AsyncClient(
        base_url=f"http://127.0.0.1:{port}", transport=httpx.AsyncHTTPTransport(retries=8), timeout=30
    ) as http:
        body = {"query": SIGN_IN, "variables": {"email": ADMIN, "password": PASSWORD}}
        token = (await http.post("/graphql", json=body)).json()["data"]["signIn"]["accessToken"]

        async def open_sockets() -> float:
            lines = (await http.get("/metrics")).text.splitlines()
            return float(next(line for line in lines if line.startswith("rollcall_sockets ")).split()[1])

        async with AsyncExitStack() as stack:
            quick = await stack.enter_async_context(reader(port))
            await quick.begin(token)
            for _ in range(SILENT):
                silent = await stack.enter_async_context(reader(port, RECEIVE_BYTES))
                await silent.begin(token)
            memory = psutil.Process(process.pid).memory_info
            before = most = memory().rss
            written: list[str] = []
            async with asyncio.timeout(120):
                while await open_sockets() > 1:
                    if len(written) < 20_000:
                        written += await write(settings, len(written), 2 * BATCH)
                    assert await quick.until(len(written)) == written, "a client that reads is not affected"
                    most = max(most, memory().rss)
            assert most - before < SILENT * (BYTES_MAX + BESIDES_BYTES)
            assert process.poll() is None
