"""A plan gives the response that the executor gives, byte for byte: data, errors, their paths and codes.

Documents are random, over the whole schema and rows that break their types, with reads that fail and viewers who may not.
A number that has found a difference stays in DIFFERED. `python -m tests.unit.equality` compares as many as one likes.
"""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schema.execution.executions import COMPILED, RESUMED
from tests.unit.equality.comparison import check, compare

NUMBERS = st.integers(0, 2**32)
ONE, UNKNOWN = "00000000-0000-0000-0000-000000000001", "00000000-0000-0000-0000-00000000000a"
DIFFERED: list[tuple[str, str, dict[str, str]]] = [
    # Which of several root fields that fail is reported depends on their order in time, not in the document.
    (
        f'{{ node(id: "{UNKNOWN}") {{ id }} events(before: "x") {{ edges {{ cursor }} }} }}',
        "admin",
        {"sessions.get_many": "expected"},
    ),
    (f'{{ eventCounts {{ since }} user(id: "{ONE}") {{ id }} events {{ __typename }} }}', "stranger", {}),
]
"""Documents that a plan once answered otherwise than the executor."""


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
    f'{{ one: node(id: "{ONE}") {{ id ...U }} two: node(id: "{UNKNOWN}") {{ ...U }} }} fragment U on User {{ __typename role }}',
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


def test_resolvers_of_mutations_are_called_once_although_the_executor_completes_the_second() -> None:
    first = f'a: updateUser(input: {{id: "{ONE}", displayName: "New"}}) {{ ... on UserPayload {{ user {{ version displayName }} }} }}'
    second = 'b: revokeSessions(userId: "00000000-0000-0000-0000-000000000003") { ... on Done { ok } }'
    text = f"mutation {{ {first} {second} c: signOut {{ __typename }} }}"
    assert compare(text, {}, "admin", None, {"sessions.end_all": "unexpected"}) == [RESUMED] * 2
