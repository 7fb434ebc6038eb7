"""Where spans go: to a collector, by OTLP over HTTP, in batches from a thread of their own."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING
from urllib.parse import unquote

from opentelemetry.trace import Tracer

from api.settings import Settings
from api.version import VERSION

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider

EXPORT_SECONDS = 5.0
"""The longest that one batch may take, and so the end of a process whose collector does not answer."""
EXPORT_EVERY_MILLISECONDS = 1000
PATH = "/v1/traces"
"""Appended to the endpoint (OpenTelemetry Protocol Exporter, "Endpoint URLs for OTLP/HTTP")."""


class Tracing:
    """The tracer of a process. Entered before all that is traced; what is not exported yet is exported at the end."""

    def __init__(self, provider: TracerProvider) -> None:
        self._provider = provider
        self.tracer: Tracer = provider.get_tracer("rollcall", VERSION)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Export while the block runs, and what is left after it."""
        try:
            yield
        finally:
            await asyncio.to_thread(self._provider.shutdown)


def tracing_of(settings: Settings) -> Tracing | None:
    """The tracing that the settings ask for, None if they ask for none: then the exporter is not even imported."""
    if settings.otel_exporter_otlp_endpoint is None:
        return None
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415
    from opentelemetry.sdk.resources import Resource  # noqa: PLC0415
    from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
    from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415
    from opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased  # noqa: PLC0415

    address = settings.otel_exporter_otlp_endpoint.get_secret_value().rstrip("/") + PATH
    given = settings.otel_exporter_otlp_headers
    headers = headers_of("" if given is None else given.get_secret_value())
    chosen = TraceIdRatioBased(settings.otel_traces_sampler_arg)
    provider = TracerProvider(
        # A caller names its trace; whether it is recorded is decided here, since every record costs.
        ParentBased(chosen, remote_parent_sampled=chosen, remote_parent_not_sampled=chosen),
        Resource.create({"service.name": settings.otel_service_name, "service.version": VERSION}),
        shutdown_on_exit=False,
    )
    exporter = OTLPSpanExporter(address, headers=headers, timeout=EXPORT_SECONDS)
    provider.add_span_processor(BatchSpanProcessor(exporter, schedule_delay_millis=EXPORT_EVERY_MILLISECONDS))
    return Tracing(provider)


def headers_of(text: str) -> dict[str, str]:
    """The headers of OTEL_EXPORTER_OTLP_HEADERS: `name=value` separated by commas, encoded as in a URL."""
    pairs = (pair.partition("=") for pair in text.split(",") if pair.strip())
    return {unquote(name.strip()).lower(): unquote(value.strip()) for name, _, value in pairs}
