"""Metrics for Prometheus. Labels have few values, none of which a client makes up.

What happens often is counted here; what the parts of the process count themselves is read when Prometheus asks
(api/bootstrap/gauges.py).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache

from prometheus_client import CollectorRegistry, Counter, Gauge, GCCollector, Histogram, ProcessCollector
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

from domain.models.event import Event, NewEvent
from domain.models.event_types import EventType

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5)
SIGN_IN_RESULTS = {EventType.SESSION_STARTED: "succeeded", EventType.SIGN_IN_FAILED: "failed"}

Read = Callable[[], Mapping[str, float]]
"""The current values by that of the label."""


class Metrics:
    """The metrics, in a registry of their own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        GCCollector(registry=self.registry)
        self.requests = self._counter("requests", "HTTP requests", "route", "method", "status")
        self.seconds = self._histogram("request_seconds", "Time to answer an HTTP request", "route")
        self.operations = self._counter("operations", "GraphQL operations", "operation", "outcome")
        self.operation_seconds = self._histogram("operation_seconds", "Time to answer a GraphQL operation", "operation")
        self.executions = self._counter("executions", "GraphQL operations: compiled, resumed or executed", "path")
        self.events = self._counter("events", "Events committed by this process", "type")
        self.sign_ins = self._counter("sign_ins", "Sign-ins by their result", "result")
        self.delivery_seconds = self._histogram(
            "delivery_seconds", "Time from an event to the subscribers of this process"
        )
        statements = self._histogram("sql_seconds", "Time of an SQL statement", "database")
        answers = self._histogram("redis_seconds", "Time of a round trip to Redis", "use")
        self._answers = {use: answers.labels(use) for use in ("publish", "presence", "limit", "result")}
        self._statements = {role: statements.labels(role) for role in ("primary", "replica")}
        # Finding the series of labels costs ten times as much as counting in it.
        self._of_request = cache(_series(self.requests, self.seconds))
        self._of_operation = cache(_series(self.operations, self.operation_seconds))
        self._of_path = cache(self.executions.labels)

    def committed(self, events: Sequence[NewEvent]) -> None:
        """Count committed events, including sign-ins and failed sign-ins."""
        for event in events:
            self.events.labels(str(event.type)).inc()
            if (result := SIGN_IN_RESULTS.get(event.type)) is not None:
                self.sign_ins.labels(result).inc()

    def delivered(self, events: Sequence[Event]) -> None:
        """Measure how old the newest entry of a batch of the log is when this process passes it on."""
        self.delivery_seconds.observe(max(0.0, time.time() - events[-1].occurred_at.timestamp()))

    def executed(self, database: str, seconds: float) -> None:
        """Measure a statement on the primary or a replica."""
        self._statements[database].observe(seconds)

    def responded(self, route: str, method: str, status: int, seconds: float) -> None:
        """Count an HTTP request, under the route's pattern and a known method."""
        count, times = self._of_request(route, method, status)
        count.inc()
        times.observe(seconds)

    def redis_answered(self, use: str, seconds: float) -> None:
        """Measure a round trip to Redis, to publish, for presence, for a limit or for a kept result."""
        self._answers[use].observe(seconds)

    def answered(self, operation: str, outcome: str, seconds: float) -> None:
        """Count a GraphQL operation: `ok`, `refused` for client errors, or `failed`."""
        count, times = self._of_operation(operation, outcome)
        count.inc()
        times.observe(seconds)

    def compiled(self, path: str) -> None:
        """Count how an operation was answered: `compiled`, `resumed` by the executor after an error, or `executed` by it."""
        self._of_path(path).inc()

    def gauge(self, name: str, help_text: str, read: Callable[[], float]) -> None:
        """Register a gauge that is read on every scrape."""
        Gauge(f"rollcall_{name}", help_text, registry=self.registry).set_function(read)

    def info(self, name: str, help_text: str, **labels: str) -> None:
        """Register a gauge of 1 whose labels are the information."""
        Gauge(f"rollcall_{name}", help_text, labels, registry=self.registry).labels(**labels).set(1)

    def gauges(self, name: str, help_text: str, label: str, read: Read) -> None:
        """Register gauges that are read on every scrape."""
        self.registry.register(Pulled(lambda: GaugeMetricFamily(f"rollcall_{name}", help_text, labels=[label]), read))

    def counters(self, name: str, help_text: str, label: str, read: Read) -> None:
        """Register counters that are read on every scrape."""
        self.registry.register(Pulled(lambda: CounterMetricFamily(f"rollcall_{name}", help_text, labels=[label]), read))

    def counter(self, name: str, help_text: str, read: Callable[[], float]) -> None:
        """Register a counter that is read on every scrape."""
        self.registry.register(Pulled(lambda: CounterMetricFamily(f"rollcall_{name}", help_text), lambda: {"": read()}))

    def _counter(self, name: str, help_text: str, *labels: str) -> Counter:
        return Counter(f"rollcall_{name}_total", help_text, labels, registry=self.registry)

    def _histogram(self, name: str, help_text: str, *labels: str) -> Histogram:
        return Histogram(f"rollcall_{name}", help_text, labels, buckets=SECONDS, registry=self.registry)


def _series(counter: Counter, times: Histogram) -> Callable[..., tuple[Counter, Histogram]]:
    """The series of some labels, of which the times have only the first."""
    return lambda *labels: (counter.labels(*labels), times.labels(labels[0]))


class Pulled(Collector):
    """A metric whose values, by that of its label if it has one, are read on every scrape."""

    def __init__(self, family: Callable[[], CounterMetricFamily | GaugeMetricFamily], read: Read) -> None:
        self._family, self._read = family, read

    def collect(self) -> Iterator[CounterMetricFamily | GaugeMetricFamily]:
        """The current values."""
        family = self._family()
        for value, number in self._read().items():
            family.add_metric([value] if value else [], number)
        yield family
