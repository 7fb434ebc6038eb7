"""Sockets that connect, sign in, subscribe and close: many at once, over and over."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Sequence

from websockets.asyncio.client import ClientConnection, connect

from api.http.server import raise_file_limit

AT_ONCE = 64
"""Handshakes under way at a time."""
SECONDS = 120.0
DOCUMENT = "subscription { userEvents { ... on Event { cursor type user { id displayName status } } } }"


async def held(port: int, tokens: Sequence[str], count: int, measure: Callable[[], int]) -> int:
    """What `measure` gives while so many sockets are subscribed; then all are closed. Raises TimeoutError."""
    raise_file_limit()
    turn = asyncio.Semaphore(AT_ONCE)

    async def subscribed(number: int) -> ClientConnection:
        async with turn:
            return await _subscribe(port, tokens[number % len(tokens)])

    async with asyncio.timeout(SECONDS):
        sockets = await asyncio.gather(*(subscribed(number) for number in range(count)))
        found = measure()
        await asyncio.gather(*(socket.close() for socket in sockets))
    return found


async def _subscribe(port: int, token: str) -> ClientConnection:
    """A socket whose subscription the server has taken: it answers in order, so that its pong follows."""
    socket = await connect(
        f"ws://127.0.0.1:{port}/graphql",
        subprotocols=["graphql-transport-ws"],  # type: ignore[list-item] # a name of its own for text
        compression=None,
        ping_interval=None,
        proxy=None,
    )
    await socket.send(json.dumps({"type": "connection_init", "payload": {"authorization": f"Bearer {token}"}}))
    await _until(socket, "connection_ack")
    await socket.send(json.dumps({"id": "1", "type": "subscribe", "payload": {"query": DOCUMENT}}))
    await socket.send(json.dumps({"type": "ping"}))
    await _until(socket, "pong")
    return socket


async def _until(socket: ClientConnection, wanted: str) -> None:
    """Read up to a message of this type. Raises RuntimeError if the operation is refused."""
    while (kind := json.loads(await socket.recv())["type"]) != wanted:
        if kind in ("error", "complete"):
            raise RuntimeError("The subscription was refused")
