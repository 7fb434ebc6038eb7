"""Writes the functions of a compiled operation: one for each object type of each selection, straight through its fields.

graphql-core collects the fields, with the values of the variables on which `@skip` and `@include` depend, so that
fragments, aliases and merging have their usual meaning. Of a document, only response names become code, as string
literals; everything else is bound to a numbered name. What is written is bounded: in fields, and in the nodes visited.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from types import CoroutineType
from typing import Any

from graphql import (
    GraphQLAbstractType,
    GraphQLError,
    GraphQLField,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    get_named_type,
    is_leaf_type,
    is_object_type,
)
from graphql.execution import Executor
from graphql.execution.collect_fields import CollectedFields, FieldDetails, collect_fields

from schema.execution.arguments import Converter
from schema.execution.leaves import TIME_NAMES, leaf
from schema.execution.plan import Arguments, NotCompilable, Plan, Root, Run, TooLarge, Unanswered
from schema.execution.resolvers import Call, call_of
from schema.execution.weights import Weights
from schema.marks import class_of

PLAN_FIELDS_MAX = 500
"""Fields of a plan; the console's largest document has about 100."""
VISITED_MAX = 10
"""Nodes that are visited to collect the fields of a plan, for each field that it may have."""
COMPLETE, OBJECT = "x, info, run, gaps", "o, info, run, gaps"
"""The parameters of generated functions."""


def compile_operation(executor: Executor[Any], converter: Converter, size_max: int = PLAN_FIELDS_MAX) -> Plan:
    """Compile an operation for the executor's variables of `@skip` and `@include`. Raises NotCompilable and TooLarge."""
    root = executor.schema.get_root_type(executor.operation.operation)
    if root is None or executor.operation.directives:
        raise NotCompilable
    try:
        return _Writer(executor, converter, size_max).plan(root)
    except GraphQLError:
        raise NotCompilable from None


def take(run: Run, items: Any, fields: int) -> Any:
    """The items of a list, counted with the fields of each against what the response may have. Raises Unanswered."""
    if type(items) is not list and type(items) is not tuple:
        raise Unanswered
    run.left -= len(items) * fields
    if run.left < 0:
        raise Unanswered
    return items


def fail() -> Any:
    """The value is not of its type's class: null, for example."""
    raise Unanswered


class _Writer:
    """Writes one operation. An expression comes with the number of fields outside lists that it adds."""

    def __init__(self, executor: Executor[Any], converter: Converter, size_max: int) -> None:
        self._executor, self._converter, self._size_max = executor, converter, size_max
        self._weights = Weights(executor.operation, executor.fragment_definitions)
        self._lines: list[str] = []
        self._names: dict[str, Any] = {"take": take, "fail": fail, "Coroutine": CoroutineType, **TIME_NAMES}
        self._arguments: list[Arguments] = []
        self._size = self._visited = self._number = 0

    def plan(self, type_: GraphQLObjectType) -> Plan:
        e = self._executor
        self._visit(self._weights.operation)
        collected = collect_fields(e.schema, e.fragments, e.variable_values, type_, e.operation)
        roots = [(key, *self._root(type_, details)) for key, details in self._fields(collected)]
        exec(compile("\n".join(self._lines), "<plan>", "exec"), self._names)  # noqa: S102 - see above what it holds
        return Plan(
            roots=tuple([Root(key, self._names[r], self._names[c]) for key, r, c, _ in roots]),
            arguments=tuple(self._arguments),
            serial=type_ is e.schema.mutation_type,
            fields=sum(1 + inner for _, _, _, inner in roots),
            size=self._size,
        )

    def _root(self, type_: GraphQLObjectType, details: list[FieldDetails]) -> tuple[str, str, int]:
        if details[0].node.name.value == "__typename":
            name = self._bind(type_.name)
            return self._define("info, run", [f"return {name}"]), self._define(COMPLETE, ["return x"]), 0
        field, call = self._call(type_, details)
        completer, inner = self._completer(field.type, details)
        return self._define("info, run", ["o = None", f"return {call.expression}"]), completer, inner

    def _object(self, type_: GraphQLObjectType, details: list[FieldDetails]) -> tuple[str, int]:
        """The function that makes an object of one type."""
        self._visit(self._weights.of(details))
        before, entries, after = list[str](), list[str](), list[str]()
        total = 0
        for key, nodes in self._fields(self._executor.collect_subfields(type_, details)):
            total += 1
            if nodes[0].node.name.value == "__typename":
                entries.append(f"{key!r}: {self._bind(type_.name)}")
                continue
            field, call = self._call(type_, nodes)
            if call.at_once or (is_leaf_type(get_named_type(field.type)) and not call.awaits):
                value = f"v{len(before)}"
                before.append(f"{value} = {call.expression}")
                expression, inner = self._value(field.type, nodes, value)
                entries.append(f"{key!r}: {expression}")
            else:
                entries.append(f"{key!r}: None")
                inner = self._later(key, field, call, nodes, after)
            total += inner
        return self._define(OBJECT, [*before, f"d = {{{', '.join(entries)}}}", *after, "return d"]), total

    def _later(self, key: str, field: GraphQLField, call: Call, details: list[FieldDetails], after: list[str]) -> int:
        """A field that is, or may be, a coroutine."""
        completer, inner = self._completer(field.type, details)
        if call.awaits:
            after.append(f"gaps.append((d, {key!r}, {call.expression}, {completer}))")
        else:
            after.append(f"x = {call.expression}")
            after.append(f"if type(x) is Coroutine: gaps.append((d, {key!r}, x, {completer}))")
            after.append(f"else: d[{key!r}] = {completer}(x, info, run, gaps)")
        return inner

    def _completer(self, type_: GraphQLOutputType, details: list[FieldDetails]) -> tuple[str, int]:
        expression, inner = self._value(type_, details, "x")
        return self._define(COMPLETE, [f"return {expression}"]), inner

    def _value(self, type_: GraphQLOutputType, details: list[FieldDetails], x: str) -> tuple[str, int]:
        """The expression that completes the value of a variable. All raise an error for null, unless null is allowed."""
        if isinstance(type_, GraphQLNonNull):
            return self._present(type_.of_type, details, x)
        expression, inner = self._present(type_, details, x)
        return f"(None if {x} is None else {expression})", inner

    def _present(self, type_: GraphQLOutputType, details: list[FieldDetails], x: str) -> tuple[str, int]:
        if is_leaf_type(type_):
            return leaf(type_, x, self._bind), 0
        if isinstance(type_, GraphQLList):
            item = f"{x}i"
            expression, inner = self._value(type_.of_type, details, item)
            return f"[{expression} for {item} in take(run, {x}, {inner})]", 0
        if is_object_type(type_):
            name, inner = self._object(type_, details)
            return f"({name}({x}, info, run, gaps) if type({x}) is {self._bind(_class(type_))} else fail())", inner
        assert isinstance(type_, GraphQLAbstractType)
        return self._one_of(self._executor.schema.get_possible_types(type_), details, x)

    def _one_of(self, types: Sequence[GraphQLObjectType], details: list[FieldDetails], x: str) -> tuple[str, int]:
        """By the class of the value; any other class is a KeyError, which leaves it to the executor."""
        written = {_class(t): self._object(t, details) for t in types}
        if len(written) != len(types):
            raise NotCompilable
        table = self._next("t")
        pairs = ", ".join(f"{self._bind(cls)}: {name}" for cls, (name, _) in written.items())
        self._lines.append(f"{table} = {{{pairs}}}")
        return f"{table}[type({x})]({x}, info, run, gaps)", max(inner for _, inner in written.values())

    def _call(self, type_: GraphQLObjectType, details: list[FieldDetails]) -> tuple[GraphQLField, Call]:
        node = details[0].node
        field = self._executor.schema.get_field(type_, node.name.value)
        if field is None:
            raise NotCompilable
        call = call_of(field, node, self._converter, self._bind, len(self._arguments))
        if call.arguments is not None:
            self._arguments.append(call.arguments)
        return field, call

    def _fields(self, collected: CollectedFields) -> Iterator[tuple[str, list[FieldDetails]]]:
        if collected.new_defer_usages or collected.forbidden_directive_instances:
            raise NotCompilable
        self._size += len(collected.grouped_field_set)
        if self._size > self._size_max:
            raise TooLarge
        if not all(name.isidentifier() and name.isascii() for name in collected.grouped_field_set):
            raise NotCompilable
        yield from collected.grouped_field_set.items()

    def _visit(self, nodes: int) -> None:
        self._visited += nodes
        if self._visited > VISITED_MAX * self._size_max:
            raise TooLarge

    def _define(self, parameters: str, body: Sequence[str]) -> str:
        name = self._next("f")
        self._lines.append("\n ".join([f"def {name}({parameters}):", *body]))
        return name

    def _bind(self, value: object) -> str:
        name = self._next("k")
        self._names[name] = value
        return name

    def _next(self, letter: str) -> str:
        self._number += 1
        return f"{letter}{self._number}"


def _class(type_: GraphQLObjectType) -> type:
    found = class_of(type_)
    if found is None:
        raise NotCompilable
    return found
