"""Who does something, and from where."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from domain.models.user import Role


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a request came from, as the audit trail keeps it."""

    request_id: str | None = None
    ip_address: str | None = None
    user_agent: str | None = None


@dataclass(frozen=True, slots=True)
class Actor:
    """A signed-in user, with the role the directory gives now; or the system itself (`user_id` None, an admin)."""

    user_id: UUID | None
    role: Role
    session_id: UUID | None = None
    origin: Origin = Origin()

    @property
    def is_admin(self) -> bool:
        """Whether this actor may change other users."""
        return self.role is Role.ADMIN

    @property
    def sees_all(self) -> bool:
        """Whether this actor sees every status, every e-mail and the audit trail."""
        return self.role in (Role.ADMIN, Role.AUDITOR)


def system(origin: Origin | None = None) -> Actor:
    """The system itself: the command line, an import, a schedule."""
    return Actor(None, Role.ADMIN, None, origin or Origin())
