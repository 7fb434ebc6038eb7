"""Times of the same questions at two sizes: over HTTP, one after the other in turn, and within the database."""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import asyncpg

from bench.growth.asks import Ask
from bench.growth.place import RESET, SIZES, STATEMENTS, Place

WARM = 2
TIMED = 7
"""How often each question is asked to time its statements."""


@dataclass(slots=True)
class Times:
    """Of one question at one size, in milliseconds; `statements` is of each statement its median."""

    http: list[float] = field(default_factory=list)
    statements: list[float] = field(default_factory=list)
    slowest: str = ""

    def quantile(self, part: float) -> float:
        """Such a part of the requests was no slower."""
        return sorted(self.http)[min(len(self.http) - 1, int(len(self.http) * part))]


Found = dict[str, dict[int, Times]]


def over_http(places: Sequence[Place], asked: Sequence[Ask], rounds: int, say: Callable[[str], None]) -> Found:
    """Every question so many times at each size, neighbours in time, so that a busy machine is busy for both."""
    begun = {(ask.name, p.count): ask.begin(p, ask) for ask in asked for p in places}
    found: Found = {ask.name: {p.count: Times() for p in places} for ask in asked}
    for number in range(-WARM, rounds):
        for ask in asked:
            for place in places if number % 2 else places[::-1]:
                began = time.perf_counter()
                begun[ask.name, place.count].run(place)
                if number >= 0:
                    found[ask.name][place.count].http.append((time.perf_counter() - began) * 1000)
        say(f"round {max(0, number + 1)} of {rounds}")
    for place in places:
        say(f"statements at {place.count:,}")
        asyncio.run(_in_database(place, [begun[ask.name, place.count] for ask in asked], found))
    return found


async def _in_database(place: Place, asked: Sequence[Ask], found: Found) -> None:
    """The time of each statement, planning included, by the database's own clock."""
    connection = await asyncpg.connect(place.superuser)
    try:
        for ask in asked:
            seen: dict[str, list[float]] = {}
            for _ in range(TIMED):
                await connection.execute(RESET)
                await asyncio.to_thread(ask.run, place)
                for text, calls, total in await connection.fetch(STATEMENTS):
                    seen.setdefault(text, []).append(total / calls)
            times = found[ask.name][place.count]
            medians = {text: statistics.median(each) for text, each in seen.items()}
            times.statements = sorted(medians.values())
            times.slowest = max(medians, key=lambda text: medians[text], default="")
    finally:
        await connection.close()


async def sizes(place: Place) -> dict[str, dict[str, int]]:
    """Bytes of the tables and of the indexes that users have, by name."""
    connection: asyncpg.Connection[Any] = await asyncpg.connect(place.superuser)
    try:
        kinds = {"tables": b"r", "indexes": b"i"}
        return {name: dict(await connection.fetch(SIZES, kind)) for name, kind in kinds.items()}
    finally:
        await connection.close()
