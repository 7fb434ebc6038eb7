"""The use cases that resolvers call, as one frozen bundle: made once a process by the composition root."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from domain.ports import Presence
from domain.services.event import EventService
from domain.services.session import SessionService
from domain.services.user import UserService


@dataclass(frozen=True, slots=True)
class Services:
    """The use cases a resolver may call, one instance a process."""

    users: UserService
    sessions: SessionService
    events: EventService
    presence: Presence
    epoch: UUID
    """The log's epoch, read once at start; cursors are made with it."""
