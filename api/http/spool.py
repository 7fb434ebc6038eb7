"""Request bodies that are too large for memory, on disk, with limits of size and time."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import BinaryIO, cast

from starlette.types import Receive, Scope

from api.http.body import BODY_SECONDS, BodyRefused, check_headers, too_large

BODY_TIME = "rollcall.body_time"
"""The ASGI extension of api/http/protocol.py: its `give` is a function that gives the body of this request as much time once more."""
MEMORY_BYTES = 1 << 20
"""The length from which a body is on disk."""
FILE_SECONDS = 300.0
"""How long a file may take to arrive altogether; a part of it has BODY_SECONDS."""
DISK_FULL = "There is no room for the file at the moment"


@contextmanager
def spool() -> Iterator[BinaryIO]:
    """A temporary file, removed with the block."""
    with tempfile.SpooledTemporaryFile(MEMORY_BYTES) as file:
        yield cast(BinaryIO, file)  # it has all of its methods


async def read_file(scope: Scope, receive: Receive, limit: int, file: BinaryIO) -> None:
    """Write the whole body into the file, in parts as they arrive.

    All of it is read first, because browsers read no response before they have sent their request. Raises BodyRefused (408, 413, 415, 503) and ConnectionError if the client disconnects.
    """
    check_headers(dict(scope["headers"]), limit)
    more_time: Callable[[], None] = scope.get("extensions", {}).get(BODY_TIME, {}).get("give", lambda: None)
    try:
        async with asyncio.timeout(FILE_SECONDS):
            await _copy(receive, limit, file, more_time)
    except TimeoutError:
        raise BodyRefused(408, "REQUEST_TIMEOUT", "The body took too long to arrive") from None
    except OSError as error:
        if isinstance(error, ConnectionError):
            raise
        raise BodyRefused(503, "UNAVAILABLE", DISK_FULL) from None


async def _copy(receive: Receive, limit: int, file: BinaryIO, more_time: Callable[[], None]) -> None:
    size, more = 0, True
    while more:
        async with asyncio.timeout(BODY_SECONDS):
            message = await receive()
        if message["type"] == "http.disconnect":
            raise ConnectionError("the client disconnected")
        more_time()
        part = message.get("body", b"")
        size += len(part)
        if size > limit:
            raise too_large(limit)
        file.write(part)
        more = message.get("more_body", False)
