"""Whether this process can serve: for people, for load balancers, for Prometheus."""

from __future__ import annotations

import asyncio
import hmac
import ipaddress
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import structlog
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from pydantic import SecretStr
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.rest.respond import respond
from api.rest.shapes import moment
from api.telemetry import Metrics

CHECK_SECONDS = 1.0

Check = Callable[[], Awaitable[None]]

log = structlog.get_logger(__name__)


class Health:
    """The checks; each raises when what it looks at cannot be used."""

    def __init__(self, database: Check, redis: Check, metrics: Metrics, metrics_token: SecretStr | None) -> None:
        self._database, self._redis, self._metrics = Probe(database), Probe(redis), metrics
        self._token = metrics_token.get_secret_value().encode() if metrics_token else None

    def routes(self) -> list[Route]:
        """The routes; none needs a session."""
        return [
            Route("/health", self.health),
            Route("/livez", self.live),
            Route("/readyz", self.ready),
            Route("/metrics", self.metrics),
        ]

    async def health(self, _: Request) -> Response:
        """503 without the database; without Redis alone the process still serves, degraded.

        Events then come a second late, tries are counted by each process for itself, and nobody knows who is online
        elsewhere. A Redis that is full is as good as none for the last two, so it counts as away.

        `external_api` is true because Rollcall calls none: there is nothing that could be away.
        """
        database, redis = await asyncio.gather(self._database.holds(), self._redis.holds())
        status = "unhealthy" if not database else "healthy" if redis else "degraded"
        checks = {"database": database, "redis": redis, "external_api": True}
        body = {"status": status, "checks": checks, "timestamp": moment(datetime.now(UTC))}
        return respond(body, 200 if database else 503)

    async def live(self, _: Request) -> Response:
        """The process answers."""
        return respond({"status": "ok"})

    async def ready(self, _: Request) -> Response:
        """Requests may be sent here."""
        ready = await self._database.holds()
        return respond({"status": "ok" if ready else "unavailable"}, 200 if ready else 503)

    async def metrics(self, request: Request) -> Response:
        """Numbers for Prometheus, told to this machine itself and to who has METRICS_TOKEN."""
        if not (self._is_local(request) or self._has_token(request)):
            return respond({"status": "forbidden"}, 403)
        return Response(generate_latest(self._metrics.registry), headers={"content-type": CONTENT_TYPE_LATEST})

    def _is_local(self, request: Request) -> bool:
        """Whether the caller is a process of this machine, and not what a proxy on this machine passes on."""
        if request.client is None or "x-forwarded-for" in request.headers or "forwarded" in request.headers:
            return False
        return ipaddress.ip_address(request.client.host).is_loopback

    def _has_token(self, request: Request) -> bool:
        scheme, _, given = request.headers.get("authorization", "").partition(" ")
        return (
            self._token is not None
            and scheme.lower() == "bearer"
            and hmac.compare_digest(given.strip().encode("latin-1"), self._token)
        )


class Probe:
    """One check, run once at a time: what hangs must not gather, nor hold up who asks, beyond its cancellation too."""

    def __init__(self, check: Check) -> None:
        self._check = check
        self._task: asyncio.Task[bool] | None = None

    async def holds(self) -> bool:
        """Whether the check passes within CHECK_SECONDS."""
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._run())
        done, _ = await asyncio.wait({self._task}, timeout=CHECK_SECONDS)
        return bool(done) and self._task.result()

    async def _run(self) -> bool:
        try:
            async with asyncio.timeout(CHECK_SECONDS):
                await self._check()
        except Exception as error:  # noqa: BLE001 - whatever it is, it cannot be used
            log.debug("health.check_failed", error=type(error).__name__)
            return False
        return True
