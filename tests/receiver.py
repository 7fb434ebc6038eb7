"""A receiver of webhooks: an HTTP server of the tests that verifies nothing, keeps what it receives, and answers as told."""

from __future__ import annotations

import asyncio
import ssl
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import orjson

STALL, CLOSE = "stall", "close"


@dataclass(frozen=True)
class Received:
    """One request."""

    line: str
    headers: dict[str, str]
    body: bytes

    @property
    def data(self) -> Any:
        """Its JSON."""
        return orjson.loads(self.body)


@dataclass
class Receiver:
    """`answers` has the next answers: a status line with headers, STALL or CLOSE; then `answer` is each one's."""

    port: int = 0
    answer: str = "200 OK"
    answers: deque[str] = field(default_factory=deque)
    received: list[Received] = field(default_factory=list)
    connections: int = 0

    def url(self, host: str = "127.0.0.1", scheme: str = "http") -> str:
        """Its address under a name."""
        return f"{scheme}://{host}:{self.port}/hook?key=of-the-receiver"

    async def until(self, holds: Callable[[list[Received]], bool]) -> list[Received]:
        """Wait until what was received is as expected."""
        async with asyncio.timeout(120):
            while not holds(self.received):
                await asyncio.sleep(0.02)
        return self.received

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection."""
        self.connections += 1
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            line, *fields = head.strip().split("\r\n")
            headers = {name.lower(): value for name, _, value in (f.partition(": ") for f in fields)}
            body = await reader.readexactly(int(headers.get("content-length", 0)))
            self.received.append(Received(line, headers, body))
            answer = self.answers.popleft() if self.answers else self.answer
            if answer == STALL:
                await reader.read()
            elif answer != CLOSE:
                writer.write(f"HTTP/1.1 {answer}\r\ncontent-length: 0\r\n\r\n".encode())
                await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError, ssl.SSLError):
            pass
        finally:
            writer.close()


@asynccontextmanager
async def receiving(tls: ssl.SSLContext | None = None) -> AsyncIterator[Receiver]:
    """A receiver that listens on this machine."""
    receiver = Receiver()
    server = await asyncio.start_server(receiver.serve, "127.0.0.1", 0, ssl=tls)
    receiver.port = server.sockets[0].getsockname()[1]
    try:
        yield receiver
    finally:
        server.close()
