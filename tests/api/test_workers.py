"""Several workers behind one port: they share it, replace each other, and end together."""

from __future__ import annotations

import asyncio
import signal
import socket
import subprocess
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, cast

import httpx
import psutil
import pytest
from websockets.exceptions import WebSocketException

from api.bootstrap.first_admin import ensure_first_admin
from api.cli.local.embedded.process import port_taken
from tests.api.commands import Rollcall
from tests.api.conftest import ADMIN, PASSWORD, Api, Person, Server, free_port, settings_for
from tests.api.test_health import numbers
from tests.api.test_live import DISABLE, RENAME, live
from tests.integration.logs import PATIENCE, until

CHANGES = """subscription($after: Cursor, $filter: EventFilter) { userEvents(after: $after, filter: $filter) {
  __typename ... on Event { id cursor } ... on Heartbeat { cursor } } }"""
WRITTEN = "select id::text, user_id::text from events where type = 'user_updated' order by seq"
WRITES, KILLED_AT, FOLLOWERS = 30, 8, 4


@dataclass(frozen=True)
class Port:
    """Where the workers answer."""

    port: int

    @property
    def url(self) -> str:
        """The address."""
        return f"http://127.0.0.1:{self.port}"


@dataclass(frozen=True)
class Fleet:
    """Two workers with their supervisor, and a client that opens a connection for each request."""

    supervisor: subprocess.Popen[str]
    api: Api
    admin: Person

    @property
    def processes(self) -> Mapping[int, psutil.Process]:
        """The newest process of each worker."""
        found = psutil.Process(self.supervisor.pid).children()
        return {int(process.cmdline()[5]): process for process in sorted(found, key=psutil.Process.create_time)}

    async def by_worker(self, name: str) -> dict[int, float]:
        """A metric of each worker that has it."""
        found = await numbers(self.api)
        return {n: found[key] for n in (1, 2) if (key := f'{name}{{worker="{n}"}}') in found}

    async def both_serve(self) -> bool:
        """Whether both workers answer."""
        return await self.by_worker("rollcall_worker_up") == {1: 1, 2: 1}


@asynccontextmanager
async def two_workers(rollcall: Rollcall) -> AsyncIterator[Fleet]:
    """Two workers that answer."""
    port = free_port()
    rollcall.environment["API_PORT"] = str(port)
    secret = rollcall.environment["SECRET_KEY"]
    await ensure_first_admin(settings_for(rollcall.database_url, rollcall.redis_url, secret_key=secret))
    supervisor = rollcall.start("serve", "--workers", "2")
    api = Api(cast("Server", Port(port)))
    api.http = httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=PATIENCE, headers={"connection": "close"})
    await until(lambda: port_taken("127.0.0.1", port))
    async with api.http:
        fleet = Fleet(supervisor, api, await api.sign_in(ADMIN, PASSWORD))
        await until(fleet.both_serve)
        yield fleet


@dataclass
class Follower:
    """Follows the changes of a user through every interruption, from its last cursor."""

    api: Api
    by: Person
    user: Person
    cursor: str
    seen: list[str] = field(default_factory=list)
    interruptions: int = 0

    async def run(self) -> None:
        """Follow until cancelled."""
        while True:
            try:
                await self._follow()
            except (WebSocketException, OSError):
                self.interruptions += 1

    async def _follow(self) -> None:
        chosen = {"userId": self.user.id, "types": ["USER_UPDATED"]}
        async with self.api.socket(self.by) as connection:
            await connection.subscribe("1", CHANGES, {"after": self.cursor, "filter": chosen})
            while True:
                message = (await connection.next("1"))["userEvents"]
                self.cursor = message["cursor"]
                if message["__typename"] == "Event":
                    self.seen.append(message["id"])


async def renamed(fleet: Fleet, user: Person, name: str) -> None:
    """Rename a user; a request whose worker was killed is sent again."""
    while True:
        try:
            await fleet.api.ask(RENAME, {"i": {"id": user.id, "displayName": name}}, fleet.admin)
        except httpx.TransportError:
            continue
        return


async def test_workers_are_killed_restarted_and_stopped(rollcall: Rollcall) -> None:
    """One run, because each start of a worker takes seconds."""
    async with two_workers(rollcall) as fleet:
        user = await fleet.api.new_user(fleet.admin)
        await nothing_is_missed_or_seen_twice(rollcall, fleet, user)
        await disabling_closes_the_sockets_of_all(fleet, user)
        await a_restart_refuses_no_request(fleet)
        async with fleet.api.socket(fleet.admin) as connection:
            fleet.supervisor.send_signal(signal.SIGTERM)
            assert await connection.closed() == 1012
        assert await asyncio.to_thread(fleet.supervisor.wait, PATIENCE) == 0
        assert not port_taken("127.0.0.1", fleet.api.server.port)


async def nothing_is_missed_or_seen_twice(rollcall: Rollcall, fleet: Fleet, user: Person) -> None:
    """The worker that leads the relay is killed between writes."""
    async with fleet.api.socket(fleet.admin) as connection:
        cursor = await live(connection)
    followers = [Follower(fleet.api, fleet.admin, user, cursor) for _ in range(FOLLOWERS)]
    following = [asyncio.create_task(follower.run()) for follower in followers]
    await until(lambda: _all_equal(fleet, "rollcall_sockets", FOLLOWERS / 2))
    before = fleet.processes
    [leader] = [number for number, leads in (await fleet.by_worker("rollcall_relay_leading")).items() if leads]
    for number in range(WRITES):
        await renamed(fleet, user, f"Name {number}")
        if number == KILLED_AT:
            before[leader].kill()
    await until(lambda: all(len(follower.seen) >= WRITES for follower in followers))
    written = await asyncio.to_thread(rollcall.fetch, WRITTEN)
    expected = [id_ for id_, subject in written if subject == user.id]
    assert len(expected) == WRITES
    assert [follower.seen for follower in followers] == [expected] * FOLLOWERS
    assert sorted(bool(follower.interruptions) for follower in followers) == [False, False, True, True]
    await until(fleet.both_serve)
    assert fleet.processes[leader].pid != before[leader].pid
    assert fleet.processes[3 - leader].pid == before[3 - leader].pid
    assert (await fleet.by_worker("rollcall_relay_leading"))[3 - leader] == 1
    for task in following:
        task.cancel()


async def disabling_closes_the_sockets_of_all(fleet: Fleet, user: Person) -> None:
    """The user has sockets at both workers, of which one gets the request."""
    async with AsyncExitStack() as stack:
        sockets = [await stack.enter_async_context(fleet.api.socket(user)) for _ in range(FOLLOWERS)]
        for connection in sockets:
            await live(connection)
        await fleet.api.ask(DISABLE, {"id": user.id}, fleet.admin)
        assert [await connection.closed() for connection in sockets] == [4403] * FOLLOWERS


async def a_restart_refuses_no_request(fleet: Fleet) -> None:
    """Requests over new connections are answered all the time."""
    async with AsyncExitStack() as stack:
        sockets = [await stack.enter_async_context(fleet.api.socket(fleet.admin)) for _ in range(2)]
        before = {process.pid for process in fleet.processes.values()}
        fleet.supervisor.send_signal(signal.SIGHUP)
        closed = [asyncio.create_task(connection.closed()) for connection in sockets]
        while not all(task.done() for task in closed):
            answer = await fleet.api.http.get("/readyz")  # a check may be late on a busy machine
            assert "accepting" not in answer.json().get("reasons", {})
        assert [task.result() for task in closed] == [1012, 1012]
        await until(lambda: not before & {child.pid for child in psutil.Process(fleet.supervisor.pid).children()})
        await until(fleet.both_serve)


async def _all_equal(fleet: Fleet, name: str, value: float) -> bool:
    return await fleet.by_worker(name) == {1: value, 2: value}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (
            {"DATABASE_URL": "postgresql://u@127.0.0.1:1/db"},
            "DATABASE_URL: its server cannot be reached (ConnectionRefusedError)",
        ),
        ({"SECRET_KEY": "short"}, "SECRET_KEY: is shorter than 32 bytes"),
        ({"API_PORT": ""}, "Rollcall cannot listen on API_HOST and API_PORT"),
    ],
    ids=["database", "settings", "port"],
)
def test_workers_that_cannot_start_say_so_once(rollcall: Rollcall, changes: dict[str, Any], said: str) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1] if "API_PORT" in changes else free_port()
        rollcall.environment |= changes | {"API_PORT": str(port)}
        assert rollcall.run("serve", "--workers", "2", code=1).err.count(said) == 1
