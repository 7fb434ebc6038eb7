"""The check of another service: what counts as an answer, and that its address is never shown."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import pytest

from api.addresses import ExternalAddress, check_external
from api.http.external import ExternalApi

SECRET = "hunter2"


@asynccontextmanager
async def answering(response: bytes) -> AsyncIterator[tuple[str, list[bytes]]]:
    """The address of a server that answers every request with these bytes, and the requests; b"" never answers."""
    requests: list[bytes] = []
    served: set[asyncio.Task[None] | None] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        served.add(asyncio.current_task())
        requests.append(await reader.readuntil(b"\r\n\r\n"))
        if response:
            writer.write(response)
        else:
            await reader.read()
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield f"http://u:{SECRET}@127.0.0.1:{server.sockets[0].getsockname()[1]}/{SECRET}", requests
    await asyncio.gather(*filter(None, served))


async def found(url: str, *, late: bool = False) -> str | None:
    """The result of the check; a busy machine may need several attempts to be in time."""
    async with asyncio.timeout(60):
        while (fault := await ExternalApi(url).answers()) == "it does not answer in time" and not late:
            pass
    return fault


@pytest.mark.parametrize(
    ("response", "fault"),
    [
        (b"HTTP/1.1 204 No Content\r\n\r\n", None),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 1000000000000\r\n\r\nonly the beginning", None),
        (b"HTTP/1.1 302 Found\r\nlocation: /elsewhere\r\ncontent-length: 0\r\n\r\n", "it answers with the status 302"),
        (b"HTTP/1.1 503 No\r\ncontent-length: 0\r\n\r\n", "it answers with the status 503"),
        (b"no HTTP\r\n\r\n", "it cannot be reached (RemoteProtocolError)"),
        (b"", "it does not answer in time"),
    ],
)
async def test_only_a_status_of_success_is_an_answer(response: bytes, fault: str | None) -> None:
    async with answering(response) as (url, requests):
        assert await found(url, late=not response) == fault
    assert all(request.startswith(f"GET /{SECRET} ".encode()) for request in requests)


async def test_a_server_that_is_not_there_is_a_fault() -> None:
    assert await found("http://127.0.0.1:1/") == "it cannot be reached (ConnectError)"


@pytest.mark.parametrize("userinfo", [SECRET, f"u:{SECRET}"])
def test_an_address_is_shown_by_its_host_alone(userinfo: str) -> None:
    address = check_external(ExternalAddress(f"https://{userinfo}@a.example:8443/{SECRET}?{SECRET}#{SECRET}"))
    assert str(address) == "https://a.example:8443"
    assert SECRET not in repr(address)


@pytest.mark.parametrize("url", ["ftp://a.example", "https://", "a.example"])
def test_other_addresses_are_refused(url: str) -> None:
    with pytest.raises(ValueError, match=r"must begin with|names no host"):
        check_external(ExternalAddress(url))
