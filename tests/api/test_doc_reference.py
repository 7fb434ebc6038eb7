"""The pages of docs/reference that come from the code are those that the code gives, and leave nothing out."""

from __future__ import annotations

import pytest
from graphql import build_schema as parse

from api.rest.operations import OPERATIONS
from api.settings import LocalSettings
from docs.tools import PAGES, REFERENCE, settings
from docs.tools.commands import commands
from domain.models.event_types import EventType
from schema.errors import ProblemCode
from schema.root import build_schema


def page(name: str) -> str:
    return (REFERENCE / name).read_text()


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_current(name: str) -> None:
    assert page(name) == PAGES[name](), "Run `make reference`"


def test_every_setting_has_a_row_with_its_meaning() -> None:
    listed = {name: comment for group in settings.groups() for name, comment in group.variables.items()}
    assert sorted(listed) == sorted(name.upper() for name in LocalSettings.model_fields)
    assert all(f"\n| `{name}` |" in page("settings.md") for name in listed)
    assert [name for name, comment in listed.items() if not comment] == []


def test_a_comment_belongs_to_all_variables_below_it() -> None:
    [group] = settings.groups("# --- One. Two. ---\n# What both\n# are for.\n#A=1\nB=2\n# Another.\n#C=")
    assert (group.title, group.variables) == (
        "One",
        {"A": "What both are for.", "B": "What both are for.", "C": "Another."},
    )


def test_everything_that_clients_name_is_listed() -> None:
    types = parse(build_schema().as_str()).type_map
    named = {
        "graphql.md": [name for name in types if not name.startswith("__") and name not in _IN_EVERY_SCHEMA],
        "events.md": [f"| `{kind.name}` | `{kind.value}` |" for kind in EventType],
        "errors.md": [f"`{code}`" for code in ProblemCode.__members__],
        "rest.md": [f"`{o.method.upper()} {o.path}`" for o in OPERATIONS],
        "commands.md": [f"## {' '.join(words)}\n" for words, _ in commands()],
    }
    missing = {name: [text for text in texts if text not in page(name)] for name, texts in named.items()}
    assert not any(missing.values()), missing
    assert all(named.values())


_IN_EVERY_SCHEMA = {"Query", "Mutation", "Subscription", "Boolean", "String", "Int", "Float", "ID"}
