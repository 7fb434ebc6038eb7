"""Who may share a rendering: decided by what is asked, not by how the text spreads it over fragments."""

from __future__ import annotations

import pytest
from graphql import GraphQLObjectType
from hypothesis import given
from hypothesis import strategies as st

from schema.live.sharing import OWN_FIELDS, Traits, traits_of
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
def test_a_field_that_depends_on_who_asks_is_found_wherever_it_stands(fields: str, *, own: bool) -> None:
    inline = f"subscription {{ userEvents {{ ... on Event {{ {fields} }} }} }}"
    named = f"subscription {{ userEvents {{ ...E }} }} fragment E on Event {{ {fields} }}"
    deep = f"subscription {{ ...S }} fragment S on Subscription {{ userEvents {{ ...E }} }} fragment E on Event {{ {fields} }}"
    assert [traits_of(executor(text)) for text in (inline, named, deep)] == [Traits(own=own, position=None)] * 3


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
def test_only_the_root_fields_own_position_is_left_out_of_what_is_compared(text: str, position: str | None) -> None:
    assert traits_of(executor(text)).position == position


@given(st.data())
def test_any_selection_has_the_traits_of_the_same_in_a_named_fragment(data: st.DataObject) -> None:
    fields = data.draw(selections("Event"))
    extra = data.draw(
        st.sampled_from(["", f"user {{ more: id {SESSIONS} }}", "zz: user { events { edges { cursor } } }"])
    )
    head = "subscription ($yes: Boolean = true, $no: Boolean = false)"
    uses = "__typename @skip(if: $no) @include(if: $yes)"
    inline = f"{head} {{ userEvents {{ {uses} ... on Event {{ {fields} {extra} }} }} }}"
    named = f"{head} {{ userEvents {{ {uses} ...E }} }} fragment E on Event {{ {fields} {extra} }}"
    assert traits_of(executor(inline)) == traits_of(executor(named)) == Traits(own=bool(extra), position=None)


def test_the_fields_that_are_looked_for_exist() -> None:
    for type_name, field in OWN_FIELDS:
        type_ = SCHEMA.get_type(type_name)
        assert isinstance(type_, GraphQLObjectType)
        assert field in type_.fields
