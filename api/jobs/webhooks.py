"""The jobs that send webhooks: one fills the queue from the log, one empties it (see queue.py).

An endpoint that cannot be reached, or does not answer in time, rests: this process sends it nothing for a while, so that
its queue does not take the slots of others. One that answers, also with an error, does not.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial
from uuid import UUID

import structlog

from api.jobs.queue import POLL_SECONDS, QueueJobs, noted
from domain.backoff import Backoff
from domain.models.webhook_delivery import REST_FIRST, REST_LAST, NotAccepted, WebhookDelivery, WebhookTransport
from domain.services.webhook_sending import NotComposed, WebhookSendingService

SENDERS, SENDERS_EACH = 16, 4
"""Deliveries that one process makes at the same time, and those to one endpoint."""
RESULTS = ("delivered", "postponed", "failed")

log = structlog.get_logger(__name__)


class WebhookJobs(QueueJobs[WebhookDelivery]):
    """One per process; `results` counts what became of the deliveries that this process tried to make."""

    def __init__(
        self,
        service: WebhookSendingService,
        transport: WebhookTransport,
        *,
        poll: float = POLL_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__("webhook", SENDERS, poll)
        self._service, self._transport, self._clock = service, transport, clock
        self._busy: Counter[UUID] = Counter()
        self._rests: dict[UUID, tuple[float, Backoff]] = {}
        self.results: Counter[str] = Counter(dict.fromkeys(RESULTS, 0))

    async def fill(self) -> None:
        """See QueueJobs."""
        await self._service.woken(self._poll)
        while await self._service.read_log():
            pass

    async def claim(self) -> Sequence[WebhookDelivery]:
        """See QueueJobs."""
        full = {endpoint for endpoint, count in self._busy.items() if count >= SENDERS_EACH}
        claimed = await self._service.claim(1, full | self._resting())
        self._busy.update(delivery.endpoint_id for delivery in claimed)
        return claimed

    def _resting(self) -> set[UUID]:
        now = self._clock()
        return {endpoint for endpoint, (until, _) in self._rests.items() if until > now}

    def labels(self, item: WebhookDelivery) -> dict[str, str]:
        """See QueueJobs."""
        return {"type": item.type, "endpoint": str(item.endpoint_id), "delivery": str(item.id)}

    async def work(self, item: WebhookDelivery) -> None:
        """Make a delivery."""
        try:
            self.results[await self._attempt(item)] += 1
        finally:
            self._busy[item.endpoint_id] -= 1
            self._busy += Counter()  # without those of zero

    async def _attempt(self, delivery: WebhookDelivery) -> str:
        """Compose and send a message; returns what became of it."""
        try:
            message = await self._service.compose(delivery)
            status = await self._transport.send(message)
        except NotComposed as reason:
            log.warning("webhook.failed", **self.labels(delivery), reason=str(reason))
            await self._service.fail(delivery, str(reason))
            return "failed"
        except NotAccepted as fault:
            return await self._refused(delivery, fault)
        self._rests.pop(delivery.endpoint_id, None)
        await noted(partial(self._service.delivered, delivery, status))
        return "delivered"

    async def _refused(self, delivery: WebhookDelivery, fault: NotAccepted) -> str:
        if fault.status is None:
            self._rest(delivery.endpoint_id)
        else:
            self._rests.pop(delivery.endpoint_id, None)
        kept = await self._service.retry_later(delivery, fault)
        say = log.warning if kept else log.error
        say("webhook.postponed" if kept else "webhook.failed", **self.labels(delivery), reason=fault.reason)
        return "postponed" if kept else "failed"

    def _rest(self, endpoint: UUID) -> None:
        backoff = (
            self._rests[endpoint][1]
            if endpoint in self._rests
            else Backoff(REST_FIRST.total_seconds(), REST_LAST.total_seconds())
        )
        self._rests[endpoint] = self._clock() + backoff.take(), backoff
