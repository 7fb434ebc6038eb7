"""Spans: those that surround a block, and those of what has already happened."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from typing import Any

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.trace import Span, SpanKind, StatusCode, Tracer

Attributes = Mapping[str, str | int | float | bool | tuple[str, ...]]
ROOT = Context()
"""The parent of a span that begins a trace."""


@contextmanager
def spanning(
    tracer: Tracer, name: str, kind: SpanKind, attributes: Attributes, parent: Context | None = None
) -> Iterator[Span]:
    """A span around the block, in which it is the current one; an exception is noted by its type: its text may be personal data."""
    span = tracer.start_span(name, parent, kind, attributes)
    try:
        with trace.use_span(span, record_exception=False, set_status_on_exception=False):
            yield span
    except Exception as error:
        span.set_status(StatusCode.ERROR, type(error).__name__)
        raise
    finally:
        span.end()


def add_past(
    tracer: Tracer,
    name: str,
    kind: SpanKind,
    seconds: float,
    attributes: Attributes,
    parent: Context | None = None,
    *,
    failed: bool = False,
) -> None:
    """A span of something that took this long and has ended just now."""
    ended = time.time_ns()
    span = tracer.start_span(name, parent, kind, attributes, start_time=ended - int(seconds * 1e9))
    if failed:
        span.set_status(StatusCode.ERROR)
    span.end(ended)


def is_traced() -> bool:
    """Whether what happens now belongs to a trace that is recorded."""
    return trace.get_current_span().is_recording()


def add_trace_ids(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Add the ids of the current trace and span to a line of the log, in the W3C's form; a structlog processor."""
    context = trace.get_current_span().get_span_context()
    if context.is_valid:
        event["trace_id"], event["span_id"] = f"{context.trace_id:032x}", f"{context.span_id:016x}"
    return event
