"""Routes, the order of middleware, and the life of everything that runs."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from typing import Any

import structlog
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from api.bootstrap.container import Container, build
from api.bootstrap.gauges import add_gauges
from api.bootstrap.traces import add_traces
from api.http.closing import Closing
from api.http.graphql import GraphQLEndpoint
from api.http.hosts import HostGuard
from api.http.middleware import CrossOrigin, ErrorMask, RequestMiddleware
from api.http.refusals import Refuse
from api.logs import configure_logs
from api.oauth.routes import oauth_routes
from api.rest.deprecation import Deprecation, notices
from api.rest.errors import http_exception
from api.rest.exchange import Exchange
from api.rest.reads import ReadsFirst, UserReads
from api.rest.v1 import rest_routes
from api.revisions import shipped
from api.settings import Settings
from api.tracing.requests import TracedRequests
from api.version import VERSION

GRAPHQL_PATH = "/graphql"
"""Of requests and of sockets."""

log = structlog.get_logger("server")
nowhere = Refuse(404, "NOT_FOUND", f"Sockets are opened at {GRAPHQL_PATH}")


class Doors:
    """Sockets and GraphQL requests go straight to their endpoints, all other requests through the routes.

    Every layer of routing and middleware would keep a coroutine for as long as a socket is open, 3 KiB together, and none
    of those between here and the endpoint does anything for a socket. For a GraphQL request they would take as long as the
    endpoint does besides the execution.
    """

    def __init__(self, routes: ASGIApp, graphql: ASGIApp, sockets: ASGIApp) -> None:
        self._routes, self._graphql, self._sockets = routes, graphql, sockets
        self._route = Route(GRAPHQL_PATH, graphql)

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        """Pass it on, without a coroutine of its own."""
        live, is_ours = scope["type"] == "websocket", scope["path"] == GRAPHQL_PATH
        if live:
            return (self._sockets if is_ours else nowhere)(scope, receive, send)
        if not is_ours:
            return self._routes(scope, receive, send)
        scope["route"] = self._route  # by which requests are counted
        return self._graphql(scope, receive, send)


class Application:
    """The ASGI application: its lifespan builds the container, with parts replaced by name, and the routes over it."""

    def __init__(self, settings: Settings, **replaced: Any) -> None:
        self._settings, self._replaced = settings, replaced
        self._app: ASGIApp | None = None
        self.container: Container | None = None
        self.started = threading.Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve; the first call is the server's lifespan."""
        if scope["type"] == "lifespan":
            await Starlette(lifespan=self._lifespan)(scope, receive, send)
        else:
            assert self._app is not None
            await self._app(scope, receive, send)

    def drain(self) -> None:
        """Be unready and end connections after their next answer from now on, because the process is going to stop."""
        if self.container is not None:
            self.container.health.stopping = True
        if self._app is not None:
            self._app = Closing(self._app)

    @asynccontextmanager
    async def _lifespan(self, _: Starlette) -> AsyncIterator[None]:
        settings = self._settings
        configure_logs(settings.log_level, settings.log_format, traced=settings.traced)
        async with build(self._settings, **self._replaced).running() as self.container:
            self._app = build_app(self.container)
            self.started.set()
            log_start(self._settings)
            yield


def log_start(settings: Settings) -> None:
    """Log what is running and with what; addresses are shown without their passwords."""
    log.info(
        "server.started",
        version=VERSION,
        schema=shipped().head,
        listening=f"{settings.api_host}:{settings.api_port}",
        public=settings.public_url,
        database=str(settings.database_url),
        direct=str(settings.direct_database_url),
        replicas=[str(url) for url in settings.database_replica_urls],
        redis=str(settings.redis_url),
        external=[str(url) for url in settings.health_external_urls],
    )


def build_app(container: Container) -> ASGIApp:
    """The routes over a started container, and what surrounds them."""
    add_gauges(container)
    core, services, authenticator = container.core, container.services, container.authenticator
    settings = core.settings
    endpoint = GraphQLEndpoint(container.operations, services, authenticator, settings, container.hub)
    exchange = Exchange(authenticator, settings, container.fairness)
    reads = UserReads(exchange, services.users)
    routes = [
        *rest_routes(services, core.imports, exchange, reads, settings),
        *oauth_routes(settings.public_url, core.key_ring, core.clock, services, core.tokens, authenticator),
        *container.health.routes(),
    ]
    app = Starlette(
        routes=routes,
        middleware=[
            Middleware(CrossOrigin, origins=settings.cors_origins),
            Middleware(Deprecation, headers=notices(settings)),
            Middleware(ErrorMask),
        ],
        exception_handlers={HTTPException: http_exception},
    )
    app.router.redirect_slashes = False
    graphql: ASGIApp = ErrorMask(endpoint)
    if settings.cors_origins:
        graphql = CrossOrigin(graphql, settings.cors_origins)
    others = ReadsFirst(_surrounded(reads.serve_one, settings), _surrounded(reads.serve_page, settings), app)
    guarded = HostGuard(Doors(others, graphql, container.sockets), settings, authenticator.is_vouched)
    answered = RequestMiddleware(guarded, container.metrics, secure=settings.secure, access_log=settings.access_log)
    if container.tracing is None:
        return answered
    add_traces(container, container.tracing.tracer)
    return TracedRequests(answered, container.tracing.tracer)


def _surrounded(endpoint: ASGIApp, settings: Settings) -> ASGIApp:
    """An endpoint of v1 in what the routes have around them, as far as the settings need it."""
    app: ASGIApp = ErrorMask(endpoint)
    if headers := notices(settings):
        app = Deprecation(app, headers)
    return CrossOrigin(app, settings.cors_origins) if settings.cors_origins else app
