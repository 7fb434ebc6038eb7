"""The jobs that send mails: one fills the queue from requests and from the log, one empties it (see queue.py)."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from functools import partial

import structlog

from api.jobs.queue import POLL_SECONDS, QueueJobs, noted
from domain.jitter import JITTER
from domain.models.mail import LetterNotSent, LetterRefused, Mail, MailTransport
from domain.services.mail import MailService

PAUSE_SECONDS = (0.05, 0.35)
"""The pause before requests are read is drawn evenly from this range, so that its time reveals nothing of a request."""
SENDERS = 4
"""Mails that one process sends at the same time."""

log = structlog.get_logger(__name__)


class MailJobs(QueueJobs[Mail]):
    """One per process; `results` counts what became of the mails that this process tried to send."""

    def __init__(self, service: MailService, transport: MailTransport, *, poll: float = POLL_SECONDS) -> None:
        super().__init__("mail", SENDERS, poll)
        self._service, self._transport = service, transport
        self.results: Counter[str] = Counter(dict.fromkeys(("sent", "postponed", "refused", "abandoned", "dropped"), 0))

    async def fill(self) -> None:
        """See QueueJobs."""
        await self._service.woken(self._poll)
        await asyncio.sleep(JITTER.uniform(*PAUSE_SECONDS))
        while await self._service.take_requests():
            pass
        while await self._service.read_log():
            pass

    async def claim(self) -> Sequence[Mail]:
        """See QueueJobs."""
        return await self._service.claim(1)

    def labels(self, item: Mail) -> dict[str, str]:
        """See QueueJobs."""
        return {"kind": item.kind, "mail": str(item.id)}

    async def work(self, item: Mail) -> None:
        """Send a mail."""
        self.results[await self._attempt(item)] += 1

    async def _attempt(self, mail: Mail) -> str:
        """Compose and send a mail; returns what became of it."""
        letter = await self._service.compose(mail)
        if letter is None:
            await self._service.finish(mail)
            return "dropped"
        try:
            await self._transport.send(letter)
        except LetterRefused:
            log.warning("mail.refused", **self.labels(mail))
            await self._service.finish(mail)
            return "refused"
        except LetterNotSent as reason:
            kept = await self._service.retry_later(mail)
            say = log.warning if kept else log.error
            say("mail.postponed" if kept else "mail.abandoned", **self.labels(mail), reason=str(reason))
            return "postponed" if kept else "abandoned"
        await noted(partial(self._service.finish, mail))
        return "sent"
