"""A person or a service in the directory, as a frozen entity: a change returns the new user and what changed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from domain.models.event import Audience, Change


class Role(StrEnum):
    """What a user may do, from least to most."""

    MEMBER = "member"
    AUDITOR = "auditor"
    ADMIN = "admin"


class Status(StrEnum):
    """Whether a user may sign in (active), may not (disabled), or is kept only to be restored (deleted)."""

    ACTIVE = "active"
    DISABLED = "disabled"
    DELETED = "deleted"

    @property
    def audience(self) -> Audience:
        """Who sees users of this status, beside themselves."""
        return Audience.EVERYONE if self is Status.ACTIVE else Audience.AUDITORS


@dataclass(frozen=True, slots=True)
class User:
    """One row of the directory. Times are UTC; `version` grows by one with every change."""

    id: UUID
    email: str
    display_name: str
    role: Role
    status: Status
    version: int
    created_at: datetime
    updated_at: datetime
    email_verified_at: datetime | None = None
    last_seen_at: datetime | None = None

    def changed(
        self,
        now: datetime,
        *,
        email: str | None = None,
        display_name: str | None = None,
        role: Role | None = None,
        status: Status | None = None,
    ) -> tuple[User, list[Change]]:
        """The user with these fields set (None leaves one as it is) and the real differences.

        Without a difference the very same user comes back. A new e-mail is unverified.
        """
        wanted = {"email": email, "display_name": display_name, "role": role, "status": status}
        fresh = {k: v for k, v in wanted.items() if v is not None and v != getattr(self, k)}
        if not fresh:
            return self, []
        changes = [Change(k, str(getattr(self, k)), str(v)) for k, v in fresh.items()]
        verified = None if "email" in fresh else self.email_verified_at
        user = replace(
            self,
            email=email or self.email,
            display_name=display_name or self.display_name,
            role=role or self.role,
            status=status or self.status,
            email_verified_at=verified,
            version=self.version + 1,
            updated_at=now,
        )
        return user, changes

    def touched(self, now: datetime) -> User:
        """The user one version on, for a change that lies outside these fields (a password, say)."""
        return replace(self, version=self.version + 1, updated_at=now)

    @property
    def is_active_admin(self) -> bool:
        """Whether the directory may count on this user to administer it."""
        return self.role is Role.ADMIN and self.status is Status.ACTIVE
