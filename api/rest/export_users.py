"""GET /api/v1/users/export: the users that a list would show, as one file."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.files.exporting import export_users
from api.files.writer import MEDIA_TYPES
from api.rest.exchange import Exchange, route
from api.rest.query import query_parameters
from api.rest.requests import ExportQuery
from api.rest.stream import StreamedResponse
from domain.models.actor import Actor
from domain.services.directory import DirectoryService


class ExportRoutes:
    """Exporting over REST."""

    def __init__(self, exchange: Exchange, users: DirectoryService) -> None:
        self._exchange, self._users = exchange, users

    def routes(self) -> list[Route]:
        """The one route."""
        return [route("/api/v1/users/export", GET=self.export)]

    async def export(self, request: Request) -> Response:
        """The first page is read before the response begins, so that a refusal has the v1 envelope."""
        actor = await self._exchange.actor(request)
        given = query_parameters(request.scope, ExportQuery)
        parts = export_users(
            self._users,
            actor,
            given.format,
            search=given.search,
            filter_=given.filter(),
            sort=given.sort,
            descending=given.descending,
        )
        first, _ = await anext(parts)
        name = f"users-{datetime.now(UTC).date()}.{given.format}"
        headers = {"content-disposition": f'attachment; filename="{name}"'}
        return StreamedResponse(self._file(actor, first, parts), MEDIA_TYPES[given.format], headers)

    async def _file(
        self, actor: Actor, first: str, parts: AsyncGenerator[tuple[str, int], None]
    ) -> AsyncGenerator[bytes, None]:
        async with self._exchange.turn(actor), aclosing(parts):
            yield first.encode()
            async for text, _count in parts:
                yield text.encode()
