"""What is answered before a route is reached, by the protocol and by the edge of the application."""

from __future__ import annotations

import orjson
from starlette.types import Receive, Scope, Send

from api.rest.shapes import failure
from schema.error_shape import error_shape

SAFE_HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"same-origin"),
)
"""The headers of every answer."""
CLOSED = ((b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"), (b"cache-control", b"no-store"))
"""The defaults of an answer that does not set these headers itself: it loads nothing and is not cached."""

Headers = tuple[tuple[bytes, bytes], ...]


def refusal_body(path: str, code: str, message: str, request_id: str | None = None) -> bytes:
    """A refusal in the shape that the path's own answers have."""
    if path == "/graphql":
        return orjson.dumps({"errors": [error_shape(message, code, requestId=request_id or None)]})
    return orjson.dumps(failure(code, message, {"request_id": request_id} if request_id else None))


class Refuse:
    """An ASGI application that gives one answer to every request and every handshake."""

    def __init__(self, status: int, code: str, message: str) -> None:
        self._status, self._code, self._message = status, code, message

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse; a handshake gets all headers here, because nothing around it adds them."""
        request_id = scope.get("state", {}).get("request_id")
        body = refusal_body(scope["path"], self._code, self._message, request_id)
        headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
        live = scope["type"] == "websocket"
        kind = "websocket.http.response" if live else "http.response"
        if live:
            await receive()
            headers += [*SAFE_HEADERS, *CLOSED]
        await send({"type": f"{kind}.start", "status": self._status, "headers": headers})
        await send({"type": f"{kind}.body", "body": body})
