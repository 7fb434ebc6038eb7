"""Connections without a response that must be ended: one table for the API, the console's server and the gateway."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

CLOSED_SECONDS = 15.0
"""Seconds after which every connection without a response is closed, unless the machine is busy."""
PATIENCE = 120.0
LOGIN = b"POST /api/v1/auth/login HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
UPGRADE = (
    b"GET /graphql HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
)
TALKING = UPGRADE + b"Sec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n"
LIVEZ = b"GET /livez HTTP/1.1\r\nHost: localhost\r\n"
CLIENT_HELLO = bytes.fromhex("16030100750100007103035f") + bytes(107)


@dataclass(frozen=True, slots=True)
class Half:
    """What a client sends before it only waits; `drip` is sent repeatedly. `status` is that of the last response, if any."""

    sent: bytes
    status: int | None = None
    drip: bytes = b""


HALVES = {
    "nothing": Half(b""),
    "half a request line": Half(b"GET /livez HT"),
    "half of the headers": Half(LIVEZ),
    "headers that drip": Half(LIVEZ, drip=b"a: b\r\n"),
    "a header that drips": Half(LIVEZ + b"a: ", drip=b"b"),
    "blank lines that drip": Half(b"", drip=b"\r\n"),
    "blank lines after an answer": Half(LIVEZ + b"\r\n", 200, drip=b"\r\n"),
    "a request line after an answer": Half(LIVEZ + b"\r\n" + b"GET /livez HT", 200),
    "half of a second request's body": Half(LIVEZ + b"\r\n" + LOGIN + b"Content-Length: 9\r\n\r\n{"),
    "headers without their body": Half(LOGIN + b"Content-Length: 9\r\n\r\n"),
    "half of a body": Half(LOGIN + b"Content-Length: 9\r\n\r\n{"),
    "a body that drips": Half(LOGIN + b"Content-Length: 999\r\n\r\n", drip=b" "),
    "a body in chunks without end": Half(LOGIN + b"Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n"),
    "half of a chunk": Half(LOGIN + b"Transfer-Encoding: chunked\r\n\r\nff\r\n{"),
    "a body that is not read": Half(LIVEZ + b"Content-Length: 9\r\n\r\n{", 200),
    "100-continue and nothing more": Half(LOGIN + b"Content-Length: 9\r\nExpect: 100-continue\r\n\r\n"),
    "half of a handshake": Half(UPGRADE),
    "a handshake with a body": Half(UPGRADE + b"Content-Length: 4\r\n\r\nbody", 405),
    "a handshake with half of a body": Half(UPGRADE + b"Content-Length: 4\r\n\r\nbo", 405),
    "a handshake with a chunk": Half(UPGRADE + b"Transfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n0\r\n\r\n", 405),
    "a handshake with half of a chunk": Half(UPGRADE + b"Transfer-Encoding: chunked\r\n\r\n4\r\nbo", 405),
    "a handshake in another version": Half(UPGRADE.replace(b"13", b"12") + b"\r\n", 426),
    "a handshake without a version": Half(UPGRADE.replace(b"Sec-WebSocket-Version: 13\r\n", b"") + b"\r\n", 426),
    "a handshake without a key": Half(UPGRADE.replace(b"-Key", b"-Kex") + b"\r\n", 400),
    "a handshake with a short key": Half(UPGRADE.replace(b"bXBsZSBub25jZQ", b"bXA") + b"\r\n", 400),
    "a handshake with too many headers": Half(UPGRADE + b"a: b\r\n" * 200 + b"\r\n", 431),
    "a handshake with a header of 17 kB": Half(UPGRADE + b"a: " + b"b" * 17_000 + b"\r\n\r\n", 431),
    "a handshake elsewhere": Half(UPGRADE.replace(b"/graphql", b"/elsewhere") + b"\r\n", 404),
    "a handshake by POST": Half(UPGRADE.replace(b"GET", b"POST") + b"\r\n", 415),
    "a handshake by POST with half of a body": Half(
        UPGRADE.replace(b"GET", b"POST") + b"Content-Length: 9\r\n\r\n{", 415
    ),
    "a handshake in HTTP/1.0": Half(UPGRADE.replace(b"1.1", b"1.0") + b"\r\n", 405),
    "an upgrade to something else": Half(UPGRADE.replace(b"websocket", b"h2c") + b"\r\n", 405),
    "a socket without connection_init": Half(TALKING, 101),
    "a socket with half of a frame": Half(TALKING + b"\x81\xfe\x01", 101),
    "a tunnel": Half(b"CONNECT example.com:443 HTTP/1.1\r\nHost: example.com\r\n\r\n"),
    "TLS": Half(CLIENT_HELLO),
    "HTTP/2": Half(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes(9)),
    "zeros": Half(bytes(64)),
}


@dataclass(frozen=True, slots=True)
class End:
    """The received bytes, and whether the other side closed the connection."""

    answer: bytes
    closed: bool

    @property
    def status(self) -> int | None:
        """The status of the first response."""
        return int(self.answer.split(b" ", 2)[1]) if self.answer else None

    @property
    def answered(self) -> bool:
        """Whether that response is final (RFC 9110, section 15.2)."""
        return self.status not in (None, 100, 101)


async def end_of(port: int, half: Half, drip_seconds: float, *, kept: bool = False) -> End:
    """How a connection ends; one with its response may be `kept`, and is waited for at most CLOSED_SECONDS."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(half.sent)
    dripping = asyncio.create_task(_drip(writer, half.drip, drip_seconds))
    answer = b""
    began = asyncio.get_running_loop().time()
    try:
        async with asyncio.timeout_at(began + PATIENCE) as bound:
            while part := await reader.read(65_536):
                answer += part
                if kept and End(answer, closed=False).answered:
                    bound.reschedule(began + CLOSED_SECONDS)
    except TimeoutError:
        return End(answer, closed=False)
    except ConnectionError:  # closed while more data was being sent
        pass
    finally:
        dripping.cancel()
        writer.transport.abort()
    return End(answer, closed=True)


async def _drip(writer: asyncio.StreamWriter, drip: bytes, seconds: float) -> None:
    while drip and not writer.transport.is_closing():
        await asyncio.sleep(seconds)
        writer.write(drip)


async def ends(port: int, drip_seconds: float, *, kept: bool = False) -> dict[str, End]:
    """How each connection of the table ends; all run at once."""
    found = await asyncio.gather(*(end_of(port, half, drip_seconds, kept=kept) for half in HALVES.values()))
    return dict(zip(HALVES, found, strict=True))
