"""The main reads are planned as docs/reference/plans.md says, and read no large table from end to end (see bench/plans)."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

import pytest

from bench.plans.document import ARTEFACT, lines
from bench.plans.plan import Plan, plans
from bench.plans.seed import seed
from persistence.database import Database


@pytest.fixture
def seeded_url(fresh_database_url: str) -> str:
    """A database with 100,000 users."""
    asyncio.run(seed(fresh_database_url))
    return fresh_database_url


async def planned(url: str) -> dict[str, list[Plan]]:
    """The plans of all main reads."""
    async with Database(url, pool_size=1) as database, database.primary_reading.connect() as connection:
        return await plans(connection)


def indexes(lines: Iterable[str]) -> dict[str, set[str]]:
    """The indexes of each line of the table, by the name of the read."""
    cells = [line.split("|") for line in lines if line.startswith("| ")]
    return {name.strip(): set(used.strip().split(", ")) for _, name, _, used, *_ in cells}


def test_the_main_reads_use_the_indexes_that_the_document_names(seeded_url: str) -> None:
    found = asyncio.run(planned(seeded_url))
    assert {name: faults for name, all_ in found.items() if (faults := [f for plan in all_ for f in plan.faults])} == {}
    committed, now = indexes(ARTEFACT.read_text().split("## Sizes")[0].splitlines()), indexes(lines(found))
    assert [*now] == [*committed][1:], "run: make plans"
    named = set().union(*committed.values(), {"first rows of users"})
    assert {name: used - named for name, used in now.items() if used - named} == {}, "run: make plans"


def test_reading_and_sorting_all_users_are_faults() -> None:
    assert Plan(("Seq Scan of users",), 10, 0).faults == ["reads all of users"]
    assert Plan(("by pk_users",), 50_000, 50_000).faults == ["reads 50,000 rows", "sorts 50,000 rows"]
    assert Plan(("by pk_users",), 20_000, 20_000).faults == []
