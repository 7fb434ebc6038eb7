"""Metrics: those of a process that is built but not started, with their labels."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from prometheus_client.registry import Collector

from api.bootstrap.container import build
from api.bootstrap.gauges import add_gauges
from api.settings import Settings
from api.telemetry import Pulled
from docs.tools.markdown import code, page, table

INTRO = """\
`/metrics` of each instance has these, in the format of Prometheus. [Monitoring](../how-to/monitoring.md) says how to
collect them, what each means, and what to do when an alert fires. Counters are those of one process since it was started. With
[several workers](../how-to/operate.md#several-workers), every series has the label `worker` too, and `rollcall_worker_up` says which of them answer. A histogram
`name` has the series `name_bucket`, `name_count` and `name_sum`. `process_…` and `python_gc_…` are those of
[prometheus_client](https://prometheus.github.io/client_python/collector/)."""
NOWHERE: dict[str, Any] = {
    "database_url": "postgresql://rollcall@127.0.0.1:1/rollcall",
    "redis_url": "redis://127.0.0.1:1",
    "secret_key": "0123456789abcdefghijklmnopqrstuvwxyz",
}
"""Settings of a process that is never started."""


HEAD = ("metric", "type", "labels", "what it counts")


def render() -> str:
    """The page."""
    return page("Metrics", "`api/telemetry.py` and `api/bootstrap/gauges.py`", INTRO, table(HEAD, asyncio.run(rows())))


async def rows() -> list[tuple[str, str, str, str]]:
    """A row for each metric of our own, by name; parts of the process are made within an event loop."""
    container = build(Settings.load(_env_file=None, **NOWHERE))
    add_gauges(container)
    found = []
    for collector in list(container.metrics.registry._collector_to_names):  # noqa: SLF001 - a family does not have its labels
        for family in collector.collect():
            if family.name.startswith("rollcall_"):
                name = family.name + ("_total" if family.type == "counter" else "")
                labels = ", ".join(code(label) for label in labels_of(collector))
                found.append((code(name), family.type, labels, family.documentation))
    return sorted(found)


def labels_of(collector: Collector) -> Sequence[str]:
    """The names of its labels, which a metric without values does not show."""
    source = collector._family() if isinstance(collector, Pulled) else collector  # noqa: SLF001 - the same
    return tuple(getattr(source, "_labelnames", ()))
