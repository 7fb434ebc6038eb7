"""Documents: text once parsed, validated and measured, kept, and executed without doing that again."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any

import strawberry
from graphql import (
    DocumentNode,
    ExecutionResult,
    FieldNode,
    GraphQLError,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
    parse,
    strip_ignored_characters,
    validate,
)
from graphql.execution import Executor

from domain.models.user import Role
from schema.context import Context
from schema.errors import format_error
from schema.limits import TOKENS_MAX, Meter

KEPT = 1000
TEXT_MAX = 64 * 1024
ERRORS_MAX = 10


class DocumentRefused(Exception):
    """The text is no document that can be executed; `errors` is fit for the client."""

    def __init__(self, errors: list[dict[str, Any]]) -> None:
        self.errors = errors
        super().__init__(errors[0]["message"] if errors else "refused")


@dataclass(frozen=True, slots=True)
class Document:
    """A document that may be executed. `key` is equal for texts that mean the same but for white space and comments."""

    ast: DocumentNode
    operations: dict[str, OperationDefinitionNode]
    introspects: bool
    key: str

    def operation(self, name: str | None) -> OperationDefinitionNode:
        """The operation of a name, or the only one. Raises DocumentRefused."""
        if name:
            found = self.operations.get(name)
        else:
            found = next(iter(self.operations.values())) if len(self.operations) == 1 else None
        if found is None:
            text = f'There is no operation "{name[:100]}"' if name else "Say by operationName which operation is meant"
            raise DocumentRefused([_refusal(text)])
        return found

    def subject(self, name: str | None) -> str:
        """What an operation is about, for counting it: its root field's name, which no client can make up."""
        fields = self.operation(name).selection_set.selections
        return fields[0].name.value if len(fields) == 1 and isinstance(fields[0], FieldNode) else "several"

    def operation_type(self, name: str | None) -> str:
        """`query`, `mutation` or `subscription`. Raises DocumentRefused."""
        return self.operation(name).operation.value


def _refusal(text: str, code: str = "BAD_REQUEST") -> dict[str, Any]:
    return {"message": text, "extensions": {"code": code}}


class Documents:
    """The documents of one schema, the most recent kept."""

    def __init__(self, schema: strawberry.Schema, *, debug: bool = False) -> None:
        self.schema: GraphQLSchema = schema._schema  # noqa: SLF001 - the executable schema has no public name
        self._debug = debug
        self._kept: OrderedDict[str, Document | DocumentRefused] = OrderedDict()

    def get(self, text: str) -> Document:
        """The document of a text. Raises DocumentRefused with every fault found."""
        known = self._kept.get(text)
        if known is None:
            try:
                known = self._read(text)
            except DocumentRefused as refusal:
                known = refusal
            if len(text) <= TEXT_MAX:
                self._kept[text] = known
                if len(self._kept) > KEPT:
                    self._kept.popitem(last=False)
        if isinstance(known, DocumentRefused):
            raise DocumentRefused(known.errors)
        return known

    def _read(self, text: str) -> Document:
        if len(text) > TEXT_MAX:
            raise DocumentRefused([_refusal("This document is too long", "LIMIT_EXCEEDED")])
        try:
            ast = parse(text, max_tokens=TOKENS_MAX)
        except GraphQLError as error:
            raise DocumentRefused([_coded(error, "GRAPHQL_PARSE_FAILED")]) from None
        except RecursionError:
            raise DocumentRefused([_refusal("This document is nested too deeply", "LIMIT_EXCEEDED")]) from None
        meter = Meter(ast)
        operations = {
            d.name.value if d.name else "": d for d in ast.definitions if isinstance(d, OperationDefinitionNode)
        }
        measures = [meter.check(o) for o in operations.values()]
        if too_much := [e for _, errors in measures for e in errors]:
            raise DocumentRefused([_coded(e, "LIMIT_EXCEEDED") for e in too_much])
        faults = validate(self.schema, ast, max_errors=ERRORS_MAX)
        if faults:
            raise DocumentRefused([_coded(e, "GRAPHQL_VALIDATION_FAILED") for e in faults])
        if not operations:
            raise DocumentRefused([_refusal("The document has no operation")])
        key = hashlib.sha256(strip_ignored_characters(text).encode()).hexdigest()
        return Document(ast, operations, any(m.introspects for m, _ in measures), key)

    async def execute(
        self, document: Document, name: str | None, variables: dict[str, Any] | None, context: Context
    ) -> dict[str, Any]:
        """Execute a query or a mutation: `data` and `errors` as the specification has them, `errors` alone if it could not begin."""
        request_id = context.origin.request_id
        allowed = self._debug or (context.actor is not None and context.actor.role is Role.ADMIN)
        if document.introspects and not allowed:
            return {"errors": [_refusal("Only admins may introspect", "FORBIDDEN")]}
        try:
            document.operation(name)
        except DocumentRefused as refusal:
            return {"errors": refusal.errors}
        executor = Executor.build(self.schema, document.ast, None, context, variables, name or None)
        if isinstance(executor, list):
            return {"errors": [_coded(e, "BAD_USER_INPUT") for e in executor]}
        if executor.operation.operation is OperationType.SUBSCRIPTION:
            return {"errors": [_refusal("Subscriptions are served over the WebSocket")]}
        if executor.operation.operation is OperationType.MUTATION:
            context.follow_writes()
        outcome = executor.execute_operation()
        result = outcome if isinstance(outcome, ExecutionResult) else await outcome  # type: ignore[misc]
        answer: dict[str, Any] = {"data": result.data}
        if result.errors:
            answer["errors"] = [format_error(e, request_id) for e in result.errors]
        return answer


def _coded(error: GraphQLError, code: str) -> dict[str, Any]:
    formatted: dict[str, Any] = dict(error.formatted)
    formatted["message"] = str(formatted["message"])[:500]
    formatted.setdefault("extensions", {"code": code})
    return formatted
