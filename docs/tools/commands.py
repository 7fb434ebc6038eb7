"""The command line: every command with its arguments and options, as `--help` has them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeAlias

import typer
import typer.main

from api.cli.main import command_line
from docs.tools.markdown import code, page, table

Command: TypeAlias = Any
Parameter: TypeAlias = Any
"""Typer has a copy of click of its own, whose types are private."""

INTRO = """\
`rollcall COMMAND --help` prints the same. A command works on the database of `DATABASE_URL` (or `DATABASE_DIRECT_URL`), or, if
it is not set, on the engines that `make run` has started in `DATA_DIR`. An expected failure is one line on stderr and exit code 1; wrong
arguments are exit code 2."""


def render() -> str:
    """The page."""
    sections = [_section(words, command) for words, command in commands()]
    return page("The command line", "`api/cli`", INTRO, *sections)


def commands() -> Iterator[tuple[tuple[str, ...], Command]]:
    """Every command that does something, with the words that call it."""
    yield from _within(("rollcall",), typer.main.get_command(command_line(())))


def _within(words: tuple[str, ...], command: Command) -> Iterator[tuple[tuple[str, ...], Command]]:
    children = getattr(command, "commands", {})
    for name in children:
        yield from _within((*words, name), children[name])
    if not children and not command.hidden:
        yield words, command


def _section(words: tuple[str, ...], command: Command) -> str:
    context = typer.Context(command, info_name=" ".join(words))
    usage = " ".join([*words, *command.collect_usage_pieces(context)])
    said = (command.help or "").replace("\f", "")
    parts = [f"## {' '.join(words)}", f"```text\n{usage}\n```", said.strip()]
    rows = [row for parameter in command.params if (row := _row(parameter, context)) is not None]
    if rows:
        parts.append(table(("argument or option", "meaning"), rows))
    return "\n\n".join(parts)


def _row(parameter: Parameter, context: typer.Context) -> tuple[str, str] | None:
    """What `--help` prints of a parameter; None for a hidden one and for `--help` itself."""
    if getattr(parameter, "hidden", False) or parameter.name == "help":
        return None
    record = parameter.get_help_record(context)
    if record is not None:
        return code(record[0]), record[1]
    return code(parameter.make_metavar(context)), getattr(parameter, "help", None) or ""
