"""The user routes of v1: each is one call of a domain service."""

from __future__ import annotations

from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.rest.answer import Answer
from api.rest.conditions import etag, versions
from api.rest.exchange import Exchange, route
from api.rest.query import refuse_parameters
from api.rest.reads import USERS, UserReads, read_id
from api.rest.requests import ChangedUser, NewUser
from api.rest.respond import respond
from api.rest.shapes import success, user_shape
from domain import policies
from domain.errors import VersionConflict
from domain.models.actor import Actor, Role
from domain.models.user import Status
from domain.services.user import CreateUser, UpdateUser, UserService


class UserRoutes:
    """The directory over REST."""

    def __init__(self, exchange: Exchange, users: UserService, reads: UserReads) -> None:
        self._exchange, self._users, self._reads = exchange, users, reads

    def routes(self) -> list[Route]:
        """The routes of the contract."""
        return [
            route(USERS, GET=self.page, POST=self.create),
            route(f"{USERS}/{{id}}", GET=self.get, PUT=self.update, DELETE=self.delete),
            route("/admin/users", GET=self._reads.page_for_admins),
        ]

    async def page(self, request: Request) -> Answer:
        """GET /api/v1/users."""
        return await self._reads.page(request.scope)

    async def get(self, request: Request) -> Answer:
        """GET /api/v1/users/{id}."""
        return await self._reads.one(request.scope, request.path_params["id"])

    async def create(self, request: Request) -> Response:
        """POST /api/v1/users."""
        actor = await self._exchange.actor(request)
        policies.require_admin(actor)
        refuse_parameters(request.scope)
        body = await self._exchange.body(request, NewUser)
        key = request.headers.get("idempotency-key")
        command = CreateUser(body.email, body.display_name, Role(body.role), body.password, key)
        user = (await self._users.create(actor, command)).value
        headers = {"location": f"/api/v1/users/{user.id}", "etag": etag(user)}
        return respond(success(user_shape(user, actor), "User created successfully"), 201, headers)

    async def update(self, request: Request) -> Response:
        """PUT /api/v1/users/{id}."""
        actor = await self._exchange.actor(request)
        refuse_parameters(request.scope)
        user_id = read_id(request.path_params["id"])
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
        refuse_parameters(request.scope)
        user_id = read_id(request.path_params["id"])
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
        current = await self._reads.present(actor, user_id)
        if current.version not in named:
            raise VersionConflict(current)
        return current.version
