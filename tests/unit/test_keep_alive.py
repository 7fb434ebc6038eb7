"""Quiet peers are pinged, and their connections end if they do not answer."""

from __future__ import annotations

import asyncio
from typing import Any, cast

import pytest

from api.sockets.framing import close_frame
from api.sockets.websocket import QUIET_SECONDS, SocketProtocol

PING, PONG = b"\x89\x00", b"\x8a\x80\0\0\0\0"


class Transport:
    """A transport in memory."""

    def __init__(self) -> None:
        self.written: list[bytes] = []
        self.paused = self.closing = False

    def write(self, data: bytes) -> None:
        self.written.append(data)

    def pause_reading(self) -> None:
        self.paused = True

    def is_read(self) -> bool:
        return not self.paused

    def resume_reading(self) -> None:
        self.paused = False

    def is_closing(self) -> bool:
        return self.closing

    def close(self) -> None:
        self.closing = True


class State:
    """What uvicorn's protocols share."""

    def __init__(self) -> None:
        self.connections: set[Any] = set()
        self.tasks: set[Any] = set()
        self.default_headers: list[Any] = []


class Config:
    ws_max_size = 1000


async def application(_scope: Any, receive: Any, send: Any) -> None:
    """Accept, and read until the connection ends."""
    await receive()
    await send({"type": "websocket.accept"})
    while (await receive())["type"] != "websocket.disconnect":
        pass


@pytest.fixture
async def transport() -> Transport:
    return Transport()


@pytest.fixture
async def protocol(transport: Transport) -> SocketProtocol:
    """An accepted connection."""
    made = SocketProtocol(cast("Any", Config), cast("Any", State()), cast("Any", transport), b"key")
    made.start(application, {"type": "websocket"})
    while not transport.written:
        await asyncio.sleep(0)
    transport.written.clear()
    return made


def later(seconds: float) -> float:
    """The loop's time in so many seconds."""
    return asyncio.get_running_loop().time() + seconds


async def test_a_quiet_peer_is_pinged_once_and_ends_without_an_answer(
    protocol: SocketProtocol, transport: Transport
) -> None:
    protocol.keep_alive(later(QUIET_SECONDS / 2))
    assert transport.written == []
    for seconds in (1.01 * QUIET_SECONDS, 1.4 * QUIET_SECONDS):
        protocol.keep_alive(later(seconds))
        assert transport.written == [PING]
    assert not transport.is_closing()
    protocol.keep_alive(later(2.02 * QUIET_SECONDS))
    assert transport.is_closing()
    assert transport.written[1:] == [close_frame(1011, "No answer to a ping")]


@pytest.mark.parametrize("data", [PONG, b"\x81\x80\0\0\0\0"], ids=["pong", "message"])
async def test_a_peer_that_sends_anything_is_there(protocol: SocketProtocol, transport: Transport, data: bytes) -> None:
    protocol.keep_alive(later(1.01 * QUIET_SECONDS))
    assert transport.written == [PING]
    protocol.data_received(data)
    received_at = later(0)
    await asyncio.sleep(0)
    protocol.keep_alive(received_at + QUIET_SECONDS / 2)
    assert transport.written == [PING]
    protocol.keep_alive(received_at + 1.01 * QUIET_SECONDS)
    assert transport.written == [PING, PING]
    assert not transport.is_closing()


async def test_a_process_that_stood_still_asks_before_it_judges(protocol: SocketProtocol, transport: Transport) -> None:
    protocol.keep_alive(later(100 * QUIET_SECONDS))
    assert (transport.written, transport.is_closing()) == ([PING], False)


async def test_a_peer_that_is_not_read_is_not_judged(protocol: SocketProtocol, transport: Transport) -> None:
    for _ in range(3):
        protocol.data_received(b"\x81\x80\0\0\0\0")
    assert not transport.is_read()
    protocol.keep_alive(later(3 * QUIET_SECONDS))
    assert (transport.written, transport.closing) == ([], False)
    while not transport.is_read():
        await asyncio.sleep(0)
    protocol.keep_alive(later(1.01 * QUIET_SECONDS))
    assert transport.written == [PING]


async def test_nothing_is_written_to_a_connection_that_has_ended(
    protocol: SocketProtocol, transport: Transport
) -> None:
    """uvloop refuses it with a RuntimeError; the registry may still have the socket in that moment."""
    protocol.connection_lost(None)
    protocol.keep_alive(later(3 * QUIET_SECONDS))
    assert transport.written == []
