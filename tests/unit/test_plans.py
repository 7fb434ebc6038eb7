"""What is compiled, how much of it, and what of a document becomes code."""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import Any

import pytest
from graphql import (
    DocumentNode,
    FieldNode,
    NameNode,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    parse,
    type_from_ast,
)

from schema.execution.arguments import Converter
from schema.execution.counting import Counting
from schema.execution.documents import Documents
from schema.execution.plan import NotCompilable, Plan, TooLarge
from schema.execution.selections import PLAN_FIELDS_MAX, compile_operation
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
        compiled(f"{{ {roots} }} fragment F on Node {{ {spreads} id }}")


def test_only_names_of_the_document_become_code() -> None:
    text = '{ users(search: "); import os #", first: 1) { edges { cursor } } }'
    plan = compiled(text)
    (root,) = plan.roots
    assert "import os" not in str(root.resolve.__code__.co_consts)
    assert root.resolve.__code__.co_names[0].startswith("k")


def test_an_alias_that_is_not_a_name_does_not_become_code() -> None:
    built = executor("{ me { id } }")
    named = FieldNode(alias=NameNode(value="a': print(1), 'b"), name=NameNode(value="__typename"))
    selected = SelectionSetNode(selections=(named,))
    operation = OperationDefinitionNode(operation=OperationType.QUERY, selection_set=selected)
    with pytest.raises(NotCompilable):
        compile_operation(Counting.build(built.schema, DocumentNode(definitions=(operation,))), CONVERTER)  # type: ignore[arg-type]


def test_a_plan_has_no_more_fields_than_it_may() -> None:
    text = "{ me { id email role } }"
    assert compile_operation(executor(text), CONVERTER, 4).size == 4
    with pytest.raises(TooLarge):
        compile_operation(executor(text), CONVERTER, 3)
