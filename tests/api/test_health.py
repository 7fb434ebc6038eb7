"""Health while the engines stop and start, readiness, metrics."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest

from api.cli.local.embedded import Embedded
from api.settings import Settings
from tests.api.conftest import Api, Person, Server, settings_for


@pytest.fixture
async def other() -> AsyncIterator[tuple[str, list[int]]]:
    """The address of another service, and the status with which it answers."""
    statuses = [200]

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, asyncio.IncompleteReadError):
            await reader.readuntil(b"\r\n\r\n")
            writer.write(f"HTTP/1.1 {statuses[0]} X\r\ncontent-length: 0\r\nconnection: close\r\n\r\n".encode())
            await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", statuses


async def health(api: Api) -> tuple[int, dict[str, Any]]:
    """Status and body of /health, which must answer although an engine does not."""
    async with asyncio.timeout(30):  # a second on an idle machine
        answer = await api.http.get("/health")
    return answer.status_code, answer.json()


async def test_health_has_the_documented_shape(api: Api) -> None:
    status, body = await health(api)
    assert status == 200
    assert set(body) == {"status", "checks", "timestamp"}
    assert body["status"] == "healthy"
    assert body["checks"] == {"database": True, "redis": True, "external_api": True}
    assert body["timestamp"].endswith("Z")
    assert abs((datetime.now(UTC) - datetime.fromisoformat(body["timestamp"])).total_seconds()) < 10


async def until_health(api: Api, status: int, word: str, **checks: bool) -> None:
    """Wait until /health reports this; its findings may be a second old."""
    found: tuple[int, dict[str, Any]] = (0, {})
    expected = {"database": True, "redis": True, "external_api": True} | checks
    try:
        async with asyncio.timeout(60):
            while True:
                found = await health(api)
                if (found[0], found[1]["status"], found[1]["checks"]) == (status, word, expected):
                    break
                await asyncio.sleep(0.05)
    except TimeoutError:
        pytest.fail(f"health stayed {found}")


async def until_ready(api: Api, status: int) -> None:
    """Wait until /readyz has this status: on a busy machine a check may end too late once."""
    async with asyncio.timeout(60):
        while (await api.http.get("/readyz")).status_code != status:
            await asyncio.sleep(0.05)


async def test_health_follows_the_engines(own_engines: Embedded, own_settings: Settings) -> None:
    with Server(own_settings) as server:
        api = Api(server)
        async with api.http:
            await until_health(api, 200, "healthy")
            own_engines.valkey.pause()
            await until_health(api, 200, "degraded", redis=False)
            await until_ready(api, 200)
            own_engines.valkey.resume()
            await until_health(api, 200, "healthy")
            own_engines.postgres.pause()
            await until_health(api, 503, "unhealthy", database=False)
            own_engines.postgres.resume()
            await until_health(api, 200, "healthy")
            own_engines.postgres.kill()
            await until_health(api, 503, "unhealthy", database=False)
            await until_ready(api, 503)
            assert (await api.http.get("/livez")).status_code == 200
            own_engines.valkey.kill()
            await until_health(api, 503, "unhealthy", database=False, redis=False)
            own_engines.postgres.start()
            own_engines.valkey.start()
            await until_health(api, 200, "healthy")


async def numbers(api: Api, **headers: str) -> dict[str, float]:
    """The metrics by name and labels."""
    answer = await api.http.get("/metrics", headers=headers)
    assert answer.status_code == 200
    lines = [line.rpartition(" ") for line in answer.text.splitlines() if not line.startswith("#")]
    return {name: float(value) for name, _, value in lines}


async def test_requests_and_sign_ins_are_counted(api: Api, admin: Person) -> None:
    route = 'rollcall_requests_total{method="GET",route="/api/v1/users/{id}",status="404"}'
    signed_in, failed = (f'rollcall_events_total{{type="{t}"}}' for t in ("session_started", "sign_in_failed"))
    before = await numbers(api)
    for id_ in ("x", "y"):
        await api.rest("GET", f"/api/v1/users/{id_}", admin)
    user = await api.new_user(admin)
    await api.rest("POST", "/api/v1/auth/login", json={"email": user.email, "password": "not the password"})
    after = await numbers(api)
    assert after[route] - before.get(route, 0) == 2
    assert after[signed_in] - before.get(signed_in, 0) == 1
    async with asyncio.timeout(60):  # a failure is logged after its response
        while (await numbers(api)).get(failed, 0) - before.get(failed, 0) != 1:
            await asyncio.sleep(0.02)
    assert after["rollcall_hashes_waiting"] == 0
    assert after["rollcall_redis_connected"] == 1


async def test_operations_are_counted_by_their_root_field(api: Api, admin: Person) -> None:
    def series(operation: str, outcome: str) -> str:
        return f'rollcall_operations_total{{operation="{operation}",outcome="{outcome}"}}'

    before = await numbers(api)
    member = await api.new_user(admin)
    await api.graphql("query Made_up { eventCounts { complete } }", by=admin)
    await api.graphql("{ eventCounts { complete } }", by=member)
    await api.graphql("{ me { id } stats { total } }", by=admin)
    async with api.socket(admin) as socket:
        await socket.subscribe("1", "{ nodes(ids: []) { id } }")
        assert await socket.next() == {"nodes": []}
    after = await numbers(api)
    expected = [("eventCounts", "ok"), ("eventCounts", "refused"), ("several", "ok"), ("nodes", "ok")]
    for counted in (series(*e) for e in expected):
        assert after[counted] - before.get(counted, 0) == 1, counted
    assert after['rollcall_operation_seconds_count{operation="eventCounts"}'] >= 2
    assert not [name for name in after if "Made_up" in name]


async def test_invented_names_create_no_new_series(api: Api) -> None:
    await api.http.get("/made-up")
    await api.http.request("PROPFIND", "/api/v1/users/made-up")
    await numbers(api)
    before = len(await numbers(api))
    for i in range(20):
        await api.http.get(f"/made-up-{i}")
        await api.http.request("PROPFIND", f"/api/v1/users/{i}")
    assert len(await numbers(api)) == before


async def test_metrics_need_a_local_client_or_the_token(api: Api, database_url: str, redis_url: str) -> None:
    forwarded = {"x-forwarded-for": "203.0.113.9"}
    assert (await api.http.get("/metrics", headers=forwarded)).status_code == 403
    assert (await api.http.get("/metrics", headers={"authorization": "Bearer x"} | forwarded)).status_code == 403
    with Server(settings_for(database_url, redis_url, metrics_token="a metrics token")) as server:
        other = Api(server)
        async with other.http:
            refused = await other.http.get("/metrics", headers=forwarded | {"authorization": "Bearer another"})
            assert refused.status_code == 403
            given = forwarded | {"authorization": "Bearer a metrics token"}
            assert "rollcall_sockets 0.0" in (await other.http.get("/metrics", headers=given)).text


async def test_services_of_others_are_checked(database_url: str, redis_url: str, other: tuple[str, list[int]]) -> None:
    url, statuses = other
    own = {"health_external_urls": f"{url.replace('//', '//user:hunter2@')}/hunter2"}
    with Server(settings_for(database_url, redis_url, **own)) as server:
        api = Api(server)
        async with api.http:
            await until_health(api, 200, "healthy")
            statuses[0] = 500
            await until_health(api, 200, "degraded", external_api=False)
            ready = await api.http.get("/readyz")
            assert ready.json()["reasons"]["external_api_1"] == "it answers with the status 500"
            assert "hunter2" not in ready.text
            statuses[0] = 200
            await until_health(api, 200, "healthy")
