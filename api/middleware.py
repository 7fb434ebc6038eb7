"""What surrounds every request, in pure ASGI: its id, its time, the headers of every answer, and the mask of last resort."""

from __future__ import annotations

import re
import time
from uuid import uuid4

import orjson
import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.auth import header
from api.rest.shapes import failure
from api.settings import Settings
from api.telemetry import Metrics

REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")

log = structlog.get_logger("access")


class RequestMiddleware:
    """Outermost: gives a request its id, measures it, adds the headers, masks what nobody caught."""

    def __init__(self, app: ASGIApp, settings: Settings, metrics: Metrics) -> None:
        self._app, self._metrics = app, metrics
        self._headers = [
            (b"x-content-type-options", b"nosniff"),
            (b"x-frame-options", b"DENY"),
            (b"referrer-policy", b"no-referrer"),
            (b"cross-origin-resource-policy", b"same-origin"),
        ]
        if settings.secure:
            self._headers.append((b"strict-transport-security", b"max-age=31536000; includeSubDomains"))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        given = header(scope, b"x-request-id") or ""
        request_id = given if REQUEST_ID.fullmatch(given) else uuid4().hex
        scope.setdefault("state", {})["request_id"] = request_id
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request_id)
        if scope["type"] == "websocket":
            await self._app(scope, receive, send)
        else:
            await self._http(scope, receive, send, request_id)

    async def _http(self, scope: Scope, receive: Receive, send: Send, request_id: str) -> None:
        began, status = time.perf_counter(), 0

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = list(message.get("headers", []))
                present = {k.lower() for k, _ in headers}
                own = [*self._headers, (b"x-request-id", request_id.encode())]
                if b"content-security-policy" not in present:
                    own.append((b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"))
                if b"cache-control" not in present:
                    own.append((b"cache-control", b"no-store"))
                message = {**message, "headers": [*headers, *own]}
            await send(message)

        try:
            await self._app(scope, receive, answer)
        except ConnectionError:
            log.debug("request.client_gone")
        except Exception:
            log.exception("request.failed", path=scope["path"])
            if status == 0:
                await _mask(scope, answer, request_id)
        finally:
            self._count(scope, status, time.perf_counter() - began)

    def _count(self, scope: Scope, status: int, seconds: float) -> None:
        route = scope.get("route")
        name = getattr(route, "path", "unknown") if route is not None else "unknown"
        self._metrics.requests.labels(name, scope["method"][:10], status).inc()
        self._metrics.seconds.labels(name).observe(seconds)
        log.debug("request", method=scope["method"], route=name, status=status, ms=round(seconds * 1000, 1))


async def _mask(scope: Scope, send: Send, request_id: str) -> None:
    if scope["path"].startswith("/graphql"):
        extensions = {"code": "INTERNAL_ERROR", "requestId": request_id}
        body = orjson.dumps({"errors": [{"message": "Internal error", "extensions": extensions}]})
    else:
        body = orjson.dumps(failure("INTERNAL_ERROR", "Internal error", {"request_id": request_id}))
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 500, "headers": headers})
    await send({"type": "http.response.body", "body": body})
