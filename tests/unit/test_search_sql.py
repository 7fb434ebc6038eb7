"""The SQL of searches: a client's text is only ever a value, statements of one form are compiled once, ranges end once."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import Select, select
from sqlalchemy.dialects import postgresql

from domain.models.conditions import AllOf, AnyOf, Field, Holds, Near
from domain.models.directory import UserFilter
from domain.models.relevance import Tier, parse_search, rules_of
from persistence.user_conditions import Filtered
from persistence.user_rules import Meant, SqlTexts
from persistence.user_seek import Seek
from persistence.user_sources import Sources
from persistence.user_table import users
from persistence.user_words import user_words

HOSTILE = ["o'b", "{0}", "{9}", "%s", ":x", "$1", "\\", "'); drop table users; --"]


def search_for(text: str) -> Select[tuple[int | None]]:
    search = parse_search(text)
    assert search is not None
    return select(SqlTexts(users.c, {}, whole=True).tier(rules_of(search, by_email=True)))


def sql(statement: object) -> str:
    return str(statement.compile(dialect=postgresql.dialect()))  # type: ignore[attr-defined, no-untyped-call]


@pytest.mark.parametrize("text", HOSTILE)
def test_what_a_client_typed_is_a_value(text: str) -> None:
    conditions = AnyOf((Holds(Field.NAME, text), AllOf((Holds(Field.EMAIL, text), Near(Field.WORDS, text)))))
    made = SqlTexts(users.c, {text: Meant.of([text])}, whole=True).meet(conditions)
    expected = SqlTexts(users.c, {"abcd": Meant.of(["abcd"])}, whole=True).meet(
        AnyOf((Holds(Field.NAME, "abcd"), AllOf((Holds(Field.EMAIL, "abcd"), Near(Field.WORDS, "abcd")))))
    )
    assert sql(made) == sql(expected)
    assert text in made.compile(dialect=postgresql.dialect()).params.values()  # type: ignore[no-untyped-call]


def test_searches_of_one_form_are_compiled_once() -> None:
    keys = [search_for(text)._generate_cache_key() for text in ("ada king", "amy ford", "ada")]
    one, same, other = (key.key for key in keys if key is not None)
    assert one == same
    assert one != other


def test_a_row_without_an_address_meets_no_condition_on_it() -> None:
    texts = SqlTexts(user_words.c, {}, whole=False)
    assert sql(texts.meet(Holds(Field.EMAIL, "x"))) == "false"
    assert sql(texts.meet(AllOf((Holds(Field.NAME, "x"), Holds(Field.EMAIL, "x"))))) == "false"
    either = texts.meet(AnyOf((Holds(Field.EMAIL, "x"), Holds(Field.NAME, "x"))))
    assert sql(either).count("strpos") == 1


def test_a_value_that_several_conditions_have_is_bound_once() -> None:
    made = search_for("ada king ford lovelace").compile(dialect=postgresql.dialect())  # type: ignore[no-untyped-call]
    texts = [value for value in made.params.values() if isinstance(value, str)]
    assert len(texts) == len(set(texts))


@pytest.mark.parametrize("back", [False, True])
def test_a_list_of_names_ends_by_one_bound(back: bool) -> None:
    """With two on one side, PostgreSQL may read on behind the nearer one, to the end of the list."""
    search = parse_search("abe")
    assert search is not None
    sources = Sources(search, by_email=True, filtered=Filtered(UserFilter(), frozenset()))
    of_leading, of_others = sql(sources.by_names(Tier.BEGINNING, Seek(None, None, back), 50)).split("UNION ALL")
    bound = r"users\.name_key (>=|<) "
    assert sorted(re.findall(bound, of_leading)) == ["<", ">="]
    assert re.findall(bound, of_others) == (["<"] if back else [">="])
