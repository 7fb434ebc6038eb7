"""Mails: from requests and from the log into the queue, and from the queue to a sender.

Nothing here runs within a request. A request for a mail to an address is stored in the same way for known and unknown
addresses; whether somebody has the address is decided later, by a background job.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from uuid import UUID, uuid4

from domain.models.event import Event, NewEvent
from domain.models.event_types import SubjectKind
from domain.models.link import new_token
from domain.models.mail import ANNOUNCED, GIVE_UP_AFTER, LEASE, NEW_DEVICES, QUEUED, Letter, Mail, retry_delay
from domain.services.letters import letter_of
from domain.services.mail_requests import answer_requests
from domain.services.unit import Clock, Store

REQUESTS = 100
EVENTS = 200
"""Requests and events that are read in one transaction."""
TOKENS_MAX = 1_000
"""Tokens of unsent mails that a process keeps in memory, so that a retry sends the same link."""


class MailService:
    """The use cases of the background jobs that send mails. One per process.

    With `new_devices`, users are told of sign-ins from devices that they have not used before.
    """

    def __init__(self, store: Store, clock: Clock, *, new_devices: bool = False) -> None:
        self._store, self._clock = store, clock
        self._announced = {**ANNOUNCED, **(NEW_DEVICES if new_devices else {})}
        self._tokens: dict[UUID, str] = {}
        self._wake = asyncio.Event()

    def wake(self) -> None:
        """Have requests and the log read soon."""
        self._wake.set()

    def follow(self, events: Sequence[NewEvent]) -> None:
        """Wake if some of these events cause mails."""
        if any(event.type in self._announced or event.type in QUEUED for event in events):
            self.wake()

    async def woken(self, seconds: float) -> None:
        """Wait until `wake` was called, at most this long."""
        try:
            async with asyncio.timeout(seconds):
                await self._wake.wait()
        except TimeoutError:
            pass
        self._wake.clear()

    async def take_requests(self) -> bool:
        """Answer the oldest requests; returns whether there may be more. Raises Unavailable."""
        async with self._store.write() as unit:
            requests = await unit.mails.take_requests(REQUESTS)
            if not requests:
                return False
            await answer_requests(unit, requests)
            await unit.commit()
        return len(requests) == REQUESTS

    async def read_log(self) -> bool:
        """Queue the mails that the next events announce; returns whether there may be more. Raises Unavailable."""
        async with self._store.write() as unit:
            events = await unit.mails.read_log(self._announced.keys(), EVENTS)
            if events is None:
                return False
            await unit.mails.add([mail for event in events for mail in self._mails_of(event)])
            await unit.commit()
        return len(events) == EVENTS

    def _mails_of(self, event: Event) -> Sequence[Mail]:
        owner = event.user_id or event.subject.id
        about = None if event.subject.kind is SubjectKind.USER else event.subject.id
        # Nothing is announced by an event of an unknown type, which comes once it is old.
        return [
            Mail(uuid4(), kind, owner, event.user_id, event.occurred_at, subject_id=about)
            for kind in self._announced.get(event.type, ())
        ]

    async def claim(self, limit: int) -> Sequence[Mail]:
        """Mails to send now, which no other process sends before their lease ends. Raises Unavailable."""
        async with self._store.write() as unit:
            mails = await unit.mails.claim(limit, LEASE)
            await unit.commit()
        return mails

    async def compose(self, mail: Mail) -> Letter | None:
        """The letter of a mail, its link with a valid token; None if it is superseded or its user is not active.

        Raises Unavailable.
        """
        async with self._store.write() as unit:
            letter = await letter_of(unit, mail, self._clock.now(), lambda: self._token(mail))
            await unit.commit()
        return letter

    def _token(self, mail: Mail) -> str:
        if len(self._tokens) >= TOKENS_MAX:
            self._tokens.clear()
        return self._tokens.setdefault(mail.id, new_token())

    async def finish(self, mail: Mail) -> None:
        """Delete a mail that was sent, or that will never be. Raises Unavailable."""
        async with self._store.write() as unit:
            await unit.mails.remove(mail)
            await unit.commit()
        self._tokens.pop(mail.id, None)

    async def retry_later(self, mail: Mail) -> bool:
        """Postpone a mail that was not sent; returns False if it is too old and was deleted. Raises Unavailable."""
        if self._clock.now() - mail.occurred_at >= GIVE_UP_AFTER:
            await self.finish(mail)
            return False
        async with self._store.write() as unit:
            await unit.mails.postpone(mail, retry_delay(mail.attempts))
            await unit.commit()
        return True
