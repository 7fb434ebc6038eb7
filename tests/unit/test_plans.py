"""What is compiled, how much of it, and what is kept."""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import Any

import pytest
from graphql import OperationDefinitionNode, OperationType, parse, type_from_ast

from schema.execution.arguments import Converter
from schema.execution.counting import Counting
from schema.execution.documents import Documents
from schema.execution.plan import NotCompilable, Plan
from schema.execution.plans import COMPILED_AGAIN_AFTER, VARIANTS_MAX, Compilation, Plans
from schema.execution.selections import PLAN_FIELDS_MAX, compile_operation
from schema.execution.variables import Variables
from schema.root import build_schema
from tests.unit.equality.documents import Document as Writer

SCHEMA = build_schema()
DOCUMENTS, CONVERTER = Documents(SCHEMA), Converter(SCHEMA)
CONSOLE = Path(__file__).parents[2] / "frontend/src/lib/graphql"


def executor(text: str, variables: dict[str, Any] | None = None, name: str | None = None) -> Counting:
    """The executor of an operation."""
    built = Counting.build(DOCUMENTS.schema, DOCUMENTS.get(text).ast, None, None, variables, name)
    assert isinstance(built, Counting), built
    return built


def compiled(text: str, variables: dict[str, Any] | None = None) -> Plan:
    """The plan of a document."""
    return compile_operation(executor(text, variables), CONVERTER)


def test_every_operation_of_the_console_is_compiled() -> None:
    fragments = "\n".join(f.read_text() for f in sorted(CONSOLE.glob("*.graphql")))
    document = parse(fragments)
    operations = [d for d in document.definitions if isinstance(d, OperationDefinitionNode) and d.name]
    names = [d.name.value for d in operations if d.name and d.operation is not OperationType.SUBSCRIPTION]
    assert len(names) > 20
    for name in names:
        built = Counting.build(DOCUMENTS.schema, document, None, None, variables_for(document, name), name)
        assert isinstance(built, Counting), built
        assert compile_operation(built, CONVERTER).size <= PLAN_FIELDS_MAX / 2, name


def variables_for(document: Any, name: str) -> dict[str, Any]:
    """Values for the variables of an operation."""
    writer = Writer(DOCUMENTS.schema, Random(1))  # noqa: S311 - a test
    (operation,) = [d for d in document.definitions if getattr(d, "operation", None) and d.name.value == name]
    found = {}
    for definition in operation.variable_definitions or ():
        type_ = type_from_ast(DOCUMENTS.schema, definition.type)
        found[definition.variable.name.value] = writer.usual(type_)
    return found


WIDE = (
    "id email displayName role status online lastSeenAt emailVerifiedAt canSignIn createdAt updatedAt version __typename "
    "sessions(first: 1) { edges { node { id userAgent ipAddress } } }"
)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(
            "{ " + " ".join(f"m{n}: me {{ ...F }}" for n in range(29)) + f" }} fragment F on User {{ {WIDE} }}",
            id="wide",
        ),
        pytest.param("{ __schema { types { name } } }", id="introspection"),
        pytest.param('{ __type(name: "User") { name } me { id } }', id="introspection of a type"),
    ],
)
def test_what_is_not_compiled(text: str) -> None:
    with pytest.raises(NotCompilable):
        compiled(text)


def test_visiting_is_bounded_although_little_is_written() -> None:
    spreads = " ".join("... on Session { id }" for _ in range(28))
    roots = " ".join(f'n{n}: node(id: "x") {{ ...F }}' for n in range(29))
    with pytest.raises(NotCompilable):
        compiled(f"{{ {roots} }} fragment F on User {{ {spreads} id }}".replace("on User", "on Node"))


def test_an_operation_is_compiled_once_it_was_executed_a_few_times() -> None:
    plans, compilation, text = Plans(SCHEMA, 2), Compilation(), "{ me { id } }"
    assert [plans.use(compilation, executor(text)) is None for _ in range(4)] == [True, True, False, False]
    assert plans.fields == 2
    assert isinstance(compilation.variables, Variables)


def test_none_is_compiled_without_the_compiler() -> None:
    plans, compilation = Plans(SCHEMA, None), Compilation()
    assert [plans.use(compilation, executor("{ me { id } }")) for _ in range(9)] == [None] * 9


def test_the_least_recently_used_plans_are_dropped() -> None:
    plans = Plans(SCHEMA, 0, fields_kept=6)
    kept = [Compilation() for _ in range(3)]
    assert plans.use(kept[0], executor("{ me { id } }"))
    assert plans.use(kept[1], executor("{ me { id } }"))
    plans.touch(kept[0])
    assert plans.use(kept[2], executor("{ me { id role } }"))
    assert [bool(c.plans) for c in kept] == [True, False, True]
    assert (plans.fields, len(plans)) == (5, 2)
    assert plans.use(kept[1], executor("{ me { id } }")) is None  # not at once again
    assert [plans.use(kept[1], executor("{ me { id } }")) is None for _ in range(COMPILED_AGAIN_AFTER)][-1] is False


def test_an_operation_has_few_variants() -> None:
    names = [f"v{n}" for n in range(4)]
    fields = " ".join(f"a{n}: id @skip(if: ${name})" for n, name in enumerate(names))
    text = f"query({' '.join(f'${n}: Boolean!' for n in names)}) {{ me {{ id {fields} }} }}"
    plans, compilation = Plans(SCHEMA, 0), Compilation()
    found = [
        plans.use(compilation, executor(text, {name: bool(bits >> n & 1) for n, name in enumerate(names)}))
        for bits in range(16)
    ]
    assert sum(plan is not None for plan in found) == len(compilation.plans) == VARIANTS_MAX


def test_only_names_of_the_document_become_code() -> None:
    text = '{ users(search: "); import os #", first: 1) { edges { cursor } } }'
    plan = compiled(text)
    (root,) = plan.roots
    assert "import os" not in str(root.resolve.__code__.co_consts)
    assert root.resolve.__code__.co_names[0].startswith("k")
