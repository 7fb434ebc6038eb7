"""What a run says: a line for each server and operation, and Rollcall's ratios with the goals."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from typing import Any

from bench.queries.servers import Contestant
from bench.queries.work import Work

Goals = Mapping[str, Mapping[str, float]]
"""For each operation and peer, its processor time a request divided by Rollcall's, at least."""
HEAD = f"  {'':26}{'requests/s':>11}{'min - max':>17}{'us CPU':>9}{'ratio':>9}{'goal':>8}{'p50 ms':>9}{'p99 ms':>9}{'MiB':>6}"


class Results:
    """The records of a run."""

    def __init__(self, records: Sequence[Mapping[str, Any]]) -> None:
        self._records = records

    def values(self, server: str, operation: str, key: str) -> list[float]:
        """One figure of one cell, for each round."""
        return [float(r[key]) for r in self._records if (r["server"], r["operation"]) == (server, operation)]

    def median(self, server: str, operation: str, key: str) -> float:
        """The median of the rounds; 0 without any."""
        return statistics.median(self.values(server, operation, key) or [0.0])

    def ratio(self, peer: str, operation: str) -> float | None:
        """A peer's processor time a request divided by Rollcall's in the same round: the median of the rounds."""
        ours, theirs = (self.values(name, operation, "microseconds") for name in ("rollcall", peer))
        ratios = [b / a for a, b in zip(ours, theirs, strict=False) if a]
        return statistics.median(ratios) if ratios else None


def table(results: Results, works: Sequence[Work], contestants: Sequence[Contestant], goals: Goals) -> str:
    """The whole run as text."""
    lines: list[str] = []
    for operation in works:
        if results.values(contestants[0].name, operation.name, "requests"):
            lines += ["", operation.title, HEAD]
            found = (_line(results, c, operation.name, goals[operation.name].get(c.name)) for c in contestants)
            lines += [line for line in found if line is not None]
    return "\n".join(lines)


def _line(results: Results, contestant: Contestant, operation: str, goal: float | None) -> str | None:
    server = contestant.name
    rates = results.values(server, operation, "per_second")
    if not rates:
        return None
    ratio = results.ratio(server, operation)
    against = f"{'':>17}" if goal is None or ratio is None else f"{ratio:>7.2f} x{goal:>8g}"

    def middle(key: str) -> float:
        return results.median(server, operation, key)

    spread = f"{min(rates):,.0f} - {max(rates):,.0f}"
    missed = "  MISSED" if goal is not None and ratio is not None and ratio < goal else ""
    return (
        f"  {contestant.title:26}{statistics.median(rates):>11,.0f}{spread:>17}{middle('microseconds'):>9.1f}{against}"
        f"{middle('p50'):>9.1f}{middle('p99'):>9.1f}{middle('memory') / 2**20:>6.0f}{missed}"
    )
