"""A collector of traces: OTLP over HTTP on this machine, in a thread of its own. It keeps every span that it receives."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

PATIENCE = 120


@dataclass(frozen=True)
class SeenSpan:
    """A span as it was received, with its ids in hexadecimal; `parent` is empty for one that begins a trace."""

    name: str
    trace: str
    id: str
    parent: str
    failed: bool
    nanoseconds: int
    attributes: dict[str, Any]


@dataclass
class Collector:
    """`refusing` answers 400 to all that is sent. The headers are those of the newest request."""

    port: int = 0
    refusing: bool = False
    headers: dict[str, str] = field(default_factory=dict)
    resource: dict[str, Any] = field(default_factory=dict)
    spans: list[SeenSpan] = field(default_factory=list)

    @property
    def url(self) -> str:
        """The endpoint."""
        return f"http://127.0.0.1:{self.port}"

    def until(self, name: str, **attributes: Any) -> SeenSpan:
        """The first span with this name and these attributes (`__` for a dot); waits until it was received."""
        wanted = {key.replace("__", "."): value for key, value in attributes.items()}
        ends = time.monotonic() + PATIENCE
        while time.monotonic() < ends:
            for span in list(self.spans):
                if span.name == name and wanted.items() <= span.attributes.items():
                    return span
            time.sleep(0.05)
        names = sorted({span.name for span in self.spans})
        raise AssertionError(f"no span {name} with {wanted}; there are {names}")

    def children(self, parent: SeenSpan) -> list[SeenSpan]:
        """The received spans of a span."""
        return [span for span in self.spans if span.parent == parent.id]

    def receive(self, body: bytes) -> None:
        """Keep the spans of a request."""
        request = ExportTraceServiceRequest.FromString(body)
        for of_resource in request.resource_spans:
            self.resource = _values(of_resource.resource.attributes)
            for scope in of_resource.scope_spans:
                self.spans += [_seen(span) for span in scope.spans]


def _seen(span: Any) -> SeenSpan:
    return SeenSpan(
        span.name,
        span.trace_id.hex(),
        span.span_id.hex(),
        span.parent_span_id.hex(),
        span.status.code == 2,
        span.end_time_unix_nano - span.start_time_unix_nano,
        _values(span.attributes),
    )


def _values(attributes: Any) -> dict[str, Any]:
    return {pair.key: _value(pair.value) for pair in attributes}


def _value(value: Any) -> Any:
    kind = value.WhichOneof("value")
    return [_value(v) for v in value.array_value.values] if kind == "array_value" else getattr(value, kind)


@contextmanager
def collecting() -> Iterator[Collector]:
    """A collector that listens."""
    collector = Collector()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            collector.headers = {name.lower(): value for name, value in self.headers.items()} | {"path": self.path}
            if not collector.refusing:
                collector.receive(body)
            self.send_response(400 if collector.refusing else 200)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        collector.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, name="collector")
        thread.start()
        try:
            yield collector
        finally:
            server.shutdown()
            thread.join()
