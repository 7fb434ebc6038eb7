"""One exchange on a connection: what is written, and that it is written at once."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import pytest
import uvicorn
from starlette.types import Message, Receive, Scope, Send
from uvicorn.server import ServerState

from api.http.cycle import STEADY, WHOLE_BODY
from api.http.protocol import BoundedProtocol

App = Callable[[Scope, Receive, Send], Awaitable[None]]
Headers = Sequence[tuple[bytes, bytes]]
POST = b"POST /a%20b?c=d HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\n\r\n"
GET = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"


class Written(asyncio.Transport):
    """Keeps what is written."""

    def __init__(self) -> None:
        super().__init__()
        self.parts: list[bytes] = []
        self.closed = False
        self.protocol: Any = None

    def write(self, data: Any) -> None:
        self.parts.append(bytes(data))

    def close(self) -> None:
        self.closed = True

    def is_closing(self) -> bool:
        return self.closed

    def get_protocol(self) -> Any:
        return self.protocol

    def pause_reading(self) -> None:
        """Nothing is read anyway."""

    def resume_reading(self) -> None:
        """The same."""


async def exchange(app: App, *parts: bytes) -> Written:
    """What is written to a client that sends these parts."""
    transport, state = Written(), ServerState()
    protocol = BoundedProtocol(uvicorn.Config(app, log_config=None), state, {})
    transport.protocol = protocol
    protocol.connection_made(transport)
    for part in parts:
        protocol.data_received(part)
        await asyncio.sleep(0)
    while state.tasks:
        await asyncio.gather(*state.tasks)
    closed = transport.closed
    protocol.connection_lost(None)
    transport.closed = closed
    return transport


def answering(*bodies: bytes, status: int = 200, headers: Headers = ()) -> App:
    """An application that answers with these parts of a body."""

    async def app(_: Scope, __: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": status, "headers": list(headers)})
        for at, body in enumerate(bodies, 1):
            await send({"type": "http.response.body", "body": body, "more_body": at < len(bodies)})

    return app


async def test_head_and_body_are_one_write() -> None:
    written = await exchange(answering(b"hello", headers=[(b"Content-Length", b"5"), (b"vary", b"Accept")]), GET)
    assert written.parts == [b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\nvary: Accept\r\n\r\nhello"]
    assert not written.closed


async def test_without_a_length_the_body_is_sent_in_chunks() -> None:
    written = await exchange(answering(b"one", b"", b"three"), GET)
    head = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"
    assert written.parts == [head + b"3\r\none\r\n", b"5\r\nthree\r\n0\r\n\r\n"]


async def test_a_body_without_content_is_not_sent() -> None:
    head = await exchange(answering(b"hello", headers=[(b"content-length", b"5")]), GET.replace(b"GET", b"HEAD"))
    assert head.parts == [b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n"]
    assert (await exchange(answering(b"", status=304), GET)).parts == [b"HTTP/1.1 304 Not Modified\r\n\r\n"]


@pytest.mark.parametrize(
    "header", [(b"location", b"/\r\nset-cookie: a=b"), (b"vary", b"a\nb"), (b"a b", b"c"), (b"a\r\nb", b"c")]
)
async def test_a_header_that_would_end_its_line_is_refused(header: tuple[bytes, bytes]) -> None:
    for _ in range(2):
        written = await exchange(answering(b"", headers=[header, (b"content-length", b"0")]), GET)
        assert b"set-cookie" not in b"".join(written.parts)
        assert written.closed


@pytest.mark.parametrize("body", [b"long", b"s"])
async def test_a_body_of_another_length_ends_the_connection(body: bytes) -> None:
    written = await exchange(answering(body, headers=[(b"content-length", b"2")]), GET)
    assert written.closed
    assert written.parts == []


async def test_a_response_has_one_start_and_one_end() -> None:
    errors: list[str] = []

    async def app(_: Scope, __: Receive, send: Send) -> None:
        start: Message = {"type": "http.response.start", "status": 204}
        end: Message = {"type": "http.response.body"}
        for message in (end, start, start, end, end):
            try:
                await send(message)
            except RuntimeError as error:
                errors.append(str(error))

    assert (await exchange(app, GET)).parts == [b"HTTP/1.1 204 No Content\r\n\r\n"]
    assert [e.rpartition(".")[2] for e in errors] == ["body", "start", "body"]


@pytest.mark.parametrize(("request_", "close"), [(GET.replace(b"1.1", b"1.0"), True), (GET, False)])
async def test_a_connection_that_ends_says_so(request_: bytes, *, close: bool) -> None:
    written = await exchange(answering(b"", headers=[(b"content-length", b"0")]), request_)
    assert written.closed is close
    assert (b"connection: close" in written.parts[0]) is close


async def test_a_whole_body_is_taken_once_and_a_part_not_at_all() -> None:
    taken: list[bytes | None] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        take = scope["extensions"][WHOLE_BODY]["take"]
        taken.append(take())
        if taken[-1] is None:
            assert (await receive())["body"] == b"bo"
            assert (await receive())["body"] == b"dy"
        taken.append(take())
        assert (scope["path"], scope["raw_path"], scope["query_string"]) == ("/a b", b"/a%20b", b"c=d")
        await answering(b"", status=204)(scope, receive, send)
        assert await receive() == {"type": "http.disconnect"}

    assert (await exchange(app, POST + b"body")).parts
    assert (await exchange(app, POST + b"bo", b"dy")).parts
    assert taken == [b"body", None, None, None]


def test_no_line_with_a_secret_is_kept() -> None:
    assert not STEADY & {b"set-cookie", b"etag", b"location", b"www-authenticate"}
