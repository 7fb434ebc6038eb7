"""Bulk import: many rows in one transaction, under the same rules as single writes, with an event for each row.

A batch is checked, prepared and written. Only the last needs the transaction, so that a caller can check and prepare a
batch while the database writes the one before.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime, timedelta

from domain import policies
from domain.models.actor import Actor
from domain.models.user import User
from domain.services.credentials import PasswordHasher
from domain.services.import_batch import Additions, BatchWrites, ImportChange, differs
from domain.services.import_rows import CheckedRows, ImportRefusal, ImportRow
from domain.services.unit import Clock, Store

__all__ = ["CheckedRows", "ImportChange", "ImportRefusal", "ImportResult", "ImportRow", "ImportService", "Prepared"]

STEP = 100
"""Rows that are prepared without letting others run: 5 ms."""
PREPARED_FOR = timedelta(seconds=5)
"""After that a batch is prepared anew: its users would be created at a time long before."""


@dataclass(frozen=True, slots=True)
class ImportResult:
    """The outcome of one batch; with `dry_run`, what it would have been.

    `changes` has the rows that created or updated a user, `refused` those that were left out, both by line; all other
    rows changed nothing. `rest` has the rows that were left for another batch.
    """

    created: int
    updated: int
    unchanged: int
    refused: Sequence[ImportRefusal]
    changes: Sequence[ImportChange] = ()
    rest: Sequence[ImportRow] = ()

    def and_then(self, after: ImportResult) -> ImportResult:
        """This outcome and that of the rest, as of one batch."""
        return ImportResult(
            self.created + after.created,
            self.updated + after.updated,
            self.unchanged + after.unchanged,
            sorted([*self.refused, *after.refused], key=lambda r: r.line),
            sorted([*self.changes, *after.changes], key=lambda c: c.line),
            after.rest,
        )


@dataclass(frozen=True, slots=True)
class Prepared:
    """A batch before its transaction: who had its addresses at a time, and the users to be created."""

    at: datetime
    present: Mapping[str, User]
    additions: Additions


class ImportService:
    """Creates and updates users in batches; running it again changes nothing."""

    def __init__(self, store: Store, clock: Clock, hasher: PasswordHasher) -> None:
        self._store, self._clock, self._hasher = store, clock, hasher

    def remember(self, rows: Sequence[ImportRow], seen: set[int]) -> None:
        """Add the addresses of rows that an earlier run has imported to `seen`."""
        seen.update(hash(email) for email in self.checked(rows, seen).wanted)

    def checked(self, rows: Sequence[ImportRow], seen: AbstractSet[int]) -> CheckedRows:
        """Rows of a batch, checked; `check` adds further ones."""
        batch = CheckedRows(seen)
        self.check(batch, rows)
        return batch

    def check(self, batch: CheckedRows, rows: Sequence[ImportRow]) -> None:
        """Add rows to a batch."""
        batch.add(rows, self._hasher.accepts)

    async def prepare(self, actor: Actor, batch: CheckedRows) -> Prepared:
        """Make a batch ready to be written. Raises Forbidden and Unavailable."""
        policies.require_admin(actor)
        now = self._clock.now()
        async with self._store.read() as unit:
            present = await unit.users.find_by_emails(list(batch.wanted))
        new = [w for w in batch.wanted.values() if w.email not in present]
        additions = self._additions(actor, now)
        for start in range(0, len(new), STEP):
            additions.add(new[start : start + STEP])
            await asyncio.sleep(0)
        return Prepared(now, present, additions)

    def _additions(self, actor: Actor, now: datetime) -> Additions:
        return Additions(self._store.new_users(), actor, now)

    async def import_batch(
        self,
        actor: Actor,
        rows: Sequence[ImportRow],
        seen: set[int] | None = None,
        *,
        dry_run: bool = False,
        changes_max: int | None = None,
    ) -> ImportResult:
        """Check rows and write them.

        `seen` has the hashes of the addresses in earlier batches of the same file, and is extended: a row that repeats an
        address is rejected in any batch, because otherwise a second run would write both rows again. Raises Forbidden, and
        Unavailable if nothing was written.
        """
        seen = set() if seen is None else seen
        batch = self.checked(rows, seen)
        result = await self.write(actor, batch, dry_run=dry_run, changes_max=changes_max)
        left = {row.line for row in result.rest}
        seen.update(hash(w.email) for w in batch.wanted.values() if w.line not in left)
        return result

    async def write(
        self,
        actor: Actor,
        batch: CheckedRows,
        prepared: Prepared | None = None,
        *,
        dry_run: bool = False,
        changes_max: int | None = None,
    ) -> ImportResult:
        """Create the users whose e-mail is new and update the others: all of them or, if the database fails, none.

        What a row does not say stays: an empty field leaves the value of a known user as it is, and gives a new user the
        default. Rows that break a rule are rejected one by one, without affecting the rest. Users whom a row does not
        change are not locked, and at most `changes_max` of the others are: the rows of the remaining ones are the `rest`.
        Without `prepared`, which is written once, the transaction begins with looking up the addresses. Raises Forbidden,
        and Unavailable if nothing was written.
        """
        policies.require_admin(actor)
        now, wanted = self._clock.now(), list(batch.wanted.values())
        async with self._store.write() as unit:
            writes = BatchWrites(unit, actor, now)
            if prepared is None or now - prepared.at > PREPARED_FOR:
                prepared = Prepared(now, await writes.unlocked(wanted), self._additions(actor, now))
                prepared.additions.add([w for w in wanted if w.email not in prepared.present])
            present = dict(prepared.present)
            if taken := await writes.add(prepared.additions):
                present |= await writes.unlocked(taken)  # by another import of the same file, for example
                writes.refuse_taken([w for w in taken if w.email not in present])
            changing = [w for w in wanted if w.email in present and differs(present[w.email], w)]
            rest = [] if changes_max is None else changing[changes_max:]
            await writes.change(changing[:changes_max], present, self._additions(actor, now))
            if writes.changes and not dry_run:
                if writes.entries:
                    await unit.events.append_many(writes.entries)
                await unit.commit()
        return _result(batch, writes, {w.line for w in rest})


def _result(batch: CheckedRows, writes: BatchWrites, left: AbstractSet[int]) -> ImportResult:
    changes = sorted(writes.changes, key=lambda c: c.line)
    created = sum(c.before is None for c in changes)
    refused = sorted([*batch.refused, *writes.refused], key=lambda r: r.line)
    unchanged = len(batch.rows) - len(refused) - len(changes) - len(left)
    later = [row for row in batch.rows if row.line in left] if left else []
    return ImportResult(created, len(changes) - created, unchanged, refused, changes, later)
