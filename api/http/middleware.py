"""What surrounds every request, in pure ASGI: its id, its time, the headers of every answer, other origins, the mask.

From outside in: RequestMiddleware, CrossOrigin, ErrorMask. The mask is the innermost, so that a masked failure has the
same headers as any other answer.
"""

from __future__ import annotations

import re
import time
from collections.abc import Awaitable, Collection
from secrets import token_hex

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.access_log import RequestRecord, current_request
from api.http.headers import adding
from api.http.refusals import CLOSED, SAFE_HEADERS, Refuse
from api.logs import cut
from api.scope import header
from api.telemetry import Metrics

REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
SLOW_SECONDS = 1.0
PREFLIGHT_SECONDS = 600
CORS_METHODS = "GET, POST, PUT, DELETE"
CORS_HEADERS = (
    "authorization, content-type, if-match, if-none-match, idempotency-key, rollcall-read-after, x-request-id"
)
CORS_EXPOSED = (
    "deprecation, etag, link, location, retry-after, rollcall-position, sunset, x-request-id, x-total-count,"
    " x-total-count-exact"
)

log = structlog.get_logger("access")


class RequestMiddleware:
    """Outermost: gives a request its id, measures it, adds the headers, and writes the access log without queries."""

    def __init__(self, app: ASGIApp, metrics: Metrics, *, secure: bool, access_log: bool = False) -> None:
        self._app, self._metrics = app, metrics
        self._headers = [*SAFE_HEADERS]
        self._access_log = access_log
        if secure:
            self._headers.append((b"strict-transport-security", b"max-age=31536000; includeSubDomains"))

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        """Pass a request on; a socket without a coroutine that would last as long as it."""
        if scope["type"] not in ("http", "websocket"):
            return self._app(scope, receive, send)
        given = header(scope, b"x-request-id") or ""
        request_id = given if REQUEST_ID.fullmatch(given) else token_hex(16)
        scope.setdefault("state", {})["request_id"] = request_id
        structlog.contextvars.bind_contextvars(request_id=request_id)
        if scope["type"] == "websocket":
            return self._app(scope, receive, send)
        return self._http(scope, receive, send, request_id)

    async def _http(self, scope: Scope, receive: Receive, send: Send, request_id: str) -> None:
        current_request.set(RequestRecord() if self._access_log else None)
        began, status = time.perf_counter(), 0

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message = {**message, "headers": self._with_own(message.get("headers", ()), request_id)}
            await send(message)

        try:
            await self._app(scope, receive, answer)
        except ConnectionError:
            log.debug("request.client_disconnected")
        finally:
            self._count(scope, status, time.perf_counter() - began)

    def _with_own(self, given: Collection[tuple[bytes, bytes]], request_id: str) -> list[tuple[bytes, bytes]]:
        headers = [*given, *self._headers, (b"x-request-id", request_id.encode())]
        present = [name.lower() for name, _ in given]
        headers += [header for header in CLOSED if header[0] not in present]
        return headers

    def _count(self, scope: Scope, status: int, seconds: float) -> None:
        """Count under the route's pattern and a known method: what a client makes up must not make a new series."""
        name = getattr(scope.get("route"), "path", "unknown")
        method = scope["method"] if scope["method"] in METHODS else "other"
        self._metrics.responded(name, method, status, seconds)
        record = current_request.get()
        write = log.warning if status >= 500 or seconds > SLOW_SECONDS else log.debug if record is None else log.info
        said = {} if record is None else record.fields()
        write("request", method=method, path=cut(scope["path"]), status=status, ms=round(seconds * 1000, 1), **said)


class CrossOrigin:
    """CORS (Fetch standard, section 3.3) for an exact list of origins.

    For other origins it adds nothing: a preflight reaches the route, which answers it like any other wrong method.
    """

    def __init__(self, app: ASGIApp, origins: Collection[str]) -> None:
        self._app, self._origins = app, frozenset(o.lower() for o in origins)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a preflight, or pass the request on."""
        if scope["type"] != "http" or not self._origins:
            await self._app(scope, receive, send)
            return
        origin = header(scope, b"origin")
        allowed = origin is not None and origin.lower() in self._origins
        own = [(b"vary", b"Origin")]
        if allowed:
            own += [
                (b"access-control-allow-origin", (origin or "").encode("latin-1")),
                (b"access-control-allow-credentials", b"true"),
                (b"access-control-expose-headers", CORS_EXPOSED.encode()),
            ]
        if allowed and scope["method"] == "OPTIONS" and header(scope, b"access-control-request-method"):
            await send({"type": "http.response.start", "status": 204, "headers": own + _preflight()})
            await send({"type": "http.response.body"})
            return
        await self._app(scope, receive, adding(own, send))


def _preflight() -> list[tuple[bytes, bytes]]:
    return [
        (b"access-control-allow-methods", CORS_METHODS.encode()),
        (b"access-control-allow-headers", CORS_HEADERS.encode()),
        (b"access-control-max-age", str(PREFLIGHT_SECONDS).encode()),
    ]


class ErrorMask:
    """Answers unexpected exceptions in the format of the path, without internal details; the log has those."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = False

        async def answer(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self._app(scope, receive, answer)
        except ConnectionError:
            raise
        except Exception:
            log.exception("request.failed", method=scope["method"], path=cut(scope["path"]))
            if started:  # half an answer is out: only the end of the connection can say that it is not whole
                raise
            await _mask(scope, receive, answer)


_mask = Refuse(500, "INTERNAL_ERROR", "Internal error")
