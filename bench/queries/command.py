"""What `make bench-queries` and `make bench-rest` have in common: options, the run, and what is printed of it."""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from api.cli.local.embedded import EngineError
from bench.fanout.__main__ import machine
from bench.growth.generate import generated_users
from bench.process import StartError
from bench.programs import install_node_peers
from bench.queries.place import place
from bench.queries.report import Goals, Results, table
from bench.queries.run import Load, run
from bench.queries.servers import PEERS, Contestant, load_client
from bench.queries.work import Work

USERS = 100_000
FOLDER = Path(".rollcall") / "queries"


def command(
    program: str, description: str, contestants: Sequence[Contestant], works: Sequence[Work], goals: Goals
) -> int:
    """Run the benchmark and print its results."""
    options = _options(program, description, [c.name for c in contestants], [w.name for w in works])
    signal.signal(signal.SIGTERM, lambda *_: signal.raise_signal(signal.SIGINT))
    chosen = [c for c in contestants if not options.servers or c.name in options.servers.split(",")]
    wanted = [w for w in works if not options.only or w.name in options.only.split(",")]
    records: list[dict[str, Any]] = []
    try:
        if any(c.on_node for c in chosen):
            install_node_peers(PEERS)
        users = list(generated_users(options.users))
        load = Load(options.rounds, options.seconds, options.connections, min(2.0, options.seconds))
        with place(options.folder, options.users, _say) as ready:
            for record in run(ready, load_client(ready.folder), chosen, wanted, users, load, _say):
                records.append(record)  # noqa: PERF402 - what there is is printed after an interruption
    except (StartError, EngineError) as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nInterrupted; these results are incomplete", file=sys.stderr)
    print(f"\n{machine()}, load {os.getloadavg()[0]:.1f}; {options.users:,} users, {options.connections} connections")
    print("Server on the first core, PostgreSQL and the load client on the second.")
    print("ratio: processor time a request of this server divided by Rollcall's.")
    print(table(Results(records), wanted, chosen, goals))
    if options.json:
        Path(options.json).write_text(json.dumps({"machine": machine(), "records": records}, indent=1) + "\n")
    return 0


def _options(program: str, description: str, servers: Sequence[str], works: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog=f"python -m {program}", description=description.partition("\n")[0])
    parser.add_argument("--users", type=int, default=USERS, help="how many users (100000)")
    parser.add_argument("--rounds", type=int, default=5, help="how many rounds (5)")
    parser.add_argument("--seconds", type=float, default=1.0, help="how long each load lasts (1)")
    parser.add_argument("--connections", type=int, default=32, help="requests under way at a time (32)")
    parser.add_argument("--only", default="", help=f"{','.join(works)}: only these")
    parser.add_argument("--servers", default="", help=f"{','.join(servers)}: only these")
    parser.add_argument("--folder", type=Path, default=FOLDER, help=f"where the users are kept ({FOLDER})")
    parser.add_argument("--json", metavar="FILE", help="write every record there too")
    options = parser.parse_args()
    options.users = max(200, options.users)
    return options


def _say(text: str) -> None:
    print(f"... {text}", file=sys.stderr, flush=True)
