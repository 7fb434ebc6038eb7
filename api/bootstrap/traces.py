"""What becomes a span besides requests and operations; added only while traces are recorded."""

from __future__ import annotations

from opentelemetry.trace import Tracer

from api.bootstrap.container import Container
from api.tracing.parts import PartSpans


def add_traces(container: Container, tracer: Tracer) -> None:
    """Have the parts of a running container reported to the tracer."""
    spans, database = PartSpans(tracer), container.core.database
    database.observe_slow(0, lambda statement: spans.executed(statement, database.labels(statement.engine)))
    container.core.redis_times.observe(spans.redis_answered)
    container.relay.observe(spans.numbered)
    container.hub.listen(spans.arrived)
    container.hub.on_renewal(lambda _: spans.forget_arrivals())
    container.live.after_batch(spans.sent)
