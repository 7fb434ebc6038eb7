"""What the fakes of the store hold."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from uuid import UUID

from domain.models.event import NewEvent
from domain.models.second_factor import Totp
from domain.models.session import Session
from domain.models.user import User
from domain.services.unit import KeptResult
from tests.unit.fakes.log import StoredLog


@dataclass
class State:
    """All stored data."""

    users: dict[UUID, User] = field(default_factory=dict)
    hashes: dict[UUID, str | None] = field(default_factory=dict)
    sessions: dict[UUID, Session] = field(default_factory=dict)
    totp: dict[UUID, Totp] = field(default_factory=dict)
    recovery: dict[UUID, frozenset[bytes]] = field(default_factory=dict)
    log: StoredLog = field(default_factory=StoredLog)
    keys: dict[tuple[UUID | None, str], KeptResult] = field(default_factory=dict)

    def copied(self) -> State:
        """A copy with the same rows, which do not change."""
        log = replace(self.log, entries=list(self.log.entries))
        sessions, totp, recovery = dict(self.sessions), dict(self.totp), dict(self.recovery)
        return State(dict(self.users), dict(self.hashes), sessions, totp, recovery, log, dict(self.keys))

    @property
    def events(self) -> list[NewEvent]:
        """The events in the log, oldest first."""
        return self.log.entries
