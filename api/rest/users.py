"""The user routes of v1: each is one call of a domain service."""

from __future__ import annotations

import re
from urllib.parse import urlencode
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.http.body import BodyRefused
from api.rest.conditions import etag, is_known, versions
from api.rest.exchange import Exchange, route
from api.rest.query import query_parameters, refuse_parameters
from api.rest.requests import ChangedUser, NewUser, UserListQuery
from api.rest.respond import respond
from api.rest.shapes import success, user_shape
from domain import policies
from domain.errors import NotFound, ValidationFailed, VersionConflict
from domain.models.actor import Actor, Role
from domain.models.user import Status, User
from domain.pagination import Window
from domain.services.user import CreateUser, UpdateUser, UserService

UUID_TEXT = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
PRESENT = frozenset(Status) - {Status.DELETED}
"""The statuses of the users that exist for v1; a deleted one is listed only on request."""


class UserRoutes:
    """The directory over REST."""

    def __init__(self, exchange: Exchange, users: UserService) -> None:
        self._exchange, self._users = exchange, users

    def routes(self) -> list[Route]:
        """The routes of the contract."""
        return [
            route("/api/v1/users", GET=self.page, POST=self.create),
            route("/api/v1/users/{id}", GET=self.get, PUT=self.update, DELETE=self.delete),
            route("/admin/users", GET=self.page_for_admins),
        ]

    async def page(self, request: Request) -> Response:
        """GET /api/v1/users: the users whom the viewer may see."""
        return await self._page(request, await self._exchange.actor(request), PRESENT)

    async def page_for_admins(self, request: Request) -> Response:
        """GET /admin/users: users of every status, for admins."""
        actor = await self._exchange.actor(request)
        policies.require_admin(actor)
        return await self._page(request, actor, None)

    async def _page(self, request: Request, actor: Actor, statuses: frozenset[Status] | None) -> Response:
        parameters = query_parameters(request, UserListQuery)
        window = Window(parameters.limit, parameters.after)
        query = self._users.query(actor, window, parameters.search, parameters.filter(statuses))
        try:
            page = await self._users.page(query)
        except ValidationFailed as error:  # the only field that is checked there is the cursor
            raise BodyRefused(400, "MALFORMED_REQUEST", error.message) from None
        headers: dict[str, str] = {}
        if page.has_next:
            given = {k: v for k, v in request.query_params.items() if k != "after"}
            next_page = urlencode({**given, "after": page.cursors[-1]})
            headers["link"] = f'<{request.url.path}?{next_page}>; rel="next"'
        if parameters.count:
            count = (await self._users.count(query)).with_at_least(page.known)
            headers |= {"x-total-count": str(count.value), "x-total-count-exact": str(count.exact).lower()}
        data = [user_shape(u, actor) for u in page.items]
        return respond(success(data, "Users retrieved successfully"), headers=headers)

    async def create(self, request: Request) -> Response:
        """POST /api/v1/users."""
        actor = await self._exchange.actor(request)
        policies.require_admin(actor)
        refuse_parameters(request)
        body = await self._exchange.body(request, NewUser)
        key = request.headers.get("idempotency-key")
        command = CreateUser(body.email, body.display_name, Role(body.role), body.password, key)
        user = (await self._users.create(actor, command)).value
        headers = {"location": f"/api/v1/users/{user.id}", "etag": etag(user)}
        return respond(success(user_shape(user, actor), "User created successfully"), 201, headers)

    async def get(self, request: Request) -> Response:
        """GET /api/v1/users/{id}. The client may cache the response, but must revalidate it each time."""
        actor = await self._exchange.actor(request)
        refuse_parameters(request)
        user = await self._present(actor, _id(request))
        headers = {"etag": etag(user), "cache-control": "private, no-cache", "vary": "Authorization, Cookie"}
        if is_known(request.headers.get("if-none-match"), user):
            return Response(status_code=304, headers=headers)
        return respond(success(user_shape(user, actor), "User retrieved successfully"), headers=headers)

    async def update(self, request: Request) -> Response:
        """PUT /api/v1/users/{id}."""
        actor = await self._exchange.actor(request)
        refuse_parameters(request)
        user_id = _id(request)
        body = await self._exchange.body(request, ChangedUser)
        command = UpdateUser(
            id=user_id,
            email=body.email,
            display_name=body.display_name,
            role=Role(body.role) if body.role else None,
            status=Status(body.status) if body.status else None,
            password=body.password,
            expected_version=await self._expected(request, actor, user_id),
            deleted_too=False,
        )
        written = await self._users.update(actor, command)
        message, status = ("Confirmation sent", 202) if written.waits else ("User updated successfully", 200)
        shape = user_shape(written.value, actor)
        return respond(success(shape, message), status, {"etag": etag(written.value)})

    async def delete(self, request: Request) -> Response:
        """DELETE /api/v1/users/{id}."""
        actor = await self._exchange.actor(request)
        policies.require_admin(actor)
        refuse_parameters(request)
        user_id = _id(request)
        expected = await self._expected(request, actor, user_id)
        await self._users.set_status(actor, user_id, Status.DELETED, expected, deleted_too=False)
        return respond(success(None, "User deleted successfully"))

    async def _expected(self, request: Request, actor: Actor, user_id: UUID) -> int | None:
        """The version that If-Match requires, which the writing transaction compares with the row.

        The row is only read first if the header names several versions or none. Raises VersionConflict and NotFound.
        """
        named = versions(request.headers.get("if-match"), weak=False)
        if named is None or len(named) == 1:
            return next(iter(named), None) if named else None
        current = await self._present(actor, user_id)
        if current.version not in named:
            raise VersionConflict(current)
        return current.version

    async def _present(self, actor: Actor, user_id: UUID) -> User:
        """The user, unless deleted: for v1 there is no such user then. Raises NotFound."""
        user = await self._users.get(actor, user_id)
        if user.status not in PRESENT:
            raise NotFound
        return user


def _id(request: Request) -> UUID:
    """The id of the path in its canonical form (RFC 9562 section 4). Raises NotFound for text that is not a valid id."""
    text = request.path_params["id"]
    if not UUID_TEXT.fullmatch(text):
        raise NotFound
    return UUID(text)
