"""The writes of one batch of an import, within its transaction: new users with their events, then the changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from domain.errors import LastAdmin
from domain.models.actor import Actor
from domain.models.event import Change, NewEvent
from domain.models.session import EndReason
from domain.models.user import Status, User, email_verified, password_changed, user_changed, user_created
from domain.services.amending import guard_last_admin
from domain.services.import_rows import ImportRefusal, Wanted
from domain.services.unit import NewUsers, WriteUnit
from domain.services.user import HELD_BY_DELETED, new_user


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


class Additions:
    """The users whom rows create, with their events; a row without a name cannot create one."""

    def __init__(self, new: NewUsers, actor: Actor, now: datetime) -> None:
        self.new, self._actor, self._now = new, actor, now
        self.made: list[tuple[Wanted, ImportChange]] = []
        self.nameless: list[Wanted] = []

    def add(self, rows: Sequence[Wanted]) -> None:
        """Make the users of these rows."""
        for row in rows:
            if row.display_name is None:
                self.nameless.append(row)
                continue
            user = self._user(row, row.display_name)
            event = user_created(self._actor, user)
            self.new.add(user, row.password_hash, event)
            self.made.append((row, ImportChange(row.line, None, user, event.changes)))

    def _user(self, row: Wanted, name: str) -> User:
        user = new_user(row.email, name, row.role_or_default, self._now, can_sign_in=bool(row.password_hash))
        if row.status is None and not row.email_verified:
            return user  # most are, and a copy would cost more than the user
        verified = self._now if row.email_verified else None
        return replace(user, status=row.status or Status.ACTIVE, email_verified_at=verified)


def differs(before: User, row: Wanted) -> bool:
    """Whether a row may change this user, or has to be refused."""
    return (
        before.status is Status.DELETED
        or row.display_name not in (None, before.display_name)
        or row.role not in (None, before.role)
        or row.status not in (None, before.status)
        or (bool(row.email_verified) and before.email_verified_at is None)
        or row.password_hash is not None
    )


class BatchWrites:
    """The writes of one transaction: the rows first, then their events."""

    def __init__(self, unit: WriteUnit, actor: Actor, now: datetime) -> None:
        self._unit, self._actor, self._now = unit, actor, now
        self.refused: list[ImportRefusal] = []
        self.changes: list[ImportChange] = []
        self.entries: list[NewEvent] = []

    async def unlocked(self, rows: Sequence[Wanted]) -> dict[str, User]:
        """The users who have these addresses, by address."""
        return dict(await self._unit.users.find_by_emails([w.email for w in rows]))

    async def change(self, rows: Sequence[Wanted], present: Mapping[str, User], erased: Additions) -> None:
        """Lock the users of these rows and change them; those who were erased since they were read are created again."""
        if not rows:
            return
        locked = await self._unit.users.get_many_for_update([present[w.email].id for w in rows])
        known = {u.email: u for u in locked.values()}
        erased.add([w for w in rows if w.email not in known])
        self.refuse_taken(await self.add(erased))
        await self.save([w for w in rows if w.email in known], known)

    async def add(self, additions: Additions) -> list[Wanted]:
        """Insert the users whose address nobody has, and append their events.

        Returns the rows whose address another transaction has taken meanwhile.
        """
        self.refused += [
            ImportRefusal(w.line, "display_name", "Nobody has this e-mail address, and a new user needs a name")
            for w in additions.nameless
        ]
        taken = await self._unit.add_new(additions.new) if additions.made else set()
        self.changes += [change for _, change in additions.made if change.user.id not in taken]
        return [row for row, change in additions.made if change.user.id in taken] if taken else []

    def refuse_taken(self, rows: Sequence[Wanted]) -> None:
        """Refuse rows whose address is taken by a user that cannot be read."""
        reason = "This e-mail address has just been taken by another user"
        self.refused += [ImportRefusal(w.line, "email", reason, "EMAIL_TAKEN") for w in rows]

    async def save(self, rows: Sequence[Wanted], known: dict[str, User]) -> None:
        """Change the users whose address is known, in the fields that a row names."""
        later: list[User] = []
        hashes = await self._new_hashes(rows, known)
        for row in rows:
            before = known[row.email]
            if before.status is Status.DELETED:
                self.refused.append(ImportRefusal(row.line, "email", HELD_BY_DELETED, "EMAIL_TAKEN"))
                continue
            after, events, changes = self._changed(before, row, hashed=before.id in hashes)
            if after is before:
                continue
            try:
                await guard_last_admin(self._unit, before, after)
            except LastAdmin as error:
                field = "role" if after.role is not before.role else "status"
                self.refused.append(ImportRefusal(row.line, field, error.message, error.code))
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
