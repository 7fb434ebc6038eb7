"""A compiled operation: its root fields, and how they are resolved, completed and awaited.

The fields of an object that can be resolved at once are resolved and completed by one generated function
(`selections.py`). Fields that must be awaited leave a gap in the result; they are awaited together, so that loaders read
for all of them in one batch, and each continues with its own selection as soon as it has its value.

A plan answers only what has no error. An error, a null in a non-null field and an unknown value stop it; `resume.py`
then completes the operation with the ordinary executor, from what the root fields have returned.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from types import CoroutineType
from typing import Any, NamedTuple

from schema.execution.counting import FIELDS_MAX


class NotCompilable(Exception):
    """The operation contains something that only the executor can handle."""


class TooLarge(NotCompilable):
    """The plan would have too many fields, or take too long to write."""


class LeanInfo(NamedTuple):
    """The part of `info` that compiled resolvers may use (tests/architecture/test_resolvers.py)."""

    context: Any


class Unanswered(Exception):
    """Only the executor can handle this value."""


class Outcome(NamedTuple):
    """What the resolver of a root field returned or raised, and when: see Run.moment."""

    moment: int
    value: Any
    error: Exception | None = None


class Run:
    """The state of one execution."""

    __slots__ = ("arguments", "completed", "info", "left", "moment", "resolved")

    def __init__(self, context: object, arguments: list[dict[str, Any]], fields: int) -> None:
        self.info = LeanInfo(context)
        self.arguments = arguments
        self.left = FIELDS_MAX - fields
        """How many more fields the response may have, besides those outside lists, which are counted beforehand."""
        self.moment = 0
        """How many turns of the event loop have had a failure: the order of errors decides which of several is reported."""
        self.resolved: dict[str, Outcome] = {}
        """The outcomes of root fields that have been resolved, by response name."""
        self.completed: dict[str, Any] = {}
        """The completed values of root fields, by response name."""

    def failed(self) -> None:
        """Count this turn of the event loop as one with a failure."""
        asyncio.get_running_loop().call_soon(self._next)

    def _next(self) -> None:
        self.moment += 1


Complete = Callable[[Any, LeanInfo, Run, "list[Gap]"], Any]
"""Turns a resolved value into the value of the response; adds the gaps that it leaves."""
Gap = tuple[dict[str, Any], str, Coroutine[Any, Any, Any], Complete]
"""A value that must be awaited and completed, after the place in the result where it belongs."""
Arguments = Callable[[Mapping[str, Any]], dict[str, Any]]
"""The arguments of a field, by the names of the resolver's parameters, for coerced variables."""


class Root(NamedTuple):
    """A root field; `resolve` gets the info and the state."""

    key: str
    resolve: Callable[[LeanInfo, Run], Any]
    complete: Complete


class Plan(NamedTuple):
    """A compiled operation. `size` is the number of its fields, `fields` that of its fields outside lists."""

    roots: tuple[Root, ...]
    arguments: tuple[Arguments, ...]
    serial: bool
    fields: int
    size: int

    def begin(self, context: object, variables: Mapping[str, Any]) -> Run:
        """The state of a new execution. Raises Unanswered if an argument cannot be coerced."""
        return Run(context, [a(variables) for a in self.arguments], self.fields)

    async def answer(self, run: Run) -> dict[str, Any]:
        """The response's data. Raises any error of a resolver, and Unanswered."""
        if self.serial:
            for root in self.roots:
                await _answer_root(root, run)
            return run.completed
        if len(self.roots) == 1:
            await _answer_root(self.roots[0], run)
            return run.completed
        run.completed = dict.fromkeys([r.key for r in self.roots])
        await _together([_answer_root(root, run) for root in self.roots])
        return run.completed


async def _answer_root(root: Root, run: Run) -> None:
    try:
        value = root.resolve(run.info, run)
        if isinstance(value, CoroutineType):
            value = await value
    except Exception as error:
        run.resolved[root.key] = Outcome(run.moment, None, error)
        run.failed()
        raise
    run.resolved[root.key] = Outcome(run.moment, value)
    await _complete(run, run.completed, root.key, value, root.complete)


async def _complete(run: Run, target: dict[str, Any], key: str, value: Any, complete: Complete) -> None:
    gaps: list[Gap] = []
    try:
        result = complete(value, run.info, run, gaps)
    except Exception:
        _abandon(gaps)
        run.failed()
        raise
    if len(gaps) == 1:
        await _fill(run, gaps[0])
    elif gaps:
        await _together([_fill(run, gap) for gap in gaps])
    target[key] = result


async def _fill(run: Run, gap: Gap) -> None:
    target, key, coroutine, complete = gap
    try:
        value = await coroutine
    except Exception:
        run.failed()
        raise
    await _complete(run, target, key, value, complete)


async def _together(parts: list[Any]) -> None:
    """Wait for all, then raise the first error: what others have loaded by then, the executor need not load again."""
    for outcome in await asyncio.gather(*parts, return_exceptions=True):
        if outcome is not None:
            raise outcome


def _abandon(gaps: list[Gap]) -> None:
    for _, _, value, _ in gaps:
        value.close()
