"""Metrics for Prometheus. Labels have few values, none of which a client makes up."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from domain.models.event import NewEvent

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5)


class Metrics:
    """The metrics, in a registry of their own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "rollcall_requests_total", "HTTP requests", ["route", "method", "status"], registry=self.registry
        )
        self.seconds = Histogram(
            "rollcall_request_seconds",
            "Time to answer an HTTP request",
            ["route"],
            buckets=SECONDS,
            registry=self.registry,
        )
        self.operations = Counter(
            "rollcall_operations_total", "GraphQL operations", ["operation", "outcome"], registry=self.registry
        )
        self.operation_seconds = Histogram(
            "rollcall_operation_seconds",
            "Time to answer a GraphQL operation",
            ["operation"],
            buckets=SECONDS,
            registry=self.registry,
        )
        self.events = Counter(
            "rollcall_events_total", "Events committed by this process", ["type"], registry=self.registry
        )

    def committed(self, events: Sequence[NewEvent]) -> None:
        """Count committed events, including sign-ins and failed sign-ins."""
        for event in events:
            self.events.labels(str(event.type)).inc()

    def answered(self, operation: str, outcome: str, seconds: float) -> None:
        """Count a GraphQL operation: `ok`, `refused` for client errors, or `failed`."""
        self.operations.labels(operation, outcome).inc()
        self.operation_seconds.labels(operation).observe(seconds)

    def gauge(self, name: str, help_text: str, read: Any) -> None:
        """Register a gauge that is read on every scrape."""
        Gauge(f"rollcall_{name}", help_text, registry=self.registry).set_function(read)
