"""Settings: what .env.example says of each variable, with the values that api/settings.py accepts."""

from __future__ import annotations

import re
import types
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from enum import Enum
from pathlib import Path
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import SecretStr
from pydantic.fields import FieldInfo

from api.settings import LocalSettings
from docs.tools.markdown import code, page, table

EXAMPLE = Path(__file__).parents[2] / ".env.example"
INTRO = """\
The API, the command line and `make run` read these environment variables, and [.env.example](../../.env.example) from a
file `.env` in the directory where they start; the environment takes precedence. A variable that is empty counts as unset.
Invalid values are refused at the start, all at once, without repeating them. Compose passes each to the containers
that read it; [systemd](../how-to/one-machine.md) and [Kubernetes](../how-to/kubernetes.md) get them as environment variables. The console's
server reads a few of them too, and `HOST`, `PORT` and `API_URL` (the first lines of `frontend/server.js`)."""


@dataclass
class Group:
    """A section of .env.example: its title, and its variables with what is said of them."""

    title: str
    variables: dict[str, str] = field(default_factory=dict)


def render() -> str:
    """The page."""
    return page("Settings", "`.env.example` and `api/settings.py`", INTRO, *(_section(group) for group in groups()))


def groups(text: str | None = None) -> Iterator[Group]:
    """The sections of .env.example; variables in consecutive lines share the comment above the first."""
    group, comment, assigned = None, "", False
    for line in (EXAMPLE.read_text() if text is None else text).splitlines():
        if title := re.fullmatch(r"# --- (.+?) ---", line):
            if group is not None:
                yield group
            group, comment = Group(title[1].partition(". ")[0].rstrip(".")), ""
        elif variable := re.match(r"#?([A-Z][A-Z_]*)=", line):
            if group is not None:
                group.variables[variable[1]] = comment
            assigned = True
        elif line.startswith("# "):
            comment = line[2:] if assigned or not comment else f"{comment} {line[2:]}"
            assigned = False
    if group is not None:
        yield group


def _section(group: Group) -> str:
    rows, said = [], ""
    for name, comment in group.variables.items():
        setting = LocalSettings.model_fields[name.lower()]
        rows.append(
            (code(name), _default(setting), values(setting), "as above" if comment == said else _linked(comment))
        )
        said = comment
    return f"## {group.title}\n\n" + table(("variable", "default", "value", "meaning"), rows)


def _linked(comment: str) -> str:
    """A comment whose paths of pages are links."""
    return re.sub(r"docs/([a-z-]+/([a-z-]+)\.md)", r"[\2](../\1)", comment)


def _default(setting: FieldInfo) -> str:
    value = setting.default
    if value is None or value in ((), ""):
        return ""
    return code(str(value).lower() if isinstance(value, bool) else str(value))


def values(setting: FieldInfo) -> str:
    """Which values a setting accepts, in words."""
    words = _words(setting.annotation)
    bounds = {
        name: getattr(rule, name) for rule in setting.metadata for name in ("ge", "gt", "le") if hasattr(rule, name)
    }
    return words + _bounds(bounds)


def _bounds(bounds: dict[str, Any]) -> str:
    least = f" from {bounds['ge']}" if "ge" in bounds else f" above {bounds['gt']}" if "gt" in bounds else ""
    return least + (f" to {bounds['le']}" if "le" in bounds else "")


NAMES: dict[type, str] = {
    bool: "`true`, `false`",
    int: "whole number",
    float: "number",
    SecretStr: "secret",
    date: "date",
}


def _words(kind: Any) -> str:
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is Annotated:
        found = [
            (name, getattr(rule, name)) for rule in arguments[1:] for name in ("ge", "gt", "le") if hasattr(rule, name)
        ]
        return _words(arguments[0]) + _bounds(dict(found))
    if origin in (Union, types.UnionType):
        return " or ".join(dict.fromkeys(_words(part) for part in arguments if part is not type(None)))
    if origin is Literal:
        return ", ".join(code(str(value)) for value in arguments)
    if origin is tuple:
        return f"list of {_words(arguments[0])}"
    if isinstance(kind, type) and issubclass(kind, Enum):
        return ", ".join(code(str(member.value)) for member in kind)
    return NAMES.get(kind, "path" if kind is Path else "network" if "Network" in str(kind) else _other(kind))


def _other(kind: Any) -> str:
    return "address" if "Address" in getattr(kind, "__name__", "") else "text"
