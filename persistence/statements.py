"""The statements of an engine: how long each one took, and which were slow."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

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


def time_statements(engine: AsyncEngine, report: Callable[[float], None]) -> None:
    """Call `report` with the seconds of each statement that succeeds."""

    def begin(*given: Any) -> None:
        given[4].began = time.perf_counter()  # the fifth argument is the execution's context

    def end(*given: Any) -> None:
        report(time.perf_counter() - given[4].began)

    event.listen(engine.sync_engine, "before_cursor_execute", begin)
    event.listen(engine.sync_engine, "after_cursor_execute", end)


def observe_slow(engine: AsyncEngine, over: float, report: Callable[[SlowStatement], None]) -> None:
    """Call `report` with each statement that takes longer than `over` seconds, also if it fails."""

    def begin(*given: Any) -> None:
        given[4].started = time.perf_counter()

    def end(*given: Any) -> None:
        seconds = time.perf_counter() - given[4].started
        if seconds > over:
            report(SlowStatement(engine, given[2], given[3], seconds, failed=False))

    def fail(context: ExceptionContext) -> None:
        started = getattr(context.execution_context, "started", None)
        if started is not None and (seconds := time.perf_counter() - started) > over:
            report(SlowStatement(engine, context.statement or "", _sequence(context.parameters), seconds, failed=True))

    event.listen(engine.sync_engine, "before_cursor_execute", begin)
    event.listen(engine.sync_engine, "after_cursor_execute", end)
    event.listen(engine.sync_engine, "handle_error", fail)


def _sequence(parameters: Any) -> Sequence[Any]:
    return parameters if isinstance(parameters, Sequence) else ()
