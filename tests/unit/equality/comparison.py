"""Answers operations by the executor and by plans, over the same rows, and compares the responses and what was read for them."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping
from random import Random
from typing import Any, NamedTuple

import orjson

from schema.execution.documents import DocumentRefused, Documents
from schema.execution.executions import COMPILED, Executions, execute_with
from schema.root import build_schema
from tests.unit.equality.answers import EveryError, same
from tests.unit.equality.documents import document_of
from tests.unit.equality.world import BROKEN, FAULTS, VIEWERS, context

SCHEMA = build_schema()
CORE = SCHEMA._schema
WRITES = ("users.get_for_update", "users.add", "users.save", "events.append_many", "sessions.end_all")


class Question(NamedTuple):
    """An operation, who sends it, and over which rows and faults."""

    text: str
    variables: dict[str, Any]
    viewer: str
    broken: int | None
    failing: Mapping[str, str]


def ask(executions: Executions, asked: Question, calls: Counter[str], *, every: bool = False) -> bytes:
    """The response over rows of its own; `calls` counts the calls of repositories. Raises DocumentRefused."""
    seen = context(asked.viewer, asked.failing, broken=asked.broken, calls=calls)
    document = executions.documents.get(asked.text, stranger=seen.actor is None)

    async def execute() -> dict[str, Any]:
        if every:
            executor = executions.prepare(document, None, asked.variables, seen, EveryError)
            assert isinstance(executor, EveryError)
            return await execute_with(executor, seen)
        answer = await executions.execute(document, None, asked.variables, seen)
        await asyncio.sleep(0)  # lets the executor cancel what it has left behind
        return answer

    return orjson.dumps(asyncio.run(execute()), default=str)


def check(kind: str, number: int) -> list[str]:
    """Compare the executor with a plan that is compiled, and that is used again; returns how these were answered."""
    random = Random(number)  # noqa: S311 - a test
    text, variables = document_of(CORE, kind, number)
    viewer, broken = random.choice([*VIEWERS, "admin", "admin"]), random.choice([None] * 5 + [*range(len(BROKEN))])
    failing = {
        name: random.choice(["expected", "unexpected"]) for name in random.sample(FAULTS, max(0, random.randint(-3, 2)))
    }
    return compare(text, variables, viewer, broken, failing)


def compare(
    text: str, variables: dict[str, Any], viewer: str, broken: int | None, failing: Mapping[str, str]
) -> list[str]:
    """Compare the responses; returns how those of the plan were answered."""
    asked, found = Question(text, variables, viewer, broken, failing), list[str]()
    plain, planned = (
        Executions(Documents(SCHEMA, worth=None)),
        Executions(Documents(SCHEMA, worth=0), answered=found.append),
    )
    called = Counter[str]()
    try:
        expected = ask(plain, asked, called)
    except DocumentRefused:
        return []
    for _ in range(2):
        calls = Counter[str]()
        answer = ask(planned, asked, calls)
        equal = same(answer, expected, lambda: ask(plain, asked, Counter(), every=True))
        assert equal, f"{asked}\n{answer!r}\n{expected!r}"
        assert all(calls[name] == called[name] for name in WRITES), f"{asked}\n{calls} {called}"
        assert calls <= called or found[-1:] != [COMPILED], f"{asked}\n{calls - called} more than by the executor"
    return found
