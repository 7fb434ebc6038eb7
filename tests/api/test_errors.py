"""Every response under /api/ and /admin/ has the envelope, whatever the error; no internal detail is revealed."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator

import asyncpg
import httpx
import pytest

from api.bootstrap.first_admin import ensure_first_admin
from api.cli.local.embedded import Embedded
from api.settings import Settings
from tests.api.conftest import ADMIN, PASSWORD, Api, Person, Server, settings_for
from tests.api.envelope import check_envelope

JSON = {"content-type": "application/json"}


def code(response: httpx.Response) -> tuple[int, str]:
    """Status and code of a refusal."""
    return response.status_code, response.json()["error"]["code"]


@pytest.mark.parametrize(
    "path",
    ["/api", "/api/", "/api/v1", "/api/v2/users", "/api/v1/users/", "/api/v1/users/a/b", "/api//v1/users", "/admin"],
)
async def test_unknown_paths_are_not_found(api: Api, path: str) -> None:
    for method in ("GET", "POST", "DELETE", "OPTIONS"):
        assert code(await api.rest(method, path)) == (404, "NOT_FOUND")


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("/api/v1/users", {"GET", "HEAD", "POST"}),
        ("/api/v1/users/x", {"GET", "HEAD", "PUT", "DELETE"}),
        ("/api/v1/auth/login", {"POST"}),
        ("/api/v1/auth/refresh", {"POST"}),
        ("/api/v1/auth/logout", {"POST"}),
        ("/admin/users", {"GET", "HEAD"}),
        ("/api/v1/openapi.json", {"GET", "HEAD"}),
    ],
)
async def test_a_wrong_method_gets_the_allowed_ones(api: Api, path: str, allowed: set[str]) -> None:
    for method in {"GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"} - allowed:
        answer = await api.rest(method, path)
        assert code(answer) == (405, "METHOD_NOT_ALLOWED")
        assert {m.strip() for m in answer.headers["allow"].split(",")} == allowed


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"7",
        b"null",
        b'"text"',
        b"[]",
        b"{",
        b'{"email": "\xff"}',
        b"[" * 100_000,
        b'{"email":' * 900 + b"1" + b"}" * 900,
        b'{"email": ' + b"9" * 20_000 + b"}",
        b'{"email": "a@example.com", "email": "b@example.com", "password": "x"}',
        b'{"email": "\\ud800", "password": "x"}',
    ],
)
@pytest.mark.parametrize("path", ["/api/v1/auth/login", "/api/v1/users"])
async def test_a_body_that_is_no_json_object_is_malformed(api: Api, admin: Person, path: str, body: bytes) -> None:
    answer = await api.rest("POST", path, admin, JSON, content=body)
    assert answer.status_code in (400, 422)
    assert answer.json()["error"]["code"] in ("MALFORMED_REQUEST", "VALIDATION_ERROR")
    if not body.startswith(b'{"email":' * 2):
        assert code(answer) == (400, "MALFORMED_REQUEST")


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "application/jsonx", ""])
async def test_only_json_is_accepted(api: Api, kind: str) -> None:
    answer = await api.rest("POST", "/api/v1/auth/login", headers={"content-type": kind}, content=b"{}")
    assert code(answer) == (415, "UNSUPPORTED_MEDIA_TYPE")


async def parts(count: int) -> AsyncIterator[bytes]:
    """A body in chunks, without a length."""
    for _ in range(count):
        yield b" " * 65536


async def test_a_body_over_the_limit_is_refused_in_chunks_too(api: Api) -> None:
    whole = await api.rest("POST", "/api/v1/auth/login", headers=JSON, content=b" " * (2**20 + 1))
    chunked = await api.rest("POST", "/api/v1/auth/login", headers=JSON, content=parts(20))
    assert code(whole) == code(chunked) == (413, "PAYLOAD_TOO_LARGE")
    assert (await api.http.get("/livez")).status_code == 200


async def exchange(server: Server, raw: bytes) -> bytes:
    """The response to these bytes, until the server closes the connection."""
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write(raw)
    async with asyncio.timeout(60):
        answer = await reader.read()
    writer.close()
    return answer


async def test_a_body_that_never_arrives_is_abandoned(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.http.body.BODY_SECONDS", 0.2)
    raw = b"POST /api/v1/auth/login HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 9\r\n"
    answer = await exchange(server, raw + b"Connection: close\r\n\r\n{")
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert json.loads(answer.partition(b"\r\n\r\n")[2])["error"]["code"] == "REQUEST_TIMEOUT"


@pytest.mark.parametrize("raw", [b"", b"GET /livez HT", b"GET /livez HTTP/1.1\r\nHost: localhost\r\n"])
async def test_headers_that_never_end_are_abandoned(
    server: Server, monkeypatch: pytest.MonkeyPatch, raw: bytes
) -> None:
    monkeypatch.setattr("api.http.server.BoundedProtocol.header_seconds", 0.2)
    assert await exchange(server, raw) == b""


async def test_an_unread_body_does_not_hold_the_connection(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.http.server.BoundedProtocol.message_seconds", 0.2)
    answer = await exchange(server, b"GET /livez HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n{")
    assert answer.startswith(b"HTTP/1.1 200 ")


async def test_time_limits_do_not_affect_quick_connections(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.http.server.BoundedProtocol.header_seconds", 0.3)
    monkeypatch.setattr("api.http.server.BoundedProtocol.message_seconds", 0.3)
    async with httpx.AsyncClient(base_url=server.url, timeout=60) as client:
        end = asyncio.get_running_loop().time() + 1.0
        while asyncio.get_running_loop().time() < end:
            assert (await client.get("/livez")).status_code == 200


async def test_an_internal_error_reveals_no_internal_detail(
    fresh_database_url: str, redis_url: str, capfd: pytest.CaptureFixture[str]
) -> None:
    settings = settings_for(fresh_database_url, redis_url, cors_origins="https://ok.example")
    await ensure_first_admin(settings)
    with Server(settings) as server:
        api = Api(server)
        async with api.http:
            admin = await api.sign_in(ADMIN, PASSWORD)
            assert (await api.rest("GET", "/api/v1/users", admin)).status_code == 200
            await _execute(fresh_database_url, "ALTER TABLE users RENAME COLUMN display_name TO renamed")
            origin = {"origin": "https://ok.example", "x-request-id": "request-12345"}
            answer = await api.rest("GET", "/api/v1/users", admin, origin)
            assert code(answer) == (500, "INTERNAL_ERROR")
            assert answer.json()["error"]["details"] == {"request_id": "request-12345"}
            assert answer.headers["x-request-id"] == "request-12345"
            assert answer.headers["access-control-allow-origin"] == "https://ok.example"
            graphql = await api.graphql("{ users { edges { node { id } } } }", by=admin)
            assert graphql["errors"][0]["message"] == "Internal error"
            body = {"email": "a@example.com", "display_name": "A", "password": "a secret password"}
            assert code(await api.rest("POST", "/api/v1/users", admin, json=body)) == (500, "INTERNAL_ERROR")
            for text in (answer.text, json.dumps(graphql)):
                assert not any(inside in text for inside in ("display_name", "SELECT", "exist", "Traceback"))
    logged = capfd.readouterr().err
    assert "request-12345" in logged
    assert "UndefinedColumn" in logged
    assert "INSERT INTO users" in logged
    assert not any(secret in logged for secret in ("$argon2", "a secret password", "a@example.com"))


async def _execute(database_url: str, statement: str) -> None:
    connection = await asyncpg.connect(database_url)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


async def test_an_unavailable_database_is_reported_until_it_is_back(
    own_engines: Embedded, own_settings: Settings
) -> None:
    with Server(own_settings) as server:
        api = Api(server)
        async with api.http:
            admin = await api.sign_in(ADMIN, PASSWORD)
            own_engines.postgres.kill()
            for method, path in (("GET", "/api/v1/users"), ("DELETE", f"/api/v1/users/{admin.id}")):
                answer = await api.rest(method, path, admin)
                assert code(answer) == (503, "UNAVAILABLE")
                assert int(answer.headers["retry-after"]) >= 1
            login = await api.rest("POST", "/api/v1/auth/login", json={"email": ADMIN, "password": PASSWORD})
            assert code(login) == (503, "UNAVAILABLE")
            own_engines.postgres.start()
            async with asyncio.timeout(60):
                while (await api.rest("GET", "/api/v1/users", admin)).status_code != 200:
                    await asyncio.sleep(0.05)
            check_envelope(await api.http.get("/api/v1/users", headers=admin.bearer))


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/api/v1/users"),
        ("GET", "/api/v1/users/00000000-0000-4000-8000-000000000000"),
        ("PUT", "/api/v1/users/00000000-0000-4000-8000-000000000000"),
        ("DELETE", "/api/v1/users/00000000-0000-4000-8000-000000000000"),
        ("POST", "/api/v1/auth/login"),
        ("POST", "/api/v1/auth/refresh"),
    ],
)
async def test_a_route_without_parameters_refuses_one(api: Api, admin: Person, method: str, path: str) -> None:
    answer = await api.rest(method, path, admin, params={"expand": "1"}, json={} if method in ("POST", "PUT") else None)
    assert code(answer) == (400, "MALFORMED_REQUEST")
    assert "expand" in answer.json()["error"]["message"]


@pytest.mark.parametrize(
    ("path", "allowed"), [("/api/v1/users/import", {"POST"}), ("/api/v1/users/export", {"GET", "HEAD"})]
)
async def test_a_path_of_its_own_is_no_users_id(api: Api, admin: Person, path: str, allowed: set[str]) -> None:
    for method in {"GET", "POST", "PUT", "DELETE", "OPTIONS"} - allowed:
        answer = await api.rest(method, path, admin)
        assert code(answer) == (405, "METHOD_NOT_ALLOWED")
        assert {m.strip() for m in answer.headers["allow"].split(",")} == allowed
