"""Every definition of the served schema has a description that is useful to a client's author."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from graphql import GraphQLEnumType, GraphQLSchema, build_schema, specified_scalar_types

from schema.root import export

SERVED = build_schema(export())


def texts(of: GraphQLSchema) -> Iterator[tuple[str, str | None]]:
    """The name and the description of each definition."""
    for name, type_ in of.type_map.items():
        if name.startswith("__") or name in specified_scalar_types:
            continue
        yield name, type_.description
        for field_name, field in getattr(type_, "fields", {}).items():
            yield f"{name}.{field_name}", field.description
            for argument_name, argument in getattr(field, "args", {}).items():
                yield f"{name}.{field_name}({argument_name})", argument.description
        if isinstance(type_, GraphQLEnumType):
            for value_name, value in type_.values.items():
                yield f"{name}.{value_name}", value.description


def says_nothing(name: str, text: str | None) -> bool:
    """Whether a text is missing, a placeholder, or only repeats the name."""
    own = set(re.findall(r"[a-z]+", re.sub(r"([A-Z])", r" \1", name.rsplit(".", maxsplit=1)[-1]).lower())) | {
        "the",
        "a",
        "an",
        "of",
    }
    said = set(re.findall(r"[a-z]+", (text or "").lower()))
    return len(said - own) < 2 or "see the description" in (text or "").lower()


def test_everything_in_the_schema_is_described() -> None:
    assert [name for name, text in texts(SERVED) if says_nothing(name, text)] == []


@pytest.mark.parametrize("text", [None, "", "   ", "See the description.", "The end cursor."])
def test_a_text_that_says_nothing_is_detected(text: str | None) -> None:
    assert says_nothing("PageInfo.endCursor", text)
    assert not says_nothing("PageInfo.endCursor", "The cursor of the last edge.")


def test_no_description_mentions_internals() -> None:
    inside = re.compile(r"\b(Raises|domain|projection|resolver|noqa)\b")
    assert [name for name, text in texts(SERVED) if inside.search(text or "")] == []
