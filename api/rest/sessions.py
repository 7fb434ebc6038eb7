"""The session routes of v1: sign in, refresh, sign out; in the body or in cookies."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.auth.cookies import CookieCarrier
from api.http.body import BodyRefused
from api.rest.errors import domain_error
from api.rest.exchange import Exchange, has_body, route, with_cookies
from api.rest.query import refuse_parameters
from api.rest.requests import Login, Refresh
from api.rest.respond import respond
from api.rest.shapes import signed_in_shape, success
from domain.errors import DomainError, TokenInvalid, ValidationFailed
from domain.models.actor import Actor
from domain.services.session import SessionService
from domain.services.sign_in import SignedIn, SignIn


class SessionRoutes:
    """Sessions over REST."""

    def __init__(self, exchange: Exchange, sessions: SessionService) -> None:
        self._exchange, self._sessions = exchange, sessions

    def routes(self) -> list[Route]:
        """The routes of the contract."""
        return [
            route("/api/v1/auth/login", POST=self.login),
            route("/api/v1/auth/refresh", POST=self.refresh),
            route("/api/v1/auth/logout", POST=self.logout),
        ]

    async def login(self, request: Request) -> Response:
        """POST /api/v1/auth/login."""
        refuse_parameters(request.scope)
        body = await self._exchange.body(request, Login)
        if body.cookie:
            self._exchange.check_origin(request)
        origin = self._exchange.origin(request)
        signed_in = await self._sessions.sign_in(origin, SignIn(body.email, body.password, body.totp_code))
        return self._signed_in(request, signed_in, "Signed in successfully", cookie=body.cookie)

    async def refresh(self, request: Request) -> Response:
        """POST /api/v1/auth/refresh: the body's token takes precedence; new tokens are returned in the same way."""
        refuse_parameters(request.scope)
        body = await self._exchange.body(request, Refresh) if has_body(request) else Refresh()
        by_cookie = body.refresh_token is None
        try:
            token = self._checked(request).refresh_token if by_cookie else body.refresh_token
            if token is None:
                raise TokenInvalid("The request has no refresh token")
            signed_in = await self._sessions.refresh(self._exchange.origin(request), token)
        except DomainError as error:
            return self._refused(request, error)
        return self._signed_in(request, signed_in, "Session refreshed successfully", cookie=by_cookie)

    async def logout(self, request: Request) -> Response:
        """POST /api/v1/auth/logout: without a valid access token, a refresh token suffices."""
        try:
            await self._end(request)
        except DomainError as error:
            return self._refused(request, error)
        carrier = self._exchange.carrier(request)
        carrier.clear()
        return with_cookies(respond(success(None, "Signed out successfully")), carrier)

    async def _end(self, request: Request) -> None:
        try:
            actor = await self._exchange.actor(request, enrolling=True)
        except DomainError as error:
            token = await self._refresh_token(request) if error.status == 401 else None
            if token is None:
                raise
            await self._sessions.sign_out_by_token(self._exchange.origin(request), token)
        else:
            await self._sessions.sign_out(actor)

    async def _refresh_token(self, request: Request) -> str | None:
        """The refresh token of the body or, without one, the cookie; v1 has always ignored any other body."""
        try:
            given = (await self._exchange.body(request, Refresh)).refresh_token if has_body(request) else None
        except (BodyRefused, ValidationFailed):
            given = None
        return given or self._checked(request).ending_token

    def _checked(self, request: Request) -> CookieCarrier:
        """The cookies of the request. Raises Forbidden for a foreign page."""
        carrier = self._exchange.carrier(request)
        if carrier.came:
            carrier.check()
        return carrier

    def _refused(self, request: Request, error: DomainError) -> Response:
        """The error response; it also removes the request's cookies if they are no longer valid."""
        carrier = self._exchange.carrier(request)
        if error.status == 401 and carrier.came:
            carrier.clear()
        return with_cookies(domain_error(error), carrier)

    def _signed_in(self, request: Request, signed_in: SignedIn, message: str, *, cookie: bool) -> Response:
        viewer = Actor(signed_in.user.id, signed_in.user.role, signed_in.session.id)
        carrier = self._exchange.carrier(request)
        if cookie:
            carrier.set_session(signed_in)
        return with_cookies(respond(success(signed_in_shape(signed_in, viewer, cookie=cookie), message)), carrier)
