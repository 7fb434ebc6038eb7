"""The statements of an engine, as they are executed or fail."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from sqlalchemy import ExceptionContext, event
from sqlalchemy.ext.asyncio import AsyncEngine


@dataclass(frozen=True, slots=True)
class SlowStatement:
    """A statement that was executed, or failed. `sql` has placeholders in place of its `parameters`, which no log shows."""

    engine: AsyncEngine
    sql: str
    parameters: Sequence[Any] = field(repr=False)
    seconds: float
    failed: bool


class Report(Protocol):
    """Called after each statement."""

    def __call__(self, sql: str, parameters: Sequence[Any], seconds: float, *, failed: bool) -> None: ...


def observe_statements(engine: AsyncEngine, report: Report) -> None:
    """Call `report` after each statement that SQLAlchemy executes, also after one that fails."""

    def begin(*given: Any) -> None:
        given[4].began = time.perf_counter()  # the fifth argument is the execution's context

    def end(*given: Any) -> None:
        report(given[2], given[3], time.perf_counter() - given[4].began, failed=False)

    def fail(context: ExceptionContext) -> None:
        began = getattr(context.execution_context, "began", None)
        if began is not None:
            parameters = context.parameters if isinstance(context.parameters, Sequence) else ()
            report(context.statement or "", parameters, time.perf_counter() - began, failed=True)

    event.listen(engine.sync_engine, "before_cursor_execute", begin)
    event.listen(engine.sync_engine, "after_cursor_execute", end)
    event.listen(engine.sync_engine, "handle_error", fail)
