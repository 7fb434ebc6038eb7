"""The jobs that send mails: one fills the queue from requests and from the log, one empties it.

Every process has both. A mail is sent by the process that claimed it; if that process dies, by another one once the
lease ends. A mail that was accepted and could not be removed from the queue is sent again: at least once, never lost.
"""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Self

import structlog

from domain.errors import Unavailable
from domain.models.mail import LetterNotSent, LetterRefused, Mail, MailTransport
from domain.services.mail import MailService
from domain.tasks import Tasks

PAUSE_SECONDS = (0.05, 0.35)
"""The pause before requests are read is drawn evenly from this range, so that its time reveals nothing of a request."""
POLL_SECONDS = 5.0
"""How often the tables are read without a notification: for what other processes have stored, and for retries."""
RETRY_SECONDS = 1.0
SENDERS = 4
"""Mails that one process sends at the same time."""
STOP_SECONDS = 5.0
"""How long a stopping process waits for the mails that are being sent."""
REMOVALS = 5
"""How often removing a mail that was sent is attempted, a second apart."""

log = structlog.get_logger(__name__)


class MailJobs:
    """One per process; `results` counts what became of the mails that this process tried to send."""

    def __init__(self, service: MailService, transport: MailTransport, *, poll: float = POLL_SECONDS) -> None:
        self._service, self._transport, self._poll = service, transport, poll
        self._tasks, self._deliveries = Tasks(), set[asyncio.Task[None]]()
        self._slots = asyncio.Semaphore(SENDERS)
        self._queued = asyncio.Event()
        self.results: Counter[str] = Counter(dict.fromkeys(("sent", "postponed", "refused", "abandoned", "dropped"), 0))

    async def __aenter__(self) -> Self:
        """Begin."""
        self._tasks.spawn(self._repeated(self._fill), name="mails-fill")
        self._tasks.spawn(self._repeated(self._send), name="mails-send")
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop; what is not sent stays in the queue."""
        await self._tasks.end()
        if self._deliveries:
            await asyncio.wait(self._deliveries, timeout=STOP_SECONDS)
        for task in self._deliveries:
            task.cancel()
        await asyncio.gather(*self._deliveries, return_exceptions=True)

    async def _repeated(self, work: Callable[[], Awaitable[None]]) -> None:
        while True:
            try:
                await work()
            except Unavailable:
                await asyncio.sleep(RETRY_SECONDS)
            except Exception:
                log.exception("mails.failed")
                await asyncio.sleep(RETRY_SECONDS)

    async def _fill(self) -> None:
        await self._service.woken(self._poll)
        await asyncio.sleep(random.uniform(*PAUSE_SECONDS))  # noqa: S311 - no secret comes of it
        while await self._service.take_requests():
            pass
        while await self._service.read_log():
            pass
        self._queued.set()

    async def _send(self) -> None:
        """Send the next mail beside those that are being sent, or wait for one."""
        async with self._slots:
            self._queued.clear()
            claimed = await self._service.claim(1)
        if not claimed:
            await self._idle()
        for mail in claimed:
            await self._slots.acquire()
            task = asyncio.create_task(self._deliver(mail), name="mail")
            self._deliveries.add(task)
            task.add_done_callback(self._delivered)

    def _delivered(self, task: asyncio.Task[None]) -> None:
        self._deliveries.discard(task)
        self._slots.release()
        self._queued.set()  # the next mail of the same owner may be due

    async def _idle(self) -> None:
        try:
            async with asyncio.timeout(self._poll):
                await self._queued.wait()
        except TimeoutError:
            pass

    async def _deliver(self, mail: Mail) -> None:
        try:
            self.results[await self._attempt(mail)] += 1
        except Unavailable:
            log.warning("mail.database_unavailable", kind=mail.kind, mail=str(mail.id))
        except Exception:
            log.exception("mail.failed", kind=mail.kind, mail=str(mail.id))

    async def _attempt(self, mail: Mail) -> str:
        """Compose and send a mail; returns what became of it."""
        letter = await self._service.compose(mail)
        if letter is None:
            await self._service.finish(mail)
            return "dropped"
        try:
            await self._transport.send(letter)
        except LetterRefused:
            log.warning("mail.refused", kind=mail.kind, mail=str(mail.id))
            await self._service.finish(mail)
            return "refused"
        except LetterNotSent as reason:
            kept = await self._service.retry_later(mail)
            say = log.warning if kept else log.error
            say("mail.postponed" if kept else "mail.abandoned", kind=mail.kind, mail=str(mail.id), reason=str(reason))
            return "postponed" if kept else "abandoned"
        await self._remove(mail)
        return "sent"

    async def _remove(self, mail: Mail) -> None:
        """Remove a mail that was sent, also while the database is briefly unavailable. Raises Unavailable."""
        for _attempt in range(REMOVALS - 1):
            try:
                return await self._service.finish(mail)
            except Unavailable:
                await asyncio.sleep(RETRY_SECONDS)
        return await self._service.finish(mail)
