"""Executes operations: checks them with their variables, then answers from a plan or with the ordinary executor.

Both give the same response, byte for byte (tests/unit/equality). What a plan cannot answer is completed by the
executor: see plan.py and resume.py.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import orjson
from graphql import ExecutionResult, OperationDefinitionNode, OperationType
from graphql.execution import Executor

from domain.models.actor import Role
from schema.context import Context
from schema.error_shape import error_shape
from schema.errors import format_error
from schema.execution.answers import Answer, AnswerKey, Answers
from schema.execution.counting import BYTES_MAX, Counting
from schema.execution.documents import ERRORS_MAX, Document, DocumentRefused, Documents, coded
from schema.execution.leaves import encode
from schema.execution.limits import cost_excess, too_many_values
from schema.execution.plan import Plan, Run, Unanswered
from schema.execution.plans import Compilation
from schema.execution.repeatable import Repeatable
from schema.execution.resume import Resumed

AGAIN, COMPILED, RESUMED, EXECUTED = "again", "compiled", "resumed", "executed"
"""How an operation was answered: with a kept answer, from its plan, from its plan and the executor, by the executor alone."""


class Executions:
    """One per process. `answered` is called with how each operation was answered."""

    def __init__(
        self,
        documents: Documents,
        *,
        debug: bool = False,
        answered: Callable[[str], object] = lambda _: None,
        answers: Answers | None = None,
    ) -> None:
        self.documents, self._debug, self._answered = documents, debug, answered
        self._answers = answers if answers is not None and answers.bytes_max else None

    def prepare(
        self,
        document: Document,
        name: str | None,
        variables: dict[str, Any] | None,
        context: Context,
        kind: type[Executor[Any]] | None = None,
    ) -> Executor[Any]:
        """Build the executor of an operation: coerces the variables and checks the cost with their values.

        Raises DocumentRefused. Operations over HTTP and over WebSocket both use it, so that the same mistake gets the
        same error.
        """
        operation = self._permitted(document, name, variables, context)
        live = operation.operation is OperationType.SUBSCRIPTION
        built = (kind or (Executor if live else Counting)).build(
            self.documents.schema,
            document.ast,
            None,
            context,
            variables,
            name or None,
            max_coercion_errors=ERRORS_MAX,
            hide_suggestions=context.actor is None,
        )
        if isinstance(built, list):
            raise DocumentRefused([coded(e, "BAD_USER_INPUT") for e in built])
        _check_cost(document, name, operation, built.variable_values.coerced)
        return built

    async def execute(
        self, document: Document, name: str | None, variables: dict[str, Any] | None, context: Context
    ) -> dict[str, Any]:
        """Execute a query or a mutation; returns `data` and `errors`, or only `errors` if execution could not start."""
        key, repeated = self._key(document, name, variables, context)
        if self._answers is None or key is None or repeated is None:
            return await self._execute(document, name, variables, context, None)
        body = await self._answers.find(key)
        if body is not None:
            self._answered(AGAIN)
            return {"data": orjson.Fragment(body)}
        answer = self._answers.begin(key, repeated.users(variables))
        try:
            return await self._execute(document, name, variables, context, answer)
        finally:
            if answer is not None and answer.body is None:
                self._answers.drop(answer)

    def _key(
        self, document: Document, name: str | None, variables: dict[str, Any] | None, context: Context
    ) -> tuple[AnswerKey | None, Repeatable | None]:
        """The key under which the answer may be kept, if it may."""
        if self._answers is None or context.actor is None:
            return None, None
        try:
            repeated = document.repeatable(name)
        except DocumentRefused:
            return None, None  # `_execute` says why
        return (None, None) if repeated is None else (repeated.key(name, variables, context.actor), repeated)

    async def _execute(
        self,
        document: Document,
        name: str | None,
        variables: dict[str, Any] | None,
        context: Context,
        answer: Answer | None,
    ) -> dict[str, Any]:
        """As `execute`; a complete answer of a plan is kept as `answer`."""
        try:
            compilation = document.compilation(name)
            started = self._start(compilation, document, name, variables, context)
        except DocumentRefused as refusal:
            return {"errors": refusal.errors}
        if document.operation(name).operation is OperationType.MUTATION:
            context.follow_writes()
        if isinstance(started, Executor):
            path, executor = EXECUTED, started
        else:
            plan, run = started
            data = await _answer(plan, run)
            compilation.answered(resumed=data is None)
            if data is not None:
                self._answered(COMPILED)
                if answer is not None and self._answers is not None:
                    self._answers.keep(answer, data)
                return {"data": orjson.Fragment(data)}
            path, executor = RESUMED, self.prepare(document, name, variables, context, Resumed)
            assert isinstance(executor, Resumed)
            executor.resume_from(run, serial=plan.serial)
        if not isinstance(executor, Counting):
            return {"errors": [error_shape("Use the WebSocket for subscriptions")]}
        self._answered(path)
        response = await execute_with(executor, context)
        compilation.executed(executor.fields)
        return response

    def _start(
        self,
        compilation: Compilation,
        document: Document,
        name: str | None,
        variables: dict[str, Any] | None,
        context: Context,
    ) -> tuple[Plan, Run] | Executor[Any]:
        """The operation's plan and a run of it or, if there is none, an executor. Raises DocumentRefused."""
        if compilation.skip_plan():
            return self.prepare(document, name, variables, context)
        executor = None
        coerced, plan = self._find(compilation, document, name, variables, context)
        if plan is None:
            executor = self.prepare(document, name, variables, context)
            coerced = executor.variable_values.coerced
            plan = document.plans.use(compilation, executor) if isinstance(executor, Counting) else None
        if plan is not None:
            try:
                return plan, plan.begin(context, coerced)
            except Unanswered:
                pass
        return executor or self.prepare(document, name, variables, context)

    def _find(
        self,
        compilation: Compilation,
        document: Document,
        name: str | None,
        variables: dict[str, Any] | None,
        context: Context,
    ) -> tuple[Mapping[str, Any], Plan | None]:
        """The coerced variables and the plan, if the operation is compiled. Raises DocumentRefused as `prepare` does."""
        if compilation.variables is None:
            return {}, None
        operation = self._permitted(document, name, variables, context)
        coerced = compilation.variables.coerce(variables, ERRORS_MAX, hide_suggestions=context.actor is None)
        if not isinstance(coerced, Mapping):
            raise DocumentRefused([coded(e, "BAD_USER_INPUT") for e in coerced])
        _check_cost(document, name, operation, coerced)
        document.plans.touch(compilation)
        return coerced, compilation.find(coerced)

    def _permitted(
        self, document: Document, name: str | None, variables: Mapping[str, object] | None, context: Context
    ) -> OperationDefinitionNode:
        operation = document.operation(name)
        allowed = self._debug or (context.actor is not None and context.actor.role is Role.ADMIN)
        if document.introspects and not allowed:
            raise DocumentRefused([error_shape("Only admins may use introspection", "FORBIDDEN")])
        if too_many_values(variables):
            raise DocumentRefused([error_shape("The variables contain too many values", "LIMIT_EXCEEDED")])
        return operation


def _check_cost(
    document: Document, name: str | None, operation: OperationDefinitionNode, coerced: Mapping[str, Any]
) -> None:
    if too_expensive := cost_excess(operation, document.cost(name, coerced)):
        raise DocumentRefused([coded(e, "LIMIT_EXCEEDED") for e in too_expensive])


async def _answer(plan: Plan, run: Run) -> bytes | None:
    """The response's data in JSON; None if the executor must complete it."""
    try:
        encoded = encode(await plan.answer(run))
    except Exception:  # noqa: BLE001 - the executor raises it again and reports it
        return None
    return encoded if len(encoded) <= BYTES_MAX else None


async def execute_with(executor: Counting, context: Context) -> dict[str, Any]:
    """The response as the ordinary executor gives it."""
    outcome = executor.execute_operation()
    result = outcome if isinstance(outcome, ExecutionResult) else await outcome  # type: ignore[misc]
    if executor.exceeded:
        return {"data": None, "errors": [error_shape("This response is too large; request less", "LIMIT_EXCEEDED")]}
    answer: dict[str, Any] = {"data": result.data}
    if result.errors:
        answer["errors"] = [format_error(e, context.origin.request_id) for e in result.errors]
    return answer
