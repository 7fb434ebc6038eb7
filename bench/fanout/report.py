"""The report of a run: medians with their spread, ratios to the other contestants of a round, and the goals."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from bench.fanout.contestants import CONTESTANTS

Record = dict[str, Any]
HELD = 10_000
NODE_PEERS = ("graphql-ws", "mercurius")


@dataclass(frozen=True, slots=True)
class Goal:
    """A goal: `value` must be at least `wanted`, or at most if `at_most`."""

    what: str
    value: float
    wanted: float
    unit: str = "x"
    at_most: bool = False

    @property
    def met(self) -> bool:
        """Whether it was reached."""
        return self.value <= self.wanted if self.at_most else self.value >= self.wanted

    def __str__(self) -> str:
        side = "at most" if self.at_most else "at least"
        verdict = "met   " if self.met else "MISSED"
        return f"  {verdict}  {self.what}: {self.value:,.{0 if self.value >= 1000 else 2}f} {self.unit} ({side} {self.wanted:,.10g})"


class Results:
    """The records of all rounds."""

    def __init__(self, records: Sequence[Record]) -> None:
        self._records = records

    def values(self, server: str, load: str, sockets: int, key: str, *, distinct: bool = False) -> list[float]:
        """One figure of one cell, for each round."""
        wanted = (server, load, sockets, distinct)
        return [
            float(r[key])
            for r in self._records
            if (r["server"], r["load"], r["sockets"], r.get("distinct", False)) == wanted and key in r
        ]

    def median(self, server: str, load: str, sockets: int, key: str, *, distinct: bool = False) -> float | None:
        """The median over the rounds; None if the cell was not run."""
        found = self.values(server, load, sockets, key, distinct=distinct)
        return statistics.median(found) if found else None

    def ratio(
        self, peers: Sequence[str], load: str, sockets: int, key: str = "per_second", *, distinct: bool = False
    ) -> float | None:
        """Rollcall's figure divided by that of the best peer in the same round: the median of the rounds."""
        ours = self.values("rollcall", load, sockets, key, distinct=distinct)
        theirs = [self.values(p, load, sockets, key, distinct=distinct) for p in peers]
        rounds = [mine / max(others) for mine, *others in zip(ours, *[t for t in theirs if t], strict=False) if others]
        return statistics.median(rounds) if rounds else None

    def loads(self) -> list[tuple[str, int, bool]]:
        """The loads and numbers of sockets, in the order of the run."""
        keys = [(r["load"], r["sockets"], r.get("distinct", False)) for r in self._records if "load" in r]
        return list(dict.fromkeys(keys))


def table(results: Results) -> str:
    """The whole run as text."""
    lines: list[str] = []
    for load, sockets, distinct in sorted(results.loads(), key=lambda k: (k[1], k[2])):
        if load == "idle":
            continue
        lines += ["", f"{sockets} sockets, {load}{', a document of its own for each' if distinct else ''}", HEAD]
        for contestant in CONTESTANTS:
            line = _line(results, contestant.name, contestant.title, load, sockets, distinct=distinct)
            lines += [line] if line else []
    return "\n".join(lines + _memory(results))


HEAD = (
    f"  {'':28}{'messages/s':>11}{'min - max':>20}{'Rollcall is':>13}{'us CPU':>8}{'p50 ms':>9}{'p99 ms':>9}{'lost':>6}"
)


def _line(results: Results, name: str, title: str, load: str, sockets: int, *, distinct: bool) -> str | None:
    rates = results.values(name, load, sockets, "per_second", distinct=distinct)
    if not rates:
        return None
    ratio = results.ratio([name], load, sockets, distinct=distinct)

    def middle(key: str) -> float:
        return results.median(name, load, sockets, key, distinct=distinct) or 0.0

    lost = sum(
        results.values(name, load, sockets, "lost", distinct=distinct)
        + results.values(name, load, sockets, "disorder", distinct=distinct)
    )
    spread = f"{min(rates):,.0f} - {max(rates):,.0f}"
    against = "" if name == "rollcall" or ratio is None else f"{ratio:.2f} x"
    return (
        f"  {title:28}{statistics.median(rates):>11,.0f}{spread:>20}{against:>13}"
        f"{middle('microseconds'):>8.1f}{middle('p50'):>9.1f}{middle('p99'):>9.1f}{lost:>6.0f}"
    )


def _memory(results: Results) -> list[str]:
    lines = ["", "Each idle, subscribed connection: KiB, processor time to join (us); and seconds until all had joined"]
    for load, sockets, distinct in sorted(results.loads(), key=lambda k: k[1]):
        for contestant in CONTESTANTS if load == "idle" and not distinct else ():
            kib = results.median(contestant.name, "idle", sockets, "kib")
            join = results.median(contestant.name, "idle", sockets, "join")
            seconds = results.median(contestant.name, "idle", sockets, "connect_seconds")
            if kib is not None:
                lines.append(
                    f"  {contestant.title:28}{sockets:>7} sockets{kib:>9.1f}{join or 0:>9.0f}{seconds or 0:>9.1f}"
                )
    return lines


def goals(results: Results) -> list[Goal]:
    """Each goal for which the run has figures."""
    found: list[Goal] = []

    def want(what: str, value: float | None, wanted: float, unit: str = "x", *, at_most: bool = False) -> None:
        if value is not None:
            found.append(Goal(what, value, wanted, unit, at_most))

    for n in sorted({s for _, s, _ in results.loads() if s >= 1000}):
        want(f"saturated, {n} sockets, against the better Node peer", results.ratio(NODE_PEERS, "saturated", n), 10)
        want(f"saturated, {n} sockets, against Strawberry", results.ratio(["strawberry"], "saturated", n), 60)
        want(f"one event at a time, {n} sockets, the better Node peer", results.ratio(NODE_PEERS, "single", n), 3)
        want(f"one event at a time, {n} sockets, bare ASGI send", results.ratio(["asgi"], "single", n), 1)
        want(f"memory, {n} sockets", results.median("rollcall", "idle", n, "kib"), 10, "KiB", at_most=True)
        for load in ("single", "saturated"):
            cost = results.ratio(["bun"], load, n, "microseconds")
            want(f"processor time of a message, {load}, {n} sockets, bare Bun", cost, 1.2, at_most=True)
    want("one event at a time, 100 sockets, bare ASGI send", results.ratio(["asgi"], "single", 100), 1)
    joined = results.median("rollcall", "idle", 5000, "connect_seconds")
    want("5,000 sockets connect, authenticate and subscribe", joined, 2, "s", at_most=True)
    held = max((s for load, s, _ in results.loads() if load == "idle"), default=0)
    if held >= HELD:
        want("connections held by one worker", held, HELD, "sockets")
    _latency_goals(results, want)
    distinct = results.ratio(["strawberry"], "saturated", 1000, distinct=True)
    want("every document different, against Strawberry", distinct, 0.9)
    return found


def _latency_goals(results: Results, want: Callable[..., None]) -> None:
    steady = [results.median(p, "steady", 1000, "p99") for p in NODE_PEERS]
    known = [p for p in steady if p is not None]
    if known:
        mine = results.median("rollcall", "steady", 1000, "p99")
        want("publish to receipt, 2,000 messages/s to 1,000 sockets, p99", mine, min(known), "ms", at_most=True)
    for load in ("commit", "commit elsewhere"):
        p50 = results.median("rollcall", load, 1, "p50")
        want(f"{load} to receipt, idle, p50", p50, 15, "ms", at_most=True)
