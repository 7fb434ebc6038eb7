"""`rollcall`: the command line; each command has a file in api/cli/, which is imported only if it is asked for."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from importlib import import_module

import typer

import api.lean  # noqa: F401 - first
from api.cli.faults import reported

COMMANDS: Mapping[str, str] = {
    "up": "up",
    "serve": "serve",
    "migrate": "migrate",
    "backup": "backup",
    "restore": "restore",
    "admin": "admin",
    "api-keys": "api_keys",
    "console": "console",
    "keys": "keys",
    "log": "log",
    "invite": "invite",
    "import": "import_",
    "export": "export",
    "tail": "tail",
    "seed": "seed",
    "schema": "schema_",
    "verify": "verify",
}
"""Each command, in the order of the help, and its file."""
FUNCTIONS: Mapping[str, str] = {"import_": "import_users", "schema_": "schema"}
"""What a file calls its command, where that is not the file's name."""


def command_line(given: Sequence[str]) -> typer.Typer:
    """All commands or, if the arguments begin with one, that one alone."""
    app = typer.Typer(name="rollcall", no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
    app.callback()(rollcall)
    for name in given[:1] if given and given[0] in COMMANDS else COMMANDS:
        file = COMMANDS[name]
        found = getattr(import_module(f"api.cli.{file}"), FUNCTIONS.get(file, file))
        if isinstance(found, typer.Typer):
            app.add_typer(found, name=name)
        else:
            app.command(name)(found)
    return app


def rollcall() -> None:
    """Rollcall: the live directory of users and their rights."""


def main() -> None:
    """Run the command line; expected failures are reported in one line, with exit code 1."""
    with reported():
        command_line(sys.argv[1:])()
