"""What the parts of a serving process count themselves, read when Prometheus asks."""

from __future__ import annotations

import platform

from api.access_log import note_statement
from api.bootstrap.container import Container
from api.host import add_host
from api.revisions import shipped
from api.telemetry import Metrics
from api.version import VERSION


def add_gauges(container: Container) -> None:
    """Add everything to the container's metrics."""
    metrics = container.metrics
    python, schema = platform.python_version(), str(shipped().head)
    metrics.info("build_info", "What is running", version=VERSION, schema=schema, python=python)
    _database(metrics, container)
    _log(metrics, container)
    _redis(metrics, container)
    _sockets(metrics, container)
    _waiting(metrics, container)
    add_host(metrics, container.core.settings.data_dir)


def _database(metrics: Metrics, container: Container) -> None:
    core = container.core
    database, turns, backlog = core.database, core.connection_turns, container.backlog
    database.observe(metrics.executed)
    if core.settings.access_log:
        database.observe(lambda _, seconds: note_statement(seconds))
    metrics.gauges("pool_in_use", "Connections in use", "database", database.connections)
    metrics.gauge("pool_size", "Connections of each pool, at most", lambda: database.pool_size)
    metrics.gauge("pool_waiting", "Units of work that wait for a connection", lambda: turns.waiting)
    metrics.gauge("replicas_resting", "Replicas not used now, because they did not answer", lambda: database.resting)
    metrics.gauges("replica_lag_events", "Events by which a replica is behind", "replica", lambda: backlog.replica_lags)
    metrics.counter("replica_fallbacks", "Reads that the primary answered for replicas", lambda: database.fallbacks)


def _log(metrics: Metrics, container: Container) -> None:
    gauge, backlog, pruner = metrics.gauge, container.backlog, container.pruner
    gauge("log_head", "Newest sequence this process has seen", lambda: container.hub.head)
    gauge("relay_leading", "Whether this process numbers events", lambda: int(container.relay.leading))
    gauge("relay_backlog", "Events that wait for their numbers, at most 10,000", lambda: backlog.waiting)
    gauge("relay_backlog_seconds", "Age of the oldest event without a number", lambda: backlog.oldest_seconds)
    gauge("log_pruned", "Old events that this process has deleted", lambda: pruner.deleted["events"])
    gauge("sessions_pruned", "Old sessions that this process has deleted", lambda: pruner.deleted["sessions"])
    gauge("hub_holes", "Holes seen in the live stream and read from the table", lambda: container.hub.holes)


def _redis(metrics: Metrics, container: Container) -> None:
    gauge, core = metrics.gauge, container.core
    core.redis_times.observe(metrics.redis_answered)
    gauge("redis_connected", "Whether the subscription to Redis stands", lambda: int(container.backend.connected))
    gauge("redis_shared", "Whether presence was written to Redis and read", lambda: int(core.presence.shared))
    gauge("redis_dropped", "Messages not published while Redis was unavailable", lambda: container.publisher.dropped)
    gauge("redis_refused", "Messages and leases not sealed for this log", lambda: core.namespace.refused)
    metrics.counters("results", "Dear results by how they were found", "outcome", lambda: core.results.outcomes)
    metrics.counters("attempts_limited", "Attempts refused by a limit", "limit", lambda: core.limiter.limited)


def _sockets(metrics: Metrics, container: Container) -> None:
    registry = container.core.registry
    metrics.gauge("sockets", "Open sockets", lambda: registry.count)
    metrics.gauge("live_groups", "Different subscriptions rendered", lambda: container.live.group_count)
    metrics.counter("subscriptions_started", "Subscriptions started", lambda: container.sockets.joins)
    metrics.counters("socket_closes", "Sockets closed, by code or by the client", "code", lambda: registry.closes)
    metrics.gauge(
        "outbox_bytes",
        "Bytes that wait for slow readers",
        lambda: sum(connection.outbox.waiting_bytes for connection in registry.connections),
    )


def _waiting(metrics: Metrics, container: Container) -> None:
    gauge, core, turns = metrics.gauge, container.core, container.fairness.turns
    documents = container.operations.documents
    answers = container.answers
    metrics.counters("answers", "Answers that may be given again, by outcome", "outcome", lambda: answers.outcomes)
    gauge("answers_bytes", "Memory of the answers that are kept to be given again", lambda: answers.bytes)
    gauge("documents_bytes", "Memory of the documents that are kept, as estimated", lambda: documents.bytes_kept)
    gauge("operations_waiting", "Operations that wait for others of their session", lambda: turns.waiting)
    gauge("sign_in_failures_waiting", "Failed sign-ins not yet in the log", lambda: core.failures.waiting)
    backlog, jobs, sent = container.backlog, container.mail_jobs, container.webhook_jobs
    metrics.counters("mails", "Mails by what became of them", "result", lambda: jobs.results)
    gauge("mails_waiting", "Mails and requests for mails that wait", lambda: backlog.mails_waiting)
    gauge("mails_waiting_seconds", "Age of the oldest of them", lambda: backlog.oldest_mail_seconds)
    metrics.counters("webhooks", "Deliveries of webhooks by what became of them", "result", lambda: sent.results)
    gauge("webhooks_waiting", "Deliveries of webhooks that wait", lambda: backlog.webhooks_waiting)
    gauge("webhooks_waiting_seconds", "Age of the oldest of them", lambda: backlog.oldest_webhook_seconds)
    gauge("hashes_waiting", "Passwords that wait to be hashed", lambda: core.hasher.waiting)
    metrics.counter(
        "loop_late_seconds", "By how much the event loop was late, in sum", lambda: container.watchdog.late_seconds
    )
