"""Spans of statements, of round trips to Redis, of the relay and of fan-out, made after the fact from what these report."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Mapping, Sequence
from typing import Protocol

from opentelemetry.trace import SpanKind, Tracer

from api.tracing.spans import ROOT, Attributes, add_past, is_traced
from domain.models.event import Event

SQL_MAX = 1000
REQUEST_IDS_MAX = 16
BATCHES_MAX = 4096
"""Batches whose arrival is remembered."""


class Statement(Protocol):
    """A statement that was executed, with placeholders for its values."""

    @property
    def sql(self) -> str: ...
    @property
    def seconds(self) -> float: ...
    @property
    def failed(self) -> bool: ...


class PartSpans:
    """One per process. Statements, presence and limits are shown only within a trace: jobs would fill it with theirs."""

    def __init__(self, tracer: Tracer) -> None:
        self._tracer = tracer
        self._arrived: deque[tuple[int, float]] = deque(maxlen=BATCHES_MAX)

    def executed(self, statement: Statement, labels: Mapping[str, str]) -> None:
        """A statement on the database of these labels."""
        if is_traced():
            text = " ".join(statement.sql.split())[:SQL_MAX]
            known = {"db.system.name": "postgresql", "db.query.text": text, "rollcall.database": labels["database"]}
            name, failed = text.partition(" ")[0].upper(), statement.failed
            add_past(self._tracer, name, SpanKind.CLIENT, statement.seconds, known, failed=failed)

    def redis_answered(self, use: str, seconds: float) -> None:
        """A round trip to Redis: to publish, for presence, for a limit or for a kept result."""
        if use == "publish" or is_traced():
            add_past(self._tracer, f"redis {use}", SpanKind.CLIENT, seconds, {"db.system.name": "redis"})

    def numbered(self, events: Sequence[Event], seconds: float) -> None:
        """The relay has numbered events, in a statement of this length."""
        add_past(self._tracer, "relay", SpanKind.INTERNAL, seconds, _batch(events), ROOT)

    def arrived(self, events: Sequence[Event]) -> None:
        """Numbered events have arrived in this process."""
        self._arrived.append((events[-1].seq, time.perf_counter()))

    def forget_arrivals(self) -> None:
        """The numbers begin anew."""
        self._arrived.clear()

    def sent(self, events: Sequence[Event]) -> None:
        """A batch was rendered and written for all subscribers of this process."""
        now = began = time.perf_counter()
        while self._arrived and self._arrived[0][0] <= events[-1].seq:
            _, at = self._arrived.popleft()
            began = min(began, at)
        if self._arrived and began == now:
            began = self._arrived[0][1]  # the first part of a larger batch
        add_past(self._tracer, "fan-out", SpanKind.INTERNAL, now - began, _batch(events), ROOT)


def _batch(events: Sequence[Event]) -> Attributes:
    requests = dict.fromkeys(event.request_id for event in events if event.request_id is not None)
    return {
        "rollcall.events": len(events),
        "rollcall.first_seq": events[0].seq,
        "rollcall.request_ids": tuple(requests)[:REQUEST_IDS_MAX],
    }
