"""The second limit: execution stops when a response grows beyond what any request may cost."""

from __future__ import annotations

from typing import Any

import pytest
from graphql import ExecutionResult, build_schema, parse

from schema.execution.counting import BYTES_MAX, FIELDS_MAX, Counting

SCHEMA = build_schema(
    "type Query { rows(n: Int!): [Row], must(n: Int!): [Row!]! } type Row { id: ID text: String more: [Row] }"
)


class Rows:
    """The source of rows; `read` counts the resolved fields of rows."""

    def __init__(self, text: str) -> None:
        self.text, self.read = text, 0

    def field(self, _source: Any, info: Any, n: int = 0) -> Any:
        """Resolve any field."""
        if info.field_name in ("rows", "must"):
            return [{}] * n
        self.read += 1
        return [{}] * 10 if info.field_name == "more" else self.text


def execute(query: str, text: str = "x") -> tuple[Counting, ExecutionResult, Rows]:
    """Execute a query, whatever its cost."""
    rows = Rows(text)
    executor = Counting.build(SCHEMA, parse(query), field_resolver=rows.field)
    assert isinstance(executor, Counting)
    result = executor.execute_operation()
    assert isinstance(result, ExecutionResult)
    return executor, result, rows


@pytest.mark.parametrize("field", ["rows", "must"])
def test_fields_are_counted_and_resolved_only_up_to_the_limit(field: str) -> None:
    executor, result, rows = execute(f"{{ {field}(n: {FIELDS_MAX // 2 - 1}) {{ id text }} }}")
    assert not executor.exceeded
    assert not result.errors
    assert executor.fields == 1 + 2 * (FIELDS_MAX // 2 - 1)
    executor, result, rows = execute(f"{{ {field}(n: {FIELDS_MAX}) {{ id text }} }}")
    assert executor.exceeded
    assert result.errors
    assert rows.read <= FIELDS_MAX


def test_nested_lists_are_counted() -> None:
    executor, _, rows = execute("{ rows(n: 100) { more { more { more { id } } } } }")
    assert executor.exceeded
    assert rows.read <= FIELDS_MAX


def test_text_is_counted() -> None:
    executor, _, _ = execute("{ rows(n: 100) { text } }", "x" * 10_000)
    assert not executor.exceeded
    executor, _, rows = execute("{ rows(n: 1000) { text } }", "x" * 10_000)
    assert executor.exceeded
    assert rows.read <= BYTES_MAX // 10_000 + 1


def test_names_are_counted() -> None:
    name = "n" * 1000
    executor, _, rows = execute(f"{{ rows(n: 10000) {{ {name}: id }} }}")
    assert executor.exceeded
    assert rows.read <= BYTES_MAX // 1000 + 1
