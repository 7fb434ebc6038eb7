"""`make bench-queries`: queries and mutations of Rollcall and its peers over the same PostgreSQL and rows.

Rollcall runs complete: requests of 16 signed-in admins, limits, costs, metrics; its updates write their events. The peers
have none of these, and a table with the same rows and only the indexes that they need. Each server has one worker. All run
at once, and each is loaded for a short time in turn, round after round, so that other load of the machine affects all of
them alike. No request repeats an earlier one, except in "answered again". The figures are medians of the rounds, the
ratios medians of the ratios within a round. Processor time is that of the server's process and survives a busy machine.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

from api.cli.local.embedded import EngineError
from bench.fanout.__main__ import machine
from bench.growth.generate import generated_users
from bench.process import StartError
from bench.programs import install_node_peers
from bench.queries.place import place
from bench.queries.report import Results, table
from bench.queries.run import Load, run
from bench.queries.servers import CONTESTANTS, PEERS, load_client

USERS = 100_000
FOLDER = Path(".rollcall") / "queries"


def main() -> int:
    """Run the benchmark and print its results."""
    options = _options()
    signal.signal(signal.SIGTERM, lambda *_: signal.raise_signal(signal.SIGINT))
    records: list[dict[str, Any]] = []
    try:
        chosen = [c for c in CONTESTANTS if not options.servers or c.name in options.servers.split(",")]
        if any(c.dialect != "rollcall" for c in chosen):
            install_node_peers(PEERS)
        users = list(generated_users(options.users))
        load = Load(options.rounds, options.seconds, options.connections, min(2.0, options.seconds))
        with place(options.folder, options.users, _say) as ready:
            program = load_client(ready.folder)
            for record in run(ready, program, chosen, users, load, _say, options.only):
                records.append(record)  # noqa: PERF402 - what there is is printed after an interruption
    except (StartError, EngineError) as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nInterrupted; these results are incomplete", file=sys.stderr)
    print(f"\n{machine()}, load {os.getloadavg()[0]:.1f}; {options.users:,} users, {options.connections} connections")
    print("Server on the first core, PostgreSQL and the load client on the second.")
    print("ratio: processor time a request of this server divided by Rollcall's.")
    print(table(Results(records)))
    if options.json:
        Path(options.json).write_text(json.dumps({"machine": machine(), "records": records}, indent=1) + "\n")
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.queries", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--users", type=int, default=USERS, help="how many users (100000)")
    parser.add_argument("--rounds", type=int, default=5, help="how many rounds (5)")
    parser.add_argument("--seconds", type=float, default=1.0, help="how long each load lasts (1)")
    parser.add_argument("--connections", type=int, default=32, help="requests under way at a time (32)")
    parser.add_argument("--only", default="", help="point,page,search,update,again,typename: only these")
    parser.add_argument("--servers", default="", help="rollcall,mercurius,postgraphile,strawberry: only these")
    parser.add_argument("--folder", type=Path, default=FOLDER, help=f"where the users are kept ({FOLDER})")
    parser.add_argument("--json", metavar="FILE", help="write every record there too")
    options = parser.parse_args()
    options.users = max(200, options.users)
    return options


def _say(text: str) -> None:
    print(f"... {text}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
