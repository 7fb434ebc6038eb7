"""Changing the role of many users by an import, and how long others wait meanwhile.

An instance with relay and hub imports a file that gives 10,000 users another role, while another writer of the same process
renames one of these users after the other. Printed are the time of the import, how long a rename waits, and how old an event is when it
arrives. `--changes` says how many users a transaction changes, to compare.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import statistics
import time
from collections.abc import Sequence
from pathlib import Path

import uvloop

from api.bootstrap.container import Container, build
from api.files import importing
from bench.stack import Stack, folder, stack
from bench.transfer.__main__ import import_users, write_file
from domain.models.actor import system
from domain.models.directory import UserQuery
from domain.models.event import Event
from domain.models.user import User
from domain.pagination import Window
from domain.services.user import UpdateUser


async def renames(container: Container, users: Sequence[User], waits: list[float]) -> None:
    """Rename users, one after the other, until cancelled."""
    for number in range(10**9):
        user = random.choice(users)  # noqa: S311 - no secret
        began = time.perf_counter()
        await container.core.users.update(system(), UpdateUser(user.id, display_name=f"{user.display_name} {number}"))
        waits.append(time.perf_counter() - began)
        await asyncio.sleep(0.005)


async def measure(running: Stack, place: Path, count: int, changes: Sequence[int]) -> None:
    """Import, then change the roles with each number of changes in a transaction."""
    ages: list[float] = []

    def arrived(events: Sequence[Event]) -> None:
        ages.append(time.time() - events[0].occurred_at.timestamp())

    async with build(running.settings).running() as container:
        write_file(place / "users.csv", count)
        await import_users(container.core, place / "users.csv")
        page = await container.core.users.page(UserQuery(Window(1000)))
        container.hub.listen(arrived)
        for number, most in enumerate(changes):
            importing.CHANGES_MAX = most
            write_file(place / "roles.csv", count, ("auditor", "member")[number % 2])
            waits: list[float] = []
            ages.clear()
            other = asyncio.create_task(renames(container, page.items, waits))
            began = time.perf_counter()
            changed = await import_users(container.core, place / "roles.csv")
            took = time.perf_counter() - began
            other.cancel()
            waits.sort()
            middle, p99 = statistics.median(waits), waits[int(len(waits) * 0.99)]
            print(
                f"{changed:,} changed, {most} in a transaction: {took:.1f} s; {len(waits)} renames waited "
                f"{middle * 1e3:.0f} ms (p99 {p99 * 1e3:.0f}, most {waits[-1] * 1e3:.0f}); "
                f"events arrived after {statistics.median(ages) * 1e3:.0f} ms (most {max(ages) * 1e3:.0f})"
            )


def main() -> None:
    """Run it and print it."""
    parser = argparse.ArgumentParser(prog="bench.roles", description=__doc__)
    parser.add_argument("--users", type=int, default=10_000)
    parser.add_argument("--changes", default="100,1000", help="changes in a transaction, one run after the other")
    options = parser.parse_args()
    with folder() as place, stack(place) as running:
        uvloop.run(measure(running, place, options.users, [int(most) for most in options.changes.split(",")]))


if __name__ == "__main__":
    main()
