"""What operations cost: by the values of their variables, with fragments merged, in less than 2^n steps."""

from __future__ import annotations

from typing import Any

import pytest
import strawberry
from graphql import GraphQLObjectType, get_nullable_type, is_list_type

from domain.pagination import PAGE_MAX
from schema.execution.cost import (
    BATCH_COST,
    CEILING,
    LOADED_COST,
    ROW_COST,
    STATEMENT_COST,
    SUBSCRIPTION_COST_MAX,
    is_connection,
)
from schema.execution.documents import DocumentRefused, Documents
from schema.execution.limits import VALUES_MAX, too_many_values
from schema.marks import COST_MAX, MUTATION_COST, WRITE_COST, is_paged, price, price_of
from schema.root import build_schema

DOCUMENTS = Documents(build_schema())
ROW = ROW_COST + 2
"""A row whose edge has a node with one field."""


def cost(text: str, **variables: Any) -> int:
    """The cost of a document's only operation with coerced variables."""
    return DOCUMENTS.get(text).cost(None, variables)


def page(rows: int) -> int:
    """The cost of a page of users with one field each."""
    return STATEMENT_COST + 1 + rows * ROW


@pytest.mark.parametrize(
    ("text", "variables", "rows"),
    [
        ("{ users(first: 7) { edges { node { id } } } }", {}, 7),
        ("{ users(last: 7) { edges { node { id } } } }", {}, 7),
        ("query($n: Int) { users(first: $n) { edges { node { id } } } }", {"n": 7}, 7),
        ("query($n: Int) { users(last: $n) { edges { node { id } } } }", {"n": 7}, 7),
        ("query($n: Int) { users(first: $n) { edges { node { id } } } }", {"n": 1000}, PAGE_MAX),
        ("query($n: Int) { users(first: $n) { edges { node { id } } } }", {"n": -1}, 0),
        ("query($n: Int) { users(first: $n) { edges { node { id } } } }", {}, PAGE_MAX),
        ("query($n: Int) { users(first: $n) { edges { node { id } } } }", {"n": None}, PAGE_MAX),
        ("query($n: Int = 7) { users(first: $n) { edges { node { id } } } }", {"n": 7}, 7),
        ("{ users { edges { node { id } } } }", {}, PAGE_MAX),
        ("{ users(first: null) { edges { node { id } } } }", {}, PAGE_MAX),
        ("query($n: Int, $m: Int) { users(first: $n, last: $m) { edges { node { id } } } }", {"n": 3, "m": 9}, 9),
        ("{ users(first: 7) { ...P } } fragment P on UserConnection { edges { node { id } } }", {}, 7),
        (
            "query($n: Int) { users(first: $n) { ...P } } fragment P on UserConnection { ... { edges { node { id } } } }",
            {"n": 7},
            7,
        ),
        ("{ ...Q } fragment Q on Query { users(first: 7) { edges { node { id } } } }", {}, 7),
    ],
)
def test_a_page_costs_its_rows(text: str, variables: dict[str, Any], rows: int) -> None:
    assert cost(text, **variables) == page(rows)


def test_fields_beside_the_rows_are_counted_once() -> None:
    text = "query($n: Int) { users(first: $n) { edges { cursor } pageInfo { endCursor } totalCount } }"
    assert cost(text, n=50) - cost(text, n=40) == 10 * (ROW_COST + 1)
    assert cost(text, n=0) == STATEMENT_COST + 1 + 2 + STATEMENT_COST


def test_a_nested_page_has_the_default_of_its_argument() -> None:
    def own(rows: str) -> int:
        return cost(f"{{ me {{ events{rows} {{ edges {{ node {{ id }} }} }} }} }}")

    assert own("") == own("(first: 20)") == STATEMENT_COST + BATCH_COST + LOADED_COST + 1 + 20 * ROW
    assert own("(first: null)") == own("(first: 100)")


def test_a_nested_page_from_the_end_costs_the_rows_it_requests() -> None:
    def own(rows: str) -> int:
        return cost(f"{{ me {{ sessions({rows}) {{ edges {{ node {{ id }} }} }} }} }}")

    assert own("last: 3") == own("first: 3") < own("first: 20"), "the default of `first` counts only where it is used"
    assert own("last: 100") == own("first: 100")
    assert own("first: 3, last: 7") == own("first: 7")


def test_pages_in_pages_are_multiplied() -> None:
    text = """query($n: Int) { events(first: $n) { edges { node { user { events(first: $n) { edges { node {
        user { events(first: $n) { edges { node { id } } } } } } } } } } } }"""
    inner = LOADED_COST + 1 + 100 * ROW
    middle = LOADED_COST + 1 + 100 * (ROW_COST + 1 + 1 + inner)
    assert cost(text, n=100) == STATEMENT_COST + 2 * BATCH_COST + 1 + 100 * (ROW_COST + 1 + 1 + middle)
    assert cost(text, n=100) > 100 * COST_MAX > cost(text, n=1)


@pytest.mark.parametrize(
    ("text", "variables", "number"),
    [
        ('{ nodes(ids: ["a", "b", "c"]) { id } }', {}, 3),
        ('{ nodes(ids: "a") { id } }', {}, 1),
        ("{ nodes(ids: []) { id } }", {}, 0),
        ("query($ids: [ID!]!) { nodes(ids: $ids) { id } }", {"ids": ["a"] * 100}, 100),
        ("query($ids: [ID!]!) { nodes(ids: $ids) { id } }", {"ids": ["a"]}, 1),
        ("query($a: ID!) { nodes(ids: [$a, $a]) { id } }", {"a": "a"}, 2),
    ],
)
def test_a_list_of_ids_costs_their_number(text: str, variables: dict[str, Any], number: int) -> None:
    assert cost(text, **variables) == STATEMENT_COST + 2 * number


def test_a_mutation_costs_a_hash_unless_it_declares_a_lower_price() -> None:
    create = 'a%d: createUser(input: {email: "a", displayName: "a"}) { __typename } '
    enable = 'a%d: enableUser(id: "a") { __typename } '
    assert cost(f"mutation {{ {create % 1} }}") == MUTATION_COST + 1
    assert cost(f"mutation {{ {enable % 1} }}") == WRITE_COST + 1
    cost("mutation { " + "".join(create % i for i in range(5)) + "}")
    cost("mutation { " + "".join(enable % i for i in range(30)) + "}")
    with pytest.raises(DocumentRefused) as caught:
        DOCUMENTS.get("mutation { " + "".join(create % i for i in range(6)) + "}")
    assert "its cost is" in caught.value.errors[0]["message"]


def test_fragments_count_as_often_as_they_are_spread() -> None:
    spreads = " ".join(f"fragment F{i} on User {{ ...F{i + 1} ...F{i + 1} }}" for i in range(4))
    last = "fragment F4 on User { events(first: $n) { edges { node { id } } } }"
    text = f"query($n: Int) {{ me {{ ...F0 }} }} {spreads} {last}"
    for n in (0, 1, 100):
        assert cost(text, n=n) == STATEMENT_COST + 16 * (BATCH_COST + LOADED_COST + 1 + n * ROW)


def test_costs_are_capped() -> None:
    refused = "{ me { " + "events(first: 100) { edges { node { user { " * 3 + "id" + " } } } }" * 3 + " } }"
    with pytest.raises(DocumentRefused):
        DOCUMENTS.get(refused)
    assert cost("query($ids: [ID!]!) { nodes(ids: $ids) { id } }") == CEILING


@pytest.mark.parametrize(
    "text",
    [
        "subscription { userEvents { ... on Event { user { sessions { edges { node { id } } } } } } }",
        "subscription { userEvents { ...E } } fragment E on Event { actor { events(first: 1) { pageInfo { endCursor } } } }",
        "subscription { userFeed { ... on UserEntered { user { events(first: 1) { pageInfo { endCursor } } } } } }",
    ],
)
def test_a_subscription_selects_no_pages(text: str) -> None:
    with pytest.raises(DocumentRefused) as caught:
        DOCUMENTS.get(text)
    (error,) = caught.value.errors
    assert error["extensions"]["code"] == "LIMIT_EXCEEDED"
    assert "cannot select pages" in error["message"]


def test_a_subscription_has_its_own_ceiling() -> None:
    users = " ".join(f"p{i}: user {{ id role status version email online displayName }}" for i in range(30))
    with pytest.raises(DocumentRefused) as caught:
        DOCUMENTS.get(f"subscription {{ userEvents {{ ... on Event {{ {users} }} }} }}")
    assert f"at most {SUBSCRIPTION_COST_MAX}" in caught.value.errors[0]["message"]


@strawberry.type
class Badge:
    """A noun that only this file defines."""

    name: str
    words: list[str]
    colours: list[str] = strawberry.field(metadata=price(items=3))


@strawberry.type
class BadgeQueries:
    """Its reads."""

    @strawberry.field
    def badges(self) -> list[Badge]:
        """A list without arguments."""
        return []

    @strawberry.field
    def chosen(self, names: list[str]) -> list[Badge]:
        """A list by names."""
        return [Badge(name=n, words=[], colours=[]) for n in names]


@strawberry.type
class BadgeMutations:
    """Its writes."""

    @strawberry.mutation
    async def make_badge(self) -> Badge:
        """A mutation without a declared price."""
        return Badge(name="", words=[], colours=[])

    @strawberry.mutation(metadata=price(WRITE_COST))  # type: ignore[untyped-decorator]
    async def rename_badge(self) -> Badge:
        """A mutation with a declared price."""
        return Badge(name="", words=[], colours=[])


BADGES = Documents(strawberry.Schema(BadgeQueries, BadgeMutations))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{ badges { name } }", 1 + PAGE_MAX * 2),
        ("{ badges { words } }", 1 + PAGE_MAX * (1 + 1 + PAGE_MAX)),
        ("{ badges { colours } }", 1 + PAGE_MAX * (1 + 1 + 3)),
        ('{ chosen(names: ["a", "b"]) { colours } }', 1 + 2 * (1 + 1 + 3)),
        ("mutation { makeBadge { name } }", MUTATION_COST + 1),
        ("mutation { renameBadge { name } }", WRITE_COST + 1),
    ],
)
def test_the_fields_of_a_new_noun_are_counted_without_being_listed(text: str, expected: int) -> None:
    assert BADGES.get(text).cost(None, {}) == expected


def test_a_price_in_the_schema_is_on_a_field_where_it_is_read() -> None:
    schema = DOCUMENTS.schema
    found: dict[str, bool] = {}
    for type_ in schema.type_map.values():
        for name, field in type_.fields.items() if isinstance(type_, GraphQLObjectType) else ():
            if price_of(field).items is not None:
                paged = is_paged(field) or is_connection(type_)
                found[f"{type_.name}.{name}"] = is_list_type(get_nullable_type(field.type)) and not paged
    assert {"EventCounts.counts", "Event.changes", "UserChanged.changes"} <= found.keys()
    assert all(found.values()), "`items` applies only to lists that are not pages"


@pytest.mark.parametrize(
    ("variables", "too_many"),
    [
        (None, False),
        ({"ids": ["a"] * (VALUES_MAX - 1)}, False),
        ({"ids": ["a"] * VALUES_MAX}, True),
        ({"a": [[["a"] * 100] * 5] * 2}, True),
        ({"a": {"b": {str(i): i for i in range(VALUES_MAX)}}}, True),
        ({"a": "x" * 100_000}, False),
    ],
)
def test_the_values_of_variables_are_counted_before_they_are_coerced(
    variables: dict[str, Any] | None, too_many: bool
) -> None:
    assert too_many_values(variables) is too_many
