"""All routes of the v1 shim, and the document that describes them."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.auth.session_cookies import cookie_names
from api.rest.deprecation import describe_deprecation, notices
from api.rest.docs import PAGE_POLICY, page
from api.rest.exchange import Exchange, route
from api.rest.export_users import ExportRoutes
from api.rest.import_users import ImportRoutes
from api.rest.openapi import document
from api.rest.reads import UserReads
from api.rest.respond import respond
from api.rest.sessions import SessionRoutes
from api.rest.users import UserRoutes
from api.settings import Settings
from domain.services.importing import ImportService
from schema.services import Services


def rest_routes(
    services: Services, imports: ImportService, exchange: Exchange, reads: UserReads, settings: Settings
) -> list[Route]:
    """The routes under /api/v1/ and /admin/."""
    names = cookie_names(secure=settings.secure, instance=settings.cookie_instance)
    described = describe_deprecation(document(settings.public_url, names.access), notices(settings))
    html = page(described)

    async def openapi(_: Request) -> Response:
        return respond(described)

    async def docs(_: Request) -> Response:
        return Response(html, headers={"content-security-policy": PAGE_POLICY}, media_type="text/html")

    return [
        *ImportRoutes(exchange, imports, settings.import_limit_bytes).routes(),
        *ExportRoutes(exchange, services.users).routes(),
        *UserRoutes(exchange, services.users, reads).routes(),
        *SessionRoutes(exchange, services.sessions).routes(),
        route("/api/v1/openapi.json", GET=openapi),
        route("/api/v1/docs", GET=docs),
    ]
