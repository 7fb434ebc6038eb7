"""The report of a proof, as text and as data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from api.cli.proof.checks import Entry, Found, check_directory, check_subscriber, check_writes
from api.cli.proof.ledger import Ledger, Outcome
from api.cli.proof.plan import Plan
from api.cli.proof.subscriber import Sightings, Subscriber

SHOWN = 12
"""How many faults the text lists."""


@dataclass(slots=True)
class Report:
    """The numbers of one proof; `faults` describes each fault, and is empty if there is none."""

    addresses: int
    subscribers: int
    writers: int
    seconds: float
    acknowledged: int = 0
    refused: int = 0
    unknown: int = 0
    unknown_there: int = 0
    answers_lost: int = 0
    events: int = 0
    receipts: int = 0
    reconnects: int = 0
    reconnects_chosen: int = 0
    resyncs: int = 0
    gaps: int = 0
    missing: int = 0
    duplicates: int = 0
    misordered: int = 0
    strange: int = 0
    withdrawn: int = 0
    lost: int = 0
    p50_ms: float | None = None
    p99_ms: float | None = None
    faults: list[str] = field(default_factory=list)

    @property
    def code(self) -> int:
        """The exit code: 0 proven, 1 disproved, 2 inconclusive."""
        if self.faults:
            return 1
        return 0 if self.acknowledged and self.receipts else 2

    def as_dict(self) -> dict[str, Any]:
        """The report as data."""
        verdict = {0: "proven", 1: "disproved", 2: "not proven"}[self.code]
        return {"verdict": verdict} | asdict(self)

    def as_text(self) -> str:
        """The report as a few lines of text."""
        there = f" ({self.unknown_there} of them in the log)" if self.unknown else ""
        p50, p99 = (f"{v:,.0f} ms" if v is not None else "-" for v in (self.p50_ms, self.p99_ms))
        writes = (
            f"{self.acknowledged:,} acknowledged, {self.refused:,} refused, {self.unknown:,} unknown{there}; "
            f"{self.answers_lost:,} responses lost, {self.lost:,} acknowledged writes lost"
        )
        faults = (
            f"{self.gaps:,} gaps of {self.missing:,} events, {self.duplicates:,} duplicates, "
            f"{self.misordered:,} out of order, {self.strange:,} not in the log"
        )
        lines = [
            f"{self.addresses} addresses, {self.writers} writers, {self.subscribers} subscribers, {self.seconds:.0f} s",
            f"  writes      {writes}",
            f"  events      {self.events:,} in the log, seen {self.receipts:,} times; p50 {p50}, p99 {p99} after the commit",
            f"  reconnects  {self.reconnects:,}, {self.reconnects_chosen:,} of them by choice",
            f"  resyncs     {self.resyncs:,}, which withdrew {self.withdrawn:,} events",
            f"  faults      {faults}",
        ]
        lines += [f"  WRONG       {fault}" for fault in self.faults[:SHOWN]]
        if len(self.faults) > SHOWN:
            lines.append(f"  and {len(self.faults) - SHOWN} more")
        proven = "Every acknowledged write is there, and every subscriber saw every event once and in order."
        lines.append(
            {0: proven, 1: "Disproved.", 2: "Nothing was written or seen: the proof is inconclusive."}[self.code]
        )
        return "\n".join(lines)


def report_on(
    plan: Plan,
    ledger: Ledger,
    entries: Sequence[Entry],
    last: Entry | None,
    accounts: Sequence[Found],
    subscribers: Sequence[Subscriber],
    sightings: Sightings,
) -> Report:
    """Run all checks. Subscribers started at the first entry, and all of them waited for `last`."""
    expected = _expected(entries[1:], last, sightings)
    marks = {e.mark for e in entries}
    report = Report(
        len(plan.addresses),
        len(subscribers),
        plan.writers,
        plan.seconds,
        acknowledged=ledger.count(Outcome.ACKNOWLEDGED),
        refused=ledger.count(Outcome.REFUSED),
        unknown=ledger.count(Outcome.UNKNOWN),
        unknown_there=sum(w.outcome is Outcome.UNKNOWN and w.mark in marks for w in ledger.writes),
        answers_lost=ledger.lost,
        events=len(expected),
        p50_ms=sightings.milliseconds(0.5),
        p99_ms=sightings.milliseconds(0.99),
    )
    wrong = check_writes(ledger, entries)
    report.lost = sum(fault.endswith("is not in the log") for fault in wrong)
    report.faults += wrong + check_directory(entries, accounts)
    _check_subscribers(report, plan, expected, subscribers, sightings)
    return report


def _expected(entries: Sequence[Entry], last: Entry | None, sightings: Sightings) -> Sequence[Entry]:
    """What every subscriber should have seen: up to the last event or, without one, the last that any of them saw."""
    for count in range(len(entries), 0, -1):
        entry = entries[count - 1]
        if entry.id == last.id if last else entry.id in sightings.numbers:
            return entries[:count]
    return entries


def _check_subscribers(
    report: Report,
    plan: Plan,
    entries: Sequence[Entry],
    subscribers: Sequence[Subscriber],
    sightings: Sightings,
) -> None:
    places = {sightings.numbers[e.id]: place for place, e in enumerate(entries) if e.id in sightings.numbers}
    for subscriber in subscribers:
        seen = check_subscriber(subscriber.seen, places, len(entries), allow_resync=plan.allow_resync)
        report.receipts += seen.events
        report.reconnects += subscriber.reconnects
        report.reconnects_chosen += subscriber.chosen
        report.resyncs += subscriber.resyncs
        report.gaps += seen.gaps
        report.missing += seen.lost
        report.duplicates += seen.duplicates
        report.misordered += seen.misordered
        report.strange += seen.strange
        report.withdrawn += seen.withdrawn
        if seen.lost:
            first = ", ".join(str(entries[place]) for place in seen.missing)
            more = f" and {seen.lost - len(seen.missing)} more" if seen.lost > len(seen.missing) else ""
            report.faults.append(f"{subscriber.name} never saw {first}{more}")
        if seen.duplicates or seen.misordered or seen.strange:
            report.faults.append(
                f"{subscriber.name} saw {seen.duplicates} events twice, {seen.misordered} out of order and "
                f"{seen.strange} that are not in the log"
            )
        if subscriber.resyncs and not plan.allow_resync:
            report.faults.append(f"{subscriber.name} was told to resynchronise {subscriber.resyncs} times")
        if subscriber.refusal is not None:
            report.faults.append(f"{subscriber.name} was refused: {subscriber.refusal}")
