"""One proof from start to end: sign in, write and subscribe, wait for all subscribers, check, and clean up."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from api.cli.client import Refused
from api.cli.credential import Password
from api.cli.proof import reading
from api.cli.proof.checks import Entry, check_directory
from api.cli.proof.deployment import Account, Deployment
from api.cli.proof.ledger import Ledger, Outcome, Write
from api.cli.proof.plan import NotProven, Plan
from api.cli.proof.report import Report, report_on
from api.cli.proof.subscriber import Sightings, Subscriber
from api.cli.proof.writer import Writer

ARRIVALS_PER_SECOND = 200.0
"""How fast subscribers connect, so that they do not all connect at the same time."""
POLL_SECONDS = 0.1
CLEANUP_SECONDS = 60.0
READINGS, LATE_SECONDS = 4, 3.0
WRITING = "Writing"
AUDITOR = """mutation Auditor($input: CreateUserInput!) {
  createUser(input: $input) { __typename ... on UserPayload { user { id } } ... on Problem { message } }
}"""


@dataclass
class Proof:
    """A running proof, whose progress can be read; set `stopping` to end the writing early.

    `left` is how many of its accounts still exist, None if that is unknown.
    """

    plan: Plan
    phase: str = "Signing in"
    left: int | None = 0
    stopping: asyncio.Event = field(default_factory=asyncio.Event)
    ledger: Ledger = field(default_factory=Ledger)
    sightings: Sightings = field(default_factory=Sightings)
    subscribers: list[Subscriber] = field(default_factory=list)

    def line(self) -> str:
        """The progress in one line."""
        live = sum(s.live for s in self.subscribers)
        done = self.ledger.count(Outcome.ACKNOWLEDGED)
        seen, again = sum(len(s.seen) for s in self.subscribers), sum(s.reconnects for s in self.subscribers)
        return (
            f"{self.phase}: {done:,} writes, {live:,} of {len(self.subscribers):,} subscribers live, "
            f"{seen:,} receipts, {again:,} reconnects"
        )

    async def run(self) -> Report:
        """Run the proof and remove its accounts, even if cancelled. Raises NotProven and Refused."""
        async with Deployment(self.plan.addresses) as deployment:
            admin = Account(deployment, self.plan.credential)
            await self._sign_in(admin, "ADMIN")
            self.left = None
            try:
                report = await self._prove(admin)
            finally:
                self.phase = "Removing the accounts"
                await self._clean(admin)
            return report

    async def _sign_in(self, account: Account, role: str) -> None:
        """Sign in. Raises NotProven and Refused."""
        session = await account.wait_for_session(self.plan.patience)
        if session.role != role:
            await account.sign_out()
            raise Refused(f"{account.label} must have the role {role.lower()}")

    async def _clean(self, admin: Account) -> None:
        with contextlib.suppress(NotProven, Refused, TimeoutError):
            async with asyncio.timeout(2 * CLEANUP_SECONDS):
                self.left = await reading.erase(admin, self.plan.prefix, CLEANUP_SECONDS)
                await admin.sign_out()

    async def _prove(self, admin: Account) -> Report:
        self.phase = "Starting"
        watch = Writer("watch", admin, self.ledger, self.plan)
        auditor = await self._auditor(admin)
        begun = await self._acknowledged_write(watch, watch.create)
        first = await reading.event_of(admin, begun, self.plan.patience)
        if first is None or begun.person is None:
            raise NotProven("Writes do not appear in the log")
        viewers = (("admin", admin), ("auditor", auditor))
        for n in range(self.plan.subscribers):
            name, account = viewers[n % 2]
            self.subscribers.append(
                Subscriber(f"subscriber {n} ({name})", account, first.cursor, self.sightings, self.plan.churn)
            )
        async with _together([self._follow(n, s) for n, s in enumerate(self.subscribers)]):
            self.phase = "Connecting"
            await self._until(lambda: all(s.connections for s in self.subscribers))
            self.phase = WRITING
            await self._write(admin)
            self.phase = "Waiting for the last event"
            ended = await self._acknowledged_write(watch, partial(watch.rename, begun.person))
            last = await reading.event_of(admin, ended, self.plan.patience)
            if last is not None:
                await self._until(lambda: all(s.reached(last.id) for s in self.subscribers))
        self.phase = "Checking"
        return await self._check(admin, first, last, auditor.label)

    async def _auditor(self, admin: Account) -> Account:
        """Create an auditor, who sees the whole log through another rendering, so that both renderings are checked.

        Raises NotProven and Refused.
        """
        login = Password(f"{self.plan.prefix}auditor@example.com", secrets.token_hex(16))
        auditor = Account(admin.deployment, login)
        about = {"email": login.label, "displayName": f"{self.plan.prefix}auditor", "role": "AUDITOR"}
        variables = {"input": about | {"password": login.password, "idempotencyKey": login.label}}
        payload = (await admin.ask_with_retry(AUDITOR, variables, self.plan.patience))["createUser"]
        if payload["__typename"] != "UserPayload":
            raise Refused(payload["message"])
        await self._sign_in(auditor, "AUDITOR")
        return auditor

    async def _acknowledged_write(self, writer: Writer, make: Callable[[], Write]) -> Write:
        """An acknowledged write, repeated with a new one while the outcome is uncertain. Raises NotProven and Refused."""
        end = writer.stop_at = time.monotonic() + self.plan.patience
        while time.monotonic() < end:
            write = await writer.carry_out(make(), 0.0)
            if write.outcome is Outcome.ACKNOWLEDGED:
                return write
            await asyncio.sleep(POLL_SECONDS)
        raise NotProven(f"No write was acknowledged for {self.plan.patience:.0f} seconds")

    async def _follow(self, number: int, subscriber: Subscriber) -> None:
        await asyncio.sleep(number / ARRIVALS_PER_SECOND)
        await subscriber.run(lambda: self.phase == WRITING)

    async def _until(self, condition: Callable[[], bool]) -> None:
        """Wait until a condition holds, at most `patience`; the checks come later."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self.plan.patience):
                while not condition():  # noqa: ASYNC110 - it depends on a thousand subscribers
                    await asyncio.sleep(POLL_SECONDS)

    async def _write(self, admin: Account) -> None:
        """Run the writers. Raises Refused."""
        writers = [Writer(f"w{n}", admin, self.ledger, self.plan) for n in range(self.plan.writers)]
        for writer in writers:
            writer.stop_at = time.monotonic() + self.plan.seconds
        stopping = asyncio.create_task(self.stopping.wait())
        async with _together([writer.run() for writer in writers]) as working:
            await asyncio.wait({stopping, *working}, timeout=self.plan.seconds, return_when=asyncio.FIRST_COMPLETED)
            for writer in writers:
                writer.stop_at = min(writer.stop_at, time.monotonic())
            await asyncio.gather(*working)
        stopping.cancel()

    async def _check(self, admin: Account, first: Entry, last: Entry | None, without: str) -> Report:
        """Read the log and the directory, and check them; read again if they differ, because a lost write may arrive late."""
        readings = 0
        while True:
            readings += 1
            entries = await reading.entries_since(admin, first, self.plan.patience)
            found = await reading.accounts(admin, self.plan.prefix, self.plan.patience)
            accounts = [p for p in found if p.email != without]
            if readings == READINGS or not check_directory(entries, accounts):
                return report_on(self.plan, self.ledger, entries, last, accounts, self.subscribers, self.sightings)
            await asyncio.sleep(LATE_SECONDS)


@asynccontextmanager
async def _together(work: Sequence[Coroutine[Any, Any, None]]) -> AsyncIterator[list[asyncio.Task[None]]]:
    """Run these until the block ends, and then raise the first exception of one of them."""
    tasks = [asyncio.create_task(w) for w in work]
    try:
        yield tasks
    finally:
        for task in tasks:
            task.cancel()
        ended = await asyncio.gather(*tasks, return_exceptions=True)
    for outcome in ended:
        if isinstance(outcome, Exception):
            raise outcome
