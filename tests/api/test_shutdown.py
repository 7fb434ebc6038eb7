"""A server that stops finishes its requests, closes its sockets with 1012, and ends within its time limit."""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import Awaitable, Callable

import httpx
from websockets.asyncio.client import connect

from api.bootstrap.first_admin import ensure_first_admin
from tests.api.commands import Rollcall
from tests.api.conftest import ADMIN, PASSWORD, SIGN_IN, Api, Server, Socket, free_port, settings_for
from tests.api.test_live import live
from tests.integration.logs import until

SOCKETS = 60
STOP_SECONDS = 60.0


async def completed(socket: Socket, id_: str) -> None:
    """Read until an operation is complete."""
    while await socket.receive() != {"id": id_, "type": "complete"}:
        pass


async def test_running_requests_are_finished_and_sockets_closed_with_1012(
    fresh_database_url: str, redis_url: str
) -> None:
    settings = settings_for(fresh_database_url, redis_url)
    await ensure_first_admin(settings)
    with Server(settings) as server:
        api = Api(server)
        async with api.http:
            admin = await api.sign_in(ADMIN, PASSWORD)
            async with api.socket(admin) as socket:
                await live(socket, "live")
                # It hashes a password, so that it still runs when the server begins to stop.
                await socket.subscribe("slow", SIGN_IN, {"email": ADMIN, "password": PASSWORD})
                answered = asyncio.create_task(completed(socket, "slow"))
                open_sockets = server.container.core.registry
                await until(lambda: answered.done() or any("slow" in c.operations for c in open_sockets.connections))
                server.uvicorn.should_exit = True
                await answered
                assert await socket.closed() == 1012
                assert socket.connection.close_reason == "The server is restarting"


async def test_a_process_with_sockets_ends_in_time(rollcall: Rollcall) -> None:
    port = free_port()
    rollcall.environment |= {"API_PORT": str(port), "ADMIN_PASSWORD": PASSWORD}
    rollcall.run("admin", "create", ADMIN, "--password-stdin", stdin=PASSWORD.encode())
    process = rollcall.start("serve")
    async with httpx.AsyncClient(
        base_url=f"http://127.0.0.1:{port}", transport=httpx.AsyncHTTPTransport(retries=8), timeout=60
    ) as http:
        answer = await http.post(
            "/graphql", json={"query": SIGN_IN, "variables": {"email": ADMIN, "password": PASSWORD}}
        )
        token = answer.json()["data"]["signIn"]["accessToken"]

    async def hold(ready: asyncio.Barrier) -> tuple[int | None, float]:
        url = f"ws://127.0.0.1:{port}/graphql"
        async with connect(url, subprotocols=["graphql-transport-ws"], compression=None) as socket:  # type: ignore[list-item]
            await socket.send('{"type":"connection_init","payload":{"authorization":"Bearer ' + token + '"}}')
            await socket.recv()
            await ready.wait()
            await socket.wait_closed()
            return socket.close_code, time.monotonic()

    ready = asyncio.Barrier(SOCKETS + 1)
    holding = [asyncio.create_task(hold(ready)) for _ in range(SOCKETS)]
    await ready.wait()
    process.send_signal(signal.SIGTERM)
    found = await asyncio.gather(*holding)
    assert {code for code, _ in found} == {1012}
    moments = [moment for _, moment in found]
    assert max(moments) - min(moments) > 0.5, "the clients must not all reconnect at the same moment"
    await asyncio.to_thread(process.wait, STOP_SECONDS)
    assert process.returncode in (0, -signal.SIGTERM), "it ends by the signal after its work"


async def test_a_process_that_drains_is_unready_answers_and_ends_each_connection(rollcall: Rollcall) -> None:
    port = free_port()
    rollcall.environment |= {"API_PORT": str(port), "DRAIN_SECONDS": "3600"}
    rollcall.run("migrate")
    process = rollcall.start("serve")
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=60) as http:

        async def status() -> int | None:
            try:
                return (await http.get("/readyz", headers={"connection": "close"})).status_code
            except httpx.TransportError:
                return None

        await until(lambda: _is(status, 200), 120)
        assert "connection" not in (await http.get("/livez")).headers, "kept for the next request"
        process.send_signal(signal.SIGTERM)
        await until(lambda: _is(status, 503), 120)
        assert (await http.get("/readyz")).json()["reasons"]["accepting"] == "this process is stopping"
        answers = [await http.get("/livez"), await http.post("/graphql", json={"query": "{ __typename }"})]
        assert [answer.status_code for answer in answers] == [200, 200]
        assert {answer.headers["connection"] for answer in answers} == {"close"}, (
            "so that no gateway sends another over it"
        )
    process.send_signal(signal.SIGINT)  # ends the draining
    await asyncio.to_thread(process.wait, 120)


async def _is(status: Callable[[], Awaitable[int | None]], expected: int) -> bool:
    return await status() == expected
