"""Which faults make a process unready or unhealthy, and which it only reports."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from starlette.requests import Request

from api.bootstrap.checks import HUB_SECONDS, log_checks
from api.bootstrap.core import Core
from api.http.health import Check, Fault, Health, HealthProbes, Probe, each_apart
from api.settings import Settings
from api.telemetry import Metrics

REQUEST = Request({"type": "http", "method": "GET", "path": "/", "headers": []})
NAMES = ["reads", "redis", "replica_1", "relay", "hub", "external_api_1", "accepting"]


def check_of(fault: Fault | str | None) -> Check:
    """A check that finds this."""

    async def check() -> Fault | str | None:
        return fault

    return check


def watched(**faults: Fault | str) -> Health:
    """A process with these faults by the names of their checks."""
    checks = {name: check_of(faults.get(name)) for name in NAMES}
    return Health(
        HealthProbes(
            Probe({"reads": checks["reads"]}),
            Probe({"redis": checks["redis"]}),
            Probe({"relay": checks["relay"], "hub": checks["hub"]}),
            each_apart({"replica_1": checks["replica_1"]}),
            each_apart({"external_api_1": checks["external_api_1"]}),
        ),
        Metrics(),
        None,
    )


async def ready(health: Health) -> tuple[int, dict[str, Any]]:
    """The answer of /readyz."""
    response = await health.ready(REQUEST)
    return response.status_code, json.loads(bytes(response.body))


async def healthy(health: Health) -> tuple[int, str, dict[str, bool]]:
    """The answer of /health."""
    response = await health.health(REQUEST)
    body = json.loads(bytes(response.body))
    return response.status_code, body["status"], body["checks"]


ALL_WELL = {"database": True, "redis": True, "external_api": True}


async def test_without_a_fault_nothing_is_listed() -> None:
    health = watched()
    assert await ready(health) == (200, {"status": "ok"})
    assert await healthy(health) == (200, "healthy", ALL_WELL)


@pytest.mark.parametrize(
    ("name", "fault", "is_ready", "status", "checks"),
    [
        ("reads", "x", False, "unhealthy", {"database": False}),
        ("reads", Fault("x", serves=True), True, "degraded", {}),
        ("redis", "x", True, "degraded", {"redis": False}),
        ("replica_1", "x", True, "degraded", {}),
        ("relay", Fault("x", serves=True), True, "degraded", {}),
        ("hub", "x", False, "degraded", {}),
        ("external_api_1", "x", True, "degraded", {"external_api": False}),
    ],
)
async def test_what_each_fault_means(
    name: str, fault: Fault | str, is_ready: bool, status: str, checks: dict[str, bool]
) -> None:
    health = watched(**{name: fault})
    code, body = await ready(health)
    assert (code, body["status"]) == ((200, "ok") if is_ready else (503, "unavailable"))
    assert body["checks"] == {other: other != name for other in NAMES}
    assert body["reasons"] == {name: "x"}
    assert await healthy(health) == (503 if status == "unhealthy" else 200, status, ALL_WELL | checks)


async def test_a_process_that_stops_is_not_ready() -> None:
    health = watched()
    health.stopping = True
    code, body = await ready(health)
    assert (code, body["reasons"]) == (503, {"accepting": "this process is stopping"})
    assert body["checks"] == {name: name != "accepting" for name in NAMES}
    assert (await healthy(health))[0] == 200


@pytest.mark.parametrize(("age", "words"), [(0.0, None), (HUB_SECONDS + 5, "has not read the log for 20 seconds")])
async def test_a_hub_that_does_not_read_the_log_is_found(age: float, words: str | None) -> None:
    settings = Settings.load(
        _env_file=None,
        database_url="postgresql://u@127.0.0.1:1/x",
        redis_url="redis://127.0.0.1:1",
        secret_key="0123456789abcdef" * 3,
    )
    now = asyncio.get_running_loop().time()
    fault = await log_checks(Core(settings), lambda: now - age)["hub"]()
    assert fault is None if words is None else words in str(fault)
