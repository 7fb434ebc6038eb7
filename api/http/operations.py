"""Executes documents for HTTP and for sockets: within budgets and a deadline, and counted in the metrics."""

from __future__ import annotations

import time
from typing import Any

import structlog

from api.access_log import current_request
from api.http.deadlines import Deadlines
from api.http.document_budget import DocumentBudget
from api.http.fair import Fairness
from api.logs import cut
from api.telemetry import Metrics
from domain.errors import RateLimited, Unavailable
from domain.models.actor import Actor, Origin
from schema.context import Context
from schema.execution.documents import Document
from schema.execution.executions import Executions

DEADLINE_SECONDS = 20.0
FAILURES = frozenset({"INTERNAL_ERROR", "UNAVAILABLE"})

log = structlog.get_logger(__name__)


class Operations:
    """One per process."""

    def __init__(self, executions: Executions, metrics: Metrics, budget: DocumentBudget, fairness: Fairness) -> None:
        self.executions, self.documents, self._metrics = executions, executions.documents, metrics
        self._budget, self._fairness = budget, fairness
        self._deadlines = Deadlines(DEADLINE_SECONDS)

    def document(self, text: str, actor: Actor | None, origin: Origin) -> Document:
        """The document of a text, parsed at this client's cost. Raises DocumentRefused, and RateLimited for too many new ones."""
        stranger = actor is None
        known = self.documents.find(text, stranger=stranger)
        if known is not None:
            return known
        self._budget.spend(origin.network if actor is None else actor.user_id, len(text), stranger=stranger)
        return self.documents.parse_and_cache(text, stranger=stranger)

    async def execute(
        self, document: Document, name: str | None, variables: dict[str, Any] | None, context: Context
    ) -> dict[str, Any]:
        """See Executions.execute.

        Raises DocumentRefused without such an operation, RateLimited if too many operations of this session wait
        already, and Unavailable after the deadline.
        """
        subject, began = document.subject(name), time.perf_counter()
        outcome = "failed"
        if (record := current_request.get()) is not None:
            record.operation, record.operation_name = subject, name_of(document, name)
        try:
            with self._deadlines.work():
                async with self._fairness.turn(context.actor, context.origin):
                    result = await self.executions.execute(document, name, variables, context)
            outcome = outcome_of(result)
        except RateLimited:
            outcome = "refused"
            raise
        except TimeoutError:
            log.warning("graphql.deadline_exceeded", operation=name)
            raise Unavailable("The answer took too long") from None
        finally:
            self._metrics.answered(subject, outcome, time.perf_counter() - began)
        return result


def name_of(document: Document, name: str | None) -> str | None:
    """The client's name for the operation, also if the document has no other."""
    named = document.operation(name).name
    return None if named is None else cut(named.value)


def outcome_of(result: dict[str, Any]) -> str:
    """`ok`, `refused` for errors that the client can correct, or `failed` for our own."""
    codes = {e.get("extensions", {}).get("code") for e in result.get("errors", ())}
    return "failed" if codes & FAILURES else "refused" if codes else "ok"
