"""Whether this process can serve: for people, for load balancers, for Prometheus.

The dependencies are checked by using them, at most once a second for any number of requests; each answer names what fails.
"""

from __future__ import annotations

import asyncio
import contextlib
import hmac
import ipaddress
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import structlog
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from pydantic import SecretStr
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.http.hosts import LOCAL_HOSTS, host_name
from api.rest.respond import respond
from api.rest.shapes import moment
from api.telemetry import Metrics
from domain.models.service_info import Check as Result

CHECK_SECONDS = 1.0
"""The longest that a request waits for checks."""
KEPT_SECONDS = 1.0
"""How long the result of checks is reused."""
EXTERNAL_KEPT_SECONDS = 5.0
"""How long the result of the check of another service is reused."""
ACCEPTING = "accepting"
"""The check that this process is not stopping."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong, in words for an operator; `serves` tells whether requests can be answered nevertheless."""

    words: str
    serves: bool = False


Check = Callable[[], Awaitable[Fault | str | None]]
"""None where all is well."""

log = structlog.get_logger(__name__)


async def unmeasured() -> None:
    """Measure nothing."""


async def alone(own: bytes) -> bytes:
    """The metrics of this process alone."""
    return own


class Health:
    """The routes by which this process is watched, over its checks. `stopping` makes it unready (see api/http/server.py).

    `measure` is awaited before the metrics are read, and what `together` makes of them is published.
    """

    def __init__(
        self,
        probes: HealthProbes,
        metrics: Metrics,
        metrics_token: SecretStr | None,
        measure: Callable[[], Awaitable[None]] = unmeasured,
        together: Callable[[bytes], Awaitable[bytes]] = alone,
    ) -> None:
        self._probes, self._metrics, self._measure, self._together = probes, metrics, measure, together
        self._token = metrics_token.get_secret_value().encode() if metrics_token else None
        self.stopping = False

    def routes(self) -> list[Route]:
        """The routes; none needs a session."""
        return [
            Route("/health", self.health),
            Route("/livez", self.live),
            Route("/readyz", self.ready),
            Route("/metrics", self.metrics),
        ]

    async def health(self, _: Request) -> Response:
        """503 if the database cannot be read or written; degraded if something else fails, of which `/readyz` says what.

        Without Redis events come a second late, each process counts attempts for itself, and does not know
        which users are online at other instances. `external_api` is true if all of HEALTH_EXTERNAL_URLS answer.
        """
        probes = self._probes
        faults = await faults_of(probes.all)
        serves = all(fault.serves for name, fault in faults.items() if name in probes.database.names)
        status = "unhealthy" if not serves else "degraded" if faults else "healthy"
        checks = {
            "database": serves,
            "redis": not any(name in faults for name in probes.redis.names),
            "external_api": not any(name in faults for probe in probes.external for name in probe.names),
        }
        body = {"status": status, "checks": checks, "timestamp": moment(datetime.now(UTC))}
        return respond(body, 200 if serves else 503)

    async def live(self, _: Request) -> Response:
        """The process answers."""
        return respond({"status": "ok"})

    async def ready(self, _: Request) -> Response:
        """Whether requests may be sent here; where anything is wrong, which of the checks do not hold, and why."""
        probes, faults = self._probes, await faults_of(self._probes.all)
        if self.stopping:
            faults[ACCEPTING] = Fault("this process is stopping")
        deciding = {*probes.database.names, *probes.log.names, ACCEPTING}
        ready = all(fault.serves for name, fault in faults.items() if name in deciding)
        body: dict[str, object] = {"status": "ok" if ready else "unavailable"}
        if faults:
            names = (*(name for probe in probes.all for name in probe.names), ACCEPTING)
            body["checks"] = {name: name not in faults for name in names}
            body["reasons"] = {name: fault.words for name, fault in faults.items()}
        return respond(body, 200 if ready else 503)

    async def metrics(self, request: Request) -> Response:
        """Metrics for Prometheus, for requests from this machine and those with METRICS_TOKEN."""
        if not (self._is_local(request) or self._has_token(request)):
            return respond({"status": "forbidden"}, 403)
        return Response(await self._together(await self.own_metrics()), headers={"content-type": CONTENT_TYPE_LATEST})

    async def own_metrics(self) -> bytes:
        """The metrics of this process, as text."""
        await self._measure()
        return generate_latest(self._metrics.registry)

    def _is_local(self, request: Request) -> bool:
        """Whether the caller is a process of this machine, and not what a proxy or a foreign page passes on.

        A page can lead its own name here (api/http/hosts.py), so the host must be one of this machine's names.
        """
        if host_name(request.headers.get("host", "")) not in LOCAL_HOSTS:
            return False
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
    """Checks, run one after the other and once at a time: hanging checks must not accumulate, nor delay requests.

    That holds beyond the cancellation of a check too, which may itself hang. A result is not reused once
    `known`, which costs nothing to ask, has another value than before.
    """

    def __init__(
        self, checks: Mapping[str, Check], known: Callable[[], object] = lambda: None, kept: float = KEPT_SECONDS
    ) -> None:
        self._checks, self._known, self._kept = checks, known, kept
        self._known_then: object = None
        self._task: asyncio.Task[None] | None = None
        self._found: dict[str, Fault | None] = {}
        self._until = 0.0
        self._logged: dict[str, str] = {}

    @property
    def names(self) -> Iterable[str]:
        """What is checked."""
        return self._checks.keys()

    async def faults(self) -> dict[str, Fault]:
        """The failed checks, found within CHECK_SECONDS and reused for the time given."""
        if self._task is None or (self._task.done() and self._is_stale()):
            self._found, self._known_then = {}, self._known()
            self._task = asyncio.create_task(self._run())
        await asyncio.wait({self._task}, timeout=CHECK_SECONDS)
        late = Fault("it was not found out in time")
        found = {name: self._found.get(name, late) for name in self._checks}
        return {name: fault for name, fault in found.items() if fault is not None}

    def _is_stale(self) -> bool:
        return time.monotonic() >= self._until or self._known() != self._known_then

    async def _run(self) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(CHECK_SECONDS):
                for name, check in self._checks.items():
                    self._found[name] = await _tried(check)
        self._until = time.monotonic() + self._kept
        self._log()

    def _log(self) -> None:
        """Write down what is newly wrong, and what is well again."""
        wrong = {name: fault.words for name, fault in self._found.items() if fault is not None}
        for name in wrong.keys() - self._logged.keys():
            log.warning("health.check_failed", check=name, reason=wrong[name])
        for name in self._logged.keys() - wrong.keys():
            log.info("health.check_recovered", check=name)
        self._logged = wrong


@dataclass(frozen=True, slots=True)
class HealthProbes:
    """The checks of a process, in groups that run at the same time."""

    database: Probe
    redis: Probe
    log: Probe
    replicas: Sequence[Probe] = ()
    external: Sequence[Probe] = ()

    @property
    def all(self) -> Sequence[Probe]:
        """All of them, in the order in which they are reported."""
        return (self.database, self.redis, *self.replicas, self.log, *self.external)


def each_apart(checks: Mapping[str, Check], kept: float = KEPT_SECONDS) -> Sequence[Probe]:
    """A probe for each check, so that one that hangs delays no other."""
    return [Probe({name: check}, kept=kept) for name, check in checks.items()]


async def faults_of(probes: Sequence[Probe]) -> dict[str, Fault]:
    """The failed checks of all these probes; takes at most CHECK_SECONDS."""
    found = await asyncio.gather(*(probe.faults() for probe in probes))
    return {name: fault for faults in found for name, fault in faults.items()}


async def results(*probes: Probe) -> list[Result]:
    """The results of all checks of these probes, in order; takes at most CHECK_SECONDS."""
    faults = await faults_of(probes)
    return [Result(name, faults[name].words if name in faults else None) for probe in probes for name in probe.names]


async def _tried(check: Check) -> Fault | None:
    try:
        fault = await check()
    except Exception as error:  # noqa: BLE001 - whatever it is, it cannot be used
        return Fault(f"it cannot be used ({type(error).__name__})")
    return Fault(fault) if isinstance(fault, str) else fault
