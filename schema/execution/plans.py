"""Which operations are compiled, and the plans that are kept.

Compiling costs about as much as executing four fields for each node of the operation. An operation is compiled once its
executions have cost several times that: a client that never sends the same document twice causes no compilation, and one
that sends each a few times, or documents that are large and select nothing, little. Plans are kept up to a size, the
least recently used are dropped first; those of clients without a session have a cache of their own, so that they cannot
evict the others. A plan that the executor has to complete again and again, because its operation fails, is suspended.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from typing import Any

import strawberry
import structlog
from graphql.execution import Executor

from schema.execution.arguments import Converter
from schema.execution.plan import NotCompilable, Plan, TooLarge
from schema.execution.selections import PLAN_FIELDS_MAX, compile_operation
from schema.execution.variables import Variables, switches
from schema.execution.weights import Weights

log = structlog.get_logger(__name__)

WORTH = 16
"""The price of compilation: an operation is compiled after this many executed fields for each of its nodes."""
EXECUTION_FIELDS = 20
"""What an execution costs besides its fields, in fields."""
EXECUTIONS_MIN = 2
"""An operation that has been executed less often is never compiled."""
VARIANTS_MAX = 8
"""Plans of one operation, which differ in the variables of `@skip` and `@include`."""
SIZE_KEPT, SIZE_BYTES = 30_000, 1_280
"""The size of all plans that are kept, and the most memory for each unit of it: together 38 MB."""
PLAN_SIZE, ARGUMENTS_SIZE = 4, 2
"""The size of a plan and of arguments with variables, besides 1 for each field."""
RESUMED_MAX, SUSPENSION = 3, 16
"""After how many executions in a row that the executor had to complete a plan is suspended, and for how many."""


class Compilation:
    """One operation: what its executions have cost, and its plans by the values of its switches."""

    __slots__ = ("executions", "nodes", "plans", "resumed", "size", "suspended", "switches", "variables", "work")

    def __init__(self) -> None:
        self.executions = self.work = 0
        """Executions by the executor, and their cost in fields, minus the price of the plans compiled so far."""
        self.resumed = self.suspended = 0
        """Executions in a row that the executor had to complete, and executions for which no plan is used."""
        self.nodes = self.size = 0
        """The nodes of the operation, 0 until they are counted, and the size of the plans."""
        self.variables: Variables | None = None
        """None while there is no plan."""
        self.switches: tuple[str, ...] = ()
        self.plans: dict[tuple[Any, ...], Plan | None] = {}
        """None for a variant that cannot be compiled."""

    def executed(self, fields: int) -> None:
        """The executor has executed it."""
        self.executions += 1
        self.work += fields + EXECUTION_FIELDS

    def answered(self, *, resumed: bool) -> None:
        """A plan has answered it, or the executor has had to complete it."""
        self.resumed = self.resumed + 1 if resumed else 0
        if self.resumed >= RESUMED_MAX:
            self.suspended = SUSPENSION

    def skip_plan(self) -> bool:
        """Whether no plan may be used for the next execution, which is counted."""
        if not self.suspended:
            return False
        self.suspended -= 1
        return True

    def key(self, variables: Mapping[str, Any]) -> tuple[Any, ...]:
        """The variant for these coerced variables."""
        return tuple([variables.get(name) for name in self.switches])

    def find(self, variables: Mapping[str, Any]) -> Plan | None:
        """The plan for these coerced variables, if there is one."""
        return self.plans.get(self.key(variables))


class Plans:
    """The plans of one kind of client. `worth` replaces WORTH: 0 compiles at the first execution, None never."""

    def __init__(self, schema: strawberry.Schema, worth: int | None = WORTH, size_kept: int = SIZE_KEPT) -> None:
        self._converter, self._worth, self._size_kept = Converter(schema), worth, size_kept
        self._kept: OrderedDict[Compilation, None] = OrderedDict()
        self.size = 0
        """The size of the plans that are kept."""

    def __len__(self) -> int:
        return len(self._kept)

    def touch(self, compilation: Compilation) -> None:
        """This operation is the most recently used."""
        if compilation in self._kept:
            self._kept.move_to_end(compilation)

    def use(self, compilation: Compilation, executor: Executor[Any]) -> Plan | None:
        """A plan for an execution that found none; None if compiling it is not worth its price, or not possible."""
        if self._worth is None or (self._worth and compilation.executions < EXECUTIONS_MIN):
            return None
        if not compilation.nodes:
            _measure(compilation, executor)
        key = compilation.key(executor.variable_values.coerced)
        if key not in compilation.plans and len(compilation.plans) < VARIANTS_MAX:
            price = self._worth * compilation.nodes
            if compilation.work < price:
                return None
            compilation.work -= price
            self._compile(compilation, key, executor)
        return compilation.plans.get(key)

    def _compile(self, compilation: Compilation, key: tuple[Any, ...], executor: Executor[Any]) -> None:
        """Compile a variant; the price doubles if the plan is much larger than the operation, as with interfaces."""
        size_max = min(PLAN_FIELDS_MAX, 2 * compilation.nodes) if self._worth else PLAN_FIELDS_MAX
        try:
            plan = compilation.plans[key] = self._try(executor, size_max)
        except TooLarge:
            compilation.nodes *= 2
            return
        if plan is not None:
            self._keep(compilation, plan, executor)

    def _try(self, executor: Executor[Any], size_max: int) -> Plan | None:
        """Raises TooLarge if the plan exceeds `size_max`, unless no plan may be larger."""
        try:
            return compile_operation(executor, self._converter, size_max)
        except TooLarge:
            if size_max < PLAN_FIELDS_MAX:
                raise
            return None
        except NotCompilable:
            return None
        except Exception:
            log.exception("graphql.compilation_failed")  # a fault of ours, which must not fail the request
            return None

    def _keep(self, compilation: Compilation, plan: Plan, executor: Executor[Any]) -> None:
        compilation.variables = compilation.variables or Variables(executor.schema, executor.operation)
        size = plan.size + PLAN_SIZE + ARGUMENTS_SIZE * len(plan.arguments)
        compilation.size += size
        self.size += size
        self._kept[compilation] = None
        self._kept.move_to_end(compilation)
        while self.size > self._size_kept:
            self._drop(self._kept.popitem(last=False)[0])

    def _drop(self, compilation: Compilation) -> None:
        self.size -= compilation.size
        compilation.plans.clear()
        compilation.variables, compilation.size, compilation.work = None, 0, 0


def _measure(compilation: Compilation, executor: Executor[Any]) -> None:
    fragments = executor.fragment_definitions
    selections = [n.selection_set for n in (executor.operation, *fragments.values())]
    compilation.switches = switches(selections)
    compilation.nodes = Weights(executor.operation, fragments, deep=True).operation
