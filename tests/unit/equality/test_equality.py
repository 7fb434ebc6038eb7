"""A plan gives the response that the executor gives, byte for byte: data, errors, their paths and codes.

Documents are random, over the whole schema and rows that break their types, with reads that fail and viewers who may not.
A number that has found a difference stays in DIFFERED.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Mapping
from random import Random
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schema.execution.documents import DocumentRefused, Documents
from schema.execution.executions import COMPILED, RESUMED, Executions
from schema.root import build_schema
from tests.unit.equality.documents import document_of
from tests.unit.equality.world import BROKEN, FAULTS, VIEWERS, context

SCHEMA = build_schema()
CORE = SCHEMA._schema
UUID_TEXT = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
NUMBERS = st.integers(0, 2**32)
ONE, NOBODY = "00000000-0000-0000-0000-000000000001", "00000000-0000-0000-0000-00000000000a"
DIFFERED: list[tuple[str, str, dict[str, str]]] = [
    # Which of several root fields that fail is reported depends on their order in time, not in the document.
    (
        f'{{ node(id: "{NOBODY}") {{ id }} events(before: "x") {{ edges {{ cursor }} }} }}',
        "admin",
        {"sessions.get_many": "expected"},
    ),
    (f'{{ eventCounts {{ since }} user(id: "{ONE}") {{ id }} events {{ __typename }} }}', "stranger", {}),
]
"""Documents that a plan once answered otherwise than the executor."""


def numbered(answer: bytes) -> str:
    """The response with ids that are made anew for each execution replaced by the order in which they appear."""
    known: dict[str, str] = {}
    return UUID_TEXT.sub(
        lambda m: m[0] if m[0].startswith("00000000-0000-0000-") else known.setdefault(m[0], f"id{len(known)}"),
        answer.decode(),
    )


def ask(
    executions: Executions,
    text: str,
    variables: dict[str, Any],
    viewer: str,
    broken: int | None,
    failing: Mapping[str, str],
) -> bytes:
    """The response over rows of its own."""
    seen = context(viewer, failing, broken=broken)
    document = executions.documents.get(text, stranger=seen.actor is None)

    async def execute() -> dict[str, Any]:
        answer = await executions.execute(document, None, variables, seen)
        await asyncio.sleep(0)  # lets the executor cancel what it has left behind
        return answer

    return orjson.dumps(asyncio.run(execute()), default=str)


def check(kind: str, number: int) -> list[str]:
    """Compare the executor with a plan that is compiled, and that is used again; returns how these were answered."""
    random = Random(number)  # noqa: S311 - a test
    text, variables = document_of(CORE, kind, number)
    viewer, broken = random.choice([*VIEWERS, "admin", "admin"]), random.choice([None] * 5 + [*range(len(BROKEN))])
    failing = {
        name: random.choice(["expected", "unexpected"]) for name in random.sample(FAULTS, max(0, random.randint(-3, 2)))
    }
    return compare(text, variables, viewer, broken, failing)


def compare(
    text: str, variables: dict[str, Any], viewer: str, broken: int | None, failing: Mapping[str, str]
) -> list[str]:
    """Compare the responses; returns how those of the plan were answered."""
    found: list[str] = []
    plain = Executions(Documents(SCHEMA, None))
    planned = Executions(Documents(SCHEMA, 0), answered=found.append)
    try:
        expected = ask(plain, text, variables, viewer, broken, failing)
    except DocumentRefused:
        return []
    for _ in range(2):
        answer = ask(planned, text, variables, viewer, broken, failing)
        assert same(answer, expected), f"{text}\n{variables} {viewer} {broken} {failing}\n{answer!r}\n{expected!r}"
    return found


def same(one: bytes, other: bytes) -> bool:
    """Whether two responses are equal.

    Errors that occur at the same time may come in any order. Of several errors that would make the same position null,
    only the first in time is reported (section 6.4.4), so that another one of these may be.
    """
    if numbered(one) == numbered(other):
        return True
    bodies = [json.loads(numbered(body)) for body in (one, other)]
    errors = [body.pop("errors", []) for body in bodies]
    if orjson.dumps(bodies[0]) != orjson.dumps(bodies[1]):
        return False
    exact = [sorted(json.dumps(e) for e in found) for found in errors]
    nulls = [sorted(str(null_of(bodies[0].get("data"), e.get("path"))) for e in found) for found in errors]
    return exact[0] == exact[1] or nulls[0] == nulls[1]


def null_of(data: Any, path: list[str | int] | None) -> list[str | int] | None:
    """The position that an error has made null; the error's own if that is nullable."""
    for depth, part in enumerate(path or ()):
        if data is None:
            return (path or [])[:depth]
        data = data[part]
    return path


@settings(max_examples=60)
@given(NUMBERS)
def test_queries_are_answered_alike(number: int) -> None:
    check("query", number)


@settings(max_examples=40)
@given(NUMBERS)
def test_mutations_are_answered_alike(number: int) -> None:
    check("mutation", number)


@pytest.mark.parametrize(("text", "viewer", "failing"), DIFFERED)
def test_what_once_differed_is_answered_alike(text: str, viewer: str, failing: dict[str, str]) -> None:
    assert compare(text, {}, viewer, None, failing) == [RESUMED] * 2


MUTATIONS = f"""mutation {{
  a: updateUser(input: {{id: "{ONE}", displayName: "New"}}) {{ ...R }}
  b: disableUser(id: "nonsense") {{ ...R }}
  c: updateUser(input: {{id: "{ONE}", displayName: ""}}) {{ ...R }}
}}
fragment R on UserResult {{
  __typename
  ... on UserPayload {{ user {{ displayName version }} }}
  ... on Problem {{ code message }}
  ... on ValidationProblem {{ fields {{ field message }} }}
}}"""
ANSWERED = [
    "{ __typename }",
    "{ me { id email } __typename }",
    f'{{ user(id: "{ONE}") {{ id email displayName role status online lastSeenAt emailVerifiedAt canSignIn createdAt version }} }}',
    f'{{ one: node(id: "{ONE}") {{ id ...U }} two: node(id: "{NOBODY}") {{ ...U }} }} fragment U on User {{ __typename role }}',
    f'{{ nodes(ids: ["{ONE}", "x", "00000000-0000-0000-0000-000000000065"]) {{ __typename ... on Session {{ user {{ id }} }} }} }}',
    "{ users(first: 3) { edges { cursor node { id sessions(first: 2) { edges { node { user { sessions(first: 2) { edges { cursor } } } } } } } } } }",
    "{ users { totalCount totalCountExact pageInfo { hasNextPage startCursor endCursor } } }",
    "{ events(first: 9) { edges { node { type actor { id } subject { id __typename } changes { field before after } } } } }",
    "{ stats { total byRole { role count } cursor } eventCounts { since counts { type at count } } }",
    "query($yes: Boolean = true) { me { id @skip(if: $yes) role @include(if: $yes) } users(first: 1) @skip(if: $yes) { __typename } }",
    "{ me { name: displayName id } me { id name: displayName ... on User { role } ... on Node { id } } }",
    MUTATIONS,
]


@pytest.mark.parametrize("text", ANSWERED)
def test_plans_answer_without_the_executor(text: str) -> None:
    assert compare(text, {}, "admin", None, {}) == [COMPILED] * 2


def test_resolvers_of_mutations_are_called_once(  # the second mutation fails, and is completed by the executor
) -> None:
    first = f'a: updateUser(input: {{id: "{ONE}", displayName: "New"}}) {{ ... on UserPayload {{ user {{ version displayName }} }} }}'
    second = 'b: revokeSessions(userId: "00000000-0000-0000-0000-000000000003") { ... on Done { ok } }'
    text = f"mutation {{ {first} {second} c: signOut {{ __typename }} }}"
    assert compare(text, {}, "admin", None, {"sessions.end_all": "unexpected"}) == [RESUMED] * 2
