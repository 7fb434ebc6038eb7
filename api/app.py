"""Routes, the order of middleware, and the life of everything that runs."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.routing import Route, WebSocketRoute
from starlette.types import ASGIApp, Receive, Scope, Send

from api.bootstrap import Container, start
from api.graphql import GraphQLEndpoint
from api.health import Health
from api.middleware import RequestMiddleware
from api.rest.errors import http_exception
from api.rest.v1 import RestV1
from api.settings import Settings
from api.telemetry import configure_logs

CORS_HEADERS = ["authorization", "content-type", "if-match", "if-none-match", "idempotency-key", "rollcall-read-after"]
CORS_EXPOSED = ["etag", "link", "location", "retry-after", "x-request-id", "x-total-count"]


class Application:
    """The ASGI application: the lifespan builds the container and the routes over it."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._app: ASGIApp | None = None
        self.container: Container | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve; the first call is the server's lifespan."""
        if scope["type"] == "lifespan":
            await Starlette(lifespan=self._lifespan)(scope, receive, send)
        else:
            assert self._app is not None
            await self._app(scope, receive, send)

    @asynccontextmanager
    async def _lifespan(self, _: Starlette) -> AsyncIterator[None]:
        configure_logs(self._settings.log_level, self._settings.log_format)
        async with AsyncExitStack() as stack:
            self.container = await start(self._settings, stack)
            self._app = build_app(self.container)
            yield


def build_app(container: Container) -> ASGIApp:
    """The routes over a started container."""
    settings, services, authenticator = container.core.settings, container.services, container.authenticator
    graphql = GraphQLEndpoint(container.documents, services, authenticator, settings)
    health = Health(container.core.database.ping, container.check_redis, container.metrics)
    routes = [
        Route("/graphql", graphql),
        WebSocketRoute("/graphql", container.sockets),
        *RestV1(services, authenticator, settings).routes(),
        *health.routes(),
    ]
    cors = Middleware(
        CORSMiddleware,
        allow_origins=list(settings.cors_origins),
        allow_credentials=True,
        allow_methods=["GET", "POST", "PUT", "DELETE"],
        allow_headers=CORS_HEADERS,
        expose_headers=CORS_EXPOSED,
        max_age=600,
    )
    app = Starlette(
        routes=routes,
        middleware=[cors] if settings.cors_origins else [],
        exception_handlers={HTTPException: http_exception},
    )
    app.router.redirect_slashes = False
    return RequestMiddleware(app, settings, container.metrics)
