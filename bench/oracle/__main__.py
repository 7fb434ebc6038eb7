"""`python -m bench.oracle`: whether the time of an answer reveals that an e-mail address is known.

Refused sign-ins, requests for a link to reset a password, sign-ups where addresses are proved first, and requests to
change one's own address to another. Single attempts over one connection, for unknown addresses
and for each kind of account, in random order. For each kind, the best threshold is determined that separates it from unknown addresses by one attempt: half of
the attempts select it, the other half are classified by it. 50 % is guessing; WANTED is the goal. There are equally many
accounts of each kind, and each is attempted less often than the limit allows.
"""

from __future__ import annotations

import argparse
import asyncio
import http.client
import itertools
import json
import random
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from api.bootstrap.core import Core, open_core
from bench.fanout.contestants import ROLLCALL
from bench.process import Server, StartError
from bench.stack import PASSWORD, Stack, folder, stack
from domain.models.actor import system
from domain.models.user import Status
from domain.services.user import CreateUser

WANTED = 0.60
UNKNOWN = "unknown"
KINDS = (UNKNOWN, "active", "disabled", "deleted", "without a password")
WARM = 20

Times = dict[str, list[float]]


@dataclass(frozen=True, slots=True)
class Door:
    """A request that must not reveal an address: `body` makes its JSON from an address.

    Each account is attempted `per_account` times, less often than the limits allow.
    """

    name: str
    path: str
    body: Callable[[str], object]
    status: int
    per_account: int
    callers: bool = False
    """Whether signed-in users send it, in turn."""


RESET = "mutation($e: String!) { requestPasswordReset(email: $e) { __typename } }"
SIGN_UP = "mutation($i: SignUpInput!) { signUp(input: $i) { __typename } }"
CHANGE = "mutation($i: ChangeEmailInput!) { requestEmailChange(input: $i) { __typename } }"
PER_CALLER = 8
"""Attempts of one caller."""
DOORS = (
    Door("a wrong password at", "/api/v1/auth/login", lambda e: {"email": e, "password": "not the password"}, 401, 5),
    Door("a request for a reset", "/graphql", lambda e: {"query": RESET, "variables": {"e": e}}, 200, 1),
    Door(
        "a sign-up",
        "/graphql",
        lambda e: {
            "query": SIGN_UP,
            "variables": {"i": {"email": e, "password": PASSWORD, "displayName": "Somebody"}},
        },
        200,
        1,
    ),
    Door(
        "a change of address",
        "/graphql",
        lambda e: {"query": CHANGE, "variables": {"i": {"newEmail": e, "currentPassword": PASSWORD}}},
        200,
        1,
        callers=True,
    ),
)


SETTINGS = {"SIGN_INS_PER_ADDRESS": "1000000", "SIGN_UP": "verified"}


def main() -> int:
    """Run, print the figures, and return 1 if one attempt reveals more than WANTED."""
    parser = argparse.ArgumentParser(prog="python -m bench.oracle", description=__doc__.partition("\n")[0])
    parser.add_argument("--attempts", type=int, default=200, help="how many of each kind (200)")
    parser.add_argument("--json", metavar="FILE", help="write every time, in milliseconds, there too")
    options = parser.parse_args()
    attempts = max(10, min(1_000, options.attempts))
    try:
        with folder() as place, stack(place, core=1) as running:
            asyncio.run(_accounts(running, attempts))
            with _server(running) as server:
                tokens = [_token(server.port, _caller(number)) for number in range(_callers(attempts))]
                times = {door.name: _measure(server.port, attempts, door, tokens) for door in DOORS}
    except StartError as error:
        print(error, file=sys.stderr)
        return 1
    if options.json:
        Path(options.json).write_text(json.dumps(times) + "\n")
    return 0 if max([_print(name, found) for name, found in times.items()]) < WANTED else 1


def _server(running: Stack) -> Server:
    environment = {**ROLLCALL.environment(running), **SETTINGS, "DATA_DIR": str(running.folder)}
    return Server(ROLLCALL.command, environment, running.folder / "rollcall.log")


def _address(kind: str, number: int) -> str:
    """All of one length, because a hash over the bytes would otherwise take another time."""
    return f"{KINDS.index(kind)}-{number:05}@example.com"


def _caller(number: int) -> str:
    return f"caller-{number:05}@example.com"


def _callers(attempts: int) -> int:
    """How many users are needed to send the attempts for every kind, and those before them."""
    return -(-(len(KINDS) * attempts + WARM) // PER_CALLER)


def _token(port: int, email: str) -> str:
    """The access token of a new session."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    body = json.dumps({"email": email, "password": PASSWORD})
    connection.request("POST", "/api/v1/auth/login", body, {"content-type": "application/json"})
    answer = json.loads(connection.getresponse().read())
    connection.close()
    return str(answer["data"]["access_token"])


async def _accounts(running: Stack, count: int) -> None:
    async with open_core(running.settings) as core:
        for kind in KINDS[1:]:
            for number in range(count):
                await _account(core, kind, _address(kind, number))
        for number in range(_callers(count)):
            await _account(core, "active", _caller(number))


async def _account(core: Core, kind: str, email: str) -> UUID:
    password = None if kind == "without a password" else PASSWORD
    user = (await core.users.create(system(), CreateUser(email, "Somebody", password=password))).value
    if kind in ("disabled", "deleted"):
        await core.users.set_status(system(), user.id, Status(kind))
    return user.id


def _measure(port: int, attempts: int, door: Door, tokens: Sequence[str]) -> Times:
    """Milliseconds of each attempt, by kind."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    senders = itertools.cycle(tokens if door.callers else [""])
    for number in range(WARM):
        _attempt(connection, f"warm-{number:03}@example.com", door, next(senders))
    accounts = range(attempts // door.per_account)
    plan = [(kind, _address(kind, number)) for kind in KINDS for number in accounts] * door.per_account
    random.shuffle(plan)
    times: Times = {kind: [] for kind in KINDS}
    for kind, email in plan:
        times[kind].append(_attempt(connection, email, door, next(senders)))
    connection.close()
    return times


def _attempt(connection: http.client.HTTPConnection, email: str, door: Door, token: str) -> float:
    body = json.dumps(door.body(email))
    headers = {"content-type": "application/json"} | ({"authorization": f"Bearer {token}"} if token else {})
    begun = time.perf_counter()
    connection.request("POST", door.path, body, headers)
    answer = connection.getresponse()
    content = answer.read()
    took = (time.perf_counter() - begun) * 1000
    if answer.status != door.status or b"Problem" in content:
        raise StartError(f"An attempt was answered with {answer.status}: {content[:200]!r}")
    return took


def accuracy(unknown: Sequence[float], known: Sequence[float]) -> float:
    """How often one attempt is classified correctly by the threshold that is best for the first half of the attempts."""
    half_unknown, half_known = len(unknown) // 2, len(known) // 2
    learned = unknown[:half_unknown], known[:half_known]
    cuts = sorted({*learned[0], *learned[1]})
    best, slower = max(((cut, side) for cut in cuts for side in (True, False)), key=lambda c: _right(*learned, *c))
    return _right(unknown[half_unknown:], known[half_known:], best, slower)


def _right(unknown: Sequence[float], known: Sequence[float], cut: float, slower: bool) -> float:
    """The share that is classified correctly if `known` is slower than the threshold (or faster)."""
    hits = statistics.fmean((t > cut) is slower for t in known)
    return (hits + statistics.fmean((t > cut) is not slower for t in unknown)) / 2


def _print(name: str, times: Times) -> float:
    """Print the table; returns the worst accuracy."""
    worst = 0.0
    print(f"{name:<24} {'attempts':>8} {'p50 ms':>8} {'p90 ms':>8} {'right by one attempt':>22}")
    for kind, taken in times.items():
        found = accuracy(times[UNKNOWN], taken) if kind != UNKNOWN else None
        worst = max(worst, found or 0.0)
        shown = "" if found is None else f"{found:.0%}"
        p50, p90 = statistics.median(taken), statistics.quantiles(taken, n=10)[-1]
        print(f"{kind:<24} {len(taken):>8} {p50:>8.2f} {p90:>8.2f} {shown:>22}")
    print(f"at most {worst:.0%} (wanted: under {WANTED:.0%}; 50% is guessing)")
    return worst


if __name__ == "__main__":
    sys.exit(main())
