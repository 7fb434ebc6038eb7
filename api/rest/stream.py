"""A response that is made while it is sent."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import AbstractContextManager, aclosing, nullcontext

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from domain.tasks import background


class StreamedResponse(Response):
    """The parts of a body, sent as fast as the client reads; no further part is made once the client has disconnected.

    Starlette's StreamingResponse would cancel a part while it is made. If a part fails, the body ends early, which a
    client sees as incomplete. `resources` are held until the end.
    """

    def __init__(
        self,
        parts: AsyncGenerator[bytes, None],
        media_type: str,
        headers: Mapping[str, str] | None = None,
        resources: AbstractContextManager[object] | None = None,
    ) -> None:
        super().__init__(media_type=media_type, headers={"cache-control": "no-store", **(headers or {})})
        del self.headers["content-length"]
        self._parts, self._resources = parts, resources or nullcontext()

    async def __call__(self, _: Scope, receive: Receive, send: Send) -> None:
        """Send the response."""
        disconnected = asyncio.Event()

        async def watch() -> None:
            while (await receive())["type"] != "http.disconnect":
                pass
            disconnected.set()

        with self._resources:
            await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
            async with background(watch, "response-watch"), aclosing(self._parts) as parts:
                async for part in parts:
                    await send({"type": "http.response.body", "body": part, "more_body": True})
                    if disconnected.is_set():
                        return
            await send({"type": "http.response.body", "body": b"", "more_body": False})
