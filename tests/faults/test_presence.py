"""Presence across instances that are processes: what each instance reports, the end of one, and failures of Redis."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from functools import partial
from typing import Any

import httpx
import pytest

from api.cli.client import ServerUnavailable, SignedIn, ask, sign_in, subscribe
from bench.verify.stand import ADMIN, Stand
from persistence.redis.presence import KEY, LEASE_SECONDS, POLL_SECONDS
from persistence.redis.servers import connect
from tests.integration.logs import until

CREATE = """mutation($i: CreateUserInput!) { createUser(input: $i) { __typename } }"""
ONLINE = "query($id: ID!) { user(id: $id) { online } }"
PRESENCE = "subscription { presence { userId online } }"
NOTHING = "subscription { sessionNotices { kind } }"


@pytest.fixture(scope="module")
def stand(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stand]:
    """Two instances; both are restored after each test."""
    with Stand(tmp_path_factory.mktemp("stand"), fast=True) as running:
        yield running


class Scene:
    """A user with sockets, and an admin who watches at each instance."""

    def __init__(self, stand: Stand, clients: list[httpx.AsyncClient], admin: SignedIn, person: SignedIn) -> None:
        self.stand, self.clients, self.admin, self.person = stand, clients, admin, person
        self.urls = [i.url for i in stand.instances]
        self.reported: list[list[bool]] = [[] for _ in self.urls]

    async def watch(self, number: int) -> None:
        """Record what an instance reports about the user."""
        with suppress(ServerUnavailable):
            async for change in subscribe(self.urls[number], self.admin.token, PRESENCE, {}):
                if change["userId"] == self.person.user_id:
                    self.reported[number].append(change["online"])

    async def hold(self, number: int) -> None:
        """Open a socket at an instance."""
        with suppress(ServerUnavailable):
            async for _ in subscribe(self.urls[number], self.person.token, NOTHING, {}):
                pass

    async def online(self, number: int) -> bool:
        """What an instance answers about the user."""
        found = await ask(self.clients[number], ONLINE, {"id": self.person.user_id}, self.admin.token)
        return bool(found["user"]["online"])

    async def has_reported(self, number: int, online: bool) -> bool:
        """Whether an instance reported this last, and answers the same."""
        return self.reported[number][-1:] == [online] and await self.online(number) is online

    async def metric(self, number: int, line: str) -> bool:
        """Whether an instance's metrics have this line."""
        return line in (await self.clients[number].get("/metrics")).text.splitlines()


@pytest.fixture
async def scene(stand: Stand) -> AsyncIterator[Scene]:
    """A user who is watched at both instances, and online at neither."""
    async with AsyncExitStack() as stack:
        clients = [
            await stack.enter_async_context(httpx.AsyncClient(base_url=i.url, timeout=60, trust_env=False))
            for i in stand.instances
        ]
        admin = await sign_in(clients[1], ADMIN, stand.password)
        email, password = f"{secrets.token_hex(4)}@example.com", secrets.token_urlsafe(16)
        await ask(clients[1], CREATE, {"i": {"email": email, "displayName": "Pat", "password": password}}, admin.token)
        made = Scene(stand, clients, admin, await sign_in(clients[0], email, password))
        for number in range(2):
            await stack.enter_async_context(at_once(made.watch(number)))
        for number in range(2):
            await until(partial(made.metric, number, "rollcall_live_groups 1.0"))
        yield made


@asynccontextmanager
async def at_once(work: Any) -> AsyncIterator[asyncio.Task[None]]:
    """Run something until the block ends."""
    task = asyncio.create_task(work)
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def everywhere(scene: Scene, *, online: bool) -> None:
    """Wait until both instances report and answer this."""
    for number in range(2):
        await until(partial(scene.has_reported, number, online))


async def test_a_user_is_online_at_every_instance_until_the_last_socket_closes(scene: Scene) -> None:
    async with at_once(scene.hold(0)):
        await everywhere(scene, online=True)
        async with at_once(scene.hold(1)):
            await until(lambda: scene.metric(1, "rollcall_sockets 2.0"))
        await until(lambda: scene.metric(1, "rollcall_sockets 1.0"))
        assert await scene.online(0)
        assert await scene.online(1)
    await everywhere(scene, online=False)
    assert scene.reported == [[True, False], [True, False]]


async def test_a_user_on_a_killed_instance_is_soon_offline(scene: Scene) -> None:
    async with at_once(scene.hold(0)):
        await everywhere(scene, online=True)
        await asyncio.to_thread(scene.stand.instances[0].kill)
        try:
            await until(lambda: scene.reported[1][-1:] == [False])
            assert not await scene.online(1)
        finally:
            await asyncio.to_thread(scene.stand.instances[0].start)


async def test_a_redis_that_returns_empty_makes_no_user_offline(scene: Scene) -> None:
    valkey = scene.stand.engines.valkey
    async with at_once(scene.hold(0)):
        while True:
            await everywhere(scene, online=True)
            before = [len(reported) for reported in scene.reported]
            began = time.monotonic()
            online = await emptied(scene)
            if time.monotonic() - began < LEASE_SECONDS - POLL_SECONDS:
                break  # a longer outage outlives the lease, which then ends correctly: it proves nothing
            await until(lambda: lease(valkey.url, scene.person.user_id))
        assert online
        await until(lambda: lease(valkey.url, scene.person.user_id))
        assert [len(reported) for reported in scene.reported] == before
    await everywhere(scene, online=False)
    assert [len(reported) for reported in scene.reported] == [n + 1 for n in before]


async def emptied(scene: Scene) -> bool:
    """What the second instance answers about the user after Redis has returned empty."""
    other, valkey = scene.stand.instances[0], scene.stand.engines.valkey
    other.freeze()  # so that the instance under test reads first, and finds no lease of the other
    try:
        await asyncio.to_thread(valkey.kill)
        await until(lambda: scene.metric(1, "rollcall_redis_shared 0.0"))
        await asyncio.to_thread(valkey.start)
        await until(lambda: scene.metric(1, "rollcall_redis_shared 1.0"))
        return await scene.online(1)
    finally:
        other.thaw()


async def lease(url: str, user_id: str) -> bool:
    """Whether Redis has a lease of this user."""
    client = connect(url)
    try:
        keys = [key async for key in client.scan_iter(f"rollcall:*:{KEY}")]
        members: Any = [m for key in keys for m in await client.zrange(key, 0, -1)]
        return any(m.startswith(user_id.replace("-", "")) for m in members)
    finally:
        await client.aclose()
