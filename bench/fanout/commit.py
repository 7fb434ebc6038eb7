"""From commit to receipt on an idle system: for a mutation at the same instance, and for a write of another one.

For the mutation the clock starts when the request is sent, which is before the commit. This program is the other
instance: it writes through Rollcall's own store and wakes the relay over Redis, as every instance does.
"""

from __future__ import annotations

import asyncio
import json
import random
import statistics
import time
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

import httpx
from websockets.asyncio.client import ClientConnection, connect

from api.bootstrap.core import Core, open_core
from bench.fanout.contestants import MARK, ROLLCALL, ROLLCALL_DOCUMENT
from bench.process import Server
from bench.stack import Stack
from domain.models.actor import system
from domain.models.user import user_changed
from persistence.redis.broadcast import NUDGE, Publisher, RedisBackend

UPDATE = "mutation($input: UpdateUserInput!) { updateUser(input: $input) { __typename } }"
WRITES = 60
PAUSE = (0.05, 0.25)
"""Seconds between two writes, random so that writes do not always coincide with a poll."""


def commit_latencies(stack: Stack) -> list[dict[str, Any]]:
    """A record for each way to write, with `p50` and `p99` in milliseconds."""
    with Server(ROLLCALL.command, ROLLCALL.environment(stack), stack.folder / "commit.log") as server:
        return asyncio.run(_measure(stack, server.port))


async def _measure(stack: Stack, port: int) -> list[dict[str, Any]]:
    token = (await _token(stack))[0]
    address = f"ws://127.0.0.1:{port}/graphql"
    async with (
        open_core(stack.settings) as core,
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=10) as http,
        connect(address, subprotocols=["graphql-transport-ws"], compression=None) as socket,  # type: ignore[list-item]
    ):
        await _subscribe(socket, token)

        async def mutate(name: str) -> float:
            sent = time.perf_counter()
            body = {"query": UPDATE, "variables": {"input": {"id": str(stack.subject), "displayName": name}}}
            answer = (await http.post("/graphql", json=body, headers={"authorization": f"Bearer {token}"})).json()
            assert answer["data"]["updateUser"]["__typename"] == "UserPayload", answer
            return sent

        here = await _latencies(socket, mutate)
        async with core.store.read() as unit:
            core.namespace.bind((await unit.events.state()).epoch)
        backend = RedisBackend(stack.redis_url, core.namespace)
        try:
            async with Publisher(backend) as publisher:
                elsewhere = await _latencies(socket, partial(_write, core, stack, publisher))
        finally:
            await backend.disconnect()
    return [_record("commit", here), _record("commit elsewhere", elsewhere)]


async def _token(stack: Stack) -> list[str]:
    return await asyncio.to_thread(stack.tokens)


async def _subscribe(socket: ClientConnection, token: str) -> None:
    await socket.send(json.dumps({"type": "connection_init", "payload": {"authorization": f"Bearer {token}"}}))
    await socket.recv()
    document = ROLLCALL_DOCUMENT.replace(MARK, "")
    await socket.send(json.dumps({"id": "1", "type": "subscribe", "payload": {"query": document}}))
    await socket.recv()  # the position at which the stream starts


async def _write(core: Core, stack: Stack, publisher: Publisher, name: str) -> float:
    async with core.store.write() as unit:
        before = await unit.users.get_for_update(stack.subject)
        after, changes = before.changed(core.clock.now(), display_name=name)
        await unit.users.save(after)
        await unit.events.append_many(user_changed(system(), before, after, changes))
        await unit.commit()
    publisher.send(NUDGE, "")
    return time.perf_counter()


async def _latencies(socket: ClientConnection, write: Callable[[str], Awaitable[float]]) -> list[float]:
    found: list[float] = []
    for number in range(WRITES + 5):
        name = f"Sam {random.random():.12f}"  # noqa: S311 - a new name
        receipt = asyncio.create_task(_receipt(socket, name))
        begun = await write(name)
        async with asyncio.timeout(10):
            latency = await receipt - begun
        if number >= 5:  # the first ones are a warm-up
            found.append(latency * 1000)
        await asyncio.sleep(random.uniform(*PAUSE))  # noqa: S311
    return found


async def _receipt(socket: ClientConnection, name: str) -> float:
    while name not in str(await socket.recv()):
        pass
    return time.perf_counter()


def _record(load: str, latencies: list[float]) -> dict[str, Any]:
    ordered = sorted(latencies)
    return {
        "server": "rollcall",
        "load": load,
        "sockets": 1,
        "p50": statistics.median(ordered),
        "p99": ordered[int(len(ordered) * 0.99)],
        "writes": len(ordered),
    }
