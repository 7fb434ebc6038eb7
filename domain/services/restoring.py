"""Reading exported events back into an empty log: all of them, or none."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from domain import policies
from domain.models.actor import Actor
from domain.models.event import Event
from domain.models.event_types import EventType
from domain.models.log import LogState
from domain.services.unit import Store


class RestoreRefused(Exception):
    """These events cannot be read back, and nothing was changed; the message says why."""


@dataclass(slots=True)
class Survey:
    """What a first reading of an export finds: the numbers of its events, and which users were erased and when.

    An export may have been written before a user was erased. The event of the erasure says so, and what was erased stays
    erased.
    """

    first: int = 0
    last: int = 0
    erased: dict[UUID, int] = field(default_factory=dict)

    def add(self, event: Event) -> None:
        """Take note of the next event. Raises RestoreRefused unless it follows the one before."""
        expected = self.last + 1 if self.last else max(event.seq, 1)
        if event.seq != expected:
            raise RestoreRefused(f"Event {event.seq} comes where event {expected} was expected")
        self.first, self.last = self.first or event.seq, event.seq
        if event.type is EventType.USER_ERASED and event.user_id is not None:
            self.erased[event.user_id] = event.seq

    def cleaned(self, event: Event) -> Event:
        """The event without the personal data of users who were erased after it."""
        concerned = (event.user_id, event.actor_id)
        erased = [i for i in concerned if i is not None and event.seq < self.erased.get(i, 0)]
        return policies.without_erased(event, erased) if erased else event


class RestoreService:
    """The use case of an operator who has exported events and an empty log."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def restore(
        self, actor: Actor, survey: Survey, batches: Iterable[Sequence[Event]], report: Callable[[int], None]
    ) -> LogState:
        """Write the surveyed events into the empty log, in one transaction; `report` is told the size of each batch.

        The events keep their ids and numbers, so that the log begins and ends where the export does. It gets a new epoch:
        positions in the log of the export are refused. Returns the new state. Raises Forbidden, Unavailable, and
        RestoreRefused for a log that is not empty or events that are not those of the survey.
        """
        policies.require_admin(actor)
        written = Survey()
        async with self._store.write() as unit:
            _check_empty(await unit.restorer.begin(), survey)
            for batch in batches:
                for event in batch:
                    written.add(event)
                try:
                    await unit.restorer.add([survey.cleaned(event) for event in batch])
                except ValueError as error:
                    raise RestoreRefused(f"The export is damaged: {error}") from None
                report(len(batch))
            if (written.first, written.last) != (survey.first, survey.last):
                raise RestoreRefused("The export has changed while it was read")
            await unit.restorer.finish(survey.first - 1, survey.last)
            await unit.commit()
        async with self._store.read() as unit:
            return await unit.events.state()


def _check_empty(head: int | None, survey: Survey) -> None:
    if head is None:
        raise RestoreRefused("The log has events already; events can only be read back into an empty log")
    if not survey.last:
        raise RestoreRefused("There are no events in the export")
    if head > survey.last:
        raise RestoreRefused(
            f"The log has given numbers up to {head}, and the export ends with {survey.last}: the events between them are missing"
        )
