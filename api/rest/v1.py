"""The v1 routes: each is one call of a domain service."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar
from urllib.parse import urlencode
from uuid import UUID

from pydantic import BaseModel, ValidationError
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.auth import Authenticator
from api.body import BodyRefused, read_json
from api.cookies import CookieCarrier
from api.rest.errors import body_refused, domain_error, invalid
from api.rest.respond import respond
from api.rest.shapes import (
    ChangedUser,
    Login,
    NewUser,
    Refresh,
    UserListQuery,
    signed_in_shape,
    success,
    user_shape,
)
from api.settings import Settings
from domain import policies
from domain.commands import CreateUser, SignedIn, SignIn, UpdateUser
from domain.errors import DomainError, NotFound, TokenInvalid, ValidationFailed, VersionConflict
from domain.models.actor import Actor
from domain.models.user import Role, Status
from domain.pagination import UserFilter, Window
from schema.services import Services

M = TypeVar("M", bound=BaseModel)
Handler = Callable[[Request], Awaitable[Response]]


class RestV1:
    """The routes, over the services."""

    def __init__(self, services: Services, authenticator: Authenticator, settings: Settings) -> None:
        self._services, self._authenticator, self._settings = services, authenticator, settings

    def routes(self) -> list[Route]:
        """The routes of the contract."""
        table: list[tuple[str, str, Handler]] = [
            ("/api/v1/users", "GET", self.list_users),
            ("/api/v1/users", "POST", self.create_user),
            ("/api/v1/users/{id}", "GET", self.get_user),
            ("/api/v1/users/{id}", "PUT", self.update_user),
            ("/api/v1/users/{id}", "DELETE", self.delete_user),
            ("/api/v1/auth/login", "POST", self.login),
            ("/api/v1/auth/refresh", "POST", self.refresh),
            ("/api/v1/auth/logout", "POST", self.logout),
            ("/admin/users", "GET", self.list_all),
        ]
        paths: dict[str, dict[str, Handler]] = {}
        for path, method, handler in table:
            paths.setdefault(path, {})[method] = handler
        return [Route(path, _by_method(handlers), methods=list(handlers)) for path, handlers in paths.items()]

    async def list_users(self, request: Request) -> Response:
        """GET /api/v1/users."""
        actor = await self._actor(request)
        return await self._list(request, actor)

    async def list_all(self, request: Request) -> Response:
        """GET /admin/users: every status, for admins."""
        actor = await self._actor(request)
        policies.require_admin(actor)
        return await self._list(request, actor)

    async def _list(self, request: Request, actor: Actor) -> Response:
        asked = _query(request)
        filter_ = UserFilter(
            status=frozenset({Status(asked.status)}) if asked.status else None,
            role=frozenset({Role(asked.role)}) if asked.role else None,
        )
        users = self._services.users
        try:
            query = users.query(actor, Window(asked.limit, asked.after), asked.search, filter_)
            page = await users.page(query)
        except ValidationFailed as error:
            if error.faults[0].field == "after":
                raise BodyRefused(400, "MALFORMED_REQUEST", error.message) from None
            raise
        headers: dict[str, str] = {}
        if page.has_next:
            given = {k: v for k, v in request.query_params.items() if k != "after"}
            next_page = urlencode({**given, "after": page.cursors[-1]})
            headers["link"] = f'<{request.url.path}?{next_page}>; rel="next"'
        if asked.count:
            headers["x-total-count"] = str(await users.count(query))
        data = [user_shape(u, actor) for u in page.items]
        return respond(success(data, "Users retrieved successfully"), headers=headers)

    async def create_user(self, request: Request) -> Response:
        """POST /api/v1/users."""
        actor = await self._actor(request)
        policies.require_admin(actor)
        body = await self._body(request, NewUser)
        key = request.headers.get("idempotency-key")
        command = CreateUser(body.email, body.display_name, Role(body.role), body.password, key)
        user = (await self._services.users.create(actor, command)).value
        headers = {"location": f"/api/v1/users/{user.id}", "etag": f'"{user.version}"'}
        return respond(success(user_shape(user, actor), "User created successfully"), 201, headers)

    async def get_user(self, request: Request) -> Response:
        """GET /api/v1/users/{id}."""
        actor = await self._actor(request)
        user = await self._services.users.get(actor, _id(request))
        etag = f'"{user.version}"'
        if _matches(request.headers.get("if-none-match"), etag):
            return Response(status_code=304, headers={"etag": etag})
        return respond(success(user_shape(user, actor), "User retrieved successfully"), headers={"etag": etag})

    async def update_user(self, request: Request) -> Response:
        """PUT /api/v1/users/{id}."""
        actor = await self._actor(request)
        body = await self._body(request, ChangedUser)
        user_id, expected = _id(request), None
        condition = request.headers.get("if-match")
        if condition is not None and condition.strip() != "*":
            current = await self._services.users.get(actor, user_id)
            if not _matches(condition, f'"{current.version}"'):
                raise VersionConflict(current)
            expected = current.version
        command = UpdateUser(
            id=user_id,
            email=body.email,
            display_name=body.display_name,
            role=Role(body.role) if body.role else None,
            status=Status(body.status) if body.status else None,
            password=body.password,
            expected_version=expected,
        )
        user = (await self._services.users.update(actor, command)).value
        headers = {"etag": f'"{user.version}"'}
        return respond(success(user_shape(user, actor), "User updated successfully"), headers=headers)

    async def delete_user(self, request: Request) -> Response:
        """DELETE /api/v1/users/{id}."""
        actor = await self._actor(request)
        await self._services.users.set_status(actor, _id(request), Status.DELETED)
        return respond(success(None, "User deleted successfully"))

    async def login(self, request: Request) -> Response:
        """POST /api/v1/auth/login."""
        body = await self._body(request, Login)
        origin = self._authenticator.origin(request.scope)
        signed_in = await self._services.sessions.sign_in(origin, SignIn(body.email, body.password))
        return self._signed_in(request, signed_in, "Signed in successfully", cookie=body.cookie)

    async def refresh(self, request: Request) -> Response:
        """POST /api/v1/auth/refresh: the token of the body, or of the cookie."""
        empty = request.headers.get("content-length", "0") == "0" and "transfer-encoding" not in request.headers
        body = Refresh() if empty else await self._body(request, Refresh)
        carrier = CookieCarrier(request.scope, secure=self._settings.secure)
        token = body.refresh_token or carrier.refresh_token
        if token is None:
            raise TokenInvalid("There is no refresh token")
        if body.refresh_token is None:
            self._authenticator.check_origin(request.scope)
        origin = self._authenticator.origin(request.scope)
        signed_in = await self._services.sessions.refresh(origin, token)
        return self._signed_in(request, signed_in, "Session refreshed successfully", cookie=body.refresh_token is None)

    async def logout(self, request: Request) -> Response:
        """POST /api/v1/auth/logout."""
        actor = await self._actor(request)
        await self._services.sessions.sign_out(actor)
        carrier = CookieCarrier(request.scope, secure=self._settings.secure)
        carrier.clear()
        return _with_cookies(respond(success(None, "Signed out successfully")), carrier)

    def _signed_in(self, request: Request, signed_in: SignedIn, message: str, *, cookie: bool) -> Response:
        viewer = Actor(signed_in.user.id, signed_in.user.role, signed_in.session.id)
        response = respond(success(signed_in_shape(signed_in, viewer, cookie=cookie), message))
        carrier = CookieCarrier(request.scope, secure=self._settings.secure)
        if cookie:
            carrier.set_session(signed_in)
        return _with_cookies(response, carrier)

    async def _actor(self, request: Request) -> Actor:
        return (await self._authenticator.require(request.scope)).actor

    async def _body(self, request: Request, model: type[M]) -> M:
        value = await read_json(request.scope, request.receive, self._settings.body_limit_bytes)
        if not isinstance(value, dict):
            raise BodyRefused(400, "MALFORMED_REQUEST", "The body must be a JSON object")
        try:
            return model.model_validate(value)
        except ValidationError as error:
            raise invalid(error, value) from None


def _by_method(handlers: dict[str, Handler]) -> Handler:
    async def handle(request: Request) -> Response:
        handler = handlers["GET" if request.method == "HEAD" else request.method]
        try:
            return await handler(request)
        except DomainError as error:
            return domain_error(error)
        except BodyRefused as error:
            return body_refused(error)

    return handle


def _with_cookies(response: Response, carrier: CookieCarrier) -> Response:
    response.raw_headers.extend(carrier.headers)
    return response


def _query(request: Request) -> UserListQuery:
    try:
        return UserListQuery.model_validate(dict(request.query_params))
    except ValidationError as error:
        field = str(error.errors()[0]["loc"][0])
        raise BodyRefused(400, "MALFORMED_REQUEST", f"The query parameter {field} cannot be used") from None


def _id(request: Request) -> UUID:
    try:
        return UUID(request.path_params["id"])
    except ValueError:
        raise NotFound("User not found") from None


def _matches(condition: str | None, etag: str) -> bool:
    """Whether a list of entity tags holds this one (RFC 9110 section 13.1)."""
    if condition is None:
        return False
    tags = [t.strip().removeprefix("W/") for t in condition.split(",")]
    return etag in tags or "*" in tags
