"""GraphQL over HTTP (the GraphQL-over-HTTP specification, draft of 2025): POST of one JSON request.

A client that prefers `application/graphql-response+json` gets 400 for a request that could not be executed; with
`application/json` alone every well-formed request is answered with 200. A body that is not a GraphQL request gets 400 in
both cases.

The response to a query has a header `Rollcall-Position`: the log position that the data includes at least. A client that
subscribes after it misses nothing. The position contains the role with which the data was read, so that a feed that
starts there with another role gets a resync. A query may require a position in `Rollcall-Read-After`, for example the
cursor of a write. Without one, or if the log does not have it, the data includes what this process has sent to its
subscribers. Queries run on replicas that have caught up with that position.

The answer to a query of which nothing but events about users changes the result (schema/marks.py) has an entity tag, for
this client alone. A query that repeats it in `If-None-Match` gets 304 without a body while the result is the same. RFC 9110
(section 13.1.2) has 304 for GET and HEAD only, because other methods may change something: a query does not.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from hashlib import blake2b
from typing import Any

import orjson
from graphql import GraphQLError
from starlette.types import Receive, Scope, Send

from api.auth.authenticator import Authenticator
from api.auth.cookies import CookieCarrier
from api.auth.session_cookies import CookiesRefused
from api.http.accept import JSON_TYPE, RESPONSE_TYPE, response_type
from api.http.body import BodyRefused, read_json
from api.http.operations import Operations
from api.scope import header, names_tag
from api.settings import Settings
from domain.cursors import LogCursor, parse_cursor
from domain.errors import DomainError
from domain.models.actor import Role
from domain.services.event import LogHub
from schema.context import Context
from schema.error_shape import error_shape
from schema.errors import format_error
from schema.execution.documents import DocumentRefused
from schema.services import Services


class GraphQLEndpoint:
    """The route for POST /graphql, as an ASGI application."""

    def __init__(
        self,
        operations: Operations,
        services: Services,
        authenticator: Authenticator,
        settings: Settings,
        log: LogHub,
    ) -> None:
        self._operations, self._services = operations, services
        self._authenticator, self._settings = authenticator, settings
        self._log = log

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["method"] != "POST":
            await _answer(
                send, 405, _refusal("Send GraphQL requests by POST", "METHOD_NOT_ALLOWED"), [(b"allow", b"POST")]
            )
            return
        carrier = self._authenticator.carrier(scope)
        kind = response_type(_accepted(scope))
        modern = kind == RESPONSE_TYPE
        headers, tagged = [(b"vary", b"Accept, Origin")], False
        try:
            body = _request(await read_json(scope, receive, self._settings.body_limit_bytes))
            context = await self._context(scope, carrier)
            status, result, tagged = await self._run(body, context, modern=modern)
            if context.actor is not None and context.at_least is not None:
                headers.append((b"rollcall-position", _position(context.at_least, context.actor.role)))
        except BodyRefused as refusal:
            status, result = refusal.status, _refusal(refusal.message, refusal.code)
        except DomainError as error:
            if isinstance(error, CookiesRefused):
                carrier.clear()
            status, result = error.status, {"errors": [format_error(GraphQLError("", original_error=error))]}
            headers += _retry_after(error)
        headers += carrier.headers
        if tagged and status == 200 and "errors" not in result:
            await _answer_tagged(send, result, headers, kind, header(scope, b"if-none-match"))
        else:
            await _answer(send, status, result, headers, kind)

    async def _context(self, scope: Scope, carrier: CookieCarrier) -> Context:
        identity = await self._authenticator.identify(scope)
        actor = None if identity is None else identity.actor
        after = header(scope, b"rollcall-read-after")
        return Context(
            services=self._services,
            actor=actor,
            origin=self._authenticator.origin(scope) if actor is None else actor.origin,
            carrier=carrier,
            at_least=await self._log.known_position(parse_cursor(after) if after else None),
        )

    async def _run(self, body: dict[str, Any], context: Context, *, modern: bool) -> tuple[int, dict[str, Any], bool]:
        """The status, the result, and whether it may have an entity tag."""
        name = body.get("operationName")
        try:
            document = self._operations.document(body["query"], context.actor, context.origin)
            result = await self._operations.execute(document, name, body.get("variables"), context)
        except DocumentRefused as refusal:
            return (400 if modern else 200), {"errors": refusal.errors}, False
        return (400 if modern and "data" not in result else 200), result, document.repeatable(name) is not None


@lru_cache(64)
def _position(reached: LogCursor, role: Role) -> bytes:
    return str(replace(reached, role=role)).encode()


def _request(value: Any) -> dict[str, Any]:
    """The request, when it is one. Raises BodyRefused."""
    if isinstance(value, list):
        raise BodyRefused(400, "BAD_REQUEST", "Send one request at a time")
    if not isinstance(value, dict):
        raise BodyRefused(400, "BAD_REQUEST", "The body must be a JSON object")
    if not isinstance(value.get("query"), str):
        raise BodyRefused(400, "BAD_REQUEST", "query must be text")
    for name, kind in (("variables", dict), ("operationName", str), ("extensions", dict)):
        if value.get(name) is not None and not isinstance(value[name], kind):
            raise BodyRefused(400, "BAD_REQUEST", f"{name} has the wrong type")
    return value


def _accepted(scope: Scope) -> str:
    """The Accept header; several of them mean the same as one with commas."""
    return b",".join(value for name, value in scope["headers"] if name == b"accept").decode("latin-1")


def _retry_after(error: DomainError) -> list[tuple[bytes, bytes]]:
    """The header with the seconds after which to try again (RFC 9110, section 10.2.3)."""
    if error.status not in (429, 503):
        return []
    return [(b"retry-after", str(error.details.get("retry_after", 1)).encode())]


def _refusal(message: str, code: str) -> dict[str, Any]:
    return {"errors": [error_shape(message, code)]}


async def _answer_tagged(
    send: Send, result: dict[str, Any], headers: list[tuple[bytes, bytes]], kind: str, condition: str | None
) -> None:
    """Answer with the entity tag of this result, without a body if the client names it."""
    body = orjson.dumps(result, default=str)
    tag = f'W/"{blake2b(body, digest_size=16).hexdigest()}"'
    own = [(b"etag", tag.encode()), (b"cache-control", b"private, no-cache"), (b"vary", b"Authorization, Cookie")]
    if condition is not None and names_tag(condition, tag):
        await send({"type": "http.response.start", "status": 304, "headers": [*own, *headers]})
        await send({"type": "http.response.body"})
        return
    await _send(send, 200, body, [*own, *headers], kind)


async def _answer(
    send: Send,
    status: int,
    result: dict[str, Any],
    headers: list[tuple[bytes, bytes]],
    kind: str = JSON_TYPE,
) -> None:
    own = [(b"www-authenticate", b"Bearer")] if status == 401 else []
    await _send(send, status, orjson.dumps(result, default=str), [*own, *headers], kind)


async def _send(send: Send, status: int, body: bytes, headers: list[tuple[bytes, bytes]], kind: str) -> None:
    own = [(b"content-type", f"{kind}; charset=utf-8".encode()), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": [*own, *headers]})
    await send({"type": "http.response.body", "body": body})
