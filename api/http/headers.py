"""Headers that a layer adds to whatever is answered within it."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.types import Message, Send

Headers = Sequence[tuple[bytes, bytes]]


def adding(headers: Headers, send: Send) -> Send:
    """Sends a response with these headers behind its own."""

    async def answer(message: Message) -> None:
        if message["type"] == "http.response.start":
            message = {**message, "headers": [*message.get("headers", ()), *headers]}
        await send(message)

    return answer
