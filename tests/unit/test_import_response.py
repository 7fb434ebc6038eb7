"""The running import as an ASGI response: it stops between two batches when the client has left, and says so otherwise."""

from __future__ import annotations

import asyncio
import io
import json
from collections.abc import AsyncGenerator
from contextlib import ExitStack, nullcontext

import pytest
from starlette.types import Message

from api.files.importing import Batch
from api.files.reader import Form, UserFile
from api.rest.import_users import NDJSON, import_lines
from api.rest.requests import ImportQuery
from api.rest.stream import StreamedResponse
from domain.errors import Unavailable
from domain.services.importing import ImportRow


class Client:
    """One exchange: it leaves after it has received the row of `leaves`."""

    def __init__(self, leaves: int | None) -> None:
        self.lines: list[dict[str, object]] = []
        self.produced: list[int] = []
        self.closed = False
        self._leaves, self._left = leaves, asyncio.Event()

    async def receive(self) -> Message:
        await self._left.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Message) -> None:
        new = [json.loads(line) for line in message.get("body", b"").splitlines()]
        self.lines += new
        if any(line.get("line") == self._leaves for line in new if line["type"] == "row"):
            self._left.set()
            for _ in range(10):
                await asyncio.sleep(0)

    async def batches(self, error: Exception | None) -> AsyncGenerator[Batch, None]:
        for line in (2, 3, 4):
            self.produced.append(line)
            yield Batch([ImportRow(line, f"u{line}@example.com")], [], [])
        if error is not None:
            raise error

    async def run(self, error: Exception | None = None) -> list[str]:
        """Run the response; the types of its lines."""
        resources = ExitStack()
        resources.callback(lambda: setattr(self, "closed", True))
        file = UserFile(io.BytesIO(b"email\n"), Form.CSV)
        lines = import_lines(nullcontext(), self.batches(error), file, ImportQuery(), 6)
        response = StreamedResponse(lines, NDJSON, resources=resources)
        await response({"type": "http"}, self.receive, self.send)
        assert self.closed
        return [str(line["type"]) for line in self.lines]


async def test_an_import_stops_with_its_client() -> None:
    client = Client(leaves=3)
    assert await client.run() == ["start", "row", "progress", "row", "progress"]
    assert client.produced == [2, 3]


async def test_an_import_that_cannot_go_on_says_where_it_stopped() -> None:
    client = Client(leaves=None)
    assert (await client.run(Unavailable()))[-1] == "summary"
    summary = client.lines[-1]
    assert (summary["complete"], summary["line"], summary["unchanged"]) == (False, 4, 3)
    assert summary["error"] == {"code": "UNAVAILABLE", "message": Unavailable.default}


async def test_an_unexpected_error_ends_the_response_without_a_summary() -> None:
    client = Client(leaves=None)
    with pytest.raises(RuntimeError):
        await client.run(RuntimeError())
    assert client.lines[-1]["type"] == "progress"
