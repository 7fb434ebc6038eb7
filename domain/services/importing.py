"""Bulk import: many rows in one transaction, under the same rules as single writes, with an event for each row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from domain import policies
from domain.errors import LastAdmin, ValidationFailed
from domain.models.actor import Actor, Role
from domain.models.event import NewEvent
from domain.models.user import Status, User, user_changed, user_created
from domain.services.unit import Clock, Store, WriteUnit
from domain.services.user import HELD_BY_DELETED, checked, guard_last_admin, new_user


@dataclass(frozen=True, slots=True)
class ImportRow:
    """One record of an import: its line in the file, and its fields as text."""

    line: int
    email: str
    display_name: str
    role: str


@dataclass(frozen=True, slots=True)
class ImportRefusal:
    """Why a row was left out."""

    line: int
    field: str
    reason: str


@dataclass(frozen=True, slots=True)
class ImportResult:
    """The outcome of one batch; with `dry_run`, what it would have been."""

    created: int
    updated: int
    unchanged: int
    refused: Sequence[ImportRefusal]


@dataclass(frozen=True, slots=True)
class _Wanted:
    line: int
    email: str
    display_name: str
    role: Role


class ImportService:
    """Creates and updates users in batches; running it again changes nothing."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store, self._clock = store, clock

    def remember(self, rows: Sequence[ImportRow], seen: set[int]) -> None:
        """Add the addresses of rows that an earlier run has imported to `seen`."""
        seen.update(hash(w.email) for w in _checked(rows, [], seen))

    async def import_batch(
        self, actor: Actor, rows: Sequence[ImportRow], seen: set[int] | None = None, *, dry_run: bool = False
    ) -> ImportResult:
        """Create the users whose e-mail is new and update the others: all of them or, if the database fails, none.

        Rows that break a rule are rejected one by one, without affecting the rest: that of a deleted user, for example.
        A disabled user keeps its status. `seen` has the hashes of the addresses in earlier batches of the same file, and is extended: a row that
        repeats an address is rejected in any batch, because otherwise a second run would write both rows again. Raises
        Forbidden, and Unavailable if nothing was written.
        """
        policies.require_admin(actor)
        refused: list[ImportRefusal] = []
        seen = set() if seen is None else seen
        wanted = _checked(rows, refused, seen)
        addresses = [hash(w.email) for w in wanted]
        async with self._store.write() as unit:
            found = await unit.users.find_by_emails([w.email for w in wanted])
            known = {
                u.email: u for u in (await unit.users.get_many_for_update([u.id for u in found.values()])).values()
            }
            wanted = _without_deleted(wanted, known, refused)
            created = await self._add(unit, actor, [w for w in wanted if w.email not in known], refused)
            updated = await self._save(unit, actor, [w for w in wanted if w.email in known], known, refused)
            entries = created + [e for _, changes in updated for e in changes]
            if entries and not dry_run:
                await unit.events.append_many(entries)
                await unit.commit()
        seen.update(addresses)
        unchanged = len(rows) - len(refused) - len(created) - len(updated)
        return ImportResult(len(created), len(updated), unchanged, sorted(refused, key=lambda r: r.line))

    async def _add(
        self, unit: WriteUnit, actor: Actor, rows: Sequence[_Wanted], refused: list[ImportRefusal]
    ) -> list[NewEvent]:
        now = self._clock.now()
        users = [new_user(w.email, w.display_name, w.role, now) for w in rows]
        added = await unit.users.add_many(users) if users else set()
        refused += [
            ImportRefusal(row.line, "email", "This e-mail address has just been taken by another user")
            for row, user in zip(rows, users, strict=True)
            if user.id not in added
        ]
        return [user_created(actor, u) for u in users if u.id in added]

    async def _save(
        self,
        unit: WriteUnit,
        actor: Actor,
        rows: Sequence[_Wanted],
        known: dict[str, User],
        refused: list[ImportRefusal],
    ) -> list[tuple[User, list[NewEvent]]]:
        now = self._clock.now()
        changed: list[tuple[User, list[NewEvent]]] = []
        for row in rows:
            before = known[row.email]
            after, changes = before.changed(now, display_name=row.display_name, role=row.role)
            if after is before:
                continue
            try:
                await guard_last_admin(unit, before, after)
            except LastAdmin as error:
                refused.append(ImportRefusal(row.line, "role", error.message))
                continue
            if before.is_active_admin:
                await unit.users.save(after)  # now, because the check of the next row must see it
            changed.append((after, user_changed(actor, before, after, changes)))
        await unit.users.save_many([u for u, _ in changed if not known[u.email].is_active_admin])
        return changed


def _without_deleted(rows: Sequence[_Wanted], known: dict[str, User], refused: list[ImportRefusal]) -> list[_Wanted]:
    """The rows whose address no deleted user has; the others are added to `refused`."""
    held = [row for row in rows if row.email in known and known[row.email].status is Status.DELETED]
    refused += [ImportRefusal(row.line, "email", HELD_BY_DELETED) for row in held]
    return [row for row in rows if row not in held]


def _checked(rows: Sequence[ImportRow], refused: list[ImportRefusal], seen: set[int]) -> list[_Wanted]:
    """The rows in canonical form; those that break a rule or repeat an e-mail of the file are added to `refused`."""
    wanted: dict[str, _Wanted] = {}
    for row in rows:
        try:
            clean = checked(email=row.email, display_name=row.display_name)
        except ValidationFailed as error:
            refused.append(ImportRefusal(row.line, error.faults[0].field, error.faults[0].message))
            continue
        role = row.role.strip().lower() or Role.MEMBER
        if role not in set(Role):
            refused.append(ImportRefusal(row.line, "role", f"Unknown role; use one of {', '.join(Role)}"))
        elif clean["email"] in wanted:
            first = wanted[clean["email"]].line
            refused.append(ImportRefusal(row.line, "email", f"This e-mail address is also on line {first}"))
        elif hash(clean["email"]) in seen:
            refused.append(ImportRefusal(row.line, "email", "This e-mail address is also on an earlier line"))
        else:
            wanted[clean["email"]] = _Wanted(row.line, clean["email"], clean["display_name"], Role(role))
    return list(wanted.values())
