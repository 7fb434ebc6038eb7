"""What /metrics says of the machine on which the process runs; in a container, that is the host."""

from __future__ import annotations

from pathlib import Path

import psutil

from api.telemetry import Metrics


def add_host(metrics: Metrics, folder: Path) -> None:
    """Add the figures of the machine; `folder` says which disk."""
    gauge = metrics.gauge
    metrics.counters("host_cpu_seconds", "Processor time of the machine, by use", "mode", _cpu)
    gauge("host_cpus", "Processors of the machine", lambda: psutil.cpu_count() or 0)
    gauge("host_load", "Processes that run or wait, mean of a minute", lambda: psutil.getloadavg()[0])
    gauge("host_memory_bytes", "Memory of the machine", lambda: psutil.virtual_memory().total)
    gauge("host_memory_available_bytes", "Memory that is available", lambda: psutil.virtual_memory().available)
    gauge("host_disk_free_bytes", "Free bytes of the disk with DATA_DIR", lambda: _free(folder))


def _cpu() -> dict[str, float]:
    times = psutil.cpu_times()._asdict()
    return {mode: times.get(mode, 0.0) for mode in ("user", "system", "iowait", "steal", "idle")}


def _free(folder: Path) -> float:
    """The folder may not be there yet."""
    existing = next(parent for parent in (folder.absolute(), *folder.absolute().parents) if parent.exists())
    return float(psutil.disk_usage(str(existing)).free)
