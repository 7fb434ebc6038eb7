"""WebSocket frames against the running server: how connections begin, what breaks them, and how they end (RFC 6455)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import orjson
import pytest
from websockets.frames import Frame, Opcode

from tests.api.conftest import Person, Server

HEAD = (
    b"GET /graphql HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: keep-alive, Upgrade\r\nUpgrade: WebSocket\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
    b"Sec-WebSocket-Protocol: other, graphql-transport-ws\r\n\r\n"
)
ACCEPT = b"s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
"""The answer to that key in the RFC's own example (section 1.3)."""
SECONDS = 120


class Peer:
    """A client that writes and reads frames itself."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    def write(self, payload: bytes, opcode: Opcode = Opcode.TEXT, *, fin: bool = True, mask: bool = True) -> None:
        """Send a frame."""
        self._writer.write(Frame(opcode, payload, fin=fin).serialize(mask=mask))

    def write_raw(self, data: bytes) -> None:
        """Send bytes."""
        self._writer.write(data)

    async def head(self) -> bytes:
        """The head of the answer to the handshake."""
        async with asyncio.timeout(SECONDS):
            return await self._reader.readuntil(b"\r\n\r\n")

    async def frame(self) -> tuple[int, bytes]:
        """The opcode and the payload of the next frame."""
        async with asyncio.timeout(SECONDS):
            first, size = await self._reader.readexactly(2)
            if size == 126:
                size = int.from_bytes(await self._reader.readexactly(2), "big")
            return first & 0x0F, await self._reader.readexactly(size)

    async def is_ended(self) -> bool:
        """Whether the server ends the connection, without another byte."""
        async with asyncio.timeout(SECONDS):
            return await self._reader.read() == b""


@asynccontextmanager
async def peer(server: Server, after_head: bytes = b"") -> AsyncIterator[Peer]:
    """A peer whose handshake was sent, in one write with what follows it."""
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write(HEAD + after_head)
    try:
        yield Peer(reader, writer)
    finally:
        writer.close()


def close(code: int, reason: bytes = b"") -> bytes:
    """The payload of a close frame."""
    return code.to_bytes(2, "big") + reason


def init(person: Person) -> bytes:
    return orjson.dumps({"type": "connection_init", "payload": {"authorization": f"Bearer {person.token}"}})


async def test_the_handshake_is_answered_as_the_standard_says(server: Server) -> None:
    async with peer(server) as one:
        lines = (await one.head()).split(b"\r\n")
        assert lines[0] == b"HTTP/1.1 101 Switching Protocols"
        headers = dict(line.lower().split(b": ", 1) for line in lines[1:] if line)
        assert headers[b"upgrade"] == b"websocket"
        assert headers[b"connection"] == b"upgrade"
        assert headers[b"sec-websocket-accept"] == ACCEPT.lower()
        assert headers[b"sec-websocket-protocol"] == b"graphql-transport-ws"
        assert b"sec-websocket-extensions" not in headers


async def test_a_message_that_comes_with_the_handshake_is_read(server: Server, admin: Person) -> None:
    async with peer(server, Frame(Opcode.TEXT, init(admin)).serialize(mask=True)) as one:
        await one.head()
        assert await one.frame() == (Opcode.TEXT, b'{"type":"connection_ack"}')


async def test_a_message_in_pieces_is_read_with_a_ping_in_between(server: Server, admin: Person) -> None:
    async with peer(server) as one:
        await one.head()
        message = init(admin)
        one.write(message[:10], fin=False)
        one.write(b"still there?", Opcode.PING)
        one.write(message[10:30], Opcode.CONT, fin=False)
        one.write(b"", Opcode.CONT, fin=False)
        one.write(message[30:], Opcode.CONT)
        assert await one.frame() == (Opcode.PONG, b"still there?")
        assert await one.frame() == (Opcode.TEXT, b'{"type":"connection_ack"}')


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (Frame(Opcode.TEXT, b"{}").serialize(mask=False), 1002),
        (b"\xf1\x80\0\0\0\0", 1002),
        (Frame(Opcode.CLOSE, close(1005)).serialize(mask=True), 1002),
        (Frame(Opcode.CLOSE, close(1000, b"\xff")).serialize(mask=True), 1007),
        (Frame(Opcode.TEXT, b"\xff").serialize(mask=True), 4400),
        (Frame(Opcode.BINARY, b"{}").serialize(mask=True), 4400),
    ],
    ids=["unmasked", "reserved bits", "forbidden close code", "close reason", "text that is not UTF-8", "binary"],
)
async def test_what_may_not_be_sent_ends_the_connection(server: Server, data: bytes, code: int) -> None:
    async with peer(server) as one:
        await one.head()
        one.write_raw(data)
        opcode, payload = await one.frame()
        assert (opcode, int.from_bytes(payload[:2], "big")) == (Opcode.CLOSE, code)
        if code >= 4000:  # the server waits for an answer only where the frames were right
            one.write(close(code), Opcode.CLOSE)
        assert await one.is_ended()


@pytest.mark.parametrize("payload", [b"", close(1000), close(4999, b"that is all")])
async def test_a_close_is_answered_with_the_same(server: Server, admin: Person, payload: bytes) -> None:
    async with peer(server) as one:
        await one.head()
        one.write(init(admin))
        await one.frame()
        one.write(payload, Opcode.CLOSE)
        assert await one.frame() == (Opcode.CLOSE, payload)
        assert await one.is_ended()


async def test_a_ping_after_the_close_is_not_answered(server: Server) -> None:
    async with peer(server) as one:
        await one.head()
        one.write(b"no JSON")
        opcode, payload = await one.frame()
        assert (opcode, payload[:2]) == (Opcode.CLOSE, close(4400))
        one.write(b"", Opcode.PING)
        one.write(close(4400), Opcode.CLOSE)
        assert await one.is_ended()
