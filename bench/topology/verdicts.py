"""What is expected of each fault, and the table of what was found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from bench.topology.faults import Fault
from bench.topology.probe import Figures

HEAD = (
    "fault",
    "window s",
    "requests",
    "failed",
    "p50 ms",
    "p99 ms",
    "slowest s",
    "lost",
    "skipped",
    "twice",
    "verdict",
)
LOST = "is not in the log"
"""How `rollcall verify` ends the sentence about an acknowledged write that is lost."""


@dataclass(frozen=True, slots=True)
class Row:
    """One fault: the requests of the probe meanwhile, and the report of `rollcall verify`. `why` is None if all is as expected."""

    fault: str
    figures: Figures
    report: Mapping[str, Any]
    why: str | None

    def as_dict(self) -> dict[str, Any]:
        """As data."""
        return {"fault": self.fault, "why": self.why, **asdict(self.figures), "report": dict(self.report)}


def verdict_of(fault: Fault, figures: Figures, report: Mapping[str, Any]) -> Row:
    """Whether the fault has had the effects that it may have, and no others."""
    faults = [f for f in report["faults"] if not (fault.resyncs and f.endswith(LOST))]
    whys = faults[:3]
    if fault.resyncs and report["resyncs"] < report["subscribers"]:
        whys.append(f"only {report['resyncs']:,} of {report['subscribers']:,} subscribers were sent ResyncRequired")
    if not report["faults"] and report["verdict"] != "proven":
        whys.append("rollcall verify saw nothing")
    if report["unknown"] and fault.harmless:
        whys.append(f"{report['unknown']} writes without an answer")
    if fault.harmless and figures.failed:
        whys.append(f"{figures.failed} requests failed: {', '.join(figures.faults)}")
    return Row(fault.title, figures, report, "; ".join(whys) or None)


def table(rows: Sequence[Row]) -> str:
    """The rows as a Markdown table."""
    lines = [HEAD, tuple("---" for _ in HEAD), *(_cells(row) for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _cells(row: Row) -> tuple[str, ...]:
    f, r = row.figures, row.report
    return (
        row.fault,
        f"{f.window:.1f}",
        f"{f.requests:,}",
        f"{f.failed:,}",
        f"{1000 * f.p50:.0f}",
        f"{1000 * f.p99:.0f}",
        f"{f.slowest:.1f}",
        f"{r['lost']:,} of {r['acknowledged']:,}",
        f"{r['missing']:,} of {r['receipts'] + r['missing']:,}",
        f"{r['duplicates']:,}",
        "as expected" if row.why is None else "WRONG",
    )
