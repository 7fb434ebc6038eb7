"""Each value that a plan must leave to the executor, or must take as the executor does, in a document of its own."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from schema.execution.counting import FIELDS_MAX
from schema.execution.documents import Documents
from schema.execution.executions import COMPILED, EXECUTED, RESUMED, Executions
from schema.execution.plan import Run, Unanswered
from schema.execution.selections import take
from tests.unit.equality.comparison import SCHEMA, compare
from tests.unit.equality.world import context

ONE, THREE, SIX, SEVEN = (f"00000000-0000-0000-0000-{n:012}" for n in (1, 3, 6, 7))
RESULT = "{ __typename ... on UserPayload { user { displayName version } } ... on ValidationProblem { message } }"
EDGES: dict[str, tuple[str, dict[str, Any], int | None, str]] = {
    "null where none may be": (f'{{ me {{ id }} user(id: "{SEVEN}") {{ id displayName }} }}', {}, 1, RESUMED),
    "null in an item": ("{ users(first: 9) { edges { node { id displayName } } } }", {}, 1, RESUMED),
    "a number too large for Int": (f'{{ user(id: "{SIX}") {{ version }} }}', {}, 0, RESUMED),
    "null for a required argument": (
        f'query($id: ID = "{ONE}") {{ user(id: $id) {{ id }} }}',
        {"id": None},
        None,
        EXECUTED,
    ),
    "a null in a list that has none": (
        f'query($id: ID = "{ONE}") {{ nodes(ids: [$id]) {{ id }} }}',
        {"id": None},
        None,
        EXECUTED,
    ),
    "a default of a variable": ("query($n: Int = 1) { users(first: $n) { edges { cursor } } }", {}, None, COMPILED),
    "a variable that is not given": ("query($n: Int) { users(first: $n) { edges { cursor } } }", {}, None, COMPILED),
    "a field of an input that is not given": (
        f'mutation($name: String) {{ updateUser(input: {{id: "{ONE}", displayName: $name}}) {RESULT} }}',
        {},
        None,
        COMPILED,
    ),
    "a field of an input that is null": (
        f'mutation($name: String) {{ updateUser(input: {{id: "{ONE}", displayName: $name}}) {RESULT} }}',
        {"name": None},
        None,
        COMPILED,
    ),
    "a result that cannot be shown of what is written": (
        f'mutation {{ updateUser(input: {{id: "{SIX}", displayName: "New"}}) {RESULT} }}',
        {},
        0,
        RESUMED,
    ),
}


@pytest.mark.parametrize("name", EDGES)
def test_an_edge_is_answered_alike(name: str) -> None:
    text, variables, broken, path = EDGES[name]
    assert compare(text, variables, "admin", broken, {}) == [path] * 2


def test_what_earlier_mutations_showed_stays_when_a_later_one_fails() -> None:
    shown = "... on UserPayload { user { displayName sessions { edges { node { id } } } } }"
    text = f"""mutation {{
      a: updateUser(input: {{id: "{THREE}", displayName: "New"}}) {{ {shown} }}
      b: revokeSessions(userId: "{THREE}") {{ ... on Done {{ ok }} }}
      c: createUser(input: {{email: "new@example.com", displayName: "N"}}) {{ __typename }}
    }}"""
    assert compare(text, {}, "admin", None, {"users.add": "unexpected"}) == [RESUMED] * 2


@pytest.mark.parametrize("items", [None, "text", {1: 2}, range(2)])
def test_only_lists_are_taken_as_lists(items: object) -> None:
    with pytest.raises(Unanswered):
        take(Run(None, [], 0), items, 1)


def test_a_response_that_grows_too_large_is_left_to_the_executor() -> None:
    run = Run(None, [], FIELDS_MAX - 6)
    assert take(run, [1, 2, 3], 2) == [1, 2, 3]
    with pytest.raises(Unanswered):
        take(run, [1], 1)


def test_the_limits_hold_for_a_compiled_operation() -> None:
    pages = "users(first: $n) { edges { node { sessions(first: $n) { edges { node { id } } } } } }"
    found: list[str] = []
    executions = Executions(Documents(SCHEMA, 0), answered=found.append)
    document = executions.documents.get(f"query($n: Int!) {{ {pages} }}")

    def answer(variables: dict[str, Any]) -> dict[str, Any]:
        return asyncio.run(executions.execute(document, None, variables, context("admin", {})))

    assert "errors" not in answer({"n": 2})
    assert found == [COMPILED]
    for expensive in ({"n": 100}, {"n": 2, "unused": [1] * 1001}):
        assert [e["extensions"]["code"] for e in answer(expensive)["errors"]] == ["LIMIT_EXCEEDED"]
    assert [e["extensions"]["code"] for e in answer({"n": "2"})["errors"]] == ["BAD_USER_INPUT"]
    assert found == [COMPILED]
