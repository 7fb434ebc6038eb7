"""Completes an operation that a plan could not answer, with the ordinary executor.

Resolvers of root fields, which may write, are not called a second time: the executor is given what they have returned or
raised. In a mutation, the root fields before the one that failed keep the values they were completed with, because what
they show may have changed since. Nested resolvers only read, through loaders that keep what they have read.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

import orjson
from graphql import GraphQLResolveInfo
from graphql.execution import MiddlewareManager

from schema.execution.counting import FIELDS_MAX, Counting
from schema.execution.leaves import encode
from schema.execution.plan import Outcome, Run

TURNS = 3
"""Turns of the event loop in which the executor cancels the other fields after an error."""


class Resumed(Counting):
    """Executes the rest of an operation that a plan has begun; `resume_from` is called first."""

    _completed: dict[str, Any]

    def resume_from(self, run: Run, *, serial: bool) -> None:
        """Take over what the plan has resolved and, of a mutation (`serial`), completed."""
        done = run.completed if serial else {}
        encoded = encode(done)
        self._completed = orjson.loads(encoded)
        if done:
            self.bytes, self.fields = len(encoded), FIELDS_MAX - run.left
        self.middleware_manager = MiddlewareManager(_repeat(run.resolved))

    def execute_field(
        self, parent_type: Any, source: Any, field_details_list: Any, path: Any, position_context: Any
    ) -> Any:
        """The completed value of a root field, or execute the field."""
        if path.prev is None and path.key in self._completed:
            return self._completed[path.key]
        return super().execute_field(parent_type, source, field_details_list, path, position_context)


def _repeat(resolved: Mapping[str, Outcome]) -> Callable[..., Any]:
    """Middleware that gives root fields what their resolvers have returned or raised."""

    def resolve(next_: Callable[..., Any], source: Any, info: GraphQLResolveInfo[Any], **arguments: Any) -> Any:
        if info.path.prev is not None or info.path.key not in resolved:
            return next_(source, info, **arguments)
        return _outcome(resolved[str(info.path.key)])

    return resolve


async def _outcome(outcome: Outcome) -> Any:
    """What the resolver returned or raised, after the outcomes of earlier turns."""
    for _ in range(TURNS * outcome.moment):
        await asyncio.sleep(0)
    if outcome.error is not None:
        raise outcome.error
    return outcome.value
