"""What a process says to the connections that are open when it is about to stop."""

from __future__ import annotations

from starlette.types import ASGIApp, Receive, Scope, Send

from api.http.headers import adding

CLOSE = ((b"connection", b"close"),)


class Closing:
    """Answers each request with `Connection: close` (RFC 9112 section 9.6).

    A gateway keeps connections open and sends the next request over one of them. If that connection ends just then, the
    gateway cannot know whether a POST was carried out, and may not send it again.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        await self._app(scope, receive, adding(CLOSE, send) if scope["type"] == "http" else send)
