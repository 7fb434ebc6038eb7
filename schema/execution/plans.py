"""Which operations are compiled, and the plans that are kept.

An operation is compiled once it has been executed a few times: a client that never sends the same document twice causes no
compilation, and its documents are executed as they are. Plans are kept up to a number of fields, the least recently used
are dropped first; those of clients without a session have a cache of their own, so that they cannot evict the others.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from typing import Any

import strawberry
import structlog
from graphql.execution import Executor

from schema.execution.arguments import Converter
from schema.execution.plan import NotCompilable, Plan
from schema.execution.selections import compile_operation
from schema.execution.variables import Variables, switches

log = structlog.get_logger(__name__)

COMPILED_AFTER = 2
"""Executions of an operation before it is compiled."""
COMPILED_AGAIN_AFTER = 20
"""Executions before it is compiled again, once its plans were dropped to make room."""
VARIANTS_MAX = 8
"""Plans of one operation, which differ in the variables of `@skip` and `@include`."""
FIELDS_KEPT = 40_000
"""Fields of all plans that are kept, at about 1 KiB each."""


class Compilation:
    """One operation: how often it was executed, and its plans by the values of its switches."""

    __slots__ = ("plans", "size", "switches", "uses", "variables")

    def __init__(self) -> None:
        self.uses = 0
        self.size = 0
        self.variables: Variables | None = None
        self.switches: tuple[str, ...] = ()
        self.plans: dict[tuple[Any, ...], Plan | None] = {}
        """None for a variant that cannot be compiled."""

    def key(self, variables: Mapping[str, Any]) -> tuple[Any, ...]:
        """The variant for these coerced variables."""
        return tuple([variables.get(name) for name in self.switches])

    def find(self, variables: Mapping[str, Any]) -> Plan | None:
        """The plan for these coerced variables, if there is one."""
        return self.plans.get(self.key(variables))


class Plans:
    """The plans of one kind of client. `after` is the number of executions before compilation; None compiles nothing."""

    def __init__(
        self, schema: strawberry.Schema, after: int | None = COMPILED_AFTER, fields_kept: int = FIELDS_KEPT
    ) -> None:
        self._converter, self._after, self._fields_kept = Converter(schema), after, fields_kept
        self._kept: OrderedDict[Compilation, None] = OrderedDict()
        self.fields = 0
        """Fields of the plans that are kept."""

    def __len__(self) -> int:
        return len(self._kept)

    def touch(self, compilation: Compilation) -> None:
        """This operation is the most recently used."""
        if compilation in self._kept:
            self._kept.move_to_end(compilation)

    def use(self, compilation: Compilation, executor: Executor[Any]) -> Plan | None:
        """Count an execution that found no plan; returns a plan for it if it is time to compile it, and possible."""
        compilation.uses += 1
        if self._after is None or compilation.uses <= self._after:
            return None
        if not compilation.plans:
            fragments = executor.fragment_definitions.values()
            compilation.switches = switches([n.selection_set for n in (executor.operation, *fragments)])
        variables = executor.variable_values.coerced
        key = compilation.key(variables)
        if key not in compilation.plans and len(compilation.plans) < VARIANTS_MAX:
            compilation.plans[key] = self._compile(compilation, executor)
        return compilation.plans.get(key)

    def _compile(self, compilation: Compilation, executor: Executor[Any]) -> Plan | None:
        try:
            plan = compile_operation(executor, self._converter)
        except NotCompilable:
            return None
        except Exception:
            log.exception("graphql.compilation_failed")  # a fault of ours, which must not fail the request
            return None
        compilation.variables = compilation.variables or Variables(executor.schema, executor.operation)
        compilation.size += plan.size
        self.fields += plan.size
        self._kept[compilation] = None
        self._kept.move_to_end(compilation)
        while self.fields > self._fields_kept:
            self._drop(self._kept.popitem(last=False)[0])
        return plan

    def _drop(self, compilation: Compilation) -> None:
        self.fields -= compilation.size
        compilation.plans.clear()
        compilation.variables, compilation.size = None, 0
        compilation.uses = (self._after or 0) - COMPILED_AGAIN_AFTER
