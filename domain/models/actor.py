"""The actor of a request or command, and where the request came from."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from domain.models.language import Language

IPV6_PREFIX = 64
"""The prefix of one subscriber's network (RFC 6177 section 2), who can use any address within it."""


def network_of(address: str | None) -> str:
    """The key under which limits count an address: an IPv4 address itself, an IPv6 address by its /64.

    Requests without a known address are counted together, so that a missing address never avoids the limit.
    """
    try:
        ip = ipaddress.ip_address(address or "")
    except ValueError:
        return "unknown"
    if isinstance(ip, ipaddress.IPv4Address):
        return str(ip)
    if ip.ipv4_mapped is not None:
        return str(ip.ipv4_mapped)
    return str(ipaddress.IPv6Network((int(ip), IPV6_PREFIX), strict=False))


class Role(StrEnum):
    """What a user may do, from least to most."""

    MEMBER = "member"
    AUDITOR = "auditor"
    ADMIN = "admin"


def lesser_role(one: Role, other: Role) -> Role:
    """The role of the two that may do less."""
    return min(one, other, key=list(Role).index)


class ApiKeyScope(StrEnum):
    """What an API key may be used for besides its role: asking for the state of other users' tokens (RFC 7662)."""

    INTROSPECT = "introspect"


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a request came from, as the audit trail keeps it."""

    request_id: str | None = None
    ip_address: str | None = None
    user_agent: str | None = None
    language: Language | None = None

    @property
    def network(self) -> str:
        """The address as limits count it, see `network_of`."""
        return network_of(self.ip_address)


@dataclass(frozen=True, slots=True)
class Actor:
    """A signed-in user with their current role, or the system itself (`user_id` None, an admin)."""

    user_id: UUID | None
    role: Role
    session_id: UUID | None = None
    origin: Origin = Origin()
    key_id: UUID | None = None
    """The API key with which the actor acts in place of a session."""
    enrolling: bool = False
    """Whether the session has to set up a second factor before it may do anything else."""

    @property
    def is_system(self) -> bool:
        """Whether this is the system itself, which needs no credentials."""
        return self.user_id is None

    @property
    def credential_id(self) -> UUID | None:
        """The session or the API key that must stay valid; None for the system."""
        return self.session_id or self.key_id

    @property
    def is_admin(self) -> bool:
        """Whether this actor may change other users."""
        return self.role is Role.ADMIN

    @property
    def sees_all(self) -> bool:
        """Whether this actor sees every status, every e-mail and the audit trail."""
        return self.role in (Role.ADMIN, Role.AUDITOR)


def system(origin: Origin | None = None) -> Actor:
    """The actor of the command line, imports and scheduled jobs."""
    return Actor(None, Role.ADMIN, None, origin or Origin())
