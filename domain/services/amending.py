"""What every change of a user checks, and changes that one statement makes, without a lock that others could wait for."""

from __future__ import annotations

from datetime import datetime

from domain import policies
from domain.errors import LastAdmin, NotFound, VersionConflict
from domain.models.actor import Actor, Role
from domain.models.user import Status, User, user_changed
from domain.services.unit import Store, WriteUnit, Written


def seen(actor: Actor, user: User | None, expected: int | None, *, deleted_too: bool) -> User:
    """The user whom the actor is going to change. Raises NotFound, and VersionConflict for another version than expected."""
    if user is None or not policies.can_see(actor, user) or (user.status is Status.DELETED and not deleted_too):
        raise NotFound
    if expected is not None and expected != user.version:
        raise VersionConflict(user)
    return user


async def guard_last_admin(unit: WriteUnit, before: User, after: User | None) -> None:
    """Raise LastAdmin if the change would remove the only active admin; concurrent changes are serialised."""
    stays = after is not None and after.is_active_admin
    if before.is_active_admin and not stays and not await unit.users.count_other_active_admins(before.id):
        raise LastAdmin


async def amended(
    store: Store, actor: Actor, before: User, now: datetime, display_name: str | None, role: Role | None
) -> Written[User] | None:
    """Change an active user's name or role; None if that takes a transaction, in which nothing was written yet.

    It does for both at once, which are two events, for a role whose loss could leave no admin, and if another writer comes
    between.
    """
    after, changes = before.changed(now, display_name=display_name, role=role)
    if after is before:
        return Written(before, None)
    if before.status is not Status.ACTIVE or (before.is_active_admin and not after.is_active_admin):
        return None
    entries = user_changed(actor, before, after, changes)
    position = await store.amend(after, entries[0]) if len(entries) == 1 else None
    return None if position is None else Written(after, position)
