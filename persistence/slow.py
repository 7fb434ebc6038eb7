"""Logs statements that take too long, on request with the plan by which PostgreSQL executes them.

A statement is logged with placeholders, never with its values: they are users' data. A plan is read afterwards by a
plain EXPLAIN with the same values, which executes nothing and is planned as the statement was; the constants that
PostgreSQL shows in it are struck.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from typing import Any, Self

import structlog
from sqlalchemy.exc import SQLAlchemyError

from domain.tasks import Tasks
from persistence.database import Database
from persistence.statements import SlowStatement

SQL_MAX, PLAN_MAX = 4_000, 10_000
"""Characters of a statement and of a plan that are logged."""
WAITING_MAX = 10
"""Statements that wait to be explained; others are logged without a plan."""
EXPLAIN_SECONDS = 5.0
EXPLAINABLE = ("select", "with", "insert", "update", "delete", "(")
CONSTANT = re.compile(r"'[^']*+(?:''[^']*+)*+'")
"""A constant as PostgreSQL writes it: in quotes, with quotes in it doubled."""

log = structlog.get_logger(__name__)


class SlowStatements:
    """One per process. `over` is in seconds; 0 logs nothing. `explain` adds plans, each read over the same pool."""

    def __init__(self, database: Database, over: float, *, explain: bool) -> None:
        self._database, self._over, self._explain = database, over, explain
        self._waiting: asyncio.Queue[tuple[SlowStatement, dict[str, Any]]] = asyncio.Queue(WAITING_MAX)
        self._tasks = Tasks()

    async def __aenter__(self) -> Self:
        """Observe the statements from now on."""
        if self._over:
            self._database.observe_slow(self._over, self._report)
            if self._explain:
                self._tasks.spawn(self._run(), name="slow-statements")
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop explaining."""
        await self._tasks.end()

    def _report(self, statement: SlowStatement) -> None:
        if is_explanation(statement.sql):
            return
        if self._explain and not self._waiting.full():
            self._waiting.put_nowait((statement, structlog.contextvars.get_contextvars()))
        else:
            self._write(statement, {})

    async def _run(self) -> None:
        while True:
            statement, context = await self._waiting.get()
            plan = await self._plan(statement)
            self._write(statement, context if plan is None else {**context, "plan": plan})

    def _write(self, statement: SlowStatement, more: dict[str, Any]) -> None:
        log.warning(
            "database.slow_statement",
            **self._database.labels(statement.engine),
            statement=shortened(" ".join(statement.sql.split()), SQL_MAX),
            ms=round(statement.seconds * 1000, 1),
            failed=statement.failed,
            **more,
        )

    async def _plan(self, statement: SlowStatement) -> str | None:
        """The plan without its constants, or None if there is none or it cannot be read now."""
        if not statement.sql.lstrip().lower().startswith(EXPLAINABLE):
            return None
        try:
            async with (
                asyncio.timeout(EXPLAIN_SECONDS),
                self._database.reading(statement.engine).connect() as connection,
            ):
                rows = await connection.exec_driver_sql(f"EXPLAIN {statement.sql}", first_of(statement.parameters))
                return shortened(CONSTANT.sub("'***'", "\n".join(row[0] for row in rows)), PLAN_MAX)
        except (SQLAlchemyError, OSError, TimeoutError) as error:
            log.debug("database.plan_unavailable", error=type(error).__name__)
            return None


def is_explanation(sql: str) -> bool:
    """Whether a statement is one of ours that explains another one."""
    return sql.startswith("EXPLAIN ")


def first_of(parameters: Sequence[Any]) -> tuple[Any, ...]:
    """The parameters of a statement, or the first of several sets."""
    return tuple(parameters[0] if parameters and isinstance(parameters[0], tuple | list) else parameters)


def shortened(text: str, length: int) -> str:
    """At most this many characters of a text."""
    return text if len(text) <= length else text[:length] + "…"
