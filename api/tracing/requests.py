"""A span for each HTTP request, and one for each GraphQL operation."""

from __future__ import annotations

from typing import Any

from opentelemetry.context import Context as Parent
from opentelemetry.trace import Span, SpanKind, StatusCode, Tracer
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.http.middleware import METHODS
from api.http.operations import Operations, name_of, outcome_of
from api.logs import cut, strike_text
from api.scope import header
from api.tracing.spans import ROOT, is_traced, spanning
from schema.context import Context
from schema.execution.documents import Document

UNTRACED = frozenset({"/livez", "/readyz", "/health", "/metrics"})
"""Read every few seconds by machines."""
_PROPAGATOR = TraceContextTextMapPropagator()


class TracedRequests:
    """Around RequestMiddleware, so that its line in the log has the trace's id. Sockets have no span of their own: they last."""

    def __init__(self, app: ASGIApp, tracer: Tracer) -> None:
        self._app, self._tracer = app, tracer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        if scope["type"] != "http" or scope["path"] in UNTRACED:
            await self._app(scope, receive, send)
            return
        method = scope["method"] if scope["method"] in METHODS else "_OTHER"
        known = {"http.request.method": method, "url.path": strike_text(cut(scope["path"]))}
        with spanning(self._tracer, method, SpanKind.SERVER, known, _parent(scope)) as span:

            async def answer(message: Message) -> None:
                if message["type"] == "http.response.start":
                    _note_status(span, message["status"])
                await send(message)

            await self._app(scope, receive, answer)
            _note_route(span, method, scope)


def _parent(scope: Scope) -> Parent:
    """The caller's span (W3C Trace Context); ROOT without a valid one."""
    given = {name: header(scope, name.encode()) for name in ("traceparent", "tracestate")}
    return _PROPAGATOR.extract({name: value for name, value in given.items() if value is not None}, ROOT)


def _note_status(span: Span, status: int) -> None:
    span.set_attribute("http.response.status_code", status)
    if status >= 500:
        span.set_status(StatusCode.ERROR)


def _note_route(span: Span, method: str, scope: Scope) -> None:
    span.set_attribute("rollcall.request_id", scope["state"]["request_id"])
    route = getattr(scope.get("route"), "path", None)
    if route is not None:
        span.set_attribute("http.route", route)
        span.update_name(f"{method} {route}")


class TracedOperations(Operations):
    """Operations with a span each: within that of their request or, on a socket, in a trace of their own."""

    def __init__(self, tracer: Tracer, *given: Any) -> None:
        super().__init__(*given)
        self._tracer = tracer

    async def execute(
        self, document: Document, name: str | None, variables: dict[str, Any] | None, context: Context
    ) -> dict[str, Any]:
        """See Operations.execute."""
        kind, field = document.operation_type(name), document.subject(name)
        client_name = name_of(document, name)
        known = {"graphql.operation.type": kind, "rollcall.operation": field}
        known |= {} if client_name is None else {"graphql.operation.name": client_name}
        place = SpanKind.INTERNAL if is_traced() else SpanKind.SERVER
        with spanning(self._tracer, f"{kind} {field}", place, known) as span:
            result = await super().execute(document, name, variables, context)
            outcome = outcome_of(result)
            span.set_attribute("rollcall.outcome", outcome)
            if outcome == "failed":
                span.set_status(StatusCode.ERROR)
        return result
