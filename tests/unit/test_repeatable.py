"""Which operations may be answered again, for whom, and which users their answers show."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from graphql import GraphQLEnumType, GraphQLInputObjectType

from domain import policies
from domain.models.actor import Actor, Role
from domain.models.user import Status
from schema.execution.documents import Documents
from schema.execution.repeatable import VARIABLES_MAX, Repeatable
from tests.unit.equality.comparison import SCHEMA
from tests.unit.equality.world import USERS

DOCUMENTS = Documents(SCHEMA)
ADMIN = Actor(UUID(int=1), Role.ADMIN)
ONE, OTHER = str(UUID(int=7)), str(UUID(int=8))


def analysed(text: str, name: str | None = None) -> Repeatable | None:
    return DOCUMENTS.get(text).repeatable(name)


def found(text: str) -> Repeatable:
    repeatable = analysed(text)
    assert repeatable is not None
    return repeatable


@pytest.mark.parametrize(
    "text",
    [
        (
            "{ users { edges { cursor node { __typename id email displayName role status emailVerifiedAt canSignIn } }"
            " pageInfo { hasNextPage hasPreviousPage startCursor endCursor } totalCount totalCountExact } }"
        ),
        '{ user(id: "x") { createdAt updatedAt version } __typename }',
        (
            "query Q($q: String) { a: users(search: $q) { totalCount } b: users(first: 3) { ...P } }"
            " fragment P on UserConnection { edges { node { ... on User { id } ...Row } } }"
            " fragment Row on User { id ... { displayName } }"
        ),
        "{ users(filter: { role: [ADMIN], canSignIn: true }, orderBy: { field: UPDATED_AT }) { totalCount } }",
    ],
)
def test_what_only_events_change(text: str) -> None:
    assert analysed(text) is not None


@pytest.mark.parametrize(
    "text",
    [
        "{ __typename }",
        "{ me { id } }",
        "{ users { edges { node { lastSeenAt } } } }",
        "{ users { edges { node { online } } } }",
        "{ users { edges { node { id ...Seen } } } } fragment Seen on User { displayName ... on User { lastSeenAt } }",
        "{ users { edges { node { id ... on Node { id } } } } }",
        "{ users { totalCount } events { totalCount: __typename } }",
        '{ user(id: "x") { sessions { edges { node { id } } } } }',
        '{ user(id: "x") { events { edges { node { id } } } } }',
        '{ node(id: "x") { id } }',
        "{ users(filter: { online: true }) { totalCount } }",
        "query ($f: UserFilter = { online: false }) { users(filter: $f) { totalCount } }",
        "{ users(orderBy: { field: LAST_SEEN_AT }) { totalCount } }",
        "query ($s: UserSortField! = LAST_SEEN_AT) { users(orderBy: { field: $s }) { totalCount } }",
        "{ users { totalCount } __schema { description } }",
        "mutation { signOut { __typename } }",
        "subscription { userEvents { __typename } }",
    ],
)
def test_what_other_things_change_too(text: str) -> None:
    assert analysed(text) is None


@pytest.mark.parametrize(
    "variables",
    [
        {"f": {"online": True}},
        {"f": {"online": None}},
        {"o": {"field": "LAST_SEEN_AT"}},
        {"f": {"role": ["ADMIN"]}, "o": [{"field": "LAST_SEEN_AT"}]},
        {"q": "x" * VARIABLES_MAX},
    ],
)
def test_variables_for_which_nothing_is_kept(variables: dict[str, Any]) -> None:
    repeatable = found("query ($f: UserFilter, $o: UserOrder) { users(filter: $f, orderBy: $o) { totalCount } }")
    assert repeatable.key(None, variables, ADMIN) is None
    assert repeatable.key(None, {"f": {"role": ["ADMIN"]}, "o": {"field": "EMAIL"}}, ADMIN) is not None


def test_every_filter_and_order_is_known() -> None:
    """A new one either follows the events about users, or its name belongs into the mark of `users`."""
    types = SCHEMA._schema.type_map
    filters, orders = types["UserFilter"], types["UserSortField"]
    assert isinstance(filters, GraphQLInputObjectType)
    assert isinstance(orders, GraphQLEnumType)
    logged = {"status", "role", "emailVerified", "createdAfter", "createdBefore", "email", "canSignIn"}
    assert set(filters.fields) - {"online"} == logged
    assert set(orders.values) - {"LAST_SEEN_AT"} == {"CREATED_AT", "UPDATED_AT", "EMAIL", "DISPLAY_NAME", "RELEVANCE"}


@pytest.mark.parametrize(
    ("text", "variables", "users"),
    [
        (f'{{ user(id: "{ONE}") {{ id }} }}', None, {ONE}),
        (f'query ($i: ID!) {{ a: user(id: $i) {{ id }} b: user(id: "{ONE}") {{ id }} }}', {"i": OTHER}, {ONE, OTHER}),
        ("query ($i: ID!) { user(id: $i) { id } }", {"i": "no id"}, None),
        ("query ($i: ID!) { user(id: $i) { id } }", {"i": 7}, None),
        (f'query ($i: ID! = "{ONE}") {{ user(id: $i) {{ id }} }}', {}, None),
        ("query ($i: ID!) { user(id: $i) { id } users { totalCount } }", {"i": ONE}, None),
        ("{ users { totalCount } }", None, None),
    ],
)
def test_which_users_an_answer_shows(text: str, variables: dict[str, Any] | None, users: set[str] | None) -> None:
    shown = found(text).users(variables)
    assert shown == (None if users is None else {UUID(user) for user in users})


def test_what_makes_a_key() -> None:
    text = "query A($n: Int) { users(first: $n) { totalCount } } query B { users { totalCount } }"
    document = DOCUMENTS.get(text)
    first, second = document.repeatable("A"), document.repeatable("B")
    assert first is not None
    assert second is not None
    keys = [
        first.key("A", {"n": 1}, ADMIN),
        first.key("A", {"n": 1.0}, ADMIN),
        first.key("A", {"n": None}, ADMIN),
        first.key("A", {}, ADMIN),
        second.key("B", {}, ADMIN),
        found("{ users { totalCount } }").key(None, {}, ADMIN),
        first.key("A", {"n": 1}, Actor(UUID(int=2), Role.AUDITOR)),
        first.key("A", {"n": 1}, Actor(UUID(int=2), Role.MEMBER)),
        first.key("A", {"n": 1}, Actor(UUID(int=3), Role.MEMBER)),
    ]
    assert len(set(keys)) == len(keys)
    assert first.key("A", {"n": 1}, Actor(UUID(int=9), Role.ADMIN, UUID(int=4))) == keys[0]
    assert first.key("A", {"a": 1, "b": 2}, ADMIN) == first.key("A", {"b": 2, "a": 1}, ADMIN)


def test_actors_with_the_same_view_see_the_same_of_every_user() -> None:
    actors = [Actor(user.id, role) for user in USERS for role in Role] + [Actor(UUID(int=99), role) for role in Role]

    def seen(actor: Actor) -> list[Any]:
        return [
            (policies.can_see(actor, u), policies.can_see_email(actor, u.id), policies.can_see_access(actor, u.id))
            for u in USERS
        ]

    by_view: dict[Any, list[Any]] = {}
    for actor in actors:
        view = policies.view_of(actor)
        assert by_view.setdefault(view, seen(actor)) == seen(actor)
        assert policies.visible_statuses(actor) <= set(Status)
    assert len(by_view) == 2 + len(USERS) + 1
