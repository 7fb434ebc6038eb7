"""The gauges of a serving process, read when Prometheus asks."""

from __future__ import annotations

from api.bootstrap.container import Container


def add_gauges(container: Container) -> None:
    """Add the gauges to the container's metrics."""
    gauge, core = container.metrics.gauge, container.core
    gauge("sockets", "Open sockets", lambda: core.registry.count)
    gauge("log_head", "Newest sequence this process has seen", lambda: container.hub.head)
    gauge("relay_leading", "Whether this process numbers events", lambda: int(container.relay.leading))
    gauge("log_pruned", "Old events that this process has deleted", lambda: container.pruner.deleted["events"])
    gauge("sessions_pruned", "Old sessions that this process has deleted", lambda: container.pruner.deleted["sessions"])
    gauge("redis_connected", "Whether the subscription to Redis stands", lambda: int(container.backend.connected))
    gauge("redis_shared", "Whether presence was written to Redis and read", lambda: int(core.presence.shared))
    gauge("redis_dropped", "Messages not published while Redis was unavailable", lambda: container.publisher.dropped)
    gauge("redis_refused", "Messages and leases not sealed for this log", lambda: core.namespace.refused)
    gauge("hub_holes", "Holes seen in the live stream and read from the table", lambda: container.hub.holes)
    gauge("live_groups", "Different subscriptions rendered", lambda: container.live.group_count)
    documents = container.operations.documents
    gauge("documents_bytes", "Memory of the documents that are kept, as estimated", lambda: documents.bytes_kept)
    turns = container.fairness.turns
    gauge("operations_waiting", "Operations that wait for others of their session", lambda: turns.waiting)
    gauge("sign_in_failures_waiting", "Failed sign-ins not yet in the log", lambda: core.failures.waiting)
    gauge("hashes_waiting", "Passwords that wait to be hashed", lambda: core.hasher.waiting)
