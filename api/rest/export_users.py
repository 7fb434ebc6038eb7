"""GET /api/v1/users/export: the users that a list would show, as one file."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import AbstractAsyncContextManager, aclosing
from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from api.files.exporting import export_users
from api.files.writer import MEDIA_TYPES
from api.rest.exchange import Exchange, route
from api.rest.query import query_parameters
from api.rest.shapes import ExportQuery
from domain.models.actor import Role
from domain.models.directory import UserFilter
from domain.models.user import Status
from domain.services.directory import DirectoryService
from domain.tasks import background


class ExportRoutes:
    """Exporting over REST."""

    def __init__(self, exchange: Exchange, users: DirectoryService) -> None:
        self._exchange, self._users = exchange, users

    def routes(self) -> list[Route]:
        """The one route."""
        return [route("/api/v1/users/export", GET=self.export)]

    async def export(self, request: Request) -> Response:
        """The first page is read before the response begins, so that what is refused has the v1 envelope."""
        actor = await self._exchange.actor(request)
        given = query_parameters(request, ExportQuery)
        filter_ = UserFilter(
            status=frozenset({Status(given.status)}) if given.status else None,
            role=frozenset({Role(given.role)}) if given.role else None,
            online=given.online,
            email_verified=given.email_verified,
            email=given.email,
        )
        parts = export_users(
            self._users,
            actor,
            given.format,
            search=given.search,
            filter_=filter_,
            sort=given.sort,
            descending=given.descending,
        )
        first, _ = await anext(parts)
        name = f"users-{datetime.now(UTC).date()}.{given.format}"
        return ExportResponse(self._exchange.turn(request, actor), first, parts, MEDIA_TYPES[given.format], name)


class ExportResponse(Response):
    """The parts of a running export. If it fails, the response ends early, which a client sees as incomplete."""

    def __init__(
        self,
        turn: AbstractAsyncContextManager[None],
        first: str,
        parts: AsyncGenerator[tuple[str, int], None],
        media_type: str,
        name: str,
    ) -> None:
        headers = {"content-disposition": f'attachment; filename="{name}"', "cache-control": "no-store"}
        super().__init__(media_type=media_type, headers=headers)
        del self.headers["content-length"]
        self._turn, self._first, self._parts = turn, first, parts

    async def __call__(self, _: Scope, receive: Receive, send: Send) -> None:
        """Send it page by page, as fast as the client reads; stop if it disconnects."""
        disconnected = asyncio.Event()

        async def watch() -> None:
            while (await receive())["type"] != "http.disconnect":
                pass
            disconnected.set()

        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        async with background(watch, "export-watch"), self._turn, aclosing(self._parts) as parts:
            await send({"type": "http.response.body", "body": self._first.encode(), "more_body": True})
            async for text, _count in parts:
                await send({"type": "http.response.body", "body": text.encode(), "more_body": True})
                if disconnected.is_set():
                    return
            await send({"type": "http.response.body", "body": b"", "more_body": False})
