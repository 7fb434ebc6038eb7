"""`make bench-growth`: what lists and searches cost at 10,000 and at 1,000,000 people.

Both sizes have a PostgreSQL, a Valkey and a server of their own; every question goes to one and then to the other. The
people are kept in the folder: a run that is interrupted, or another one, continues with them.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from contextlib import ExitStack
from pathlib import Path

from api.cli.local.embedded import EngineError
from bench.fanout.__main__ import machine
from bench.growth import imports, report
from bench.growth.asks import asks
from bench.growth.measure import over_http, sizes
from bench.growth.place import place
from bench.growth.relevance import measure
from bench.process import StartError

SIZES = (10_000, 1_000_000)
RELEVANCE = 100_000
FOLDER = Path(".rollcall") / "growth"


def main() -> int:
    """Run, and print what came of it."""
    parser = argparse.ArgumentParser(prog="python -m bench.growth", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--sizes", type=int, nargs=2, default=SIZES, help="how many people (10000 1000000)")
    parser.add_argument("--rounds", type=int, default=40, help="how often each question is asked at each size (40)")
    parser.add_argument("--only", default="", help="the questions whose names have this")
    parser.add_argument("--relevance", action="store_true", help="only whether who is meant comes first, of 100,000")
    parser.add_argument("--folder", type=Path, default=FOLDER, help=f"where the people are kept ({FOLDER})")
    parser.add_argument("--json", metavar="FILE", help="write every time there too")
    options = parser.parse_args()
    try:
        return _relevance(options) if options.relevance else _growth(options)
    except (StartError, EngineError) as error:
        print(error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        _say("Stopped; the people stay, and the next run continues with them")
        return 130


def _growth(options: argparse.Namespace) -> int:
    small, large = sorted(options.sizes)
    with ExitStack() as stack:
        places = [stack.enter_context(place(options.folder, count, _say)) for count in (small, large)]
        asked = [ask for ask in asks() if options.only in ask.name]
        found = over_http(places, asked, max(1, options.rounds), _say)
        sizes_of = {p.count: asyncio.run(sizes(p)) for p in places}
        imported = {p.count: asyncio.run(imports.measure(p)) for p in places}
    print(machine())
    print(*report.lines(found, small, large), sep="\n")
    print(*report.goals(found, small, large), *report.sizes(sizes_of), sep="\n")
    for count, speeds in imported.items():
        print(f"import at {count:,}: {speeds[0]:,.0f} users a second, and again {speeds[1]:,.0f}")
    if options.json:
        Path(options.json).write_text(json.dumps(report.as_json(found), indent=1) + "\n")
    return 0


def _relevance(options: argparse.Namespace) -> int:
    with place(options.folder, RELEVANCE, _say) as one:
        print(*report.relevance(measure(one)), sep="\n")
    return 0


def _say(text: str) -> None:
    print(f"  {text}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
