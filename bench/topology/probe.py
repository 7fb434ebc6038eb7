"""A client that never repeats a request: what of its requests fails, for how long, and how long the others take.

It sends at fixed times, whether or not earlier requests were answered, so that a fault cannot slow the measurement down.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

import httpx

from api.cli.client import SignedIn, sign_in

REQUESTS_PER_SECOND, WRITE_EVERY = 20, 20
"""One of twenty requests writes: each of its events goes to every subscriber."""
REQUEST_SECONDS = 20.0
WAITING_MAX = 500
"""Requests without an answer, beyond which none is sent."""
READ = "query Probe { me { id role } }"
WRITE = """mutation Probe($input: UpdateUserInput!) {
  updateUser(input: $input) { __typename ... on Problem { code } } }"""


@dataclass(frozen=True, slots=True)
class Asked:
    """One request: when it was sent (seconds of the monotonic clock), how long it took, and why it failed, if it did."""

    at: float
    seconds: float
    writes: bool
    fault: str | None = None


@dataclass(frozen=True, slots=True)
class Figures:
    """What became of the requests of one period. `window` is the time from the first failed request to the first that did not fail any more."""

    requests: int
    failed: int
    window: float
    p50: float
    p99: float
    slowest: float
    faults: tuple[str, ...] = ()


def figures_of(asked: Sequence[Asked], since: float, until: float) -> Figures:
    """The figures of the requests that were sent in a period."""
    chosen = sorted((a for a in asked if since <= a.at < until), key=lambda a: a.at)
    failed = [a for a in chosen if a.fault is not None]
    times = sorted(a.seconds for a in chosen if a.fault is None)
    return Figures(
        len(chosen),
        len(failed),
        _window(chosen, failed),
        _quantile(times, 0.5),
        _quantile(times, 0.99),
        times[-1] if times else 0.0,
        tuple(sorted({a.fault for a in failed if a.fault is not None})),
    )


def _window(chosen: Sequence[Asked], failed: Sequence[Asked]) -> float:
    if not failed:
        return 0.0
    last = failed[-1]
    end = next((a.at for a in chosen if a.at > last.at), last.at + last.seconds)
    return end - failed[0].at


def _quantile(ordered: Sequence[float], share: float) -> float:
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else 0.0


def fault_of(answer: httpx.Response) -> str | None:
    """Why an answer is a failure; None if it is what was asked for."""
    if answer.status_code != 200:
        return f"HTTP {answer.status_code}"
    try:
        said: Any = answer.json()
    except ValueError:
        return "not JSON"
    if said.get("errors"):
        return str(said["errors"][0].get("extensions", {}).get("code", "an error"))
    written = said["data"].get("updateUser")
    if written is not None and written["__typename"] != "UserPayload":
        return str(written.get("code", written["__typename"]))
    return None


class Probe:
    """Sends requests to `url` in a thread of its own, until the block ends; `asked` are those that are over."""

    def __init__(self, url: str, email: str, password: str) -> None:
        self._url, self._login = url, (email, password)
        self.asked: list[Asked] = []
        self._ready, self._over = threading.Event(), threading.Event()
        self._fault: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="probe", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        self._ready.wait()
        if self._fault is not None:
            raise self._fault
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join(REQUEST_SECONDS + 5)

    def _run(self) -> None:
        try:
            asyncio.run(self._work())
        except BaseException as error:  # noqa: BLE001 - raised by the thread that waits
            self._fault = error
        finally:
            self._ready.set()

    async def _work(self) -> None:
        limits = httpx.Limits(max_connections=WAITING_MAX, max_keepalive_connections=20, keepalive_expiry=3)
        async with httpx.AsyncClient(
            base_url=self._url, timeout=REQUEST_SECONDS, trust_env=False, limits=limits
        ) as http:
            session = await sign_in(http, *self._login)
            self._ready.set()
            waiting: set[asyncio.Task[None]] = set()
            began = time.monotonic()
            for number in itertools.count():
                pause = began + number / REQUESTS_PER_SECOND - time.monotonic()
                await asyncio.sleep(max(0.0, pause))
                if self._over.is_set():
                    break
                if len(waiting) < WAITING_MAX:
                    task = asyncio.create_task(self._ask(http, session, number))
                    waiting.add(task)
                    task.add_done_callback(waiting.discard)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(REQUEST_SECONDS):
                    await asyncio.gather(*waiting)

    async def _ask(self, http: httpx.AsyncClient, session: SignedIn, number: int) -> None:
        writes = number % WRITE_EVERY == 0
        given = {"input": {"id": session.user_id, "displayName": f"Probe {number}"}}
        body: dict[str, Any] = {"query": WRITE, "variables": given} if writes else {"query": READ}
        at = time.monotonic()
        try:
            answer = await http.post("/graphql", json=body, headers={"authorization": f"Bearer {session.token}"})
            fault = fault_of(answer)
        except httpx.HTTPError as error:
            fault = type(error).__name__
        self.asked.append(Asked(at, time.monotonic() - at, writes, fault))
