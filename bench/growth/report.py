"""What a run says: a line for each question, sizes, and the goals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bench.growth.measure import Found, Times

RATIO, STATEMENT_MS = 1.5, 10.0
"""The goals: p95 at the large size over that at the small one, and the median of a statement."""


def lines(found: Found, small: int, large: int) -> list[str]:
    """The table, in Markdown."""
    head = [
        f"| question | p50 {small:,} | p95 {small:,} | p50 {large:,} | p95 {large:,} | ratio of p95 | slowest statement | |",
        "|---|---|---|---|---|---|---|---|",
    ]
    return head + [_line(name, times[small], times[large]) for name, times in found.items()]


def _line(name: str, small: Times, large: Times) -> str:
    times = " | ".join(f"{t.quantile(part):.1f}" for t in (small, large) for part in (0.5, 0.95))
    statement = max(large.statements, default=0.0)
    verdict = "" if _is_met(small, large) else "MISSED"
    return (
        f"| {name} | {times} | {_ratio(small, large):.2f} | {statement:.1f} ms of {len(large.statements)} | {verdict} |"
    )


def _ratio(small: Times, large: Times) -> float:
    return large.quantile(0.95) / small.quantile(0.95)


def _is_met(small: Times, large: Times) -> bool:
    return _ratio(small, large) <= RATIO and max(large.statements, default=0.0) <= STATEMENT_MS


def goals(found: Found, small: int, large: int) -> list[str]:
    """How many questions met each goal."""
    ratios = {name: _ratio(times[small], times[large]) for name, times in found.items()}
    slowest = {name: max(times[large].statements, default=0.0) for name, times in found.items()}
    return [
        _goal("p95 within 1.5 times", ratios, RATIO),
        _goal("no statement over 10 ms (median)", slowest, STATEMENT_MS),
    ]


def _goal(what: str, values: Mapping[str, float], limit: float) -> str:
    met = sum(value <= limit for value in values.values())
    worst = max(values, key=lambda name: values[name])
    return f"{what}: {met} of {len(values)}; the most is {values[worst]:.2f}, of {worst}"


def sizes(places: Mapping[int, Mapping[str, Mapping[str, int]]]) -> list[str]:
    """Bytes by table and index."""
    said = []
    for count, kinds in places.items():
        for kind, sizes_of in kinds.items():
            named = ", ".join(f"{n} {b / 1e6:.1f}" for n, b in sorted(sizes_of.items(), key=lambda x: -x[1]))
            said.append(f"{count:,} people, {kind}: {sum(sizes_of.values()) / 1e6:,.0f} MB ({named})")
    return said


def as_json(found: Found) -> Any:
    """Every time."""
    return {
        name: {
            str(count): {"http": times.http, "statements": times.statements, "slowest": times.slowest}
            for count, times in by_size.items()
        }
        for name, by_size in found.items()
    }


def relevance(found: Mapping[str, Sequence[bool]]) -> list[str]:
    """How often who was meant came first, or on the first page."""
    return [f"{what}: {sum(hits)} of {len(hits)}" for what, hits in found.items()]
