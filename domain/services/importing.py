"""Bulk import: many rows in one transaction, under the same rules as single writes, with an event for each row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from domain import policies
from domain.errors import LastAdmin
from domain.models.actor import Actor
from domain.models.event import Change, NewEvent
from domain.models.session import EndReason
from domain.models.user import Status, User, email_verified, password_changed, user_changed, user_created
from domain.services.amending import guard_last_admin
from domain.services.credentials import PasswordHasher
from domain.services.import_rows import ImportRefusal, ImportRow, Wanted, checked_rows
from domain.services.unit import Clock, Store, WriteUnit
from domain.services.user import HELD_BY_DELETED, new_user

__all__ = ["ImportChange", "ImportRefusal", "ImportResult", "ImportRow", "ImportService"]


@dataclass(frozen=True, slots=True)
class ImportChange:
    """What a row created (`before` is None) or changed: the user as they are now, and each field before and after."""

    line: int
    before: User | None
    user: User
    changes: Sequence[Change]

    def changed(self, field: str) -> bool:
        """Whether the row changed this field of a user who existed before."""
        return self.before is not None and any(c.field == field for c in self.changes)


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


class ImportService:
    """Creates and updates users in batches; running it again changes nothing."""

    def __init__(self, store: Store, clock: Clock, hasher: PasswordHasher) -> None:
        self._store, self._clock, self._hasher = store, clock, hasher

    def remember(self, rows: Sequence[ImportRow], seen: set[int]) -> None:
        """Add the addresses of rows that an earlier run has imported to `seen`."""
        seen.update(hash(w.email) for w in checked_rows(rows, [], seen, self._hasher.accepts))

    async def import_batch(
        self,
        actor: Actor,
        rows: Sequence[ImportRow],
        seen: set[int] | None = None,
        *,
        dry_run: bool = False,
        changes_max: int | None = None,
    ) -> ImportResult:
        """Create the users whose e-mail is new and update the others: all of them or, if the database fails, none.

        What a row does not say stays: an empty field leaves the value of a known user as it is, and gives a new user the
        default. Rows that break a rule are rejected one by one, without affecting the rest. `seen` has the hashes of the
        addresses in earlier batches of the same file, and is extended: a row that repeats an address is rejected in any
        batch, because otherwise a second run would write both rows again. Users whom a row does not change are not locked,
        and at most `changes_max` of the others are: the rows of the remaining ones are the `rest`. Raises Forbidden, and
        Unavailable if nothing was written.
        """
        policies.require_admin(actor)
        refused: list[ImportRefusal] = []
        seen = set() if seen is None else seen
        wanted = checked_rows(rows, refused, seen, self._hasher.accepts)
        async with self._store.write() as unit:
            batch = _Batch(unit, actor, self._clock.now(), refused)
            present = await batch.unlocked(wanted)
            if taken := await batch.add([w for w in wanted if w.email not in present]):
                present |= await batch.unlocked(taken)  # by another import of the same file, for example
                batch.refuse_taken([w for w in taken if w.email not in present])
            changing = [w for w in wanted if w.email in present and _differs(present[w.email], w)]
            rest = [] if changes_max is None else changing[changes_max:]
            await batch.change(changing[:changes_max], present)
            if batch.entries and not dry_run:
                await unit.events.append_many(batch.entries)
                await unit.commit()
        left = {w.line for w in rest}
        seen.update(hash(w.email) for w in wanted if w.line not in left)
        changes = sorted(batch.changes, key=lambda c: c.line)
        created = sum(c.before is None for c in changes)
        unchanged = len(rows) - len(refused) - len(changes) - len(rest)
        ordered = sorted(refused, key=lambda r: r.line)
        later = [row for row in rows if row.line in left]
        return ImportResult(created, len(changes) - created, unchanged, ordered, changes, later)


def _differs(before: User, row: Wanted) -> bool:
    """Whether a row may change this user, or has to be refused."""
    return (
        before.status is Status.DELETED
        or row.display_name not in (None, before.display_name)
        or row.role not in (None, before.role)
        or row.status not in (None, before.status)
        or (bool(row.email_verified) and before.email_verified_at is None)
        or row.password_hash is not None
    )


class _Batch:
    """The writes of one transaction: the rows first, then their events."""

    def __init__(self, unit: WriteUnit, actor: Actor, now: datetime, refused: list[ImportRefusal]) -> None:
        self._unit, self._actor, self._now, self._refused = unit, actor, now, refused
        self.changes: list[ImportChange] = []
        self.entries: list[NewEvent] = []

    async def unlocked(self, rows: Sequence[Wanted]) -> dict[str, User]:
        """The users who have these addresses, by address."""
        return dict(await self._unit.users.find_by_emails([w.email for w in rows]))

    async def change(self, rows: Sequence[Wanted], present: Mapping[str, User]) -> None:
        """Lock the users of these rows and change them; those who were erased since they were read are created again."""
        if not rows:
            return
        locked = await self._unit.users.get_many_for_update([present[w.email].id for w in rows])
        known = {u.email: u for u in locked.values()}
        if erased := [w for w in rows if w.email not in known]:
            self.refuse_taken(await self.add(erased))
        await self.save([w for w in rows if w.email in known], known)

    async def add(self, rows: Sequence[Wanted]) -> list[Wanted]:
        """Insert the users whose address nobody has; a row without a name cannot create a user.

        Returns the rows whose address another transaction has taken meanwhile.
        """
        named = [w for w in rows if w.display_name is not None]
        self._refused += [
            ImportRefusal(w.line, "display_name", "Nobody has this e-mail address, and a new user needs a name")
            for w in rows
            if w.display_name is None
        ]
        users = [self._new(w) for w in named]
        hashes = {u.id: w.password_hash for w, u in zip(named, users, strict=True) if w.password_hash}
        added = await self._unit.users.add_many(users, hashes) if users else set()
        for row, user in zip(named, users, strict=True):
            if user.id in added:
                event = user_created(self._actor, user)
                self.entries.append(event)
                self.changes.append(ImportChange(row.line, None, user, event.changes))
        return [row for row, user in zip(named, users, strict=True) if user.id not in added]

    def refuse_taken(self, rows: Sequence[Wanted]) -> None:
        """Refuse rows whose address is taken by a user that cannot be read."""
        reason = "This e-mail address has just been taken by another user"
        self._refused += [ImportRefusal(w.line, "email", reason, "EMAIL_TAKEN") for w in rows]

    def _new(self, row: Wanted) -> User:
        can_sign_in = bool(row.password_hash)
        user = new_user(row.email, row.display_name or "", row.role_or_default, self._now, can_sign_in)
        if row.status is None and not row.email_verified:
            return user  # most are, and a copy would cost more than the user
        verified = self._now if row.email_verified else None
        return replace(user, status=row.status or Status.ACTIVE, email_verified_at=verified)

    async def save(self, rows: Sequence[Wanted], known: dict[str, User]) -> None:
        """Change the users whose address is known, in the fields that a row names."""
        later: list[User] = []
        hashes = await self._new_hashes(rows, known)
        for row in rows:
            before = known[row.email]
            if before.status is Status.DELETED:
                self._refused.append(ImportRefusal(row.line, "email", HELD_BY_DELETED, "EMAIL_TAKEN"))
                continue
            after, events, changes = self._changed(before, row, hashed=before.id in hashes)
            if after is before:
                continue
            try:
                await guard_last_admin(self._unit, before, after)
            except LastAdmin as error:
                field = "role" if after.role is not before.role else "status"
                self._refused.append(ImportRefusal(row.line, field, error.message, error.code))
                continue
            if before.is_active_admin:
                await self._unit.users.save(after)  # now, because the check of the next row must see it
            else:
                later.append(after)
            if after.status is Status.DISABLED is not before.status:
                await self._unit.sessions.end_all(after.id, EndReason.DISABLED, self._now)
            self.entries += events
            self.changes.append(ImportChange(row.line, before, after, changes))
        await self._unit.users.save_many(later)
        saved = {c.user.id for c in self.changes}
        await self._unit.users.set_password_hashes({i: h for i, h in hashes.items() if i in saved})

    async def _new_hashes(self, rows: Sequence[Wanted], known: Mapping[str, User]) -> Mapping[UUID, str]:
        """The hashes of users who have no password. One that they have set stays: a repeated import must not undo it."""
        given = {known[w.email].id: w.password_hash for w in rows if w.password_hash}
        present = await self._unit.users.password_hashes(list(given)) if given else {}
        return {i: hashed for i, hashed in given.items() if i not in present}

    def _changed(self, before: User, row: Wanted, *, hashed: bool) -> tuple[User, list[NewEvent], Sequence[Change]]:
        """The user after the row, with its events; the same user if nothing changes. No row takes a verification away."""
        after, changes = before.changed(self._now, display_name=row.display_name, role=row.role, status=row.status)
        verifies = bool(row.email_verified) and before.email_verified_at is None
        if verifies:
            after = replace(after if after is not before else before.touched(self._now), email_verified_at=self._now)
        if hashed:
            after = replace(before.touched(self._now) if after is before else after, can_sign_in=True)
        if after is before:
            return before, [], ()
        events = user_changed(self._actor, before, after, changes)
        if verifies:
            events.append(email_verified(self._actor, after, self._now))
            changes = [*changes, Change("email_verified", "false", "true")]
        if hashed:
            events.append(password_changed(self._actor, after, self._now))
            changes = [*changes, Change("password_hash", None, None)]
        return after, events, changes
