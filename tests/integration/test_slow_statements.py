"""Slow statements are logged with their plans, and without anything that a client has sent."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
import structlog
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from persistence import slow
from persistence.database import Database
from persistence.engine import StatementLimits
from persistence.slow import SlowStatements
from tests.integration.logs import session, until
from tests.logged import logged

EVERY = 1e-9
"""A threshold that every statement exceeds."""
EMAIL, NAME = "ada.quirinia@example.com", 'O\'Quirinia \\ "Ada" '
BY_VALUES = text("select id from users where email = :email or display_name = :name or version = :version")


@asynccontextmanager
async def observed(
    url: str, over: float, *, explain: bool, **limits: Any
) -> AsyncIterator[tuple[Database, list[dict[str, Any]]]]:
    """A database whose slow statements are logged, and the lines."""
    async with Database(url, pool_size=2, limits=StatementLimits(**limits)) as database:
        with logged(slow.log) as lines:
            async with SlowStatements(database, over, explain=explain):
                yield database, lines


async def read(database: Database, statement: Any, **values: Any) -> None:
    """Execute a statement as a reader does."""
    async with database.primary_reading.connect() as connection:
        await connection.execute(statement, values)


async def test_a_slow_statement_is_logged_with_its_request_and_without_values(database_url: str) -> None:
    async with observed(database_url, EVERY, explain=False) as (database, lines):
        with structlog.contextvars.bound_contextvars(request_id="of-the-test"):
            await read(database, BY_VALUES, email=EMAIL, name=NAME, version=1)
    (line,) = lines
    assert (line["event"], line["database"], line["failed"]) == ("database.slow_statement", "primary", False)
    assert line["request_id"] == "of-the-test"
    assert line["ms"] >= 0
    assert "from users where email = $1" in line["statement"]
    assert "plan" not in line
    assert "uirinia" not in str(lines)


async def test_a_plan_shows_how_a_statement_is_executed_and_none_of_its_values(database_url: str) -> None:
    async with observed(database_url, EVERY, explain=True) as (database, lines):
        with structlog.contextvars.bound_contextvars(request_id="of-the-test"):
            await read(database, BY_VALUES, email=EMAIL, name=NAME, version=1)
        await until(lambda: lines)
    (line,) = lines
    assert "on users" in line["plan"]
    assert "(email)::text = '***'::text" in line["plan"]
    assert "(display_name)::text = '***'::text" in line["plan"]
    assert line["request_id"] == "of-the-test"
    assert "uirinia" not in str(lines)
    assert "Ada" not in str(lines)


async def test_a_statement_that_writes_is_explained_and_not_executed_again(fresh_database_url: str) -> None:
    add = text("update log_state set horizon = horizon + cast(:n as bigint)")
    async with observed(fresh_database_url, EVERY, explain=True) as (database, lines):
        async with database.primary.begin() as connection:
            await connection.execute(add, {"n": 1})
        await until(lambda: lines)
    assert "Update on log_state" in lines[0]["plan"]
    async with session(fresh_database_url) as connection:
        assert await connection.fetchval("select horizon from log_state") == 1


async def test_a_statement_that_was_ended_is_logged_as_failed(database_url: str) -> None:
    async with observed(database_url, 0.1, explain=True, read=2) as (database, lines):
        with pytest.raises(DBAPIError):
            await read(database, text("select pg_sleep(60)"))
        await until(lambda: lines)
    line = lines[0]
    assert line["failed"]
    assert line["ms"] >= 100
    assert "Result" in line["plan"]


async def test_what_has_no_plan_is_logged_without_one(database_url: str) -> None:
    async with observed(database_url, EVERY, explain=True) as (database, lines):
        await read(database, text("show timezone"))
        await until(lambda: lines)
    assert lines[0]["statement"] == "show timezone"
    assert "plan" not in lines[0]


async def test_more_slow_statements_than_can_be_explained_are_logged_all_the_same(database_url: str) -> None:
    async with observed(database_url, EVERY, explain=True) as (database, lines):
        statements = [text(f"select {n}") for n in range(3 * slow.WAITING_MAX)]
        async with database.primary_reading.connect() as connection:
            for statement in statements:
                await connection.execute(statement)
        await until(lambda: len(lines) >= len(statements))
    assert {line["statement"] for line in lines} == {str(statement) for statement in statements}


async def test_a_fast_statement_and_a_threshold_of_zero_log_nothing(database_url: str) -> None:
    for over in (3600, 0):
        async with observed(database_url, over, explain=True) as (database, lines):
            await read(database, text("select 1"))
        assert lines == []


async def test_a_replica_is_explained_on_the_replica(database_url: str) -> None:
    async with Database(database_url, [database_url], pool_size=1) as database:
        with logged(slow.log) as lines:
            async with SlowStatements(database, EVERY, explain=True):
                async with database.replicas[0].connect() as connection:
                    await connection.execute(text("select 1"))
                await until(lambda: lines)
    assert [(line["database"], "plan" in line) for line in lines] == [("replica", True)]
    assert database.connections() == {"primary": 0, "replica": 0}
