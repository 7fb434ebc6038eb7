"""Traces: which spans a request leaves, how they belong together, and that nothing is recorded unless it is asked for."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from api.bootstrap.container import build
from api.bootstrap.first_admin import ensure_first_admin
from api.http.middleware import RequestMiddleware
from api.http.operations import Operations
from tests.api.conftest import ADMIN, PASSWORD, Api, Server, settings_for
from tests.api.test_logged_run import KEY, lines_of, served, until_logged
from tests.collector import Collector, SeenSpan, collecting
from tests.conftest import TestEngines
from tests.unit.test_bootstrap import NOWHERE

PARENT = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
PAGE = "query Page { users(first: 3) { edges { node { id displayName } } } }"


@pytest.fixture(scope="module")
def collector() -> Iterator[Collector]:
    with collecting() as running:
        yield running


@pytest.fixture(scope="module")
def traced_server(
    engines: TestEngines, template: str, worker_id: str, redis_url: str, collector: Collector
) -> Iterator[Server]:
    """A server with a database of its own, so that it numbers the events itself."""
    engines.execute(f"CREATE DATABASE traced_{worker_id} TEMPLATE {template}")
    settings = settings_for(
        engines.address(f"traced_{worker_id}"),
        redis_url,
        otel_exporter_otlp_endpoint=collector.url + "/",
        otel_exporter_otlp_headers="X-Key=a%20key,",
        otel_service_name="directory",
    )
    asyncio.run(ensure_first_admin(settings))
    with Server(settings) as running:
        yield running
    engines.execute(f"DROP DATABASE traced_{worker_id} WITH (FORCE)")


@pytest.fixture
async def traced(traced_server: Server) -> AsyncIterator[Api]:
    api = Api(traced_server)
    yield api
    await api.http.aclose()


async def wait_for(collector: Collector, name: str, **attributes: Any) -> SeenSpan:
    return await asyncio.to_thread(collector.until, name, **attributes)


async def test_a_query_is_a_span_of_its_request_and_its_statements_are_spans_of_it(
    traced: Api, collector: Collector
) -> None:
    admin = await traced.sign_in(ADMIN, PASSWORD)
    caller = f"00-{PARENT[0]}-{PARENT[1]}-00"
    assert "errors" not in await traced.graphql(PAGE, by=admin, x_request_id="traced-query-1", traceparent=caller)
    request = await wait_for(collector, "POST /graphql", rollcall__request_id="traced-query-1")
    assert (request.trace, request.parent) == PARENT, "the caller's trace goes on, also if the caller did not record it"
    assert request.attributes["http.response.status_code"] == 200
    assert request.attributes["http.route"] == "/graphql"
    (operation,) = [span for span in collector.children(request) if span.name == "query users"]
    assert operation.attributes["graphql.operation.name"] == "Page"
    assert operation.attributes["rollcall.outcome"] == "ok"
    statements = [span for span in collector.children(operation) if "db.query.text" in span.attributes]
    assert statements
    for span in statements:
        assert span.attributes["db.system.name"] == "postgresql"
        assert span.attributes["rollcall.database"] == "primary"
        assert 0 < span.nanoseconds <= request.nanoseconds
    assert any("from users" in span.attributes["db.query.text"].lower() for span in statements)


async def test_what_is_exported_names_the_service_and_has_the_headers(traced: Api, collector: Collector) -> None:
    await traced.http.get("/api/v1/users", headers={"x-request-id": "traced-get-2"})
    span = await wait_for(collector, "GET /api/v1/users", rollcall__request_id="traced-get-2")
    assert span.attributes["http.response.status_code"] == 401
    assert not span.failed, "a client's error is not ours"
    assert not span.parent
    assert collector.headers["path"] == "/v1/traces"
    assert collector.headers["x-key"] == "a key"
    assert collector.resource["service.name"] == "directory"


async def test_a_sign_in_shows_its_round_trip_to_redis(traced: Api, collector: Collector) -> None:
    await traced.sign_in(ADMIN, PASSWORD)
    operation = await wait_for(collector, "mutation signIn")
    assert "redis limit" in {span.name for span in collector.children(operation)}


async def test_an_event_is_followed_from_the_relay_to_the_subscribers(traced: Api, collector: Collector) -> None:
    admin = await traced.sign_in(ADMIN, PASSWORD)
    mutation = """mutation { createUser(input: {email: "traced@example.com", displayName: "T"}) { __typename } }"""
    assert "errors" not in await traced.graphql(mutation, by=admin, x_request_id="traced-write-1")
    for name in ("relay", "fan-out"):
        span = await asyncio.to_thread(until_batch_of, collector, name, "traced-write-1")
        assert not span.parent
        assert span.attributes["rollcall.events"] >= 1
    await wait_for(collector, "redis publish")


def until_batch_of(collector: Collector, name: str, request_id: str) -> SeenSpan:
    """The span of a batch that has the event of a request."""
    while True:
        collector.until(name)
        for span in list(collector.spans):
            if span.name == name and request_id in span.attributes["rollcall.request_ids"]:
                return span


async def test_an_operation_on_a_socket_begins_a_trace(traced: Api, collector: Collector) -> None:
    admin = await traced.sign_in(ADMIN, PASSWORD)
    async with traced.socket(admin) as socket:
        await socket.subscribe("1", "query OnSocket { me { id } }")
        await socket.next("1")
    span = await wait_for(collector, "query me", graphql__operation__name="OnSocket")
    assert not span.parent


async def test_no_span_has_personal_data_or_is_made_for_probes(traced: Api, collector: Collector) -> None:
    await traced.http.get("/livez")
    await traced.http.get("/metrics")
    await traced.http.get("/api/v1/users/ada@example.com", headers={"x-request-id": "traced-path-1"})
    span = await wait_for(collector, "GET /api/v1/users/{id}", rollcall__request_id="traced-path-1")
    assert span.attributes["url.path"] == "/api/v1/users/***"
    every = str(collector.spans)
    assert "/livez" not in every
    assert "/metrics" not in every
    assert not [secret for secret in (ADMIN, PASSWORD, "traced@example.com") if secret in every]


async def test_lines_of_the_log_have_the_ids_of_their_trace(
    fresh_database_url: str, redis_url: str, tmp_path: Path, collector: Collector
) -> None:
    await ensure_first_admin(settings_for(fresh_database_url, redis_url))
    log = tmp_path / "log"
    variables = {"DATABASE_URL": fresh_database_url, "REDIS_URL": redis_url, "LOG_FORMAT": "json", "ACCESS_LOG": "true"}
    variables |= {"OTEL_EXPORTER_OTLP_ENDPOINT": collector.url, "DATA_DIR": str(tmp_path)}
    async with served(log, **variables) as client:
        await client.get("/api/v1/users", headers={"x-request-id": "logged-trace-1"})
        await until_logged(log, "logged-trace-1")
    (line,) = [line for line in lines_of(log) if line.get("request_id") == "logged-trace-1"]
    span = await wait_for(collector, "GET /api/v1/users", rollcall__request_id="logged-trace-1")
    assert (line["trace_id"], line["span_id"]) == (span.trace, span.id)
    assert KEY not in str(collector.spans)


async def test_requests_are_answered_while_the_collector_refuses(traced: Api, collector: Collector) -> None:
    collector.refusing = True
    try:
        collector.headers.clear()
        assert (await traced.http.get("/api/v1/users")).status_code == 401
        async with asyncio.timeout(120):
            while not collector.headers:
                await asyncio.sleep(0.05)
        assert (await traced.http.get("/api/v1/users")).status_code == 401
    finally:
        collector.refusing = False


def test_without_an_endpoint_nothing_of_it_is_in_the_path_of_a_request(server: Server) -> None:
    container = server.container
    assert container.tracing is None
    assert type(container.operations) is Operations
    assert isinstance(server.application._app, RequestMiddleware)


def test_without_an_endpoint_the_exporter_is_not_imported() -> None:
    code = "import api.app, sys; print([name for name in sys.modules if name.startswith('opentelemetry.exporter')])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    assert done.stdout.strip() == "[]"


async def test_a_share_of_the_traces_is_recorded(collector: Collector) -> None:
    given = NOWHERE.model_copy(
        update={"otel_exporter_otlp_endpoint": settings_url(collector), "otel_traces_sampler_arg": 0.0}
    )
    tracing = build(given).tracing
    assert tracing is not None
    async with tracing.running():
        assert not tracing.tracer.start_span("dropped").is_recording()


def settings_url(collector: Collector) -> Any:
    """The address as a setting."""
    settings = settings_for(
        "postgresql://u@127.0.0.1:1/db", "redis://127.0.0.1:1", otel_exporter_otlp_endpoint=collector.url
    )
    return settings.otel_exporter_otlp_endpoint
