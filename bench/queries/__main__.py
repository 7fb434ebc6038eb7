"""`make bench-queries`: queries and mutations of Rollcall and its peers over the same PostgreSQL and rows.

Rollcall runs complete: requests of 16 signed-in admins, limits, costs, metrics; its updates write their events. The peers
have none of these, and a table with the same rows and only the indexes that they need. Each server has one worker. All run
at once, and each is loaded for a short time in turn, round after round, so that other load of the machine affects all of
them alike. No request repeats an earlier one, except in "answered again". The figures are medians of the rounds, the
ratios medians of the ratios within a round. Processor time is that of the server's process and survives a busy machine.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping

from bench.queries.command import command
from bench.queries.operations import OPERATIONS
from bench.queries.servers import CONTESTANTS

GOALS: Mapping[str, Mapping[str, float]] = {
    "point": {"mercurius": 1.2, "postgraphile": 3.5, "strawberry": 50},
    "page": {"mercurius": 0.9, "postgraphile": 2, "strawberry": 30},
    "search": {"mercurius": 1.0, "postgraphile": 1.5, "strawberry": 25},
    "update": {"mercurius": 0.7, "postgraphile": 1.2, "strawberry": 25},
    "again": {"mercurius": 3, "postgraphile": 8, "strawberry": 100},
    "typename": {"mercurius": 0.8, "postgraphile": 1.5, "strawberry": 20},
}
"""A peer's processor time a request divided by Rollcall's, at least."""

if __name__ == "__main__":
    sys.exit(command("bench.queries", __doc__ or "", CONTESTANTS, OPERATIONS, GOALS))
