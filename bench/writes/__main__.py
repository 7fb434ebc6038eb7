"""What an event costs the transaction that writes it: the same change of a user, with its event and without.

Both use Rollcall's own store, each on 32 connections with a separate user, in short alternating turns, while a running
server numbers and publishes the events; the system distributes all of them over the cores. `bare` does the same in plain
SQL through the driver: there the database has a larger share of the time, and so has the event.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from uuid import UUID

import asyncpg
import uvloop

from api.bootstrap.core import Core, open_core
from api.settings import Settings
from bench.fanout.contestants import ROLLCALL
from bench.process import Server, StartError
from bench.stack import Stack, folder, stack
from domain.models.actor import system
from domain.models.user import user_changed
from domain.services.user import CreateUser

CONNECTIONS = 32
WANTED = 0.75

Write = Callable[[UUID, int], Awaitable[None]]

TOUCH = "update users set display_name = $2::text, name_key = $2::text, version = version + 1, updated_at = now() where id = $1"
LOCK = "select * from users where id = $1 for update"
APPEND = """
insert into events (type, subject_kind, subject_id, user_id, changes, audience_before, audience_after, user_version,
                    occurred_at)
values ('user_updated', 'user', $1, $1, $2, 'everyone', 'everyone', 1, now()) returning ord
"""


def main() -> int:
    """Run the benchmark and print its results."""
    parser = argparse.ArgumentParser(prog="python -m bench.writes", description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=5, help="how many turns each has (5)")
    parser.add_argument("--seconds", type=float, default=2.0, help="how long a turn lasts (2)")
    parser.add_argument("--json", metavar="FILE", help="write the figures there too")
    options = parser.parse_args()
    rounds, seconds = min(20, options.rounds), min(30.0, options.seconds)
    try:
        with folder() as place, stack(place) as running, _server(running):
            found = uvloop.run(_measure(running.settings, rounds, seconds))
    except StartError as error:
        print(error, file=sys.stderr)
        return 1
    _print(found)
    if options.json:
        Path(options.json).write_text(json.dumps(found, indent=1) + "\n")
    return 0


def _server(running: Stack) -> Server:
    """The server whose relay numbers the events."""
    return Server(ROLLCALL.command, ROLLCALL.environment(running), running.folder / "rollcall.log", core=None)


async def _measure(settings: Settings, rounds: int, seconds: float) -> dict[str, list[float]]:
    async with (
        open_core(settings.model_copy(update={"database_pool_size": CONNECTIONS})) as core,
        asyncpg.create_pool(settings.database_url.dsn, min_size=CONNECTIONS, max_size=CONNECTIONS) as pool,
    ):
        user_ids = [await _person(core, number) for number in range(CONNECTIONS)]
        kinds = {
            "with its event": _through_store(core, event=True),
            "without": _through_store(core, event=False),
            "bare, with its event": _through_driver(pool, event=True),
            "bare, without": _through_driver(pool, event=False),
        }
        found: dict[str, list[float]] = {kind: [] for kind in kinds}
        for write in kinds.values():  # warms up statements and connections
            await _turn(write, user_ids, seconds / 4)
        for number in range(rounds):
            for kind in list(kinds)[:: 1 if number % 2 else -1]:
                found[kind].append(await _turn(kinds[kind], user_ids, seconds))
        return found


async def _person(core: Core, number: int) -> UUID:
    return (await core.users.create(system(), CreateUser(f"writer{number}@example.com", f"Writer {number}"))).value.id


async def _turn(write: Write, user_ids: list[UUID], seconds: float) -> float:
    """Transactions a second, over all connections."""
    end = time.perf_counter() + seconds

    async def work(person: UUID) -> int:
        done = 0
        while time.perf_counter() < end:
            await write(person, done)
            done += 1
        return done

    begun = time.perf_counter()
    done = sum(await asyncio.gather(*map(work, user_ids)))
    return done / (time.perf_counter() - begun)


def _through_store(core: Core, *, event: bool) -> Write:
    async def write(person: UUID, number: int) -> None:
        async with core.store.write() as unit:
            before = await unit.users.get_for_update(person)
            after, changes = before.changed(core.clock.now(), display_name=f"Writer {number}.{before.version}")
            await unit.users.save(after)
            if event:
                await unit.events.append_many(user_changed(system(), before, after, changes))
            await unit.commit()

    return write


def _through_driver(pool: asyncpg.Pool, *, event: bool) -> Write:
    async def write(person: UUID, number: int) -> None:
        async with pool.acquire() as connection, connection.transaction():
            await connection.fetchrow(LOCK, person)
            await connection.execute(TOUCH, person, f"writer {number}")
            if event:
                change = [{"field": "display_name", "before": "writer", "after": f"writer {number}"}]
                await connection.fetchval(APPEND, person, json.dumps(change))

    return write


def _print(found: dict[str, list[float]]) -> None:
    print(f"Transactions a second at {CONNECTIONS} connections, medians of {len(found['without'])} turns\n")
    for kind, rates in found.items():
        print(f"  {kind:24}{statistics.median(rates):>8,.0f}   ({min(rates):,.0f} - {max(rates):,.0f})")
    ratio, bare = _ratio(found, ""), _ratio(found, "bare, ")
    verdict = "met   " if ratio >= WANTED else "MISSED"
    print(f"\nGoals\n  {verdict}  with its event over without: {ratio:.2f} (at least {WANTED}); as bare SQL {bare:.2f}")


def _ratio(found: dict[str, list[float]], label: str) -> float:
    pairs = zip(found[f"{label}with its event"], found[f"{label}without"], strict=True)
    return statistics.median(a / b for a, b in pairs)


if __name__ == "__main__":
    sys.exit(main())
