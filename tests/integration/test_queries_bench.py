"""The benchmark of queries: every operation is answered by Rollcall and a peer, and each request has other variables."""

from __future__ import annotations

import os
import shutil
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence

import pytest

from bench.growth.generate import generated_users
from bench.queries.__main__ import GOALS
from bench.queries.operations import OPERATIONS, rollcall_cursor
from bench.queries.place import Place, place
from bench.queries.report import Goals, Results, table
from bench.queries.run import Load, processor_seconds, run
from bench.queries.servers import CONTESTANTS, Contestant, load_client
from bench.queries.work import Work
from bench.rest import __main__ as rest
from bench.rest.operations import REQUESTS
from domain.models.user import User

USERS = 300
CHOSEN = [c for c in CONTESTANTS if c.name in ("rollcall", "strawberry")]
"""The others need packages of npm."""

pytestmark = pytest.mark.skipif(
    shutil.which("cc") is None and "CI" not in os.environ, reason="the load client needs a C compiler"
)


@pytest.fixture(scope="module")
def users() -> list[User]:
    """The users of the benchmark."""
    return list(generated_users(USERS))


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """Engines with these users."""
    with place(tmp_path_factory.mktemp("queries"), USERS, lambda _: None, core=None) as ready:
        yield ready


@pytest.mark.parametrize(
    ("chosen", "works", "goals"),
    [(CHOSEN, OPERATIONS, GOALS), (rest.CONTESTANTS, REQUESTS, rest.GOALS)],
    ids=["queries", "rest"],
)
def test_every_operation_is_answered_and_measured(
    ready: Place, users: list[User], chosen: Sequence[Contestant], works: Sequence[Work], goals: Goals
) -> None:
    program = load_client(ready.folder)
    found = list(run(ready, program, chosen, works, users, Load(1, 0.1, 1, 0.1, 4), lambda _: None))
    assert Counter((r["server"], r["operation"]) for r in found) == {(c.name, o.name): 1 for c in chosen for o in works}
    for record in found:
        assert record["requests"] >= 1, record
        assert record["microseconds"] > 0, record
    text = table(Results(found), works, chosen, goals)
    assert all(o.title in text for o in works)
    assert [text.count(f"  {c.title} ") for c in chosen] == [len(works)] * len(chosen)


@pytest.mark.parametrize("name", ["point", "page", "search", "update"])
def test_no_request_repeats_an_earlier_one(users: list[User], name: str) -> None:
    [operation] = [o for o in OPERATIONS if o.name == name]
    for dialect in operation.documents:
        bodies = operation.bodies(users, dialect, rollcall_cursor)
        assert len(set(bodies)) == len(bodies) >= USERS // 2


def test_processor_time_is_that_of_all_threads() -> None:
    worked, ended = threading.Event(), threading.Event()

    def work() -> None:
        while time.thread_time() < 0.05:
            pass
        worked.set()
        ended.wait()

    before = processor_seconds(os.getpid())
    thread = threading.Thread(target=work)
    thread.start()
    worked.wait()
    used = processor_seconds(os.getpid()) - before
    ended.set()
    thread.join()
    assert used >= 0.04  # the kernel updates it with its clock's tick
