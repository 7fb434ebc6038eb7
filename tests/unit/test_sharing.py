"""Which subscribers may share a rendering: this depends on the selected fields, not on how fragments spread them."""

from __future__ import annotations

from collections.abc import AsyncGenerator

import pytest
import strawberry
from graphql import GraphQLObjectType
from hypothesis import given
from hypothesis import strategies as st

from schema.execution.documents import Documents
from schema.execution.executions import Executions
from schema.live.sharing import Traits, traits_of
from schema.marks import PER_VIEWER, depends_on_viewer
from schema.node import Node
from tests.unit.equality.comparison import SCHEMA as STRAWBERRY
from tests.unit.equality.world import context
from tests.unit.test_compiled import SCHEMA, executor, selections

SESSIONS = "sessions { edges { node { current } } }"


@pytest.mark.parametrize(
    ("fields", "own"),
    [
        ("id user { id email }", False),
        (f"user {{ {SESSIONS} }}", True),
        ("actor { events(first: 1) { edges { cursor } } }", True),
        (f"user {{ ... on User {{ {SESSIONS} }} }}", True),
        ("user { ... on Node { ... on User { a: sessions { pageInfo { hasNextPage } } } } }", True),
        ("sessions: id events: cursor user { current: id }", False),
    ],
)
def test_a_field_that_depends_on_the_viewer_is_found_at_any_depth(fields: str, *, own: bool) -> None:
    inline = f"subscription {{ userEvents {{ ... on Event {{ {fields} }} }} }}"
    named = f"subscription {{ userEvents {{ ...E }} }} fragment E on Event {{ {fields} }}"
    deep = f"subscription {{ ...S }} fragment S on Subscription {{ userEvents {{ ...E }} }} fragment E on Event {{ {fields} }}"
    assert [traits_of(executor(text)) for text in (inline, named, deep)] == [Traits(own=own, position=None)] * 3


def test_each_operation_of_a_document_keeps_its_own_traits() -> None:
    new = "subscription New { userEvents { __typename } }"
    document = Documents(STRAWBERRY).get(
        f"{new} subscription From($a: Cursor) {{ userEvents(after: $a) {{ __typename }} }}"
    )
    executions = Executions(Documents(STRAWBERRY))
    for _ in range(2):
        built = [executions.prepare(document, name, {}, context("admin", {})) for name in ("New", "From")]
        assert [document.traits_of(one).position for one in built] == [None, "a"]


@pytest.mark.parametrize(
    ("text", "position"),
    [
        ("subscription ($a: Cursor) { userEvents(after: $a) { __typename } }", "a"),
        ("subscription ($a: Cursor) { ...S } fragment S on Subscription { userEvents(after: $a) { __typename } }", "a"),
        ("subscription ($a: Cursor) { userEvents(after: $a) { ...E } } fragment E on Event { id }", "a"),
        ("subscription { userEvents(after: null) { __typename } }", None),
        (
            "subscription ($a: String) { userEvents { ... on Event { user { events(after: $a) { edges { cursor } } } } } }",
            None,
        ),
        (
            (
                "subscription ($a: String) { userEvents { ...E } } "
                "fragment E on Event { user { events(after: $a) { edges { cursor } } } }"
            ),
            None,
        ),
    ],
)
def test_only_the_root_field_s_own_position_is_excluded_from_the_comparison(text: str, position: str | None) -> None:
    assert traits_of(executor(text)).position == position


@given(st.data())
def test_an_inline_selection_has_the_traits_of_the_same_in_a_named_fragment(data: st.DataObject) -> None:
    fields = data.draw(selections("Event"))
    extra = data.draw(
        st.sampled_from(["", f"user {{ more: id {SESSIONS} }}", "zz: user { events { edges { cursor } } }"])
    )
    head = "subscription ($yes: Boolean = true, $no: Boolean = false)"
    uses = "__typename @skip(if: $no) @include(if: $yes)"
    inline = f"{head} {{ userEvents {{ {uses} ... on Event {{ {fields} {extra} }} }} }}"
    named = f"{head} {{ userEvents {{ {uses} ...E }} }} fragment E on Event {{ {fields} {extra} }}"
    assert traits_of(executor(inline)) == traits_of(executor(named)) == Traits(own=bool(extra), position=None)


@strawberry.type
class Badge(Node):
    """A noun that only this file defines."""

    name: str
    mine: bool = strawberry.field(metadata=PER_VIEWER)


@strawberry.type
class BadgeQueries:
    """Its reads."""

    @strawberry.field
    def badge(self) -> Badge | None:
        return None


@strawberry.type
class BadgeSubscriptions:
    """Its stream."""

    @strawberry.subscription
    async def badges(self) -> AsyncGenerator[Badge, None]:
        """A subscription that these tests only parse."""
        yield Badge(entity=None, name="", mine=False)

    @strawberry.subscription
    async def things(self) -> AsyncGenerator[Node, None]:
        """The same, with an interface as its type."""
        yield Badge(entity=None, name="", mine=False)


BADGES = strawberry.Schema(BadgeQueries, subscription=BadgeSubscriptions)._schema


@pytest.mark.parametrize(
    ("text", "own"),
    [
        ("subscription { badges { name } }", False),
        ("subscription { badges { name mine } }", True),
        ("subscription { things { id } }", False),
        ("subscription { things { id ... on Badge { a: mine } } }", True),
    ],
)
def test_a_field_of_a_new_noun_depends_on_the_viewer_if_it_declares_so(text: str, *, own: bool) -> None:
    assert traits_of(executor(text, schema=BADGES)).own is own


def test_viewer_dependent_fields_are_marked() -> None:
    found = {
        f"{type_.name}.{name}"
        for type_ in SCHEMA.type_map.values()
        if isinstance(type_, GraphQLObjectType) and type_.name not in {"Query", "Mutation"}
        for name, field in type_.fields.items()
        if depends_on_viewer(field)
    }
    assert found == {"Session.current", "User.sessions", "User.events"}
