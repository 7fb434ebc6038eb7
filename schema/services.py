"""The use cases that resolvers call, as one frozen bundle, created once per process by the composition root."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from domain.services.event import EventService, LogHub
from domain.services.live import Presence
from domain.services.session import SessionService
from domain.services.user import UserService


@dataclass(frozen=True, slots=True)
class Services:
    """The use cases a resolver may call, one instance per process."""

    users: UserService
    sessions: SessionService
    events: EventService
    presence: Presence
    log: LogHub

    @property
    def epoch(self) -> UUID:
        """The log's current epoch, which new cursors contain."""
        return self.log.epoch
