"""Every connection without a response ends, and every response that the protocol writes has all its headers."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from api.http.protocol import HEAD_BYTES, HEADER_SECONDS, MESSAGE_SECONDS, BoundedProtocol
from api.sockets.connection import INIT_SECONDS
from tests.api.conftest import Server, settings_for
from tests.api.half_requests import CLOSED_SECONDS, HALVES, LIVEZ, LOGIN, PATIENCE, UPGRADE, Half, end_of, ends
from tests.integration.logs import until

SAFE = (
    b"x-content-type-options: nosniff",
    b"content-security-policy: ",
    b"referrer-policy: ",
    b"x-frame-options: DENY",
)


@pytest.fixture(scope="module")
def impatient(database_url: str, redis_url: str) -> Iterator[Server]:
    """A server whose time limits are a tenth of the real ones."""

    class Impatient(BoundedProtocol):
        header_seconds = HEADER_SECONDS / 10
        message_seconds = MESSAGE_SECONDS / 10

    with Server(settings_for(database_url, redis_url), http=Impatient) as server:
        yield server


def test_the_time_limits_add_up() -> None:
    assert HEADER_SECONDS + MESSAGE_SECONDS <= CLOSED_SECONDS
    assert INIT_SECONDS + HEADER_SECONDS < CLOSED_SECONDS


async def test_every_connection_without_a_response_ends(impatient: Server) -> None:
    found = await ends(impatient.port, 0.05)
    assert not [name for name, end in found.items() if not end.closed]
    for name, half in HALVES.items():
        answer, status = found[name].answer, found[name].status
        assert half.status is None or status == half.status, (name, answer)
        if found[name].answered:
            assert all(header in answer for header in SAFE), (name, answer)


@pytest.mark.parametrize("wish", [b"websocket", b"h2c"])
@pytest.mark.parametrize("piece", [1, 7, 10_000])
async def test_a_request_that_cannot_be_upgraded_is_served(server: Server, wish: bytes, piece: int) -> None:
    body = b'{"query": "{ __typename }"}'
    request = b"POST /graphql HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade, Close-Not\r\nUpgrade: " + wish
    raw = request + b"\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body) + body
    raw += LIVEZ + b"Connection: close\r\n\r\n"
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    for start in range(0, len(raw), piece):
        writer.write(raw[start : start + piece])
        await writer.drain()
    async with asyncio.timeout(PATIENCE):
        answer = await reader.read()
    writer.close()
    assert answer.startswith(b"HTTP/1.1 200 ")
    assert b'"__typename":"Query"' in answer
    assert answer.endswith(b'{"status":"ok"}')


LONG = HEAD_BYTES
SIZES = {
    "a long address": (b"GET /livez?" + b"a" * LONG + b" HTTP/1.1\r\nHost: localhost\r\n\r\n", 414),
    "an address without end": (b"GET /livez?" + b"a" * (4 * LONG), 414),
    "a long header": (LIVEZ + b"a: " + b"b" * LONG + b"\r\n\r\n", 431),
    "a header without end": (LIVEZ + b"a: " + b"b" * (4 * LONG), 431),
    "a name without end": (LIVEZ + b"a" * (4 * LONG), 431),
    "many headers": (LIVEZ + b"a: b\r\n" * LONG + b"\r\n", 431),
    "many headers without end": (LIVEZ + b"a: b\r\n" * LONG, 431),
    "both together": (
        b"GET /livez?" + b"a" * (LONG // 2) + b" HTTP/1.1\r\nHost: localhost\r\na: " + b"b" * (LONG // 2),
        431,
    ),
    "blank lines without end": (b"\r\n" * (2 * LONG), 431),
    "headers of a second request": (LIVEZ + b"\r\n" + LIVEZ + b"a: " + b"b" * LONG + b"\r\n\r\n", None),
    "a long handshake": (UPGRADE + b"a: " + b"b" * LONG + b"\r\n\r\n", 431),
    "almost too much": (LIVEZ + (b"a: " + b"b" * 1000 + b"\r\n") * 15 + b"Connection: close\r\n\r\n", 200),
    "a body of any length": (LOGIN + b"Connection: close\r\nContent-Length: 100000\r\n\r\n" + b" " * 100_000, 400),
}


@pytest.mark.parametrize("name", SIZES)
@pytest.mark.parametrize("piece", [65_536, 1_000])
async def test_request_heads_are_bounded(server: Server, name: str, piece: int) -> None:
    raw, status = SIZES[name]
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    for start in range(0, len(raw), piece):
        writer.write(raw[start : start + piece])
        await writer.drain()
    async with asyncio.timeout(PATIENCE):
        answer = await reader.read(1_000_000)
    writer.close()
    if status is not None:
        assert answer.startswith(b"HTTP/1.1 %d " % status), answer
        assert all(header in answer for header in SAFE)


@pytest.mark.parametrize(
    ("head", "status"),
    [
        (b"GET /livez HTTP/1.1\r\n", 400),
        (b"GET /livez HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\n", 400),
        (b"GET /livez HTTP/1.1\r\nHost: localhost, evil.example\r\n", 400),
        (b"GET /livez HTTP/1.1\r\nHost: a@localhost\r\n", 400),
        (b"GET /livez HTTP/1.1\r\nHost: localhost/x\r\n", 400),
        (b"GET http://localhost/livez HTTP/1.1\r\nHost: localhost\r\n", 400),
        (b"GET http://evil.example/livez HTTP/1.1\r\nHost: localhost\r\n", 400),
        (b"OPTIONS * HTTP/1.1\r\nHost: localhost\r\n", 400),
        (b"GET livez HTTP/1.1\r\nHost: localhost\r\n", 400),
        (b"GET /livez HTTP/1.1\r\nHost:\r\n", 421),
        (b"GET /livez HTTP/1.0\r\n", 421),
        (b"GET /livez HTTP/1.0\r\nHost: localhost\r\n", 200),
    ],
)
async def test_a_request_names_one_host_and_a_path(server: Server, head: bytes, status: int) -> None:
    answer = (await end_of(server.port, Half(head + b"Connection: close\r\n\r\n"), 1)).answer
    assert answer.startswith(b"HTTP/1.1 %d " % status), answer
    assert all(header in answer for header in SAFE)


async def test_a_response_that_is_not_read_does_not_hold_the_connection(database_url: str, redis_url: str) -> None:
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()

    class Unread(BoundedProtocol):
        unread_seconds = 0.1

        def connection_lost(self, exc: Exception | None) -> None:
            if self._unread is not None:
                loop.call_soon_threadsafe(ended.set)
            super().connection_lost(exc)

    with Server(settings_for(database_url, redis_url), http=Unread) as server:
        _, writer = await asyncio.open_connection("127.0.0.1", server.port, limit=1)
        document = b"GET /api/v1/openapi.json HTTP/1.1\r\nHost: localhost\r\n\r\n"
        writer.transport.pause_reading()  # type: ignore[attr-defined]
        for _ in range(1_000):
            writer.write(document)
        async with asyncio.timeout(PATIENCE):
            await ended.wait()
        writer.transport.abort()


BODY_PARTS = {
    b"Content-Length: %d\r\n\r\n" % (1 << 30): b" " * 65_536,
    b"Transfer-Encoding: chunked\r\n\r\n": b"10000\r\n" + b" " * 65_536 + b"\r\n",
}


@pytest.fixture(scope="module")
def patient(database_url: str, redis_url: str) -> Iterator[Server]:
    """A server that leaves clients much time to send a request that is refused already."""

    class Patient(BoundedProtocol):
        linger_seconds = message_seconds = 2 * PATIENCE

    settings = settings_for(database_url, redis_url)
    with Server(settings, http=Patient, timeout_keep_alive=2 * int(PATIENCE)) as server:
        yield server


@pytest.mark.parametrize(("head", "part"), BODY_PARTS.items())
async def test_a_request_that_is_refused_may_be_sent_on(patient: Server, head: bytes, part: bytes) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", patient.port)
    writer.write(LOGIN + b"Connection: close\r\n" + head + part * 20)
    async with asyncio.timeout(PATIENCE):
        answer = await reader.read()
        assert answer.startswith(b"HTTP/1.1 413 ")
        for _ in range(500):  # more than the buffers of a connection hold
            writer.write(part)
            await writer.drain()
    writer.transport.abort()


async def test_a_connection_whose_request_was_read_is_closed_at_once(patient: Server) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", patient.port)
    writer.write(LOGIN + b"Connection: close\r\nContent-Length: 2\r\n\r\n{}")
    async with asyncio.timeout(PATIENCE):
        assert await reader.read()
    await until(lambda: not patient.uvicorn.server_state.connections)
    writer.transport.abort()
