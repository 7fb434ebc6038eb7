"""Whether this process can serve: for people, for load balancers, for Prometheus."""

from __future__ import annotations

import asyncio
import ipaddress
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from prometheus_client import generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.rest.respond import respond
from api.rest.shapes import moment
from api.telemetry import Metrics

CHECK_SECONDS = 1.0

Check = Callable[[], Awaitable[None]]


class Health:
    """The checks; each raises when what it looks at cannot be used."""

    def __init__(self, database: Check, redis: Check, metrics: Metrics) -> None:
        self._database, self._redis, self._metrics = database, redis, metrics

    def routes(self) -> list[Route]:
        """The routes; none needs a session."""
        return [
            Route("/health", self.health),
            Route("/livez", self.live),
            Route("/readyz", self.ready),
            Route("/metrics", self.metrics),
        ]

    async def health(self, _: Request) -> Response:
        """503 without the database; without Redis alone the process still serves, degraded: events come a second late."""
        database, redis = await asyncio.gather(_holds(self._database), _holds(self._redis))
        status = "unhealthy" if not database else "healthy" if redis else "degraded"
        checks = {"database": database, "redis": redis, "external_api": True}
        body = {"status": status, "checks": checks, "timestamp": moment(datetime.now(UTC))}
        return respond(body, 200 if database else 503)

    async def live(self, _: Request) -> Response:
        """The process answers."""
        return respond({"status": "ok"})

    async def ready(self, _: Request) -> Response:
        """Requests may be sent here."""
        ready = await _holds(self._database)
        return respond({"status": "ok" if ready else "unavailable"}, 200 if ready else 503)

    async def metrics(self, request: Request) -> Response:
        """Numbers for Prometheus, told to this machine and private networks only."""
        address = ipaddress.ip_address(request.client.host) if request.client else None
        if address is None or not (address.is_loopback or address.is_private) or "x-forwarded-for" in request.headers:
            return respond({"status": "forbidden"}, 403)
        return Response(generate_latest(self._metrics.registry), headers={"content-type": CONTENT_TYPE_LATEST})


async def _holds(check: Check) -> bool:
    try:
        async with asyncio.timeout(CHECK_SECONDS):
            await check()
    except Exception:
        return False
    return True
