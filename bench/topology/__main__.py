"""`make stack`: the topology of three hosts, faults while sockets are open and writers at work, and a table of their effects.

Everything runs over a temporary directory, on ports of its own, and only what was started here is ended.
"""

from __future__ import annotations

import argparse
import json
import signal
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from api.cli.client import Refused, ServerUnavailable
from api.cli.local.errors import EngineError
from bench.process import StartError
from bench.topology.faults import FAULTS, Fault
from bench.topology.network import enter, has_namespaces
from bench.topology.probe import Probe, figures_of
from bench.topology.smoke import check
from bench.topology.topology import ADMIN, LOGS, Topology
from bench.topology.verdicts import Row, table, verdict_of

SOCKETS_MAX = 5_000
EVENTS_PER_SECOND = 8_000.0
"""How many events a second all subscribers receive together, on a machine of two cores with everything else on it."""
BEFORE_SECONDS, AFTER_SECONDS = 5.0, 5.0
JOINED_SECONDS = 120.0


def main() -> int:
    """Run, print the table, and return 1 if a fault had an effect that it may not have."""
    options = _options()
    enter(sys.argv[1:])
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that what was started is ended
    chosen = [f for f in FAULTS if (not options.only or f.name in options.only) and _is_possible(f)]
    rows: list[Row] = []
    try:
        for sharded in (False, True):
            faults = [f for f in chosen if f.sharded is sharded]
            if faults or (options.smoke and not sharded):
                rows += _run(faults, sharded=sharded, options=options)
    except (StartError, EngineError, ServerUnavailable, Refused) as error:
        print(f"{error}\nThe logs are in {LOGS}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("Stopped", file=sys.stderr)
        return 130
    if rows:
        print(f"\n{options.sockets:,} sockets, on one machine\n\n{table(rows)}\n")
    for row in rows:
        if row.why is not None:
            print(f"{row.fault}: {row.why}")
    if options.json:
        Path(options.json).write_text(json.dumps([row.as_dict() for row in rows], indent=1) + "\n")
    return 1 if any(row.why is not None for row in rows) else 0


def _is_possible(fault: Fault) -> bool:
    if not fault.cuts or has_namespaces():
        return True
    _say(f"SKIPPED, as it needs root and Debian's iproute2 and util-linux: {fault.title}")
    return False


def _options() -> Any:
    parser = argparse.ArgumentParser(prog="python -m bench.topology", description=__doc__.partition("\n")[0])
    names = [f.name for f in FAULTS]
    parser.add_argument("--only", nargs="+", choices=names, default=[], help="cause these faults only")
    parser.add_argument("--sockets", type=int, default=2_000, help="open sockets (2000)")
    parser.add_argument(
        "--seconds", type=float, default=BEFORE_SECONDS, help="of quiet before and after each fault (5)"
    )
    parser.add_argument("--smoke", action="store_true", help="start, sign in through Caddy, and end; no faults")
    parser.add_argument("--json", metavar="FILE", help="write the figures there too")
    options = parser.parse_args()
    options.sockets = max(10, min(SOCKETS_MAX, options.sockets))
    options.seconds = max(1.0, min(60.0, options.seconds))
    if options.smoke:
        options.only = ["none"]
    return options


def _run(faults: Sequence[Fault], *, sharded: bool, options: Any) -> list[Row]:
    with (
        tempfile.TemporaryDirectory(prefix="rollcall-stack-", ignore_cleanup_errors=True) as name,
        Topology(Path(name), _say, sharded=sharded) as stack,
    ):
        check(stack.front.url, ADMIN, stack.password)
        _say("A page, GraphQL and v1 answer through Caddy")
        return [_cause(stack, fault, options) for fault in faults]


def _cause(stack: Topology, fault: Fault, options: Any) -> Row:
    """One fault, while a new proof and a new probe are at work."""
    rate = max(0.5, EVENTS_PER_SECOND / options.sockets - 1)
    _say(f"{fault.title}: opening {options.sockets:,} sockets")
    given = ["--subscribers", str(options.sockets), "--rate", f"{min(50.0, rate):.1f}"]
    given += ["--allow-resync"] if fault.resyncs else []
    with stack.verify(*given) as proof:
        stack.wait_for_sockets(options.sockets, proof, JOINED_SECONDS)
        # It has ended before the proof is judged, in which its events would be unknown.
        with Probe(stack.front.url, ADMIN, stack.password) as probe:
            time.sleep(options.seconds)
            since = time.monotonic()
            _say(f"{fault.title}: now")
            fault.cause(stack)
            time.sleep(options.seconds)
            until = time.monotonic()
        _say(f"{fault.title}: whole again after {until - since - options.seconds:.0f} s; judging")
        proof.check_running()
        report = proof.finish()
    row = verdict_of(fault, figures_of(probe.asked, since, until), report)
    _say(table([row]).splitlines()[-1])
    if row.why is not None:
        _say(row.why)
    return row


def _say(text: str) -> None:
    print(f"{time.strftime('%H:%M:%S')}  {text}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
