"""GET of one user and of a list of users: what clients of v1 request most, from the ASGI scope to bytes."""

from __future__ import annotations

import re
from collections.abc import Awaitable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from starlette.requests import Request
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from api.http.body import BodyRefused
from api.rest.answer import Answer, Header, answer, answered
from api.rest.conditions import etag, is_known
from api.rest.exchange import Exchange
from api.rest.query import given_parameters, parsed_parameters, refuse_parameters
from api.rest.requests import UserListQuery
from api.rest.shapes import user_shape
from api.scope import header
from domain import policies
from domain.errors import NotFound, ValidationFailed
from domain.models.actor import Actor
from domain.models.user import Status, User
from domain.pagination import Window
from domain.services.user import UserService

USERS = "/api/v1/users"
ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
PRESENT = frozenset(Status) - {Status.DELETED}
"""The statuses of the users that exist for v1; a deleted one is listed only on request."""
REVALIDATED: list[Header] = [(b"cache-control", b"private, no-cache"), (b"vary", b"Authorization, Cookie")]
READING = frozenset({"GET", "HEAD"})


class UserReads:
    """The two reads, each within the turn of its actor."""

    def __init__(self, exchange: Exchange, users: UserService) -> None:
        self._exchange, self._users = exchange, users

    async def one(self, scope: Scope, text: str) -> Answer:
        """GET /api/v1/users/{id}. The client may cache the response, but must revalidate it each time."""
        actor = await self._exchange.identity(scope)
        async with self._exchange.turn(actor):
            refuse_parameters(scope)
            user = await self.present(actor, read_id(text))
        headers: list[Header] = [(b"etag", etag(user).encode()), *REVALIDATED]
        if is_known(header(scope, b"if-none-match"), user):
            return Answer(304, headers, b"")
        return answer(_success(user_shape(user, actor), "User retrieved successfully"), headers)

    async def page(self, scope: Scope) -> Answer:
        """GET /api/v1/users: the users whom the viewer may see."""
        actor = await self._exchange.identity(scope)
        async with self._exchange.turn(actor):
            return await self._page(scope, actor, PRESENT)

    async def serve_one(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request for one user."""
        response = await answered(self.one(scope, scope["path"][len(USERS) + 1 :]))
        await response(scope, receive, send)

    async def serve_page(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request for a page."""
        response = await answered(self.page(scope))
        await response(scope, receive, send)

    async def page_for_admins(self, request: Request) -> Answer:
        """GET /admin/users: users of every status, for admins."""
        actor = await self._exchange.identity(request.scope)
        async with self._exchange.turn(actor):
            policies.require_admin(actor)
            return await self._page(request.scope, actor, None)

    async def present(self, actor: Actor, user_id: UUID) -> User:
        """The user, unless deleted: for v1 there is no such user then. Raises NotFound."""
        user = await self._users.get(actor, user_id)
        if user.status not in PRESENT:
            raise NotFound
        return user

    async def _page(self, scope: Scope, actor: Actor, statuses: frozenset[Status] | None) -> Answer:
        given = given_parameters(scope)
        parameters = parsed_parameters(given, UserListQuery)
        window = Window(parameters.limit, parameters.after)
        query = self._users.query(actor, window, parameters.search, parameters.filter(statuses))
        try:
            page = await self._users.page(query)
        except ValidationFailed as error:  # the only field that is checked there is the cursor
            raise BodyRefused(400, "MALFORMED_REQUEST", error.message) from None
        headers: list[Header] = []
        if page.has_next:
            kept = [(name, value) for name, value in given if name != "after"]
            following = urlencode([*kept, ("after", page.cursors[-1])])
            headers.append((b"link", f'<{scope["path"]}?{following}>; rel="next"'.encode("latin-1")))
        if parameters.count:
            count = (await self._users.count(query)).with_at_least(page.known)
            exact = str(count.exact).lower().encode()
            headers += [(b"x-total-count", str(count.value).encode()), (b"x-total-count-exact", exact)]
        return answer(_success([user_shape(u, actor) for u in page.items], "Users retrieved successfully"), headers)


class ReadsFirst:
    """Leads the two reads to their endpoints; the router and its middleware, for all others, take as long as a read does."""

    def __init__(self, one: ASGIApp, page: ASGIApp, others: ASGIApp) -> None:
        self._one, self._page, self._others = one, page, others
        self._one_route, self._page_route = Route(f"{USERS}/{{id}}", one), Route(USERS, page)

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        """Pass a request on, without a coroutine of its own."""
        path = scope["path"]
        if scope["method"] in READING and path.startswith(USERS):
            if path == USERS:
                scope["route"] = self._page_route  # by which requests are counted
                return self._page(scope, receive, send)
            if path[len(USERS)] == "/" and ID.fullmatch(path, len(USERS) + 1):
                scope["route"] = self._one_route
                return self._one(scope, receive, send)
        return self._others(scope, receive, send)


def read_id(text: str) -> UUID:
    """The id of a path in its canonical form (RFC 9562 section 4). Raises NotFound for text that is not a valid id."""
    if not ID.fullmatch(text):
        raise NotFound
    return UUID(text)


def _success(data: Any, message: str) -> dict[str, Any]:
    """As `success`, with the time left to the encoder."""
    return {"success": True, "data": data, "message": message, "timestamp": datetime.now(UTC)}
