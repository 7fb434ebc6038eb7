"""`make bench-rest`: v1 and FastAPI over the same PostgreSQL and rows.

Rollcall runs complete: requests of 16 signed-in admins, limits, metrics, request ids. The peers have none of these, no
sign-in, and a table with the same rows and only the indexes that they need. Both peers answer with v1's envelope from
response models, one from SQLAlchemy's ORM, one from asyncpg's records. Each server has one worker. How they are loaded
and measured is as in `make bench-queries`.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping

from bench.queries.command import command
from bench.queries.operations import PEER, ROLLCALL
from bench.queries.servers import Contestant, rollcall, uvicorn
from bench.rest.operations import REQUESTS

CONTESTANTS = (
    rollcall(ROLLCALL),
    Contestant("orm", "FastAPI + ORM", uvicorn("bench.rest.fastapi_orm:app"), PEER, lambda p: p.peer),
    Contestant("asyncpg", "FastAPI + asyncpg", uvicorn("bench.rest.fastapi_asyncpg:app"), PEER, lambda p: p.peer),
)
GOALS: Mapping[str, Mapping[str, float]] = {request.name: {"orm": 4.0, "asyncpg": 1.5} for request in REQUESTS}
"""A peer's processor time a request divided by Rollcall's, at least."""

if __name__ == "__main__":
    sys.exit(command("bench.rest", __doc__ or "", CONTESTANTS, REQUESTS, GOALS))
