"""Writers: each creates and renames accounts over GraphQL or REST, and sometimes requests a write that must be refused.

A write is requested until a server answers, each time with the same idempotency key or expected version.
"""

from __future__ import annotations

import asyncio
import random
import time

from api.cli.client import ServerUnavailable, SignedIn, SignedOut
from api.cli.proof.deployment import Account
from api.cli.proof.deployment import pause as backoff
from api.cli.proof.ledger import Kind, Ledger, Outcome, Person, Write
from api.cli.proof.plan import Plan
from api.cli.proof.requests import Answer, over_graphql, over_rest

ACCOUNTS = 8
"""The maximum number of accounts of one writer."""
GRACE_SECONDS = 10.0
"""How long after the end of the writing a write is still retried."""
PAUSE_MAX = 2.0
MISSING_SECONDS = 3.0
"""How long a writer looks for an account that is missing in the directory, before it gives it up."""
VERSION = "query Version($id: ID!) { user(id: $id) { version } }"


class AccountMissing(ServerUnavailable):
    """An account that was acknowledged is not in the directory."""


class Writer:
    """One writer with accounts of its own. It stops at `stop_at`, in monotonic seconds."""

    def __init__(self, name: str, admin: Account, ledger: Ledger, plan: Plan) -> None:
        self._name, self._admin, self._ledger, self._plan = name, admin, ledger, plan
        self._accounts: list[Person] = []
        self._count = 0
        self.stop_at = float("inf")

    async def run(self) -> None:
        """Write until `stop_at`. Raises Refused if signing in is refused."""
        while time.monotonic() < self.stop_at:
            await self.carry_out(self._next(), GRACE_SECONDS)
            pause = random.expovariate(self._plan.rate / self._plan.writers)
            await asyncio.sleep(min(pause, PAUSE_MAX))

    def create(self) -> Write:
        """A new account."""
        mark = self._mark()
        return Write(Kind.CREATE, mark, f"{mark}@example.com")

    def rename(self, person: Person) -> Write:
        """Another name for an account."""
        return Write(Kind.RENAME, self._mark(), person.email, person)

    def _mark(self) -> str:
        self._count += 1
        return f"{self._plan.prefix}{self._name}-{self._count}"

    def _next(self) -> Write:
        turn = self._count % 10
        if not self._accounts or (turn == 0 and len(self._accounts) < ACCOUNTS):
            return self.create()
        write = self.rename(self._accounts[self._count % len(self._accounts)])
        write.kind = {5: Kind.STALE, 7: Kind.TAKEN}.get(turn, Kind.RENAME)
        return write

    async def carry_out(self, write: Write, patience: float) -> Write:
        """Request the write until there is an answer, or until `patience` seconds after `stop_at`."""
        self._ledger.writes.append(write)
        lost, answer, pause = False, None, backoff()
        missing_until = float("inf")
        while answer is None:
            try:
                await self._read_version(write)
                answer = await self._ask(write)
            except AccountMissing:
                missing_until = min(missing_until, time.monotonic() + MISSING_SECONDS)
                if time.monotonic() > min(missing_until, self.stop_at + patience):
                    self._forget(write)
                    break
                await pause.wait()
            except (ServerUnavailable, SignedOut) as error:
                unanswered = isinstance(error, ServerUnavailable) and error.sent
                lost = lost or unanswered
                self._ledger.lost += unanswered
                if time.monotonic() > self.stop_at + patience:
                    break
                await pause.wait()
        self._record_outcome(write, answer, lost=lost)
        return write

    def _forget(self, write: Write) -> None:
        self._accounts = [person for person in self._accounts if person is not write.person]

    def _record_outcome(self, write: Write, answer: Answer | None, *, lost: bool) -> None:
        if answer is None or answer.refusal is not None:
            write.outcome = Outcome.UNKNOWN if lost else Outcome.REFUSED
            if write.person is not None and not write.kind.refusable:
                write.person.version = None
            return
        write.outcome = Outcome.ACKNOWLEDGED
        if write.person is None:
            write.person = Person(answer.id, write.email, answer.version)
            self._accounts.append(write.person)
        elif not write.kind.creates:
            write.person.version = answer.version

    async def _read_version(self, write: Write) -> None:
        """Read the version of the account if it is unknown. Raises ServerUnavailable and SignedOut."""
        person = write.person
        if person is None or person.version is not None:
            return
        try:
            found = (await self._admin.ask(VERSION, {"id": person.id}))["user"]
        except ServerUnavailable as error:
            raise ServerUnavailable(str(error), sent=False) from error
        if found is None:
            raise AccountMissing("the account is not in the directory", sent=False)
        person.version = int(found["version"])

    async def _ask(self, write: Write) -> Answer:
        """One attempt, over GraphQL or REST. Raises ServerUnavailable and SignedOut."""
        session = await self._session()
        request = random.choice((over_graphql, over_rest))  # noqa: S311 - not a secret
        try:
            return await request(self._admin.deployment.any(), session.token, write)
        except SignedOut:
            self._admin.drop(session)
            raise

    async def _session(self) -> SignedIn:
        try:
            return await self._admin.session()
        except ServerUnavailable as error:
            raise ServerUnavailable(str(error), sent=False) from error
