"""What all REST routes share: authentication, reading the body, and rendering errors."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from typing import TypeVar

from pydantic import BaseModel, ValidationError
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match, Route
from starlette.types import Scope

from api.auth.authenticator import Authenticator
from api.auth.cookies import CookieCarrier
from api.http.body import BodyRefused, read_json
from api.http.fair import Fairness
from api.rest.answer import Answer, answered
from api.rest.errors import invalid
from api.settings import Settings
from domain.models.actor import Actor, Origin

M = TypeVar("M", bound=BaseModel)
Handler = Callable[[Request], Awaitable[Answer | Response]]


class Exchange:
    """Authentication, cookies and bodies for the routes."""

    def __init__(self, authenticator: Authenticator, settings: Settings, fairness: Fairness) -> None:
        self._authenticator, self._settings, self._fairness = authenticator, settings, fairness

    async def actor(self, request: Request, *, enrolling: bool = False) -> Actor:
        """The authenticated actor, once it is their turn; called once per request.

        Raises Unauthenticated, TokenInvalid, TokenExpired, SessionRevoked, AccountDisabled, Forbidden, RateLimited, and
        EnrolmentRequired unless `enrolling` is accepted.
        """
        actor = await self.identity(request.scope, enrolling=enrolling)
        await request.state.turn.enter_async_context(self.turn(actor))
        return actor

    async def identity(self, scope: Scope, *, enrolling: bool = False) -> Actor:
        """The actor as they are now. Raises as `actor`, but for RateLimited."""
        return (await self._authenticator.require(scope, enrolling=enrolling)).actor

    def turn(self, actor: Actor) -> AbstractAsyncContextManager[None]:
        """The turn of this actor, for what `actor` does not cover. Raises RateLimited."""
        return self._fairness.turn(actor, actor.origin)

    def origin(self, request: Request) -> Origin:
        """The origin of the request, for the audit trail."""
        return self._authenticator.origin(request.scope)

    def check_origin(self, request: Request) -> None:
        """Raise Forbidden for a page that may not use the session cookie."""
        self._authenticator.check_origin(request.scope)

    def carrier(self, request: Request) -> CookieCarrier:
        """The cookies of this exchange."""
        return self._authenticator.carrier(request.scope)

    async def body(self, request: Request, model: type[M]) -> M:
        """The body as the model. Raises ValidationFailed, and BodyRefused for a body that is not a JSON object."""
        value = await read_json(request.scope, request.receive, self._settings.body_limit_bytes, strict=True)
        if not isinstance(value, dict):
            raise BodyRefused(400, "MALFORMED_REQUEST", "The body must be a JSON object")
        try:
            return model.model_validate(value)
        except ValidationError as error:
            raise invalid(error, value) from None


def has_body(request: Request) -> bool:
    """Whether the headers announce a body (RFC 9112 section 6)."""
    return request.headers.get("content-length", "0") != "0" or "transfer-encoding" in request.headers


def with_cookies(response: Response, carrier: CookieCarrier) -> Response:
    """The response with the carrier's cookies."""
    response.raw_headers.extend(carrier.headers)
    return response


class PathRoute(Route):
    """A route that answers every request for its path: one with another method gets its 405 and its Allow (RFC 9110
    section 15.5.6), and is not passed on to a pattern that the path also fits.
    """

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Whether the path fits."""
        match, child = super().matches(scope)
        return (Match.FULL if match is Match.PARTIAL else match), child


def route(path: str, **handlers: Handler) -> Route:
    """One path with a handler for each method; GET's handler also answers HEAD."""

    async def handle(request: Request) -> Answer | Response:
        handler = handlers["GET" if request.method == "HEAD" else request.method]
        return await answered(_in_turn(handler, request))

    return PathRoute(path, handle, methods=list(handlers))


async def _in_turn(handler: Handler, request: Request) -> Answer | Response:
    """The handler's response, and then the end of the turn that it may have taken."""
    async with AsyncExitStack() as request.state.turn:
        return await handler(request)
