"""`make bench-sign-ins`: how many sign-ins one process answers a second, and how long its event loop lets others wait meanwhile.

Clients sign in without pause, each over one connection and each time as another user, with the right password. Beside them
one connection asks for `/livez` every few milliseconds: what that takes more than on an idle server is what the loop's
other work, such as sockets, waits for hashes. The server has one core and the clients the other one.
"""

from __future__ import annotations

import argparse
import asyncio
import http.client
import itertools
import json
import statistics
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from api.bootstrap.core import open_core
from bench.fanout.__main__ import machine
from bench.fanout.contestants import ROLLCALL
from bench.process import Server, StartError
from bench.stack import PASSWORD, Stack, folder, stack
from domain.models.actor import system
from domain.services.user import CreateUser

USERS, CLIENTS = 64, 8
EVERY = 0.004
"""Seconds between two requests for `/livez`."""
SETTINGS = {"SIGN_INS_PER_ADDRESS": "10000000", "NEW_DEVICE_MAILS": "false"}
GOAL_MS = 20


@dataclass(frozen=True, slots=True)
class Round:
    """What one round measured: sign-ins a second, milliseconds of processor time each, and waits in milliseconds."""

    rate: float
    used: float
    waits: Sequence[float]


def main() -> int:
    """Run, print the figures, and return 1 if the loop let 1 of 100 requests wait longer than the goal."""
    parser = argparse.ArgumentParser(prog="python -m bench.sign_ins", description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=5, help="how many of 10 seconds (5)")
    rounds = min(50, max(1, parser.parse_args().rounds))
    try:
        with folder() as place, stack(place, core=1) as running:
            asyncio.run(_accounts(running))
            environment = {**ROLLCALL.environment(running), **SETTINGS, "DATA_DIR": str(running.folder)}
            with Server(ROLLCALL.command, environment, running.folder / "rollcall.log") as server:
                _round(server, 0, 3.0)
                found = [(_round(server, 0, 5.0), _round(server, CLIENTS, 10.0)) for _ in range(rounds)]
    except StartError as error:
        print(error, file=sys.stderr)
        return 1
    return _print(found)


async def _accounts(running: Stack) -> None:
    async with open_core(running.settings) as core:
        for number in range(USERS):
            await core.users.create(system(), CreateUser(_address(number), "Somebody", password=PASSWORD))


def _address(number: int) -> str:
    return f"user-{number:03}@example.com"


def _round(server: Server, clients: int, seconds: float) -> Round:
    ended, users = threading.Event(), itertools.cycle(range(USERS))
    with ThreadPoolExecutor(clients + 1) as pool:
        before, begun = server.processor(), time.perf_counter()
        counts = [pool.submit(_sign_in, server.port, users, ended) for _ in range(clients)]
        waits = pool.submit(_probe, server.port, ended)
        ended.wait(seconds)
        ended.set()
        count = sum(one.result() for one in counts)
        took, used = time.perf_counter() - begun, server.processor() - before
    return Round(count / took, 1000 * used / max(1, count), waits.result())


def _sign_in(port: int, users: Iterator[int], ended: threading.Event) -> int:
    """Sign in until it has ended; returns how often."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    count = 0
    while not ended.is_set():
        body = json.dumps({"email": _address(next(users)), "password": PASSWORD})
        connection.request("POST", "/api/v1/auth/login", body, {"content-type": "application/json"})
        answer = connection.getresponse()
        content = answer.read()
        if answer.status != 200:
            raise StartError(f"A sign-in was answered with {answer.status}: {content[:200]!r}")
        count += 1
    connection.close()
    return count


def _probe(port: int, ended: threading.Event) -> list[float]:
    """Milliseconds of each request for `/livez` until it has ended."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    waits = []
    while not ended.wait(EVERY):
        begun = time.perf_counter()
        connection.request("GET", "/livez")
        connection.getresponse().read()
        waits.append((time.perf_counter() - begun) * 1000)
    connection.close()
    return waits


def _print(found: Sequence[tuple[Round, Round]]) -> int:
    print(f"{machine()}; medians of {len(found)} rounds of 10 seconds, {CLIENTS} clients")
    rate, used = (statistics.median(getattr(busy, name) for _, busy in found) for name in ("rate", "used"))
    print(f"{rate:.1f} sign-ins a second, each {used:.1f} ms of the server's processor time")
    print(f"{'/livez':<28}{'p50':>9}{'p99':>9}{'longest':>9}")
    late = 0.0
    for name, side in (("idle", 0), ("while users sign in", 1)):
        waits = [pair[side].waits for pair in found]
        p50, p99 = (statistics.median(statistics.quantiles(w, n=100)[at] for w in waits) for at in (49, 98))
        late = max(late, p99)
        print(f"{name:<28}{p50:>6.1f} ms{p99:>6.1f} ms{max(map(max, waits)):>6.1f} ms")
    return int(late > GOAL_MS)


if __name__ == "__main__":
    sys.exit(main())
