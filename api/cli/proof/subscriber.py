"""Subscribers: each follows the log from the same position, over connections that end, to random addresses.

All of them receive the same events. So each event gets a number when it is first seen, and each subscriber has an array
of these numbers: a thousand subscribers and ten thousand events take 80 MB.
"""

from __future__ import annotations

import math
import time
from array import array
from collections import Counter
from collections.abc import Callable
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import datetime
from random import expovariate
from typing import Any

from api.cli.client import Refused, ServerUnavailable, SignedOut, subscribe
from api.cli.proof.deployment import Account
from api.cli.proof.deployment import pause as backoff
from domain.backoff import Backoff

EVENTS = """subscription Verify($after: Cursor) {
  userEvents(after: $after) {
    __typename ... on Event { id cursor occurredAt } ... on Heartbeat { cursor } ... on ResyncRequired { cursor reason }
  }
}"""
RESYNC = -1
"""The mark in a subscriber's array for a ResyncRequired."""
LINK = {"open_timeout": 5.0, "close_timeout": 1.0, "ping_interval": 5.0, "ping_timeout": 10.0}
"""A connection to a frozen server is closed after 15 seconds."""
STEPS = 40
"""Buckets for each factor of e: latencies are accurate to 2.5 %."""


@dataclass(slots=True)
class Sightings:
    """All events that were received: their numbers by id, when each occurred, and how long they took to arrive."""

    numbers: dict[str, int] = field(default_factory=dict)
    occurred: array[float] = field(default_factory=lambda: array("d"))
    buckets: Counter[int] = field(default_factory=Counter)

    def see(self, event: dict[str, Any]) -> int:
        """Record a received event; returns its number."""
        number = self.numbers.get(event["id"])
        if number is None:
            number = self.numbers[event["id"]] = len(self.numbers)
            self.occurred.append(datetime.fromisoformat(event["occurredAt"]).timestamp())
        milliseconds = (time.time() - self.occurred[number]) * 1000
        self.buckets[round(STEPS * math.log(max(milliseconds, 0.01)))] += 1
        return number

    def milliseconds(self, share: float) -> float | None:
        """The latency quantile of all receipts, as the difference between our clock and the server's."""
        wanted = share * self.buckets.total()
        for bucket in sorted(self.buckets):
            wanted -= self.buckets[bucket]
            if wanted <= 0:
                return math.exp(bucket / STEPS)
        return None


class Subscriber:
    """One subscriber. `seen` has the event numbers it received, in order; `cursor` is where it continues."""

    def __init__(self, name: str, account: Account, cursor: str, sightings: Sightings, churn: float) -> None:
        self.name, self._account, self.cursor = name, account, cursor
        self._sightings, self._churn = sightings, churn
        self.seen: array[int] = array("i")
        self.connections, self.chosen, self.resyncs = 0, 0, 0
        self.live = False
        self.refusal: str | None = None
        self._searched, self._reached = 0, False

    @property
    def reconnects(self) -> int:
        """How often it has reconnected."""
        return max(0, self.connections - 1)

    def reached(self, event_id: str) -> bool:
        """Whether it has received this event; always called with the same one."""
        number = self._sightings.numbers.get(event_id)
        if not self._reached and number is not None:
            self._reached, self._searched = number in self.seen[self._searched :], len(self.seen)
        return self._reached

    async def run(self, moving: Callable[[], bool]) -> None:
        """Follow until cancelled, sometimes reconnecting by choice while `moving`."""
        pause = backoff()
        while self.refusal is None:
            try:
                if await self._connect(pause, moving):
                    continue
            except ServerUnavailable:
                pass
            except Refused as refused:
                self.refusal = str(refused)
            finally:
                self.live = False
            await pause.wait()

    async def _connect(self, pause: Backoff, moving: Callable[[], bool]) -> bool:
        """One connection to any address; returns whether it was closed by choice. Raises ServerUnavailable and Refused."""
        session = await self._account.session()
        leave_at = time.monotonic() + expovariate(1 / self._churn)
        address = self._account.deployment.any_address()
        try:
            async with aclosing(subscribe(address, session.token, EVENTS, {"after": self.cursor}, **LINK)) as messages:
                async for message in messages:
                    if not self.live:
                        self.live = True
                        self.connections += 1
                        pause.reset()
                    self._receive(message)
                    if time.monotonic() > leave_at and moving():
                        self.chosen += 1
                        return True
        except SignedOut:
            self._account.drop(session)
        return False

    def _receive(self, message: dict[str, Any]) -> None:
        match message["__typename"]:
            case "Event":
                self.seen.append(self._sightings.see(message))
            case "ResyncRequired":
                self.resyncs += 1
                self.seen.append(RESYNC)
        self.cursor = message["cursor"]
