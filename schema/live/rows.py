"""The users of a batch of log entries as they are now, and what projections have derived from the batch."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import Any
from uuid import UUID

from domain.models.event import Event
from domain.models.user import User


class Rows(dict[UUID, User | None]):
    """The requested users by id; None for those that do not exist or were erased.

    `is_newest`: the batch ends at the head of the log, as far as this process knows. `derived` belongs to the
    projections: a value that several groups need is computed once per batch.
    """

    __slots__ = ("derived", "events", "is_newest")

    def __init__(
        self, found: Mapping[UUID, User | None], events: Sequence[Event] = (), *, is_newest: bool = True
    ) -> None:
        super().__init__(found)
        self.events, self.is_newest = events, is_newest
        self.derived: dict[Hashable, Any] = {}

    def concerned(self, event: Event) -> User | None:
        """The user whom an entry concerns; None if it concerns none, or they were erased."""
        return None if event.user_id is None else self.get(event.user_id)
