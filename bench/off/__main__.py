"""`make bench-off`: from disabling a user to the last of their sockets closed, with two instances and 1,000 sockets.

Each user has sockets on both instances; an admin disables one user after the other at the first instance. The clock
starts when the mutation is sent, which is before its commit, and stops when a socket's close has arrived: the figures
are upper bounds of the documented time from commit to closed socket. A second run follows with Valkey killed, in which
the other instance finds the event in the table. Every socket must close with 4403, and its token be refused everywhere.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import secrets
import statistics
import sys
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import httpx
import uvloop
from websockets.asyncio.client import ClientConnection, connect

from api.bootstrap.core import Core, open_core
from api.cli.client import SIGNED_OUT, SignedIn, ask, sign_in
from api.logs import configure_logs
from api.settings import Settings
from bench.fanout.__main__ import machine
from bench.process import StartError
from bench.verify.stand import ADMIN, Stand, over_a_stand
from domain.models.actor import Origin, system
from domain.services.sign_in import SignIn
from domain.services.user import CreateUser

USERS = 100
PAUSE = (0.02, 0.08)
"""Seconds between two users, random so that mutations do not always coincide with a poll."""
PATIENCE_SECONDS = 15.0
LOST_SECONDS = 5.0
"""The limit if the broadcast is lost."""
DISABLE = "mutation($id: ID!) { disableUser(id: $id) { __typename } }"
NOTICES = "subscription { sessionNotices { kind } }"


def main() -> int:
    """Run, print the figures, and return 1 if a socket outlived the limit or got no notice."""
    parser = argparse.ArgumentParser(prog="python -m bench.off", description=__doc__.partition("\n")[0])
    parser.add_argument("--sockets", type=int, default=1000, help="how many, on both instances together (1000)")
    parser.add_argument("--json", metavar="FILE", help="write the figures there too")
    options = parser.parse_args()
    sockets = min(10_000, max(2 * USERS, options.sockets))
    return over_a_stand("off", lambda stand: _run(stand, sockets, options.json))


def _run(stand: Stand, sockets: int, file: str | None) -> int:
    configure_logs("error", "console")  # Redis is stopped on purpose
    found = {"with Redis": uvloop.run(_phase(stand, sockets))}
    stand.engines.valkey.kill()
    found["without Redis"] = uvloop.run(_phase(stand, sockets))
    _print(found, sockets)
    if file:
        Path(file).write_text(json.dumps({"machine": machine(), "figures": found}, indent=1) + "\n")
    slowest = max(max(seconds) for phase in found.values() for seconds in phase.values())
    return 1 if slowest > LOST_SECONDS else 0


async def _phase(stand: Stand, sockets: int) -> dict[str, list[float]]:
    """Seconds until each socket was closed, by the instance that held it."""
    found: dict[str, list[float]] = {"the same instance": [], "the other instance": [], "the answer": []}
    settings = Settings.load(
        _env_file=None, **{k.lower(): stand.environment[k] for k in ("DATABASE_URL", "REDIS_URL", "SECRET_KEY")}
    )
    async with AsyncExitStack() as stack:
        core = await stack.enter_async_context(open_core(settings))
        await core.read_signing_keys()
        https = [await stack.enter_async_context(http_client(i.url)) for i in stand.instances]
        admin = await sign_in(https[0], ADMIN, stand.password)
        disabled = [await new_person(core) for _ in range(USERS)]
        each = max(1, sockets // USERS // len(stand.instances))
        held = [
            [[await _held(stack, i.port, person) for _ in range(each)] for i in stand.instances] for person in disabled
        ]
        for person, (here, elsewhere) in zip(disabled, held, strict=True):
            await pause()
            closing = [asyncio.create_task(_closed(s)) for s in (*here, *elsewhere)]
            sent = time.perf_counter()
            await ask(https[0], DISABLE, {"id": person.user_id}, admin.token)
            found["the answer"].append(time.perf_counter() - sent)
            moments = [moment - sent for moment in await asyncio.gather(*closing)]
            found["the same instance"] += moments[: len(here)]
            found["the other instance"] += moments[len(here) :]
            await asyncio.gather(*(_refused(http, person) for http in https))
    return found


async def pause() -> None:
    """What lies between two users."""
    await asyncio.sleep(random.uniform(*PAUSE))  # noqa: S311 - no secret


def http_client(url: str) -> httpx.AsyncClient:
    """A client of an instance."""
    return httpx.AsyncClient(base_url=url, timeout=30, trust_env=False)


async def new_person(core: Core) -> SignedIn:
    """A user with a session, created without the rate limits of HTTP."""
    email, password = f"off-{secrets.token_hex(6)}@example.com", secrets.token_urlsafe(12)
    await core.users.create(system(), CreateUser(email, "Somebody", password=password))
    session = await core.sessions.sign_in(Origin(), SignIn(email, password))
    return SignedIn(session.access_token, session.refresh_token, str(session.user.id), "MEMBER")


def _socket(port: int) -> connect:
    return connect(
        f"ws://127.0.0.1:{port}/graphql",
        subprotocols=["graphql-transport-ws"],  # type: ignore[list-item]
        compression=None,
        ping_interval=None,
    )


async def _held(stack: AsyncExitStack, port: int, person: SignedIn) -> ClientConnection:
    """A socket subscribed to notices; it is initialised at once, because a server waits only 5 seconds for that."""
    socket = await stack.enter_async_context(_socket(port))
    await _begin(socket, person)
    return socket


async def _begin(socket: ClientConnection, person: SignedIn) -> None:
    await socket.send(json.dumps({"type": "connection_init", "payload": {"authorization": f"Bearer {person.token}"}}))
    await socket.recv()
    await socket.send(json.dumps({"id": "n", "type": "subscribe", "payload": {"query": NOTICES}}))


async def _closed(socket: ClientConnection) -> float:
    """The time at which the close arrived. Raises StartError if it came without its notice, or not at all."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        notice = json.loads(await socket.recv())
        await socket.wait_closed()
    moment = time.perf_counter()
    kind: Any = notice["payload"]["data"]["sessionNotices"]["kind"]
    if (kind, socket.close_code) != ("DISABLED", 4403):
        raise StartError(f"A socket was closed with {socket.close_code} after the notice {kind}")
    return moment


async def _refused(http: httpx.AsyncClient, person: SignedIn) -> None:
    answer = await http.post(
        "/graphql", json={"query": "{ me { id } }"}, headers={"authorization": f"Bearer {person.token}"}
    )
    code = answer.json()["errors"][0]["extensions"]["code"]
    if code not in SIGNED_OUT | {"ACCOUNT_DISABLED"}:
        raise StartError(f"A token outlived its sockets: {code}")


def _print(found: dict[str, dict[str, list[float]]], sockets: int) -> None:
    print(f"\n{machine()}\n{sockets:,} sockets on two instances, {USERS} users disabled one after the other\n")
    print(f"  {'from sending the mutation to':58}{'p50 ms':>9}{'p99 ms':>9}{'max ms':>9}")
    for phase, places in found.items():
        for place, seconds in places.items():
            what = "answer" if place == "the answer" else f"closed socket at {place}"
            print(f"  {f'{what}, {phase}':58}{figures(seconds)}")
    print()


def figures(seconds: Sequence[float]) -> str:
    """The p50, the p99 and the longest, in milliseconds."""
    ordered = sorted(seconds)
    shown = (statistics.median(ordered), ordered[int(len(ordered) * 0.99)], ordered[-1])
    return "".join(f"{1000 * value:>9.1f}" for value in shown)


if __name__ == "__main__":
    sys.exit(main())
