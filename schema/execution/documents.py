"""Documents: parsed, validated and measured once, cached, and then executed (executions.py) without repeating that.

Documents of clients without a session have a small cache of their own, so that they cannot evict those of signed-in
users, and their errors have no suggestions, which would reveal the schema. Cached documents have no source positions,
which would take most of the memory.
"""

from __future__ import annotations

import hashlib
import itertools
import re
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson
import strawberry
from graphql import (
    DocumentNode,
    FieldNode,
    GraphQLError,
    GraphQLSchema,
    GraphQLSyntaxError,
    OperationDefinitionNode,
    OperationType,
    parse,
    print_ast,
    strip_ignored_characters,
    validate,
)
from graphql.execution import Executor
from graphql.validation import OverlappingFieldsCanBeMergedRule, ValidationContext, specified_rules
from graphql.validation.validate import ValidationAbortedError

from schema.error_shape import error_shape
from schema.execution.cost import Expression
from schema.execution.document_cache import DocumentCache
from schema.execution.limits import (
    COMMENTS_MAX,
    TEXT_MAX,
    TOKENS_MAX,
    Meter,
    excesses,
)
from schema.execution.plans import SIZE_KEPT, WORTH, Compilation, Plans
from schema.execution.repeatable import Repeatable, repeatable
from schema.live.sharing import Traits, traits_of

ERRORS_MAX = 10
MEMBERS_BYTES, STRANGERS_BYTES = 64 * 1024 * 1024, 4 * 1024 * 1024
"""The maximum memory of the cached documents, as estimated by `_size`."""
TOKEN_BYTES = 500
"""The maximum memory of a token that is kept without its position."""
TOKEN = re.compile(r"\w+|[^\w\s,]")
SERIALS = itertools.count()
"""A number for each operation that may be answered again, which no other one gets."""

MERGE_BUDGET = 5_000
"""The budget for comparing fields that may be merged, two units each; the library's 500,000 take half a second."""


class BoundedMerging(OverlappingFieldsCanBeMergedRule):
    """The library's rule with our own budget, because the library's setting applies to the whole process."""

    def __init__(self, context: ValidationContext) -> None:
        super().__init__(context)
        self.rule_context.remaining_complexity_budget = MERGE_BUDGET


RULES = [BoundedMerging if rule is OverlappingFieldsCanBeMergedRule else rule for rule in specified_rules]


class DocumentRefused(Exception):
    """The document cannot be executed; `errors` may be sent to the client."""

    def __init__(self, errors: list[dict[str, Any]]) -> None:
        self.errors = errors
        super().__init__(errors[0]["message"] if errors else "refused")


@dataclass(frozen=True, slots=True)
class Document:
    """A document that may be executed. `key` is equal for texts that differ only in white space and comments.

    An empty operation name means none (GraphQL over HTTP, section 5.1). `key` is empty if there is no subscription.
    """

    ast: DocumentNode
    operations: dict[str, OperationDefinitionNode]
    costs: dict[str, Expression]
    introspects: bool
    key: str
    plans: Plans
    only: OperationDefinitionNode | None
    """The operation of a document that has no other."""
    schema: GraphQLSchema
    compilations: dict[str, Compilation] = field(default_factory=dict)
    repeatables: dict[str, Repeatable | None] = field(default_factory=dict)
    traits: dict[str, Traits] = field(default_factory=dict)

    def traits_of(self, executor: Executor[Any]) -> Traits:
        """How the subscription of an executor may be shared; the same for all viewers and variables."""
        key = _name_of(executor.operation)
        found = self.traits.get(key)
        if found is None:
            found = self.traits[key] = traits_of(executor)
        return found

    def compilation(self, name: str | None) -> Compilation:
        """The plans of an operation. Raises DocumentRefused."""
        key = _name_of(self.operation(name))
        found = self.compilations.get(key)
        if found is None:
            found = self.compilations[key] = Compilation()
        return found

    def repeatable(self, name: str | None) -> Repeatable | None:
        """What is needed to answer an operation again; None if that is not possible. Raises DocumentRefused."""
        operation = self.operation(name)
        key = _name_of(operation)
        if key not in self.repeatables:
            self.repeatables[key] = repeatable(self.schema, self.ast, operation, next(SERIALS))
        return self.repeatables[key]

    def operation(self, name: str | None) -> OperationDefinitionNode:
        """The operation with this name, or the only operation. Raises DocumentRefused."""
        found = self.operations.get(name) if name else self.only
        if found is None:
            text = (
                f'There is no operation "{name[:100]}"' if name else "Select one of the operations with operationName"
            )
            raise DocumentRefused([error_shape(text)])
        return found

    def subject(self, name: str | None) -> str:
        """A label for metrics: the name of the operation's root field, which clients cannot choose freely."""
        fields = self.operation(name).selection_set.selections
        return fields[0].name.value if len(fields) == 1 and isinstance(fields[0], FieldNode) else "several"

    def cost(self, name: str | None, variables: Mapping[str, Any] | None = None) -> int:
        """The cost of an operation with these coerced variables (schema/execution/cost.py). Raises DocumentRefused."""
        return self.costs[_name_of(self.operation(name))].evaluate(variables or {})

    def subscription_key(self, name: str | None, variables: dict[str, Any] | None) -> Hashable:
        """A key that is equal for the same subscription from any position in the log. Raises DocumentRefused."""
        positions = {
            d.variable.name.value
            for d in self.operation(name).variable_definitions or ()
            if print_ast(d.type).rstrip("!") == "Cursor"
        }
        compared = {k: v for k, v in (variables or {}).items() if k not in positions}
        return self.key, name or None, orjson.dumps(compared, option=orjson.OPT_SORT_KEYS).decode()  # bytes keep 4 KiB

    def operation_type(self, name: str | None) -> str:
        """`query`, `mutation` or `subscription`. Raises DocumentRefused."""
        return self.operation(name).operation.value


class Documents:
    """The documents of one schema, with a cache; `worth` as in Plans."""

    def __init__(self, schema: strawberry.Schema, worth: int | None = WORTH) -> None:
        self.schema: GraphQLSchema = schema._schema  # noqa: SLF001 - the executable schema has no public name
        self._member_plans = Plans(schema, worth)
        self._stranger_plans = Plans(schema, worth, SIZE_KEPT // 8)
        self._members: DocumentCache[Document | DocumentRefused] = DocumentCache(MEMBERS_BYTES)
        self._strangers: DocumentCache[Document | DocumentRefused] = DocumentCache(STRANGERS_BYTES)

    @property
    def bytes_kept(self) -> int:
        """The estimated memory of all cached documents."""
        return self._members.bytes + self._strangers.bytes

    def get(self, text: str, *, stranger: bool = False) -> Document:
        """The document of a text. Raises DocumentRefused with all faults."""
        return self.find(text, stranger=stranger) or self.parse_and_cache(text, stranger=stranger)

    def find(self, text: str, *, stranger: bool) -> Document | None:
        """The cached document of a text, or None. Raises DocumentRefused if it is cached as refused, or too long."""
        if len(text) > TEXT_MAX:
            raise DocumentRefused([error_shape("This document is too long", "LIMIT_EXCEEDED")])
        known = self._members.get(text)
        if stranger and not isinstance(known, Document):
            known = self._strangers.get(text)
        if isinstance(known, DocumentRefused):
            raise DocumentRefused(known.errors)
        return known

    def parse_and_cache(self, text: str, *, stranger: bool) -> Document:
        """Parse, validate and measure a text that `find` does not know, and cache the result; takes several milliseconds.

        Raises DocumentRefused.
        """
        cache = self._strangers if stranger else self._members
        try:
            document = self._read(text, stranger=stranger)
        except DocumentRefused as refusal:
            cache.put(text, DocumentRefused(refusal.errors), _size(text, refusal))
            raise
        cache.put(text, document, _size(text))
        return document

    def _read(self, text: str, *, stranger: bool) -> Document:
        try:
            ast = parse(text, max_lexical_tokens=TOKENS_MAX, max_comments=COMMENTS_MAX)
            self._check(ast, hide_suggestions=stranger)
            kept = parse(text, no_location=True)
            operations, meter = _operations(kept), Meter(self.schema, kept)
            measures = {name: meter.measure(o) for name, o in operations.items()}
        except GraphQLSyntaxError as error:
            raise DocumentRefused([_unparsed(error)]) from None
        except RecursionError:
            raise DocumentRefused([error_shape("This document is nested too deeply", "LIMIT_EXCEEDED")]) from None
        live = any(o.operation is OperationType.SUBSCRIPTION for o in operations.values())
        return Document(
            ast=kept,
            operations=operations,
            costs={name: m.cost.whole for name, m in measures.items()},
            introspects=any(m.introspects for m in measures.values()),
            plans=self._stranger_plans if stranger else self._member_plans,
            schema=self.schema,
            only=next(iter(operations.values())) if len(operations) == 1 else None,
            key=hashlib.sha256(strip_ignored_characters(text).encode()).hexdigest() if live else "",
        )

    def _check(self, ast: DocumentNode, *, hide_suggestions: bool) -> None:
        meter = Meter(self.schema, ast)
        operations = _operations(ast).values()
        if too_much := [e for o in operations for e in excesses(o, meter.measure(o))]:
            raise DocumentRefused([coded(e, "LIMIT_EXCEEDED") for e in too_much[:ERRORS_MAX]])
        faults = validate(self.schema, ast, RULES, max_errors=ERRORS_MAX, hide_suggestions=hide_suggestions)
        if any(isinstance(e, ValidationAbortedError) for e in faults) and len(faults) <= ERRORS_MAX:
            raise DocumentRefused([error_shape("This document is too complex to validate", "LIMIT_EXCEEDED")])
        if faults:
            raise DocumentRefused([coded(e, "GRAPHQL_VALIDATION_FAILED") for e in faults])
        if not operations:
            raise DocumentRefused([error_shape("The document contains no operation")])


def _operations(ast: DocumentNode) -> dict[str, OperationDefinitionNode]:
    """The operations of a document by name; an operation without a name is the only one in its document."""
    return {_name_of(d): d for d in ast.definitions if isinstance(d, OperationDefinitionNode)}


def _name_of(operation: OperationDefinitionNode) -> str:
    return operation.name.value if operation.name else ""


def _size(text: str, refusal: DocumentRefused | None = None) -> int:
    """The estimated memory of a cached text and its document, in bytes; rather too high than too low."""
    if refusal is not None:
        return 4 * len(text) + sum(1000 + 4 * len(e["message"]) for e in refusal.errors)
    tokens = sum(1 for _ in TOKEN.finditer(text))
    return 4 * len(text) + min(tokens, TOKENS_MAX) * TOKEN_BYTES


def _unparsed(error: GraphQLSyntaxError) -> dict[str, Any]:
    """The error of text that does not parse; the parser reports an exceeded limit only in its message."""
    limit = next((name for name in ("tokens", "comments") if f"{name}. Parsing aborted" in error.message), None)
    if limit is None:
        return coded(error, "GRAPHQL_PARSE_FAILED")
    most = {"tokens": TOKENS_MAX, "comments": COMMENTS_MAX}[limit]
    return error_shape(f"This document is too large: at most {most} {limit} are allowed", "LIMIT_EXCEEDED")


def coded(error: GraphQLError, code: str) -> dict[str, Any]:
    formatted: dict[str, Any] = dict(error.formatted)
    formatted["message"] = str(formatted["message"])[:500]
    formatted.setdefault("extensions", {"code": code})
    return formatted
