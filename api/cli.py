"""`rollcall`: every command of the product, one file each in api/commands/."""

from __future__ import annotations

import sys

import typer

from api.commands.admin import admin
from api.commands.console import console
from api.commands.export import export
from api.commands.import_ import import_users
from api.commands.log import log
from api.commands.migrate import migrate
from api.commands.schema_ import schema
from api.commands.seed import seed
from api.commands.serve import serve
from api.commands.tail import tail
from api.commands.up import up
from api.commands.verify import verify
from api.embedded import EngineError
from api.settings import ConfigurationError
from domain.errors import DomainError

app = typer.Typer(name="rollcall", no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
app.command("up")(up)
app.command("serve")(serve)
app.command("migrate")(migrate)
app.add_typer(admin, name="admin")
app.add_typer(console, name="console")
app.add_typer(log, name="log")
app.command("import")(import_users)
app.command("export")(export)
app.command("tail")(tail)
app.command("seed")(seed)
app.command("schema")(schema)
app.command("verify")(verify)


@app.callback()
def rollcall() -> None:
    """Rollcall: the live list of who can do what."""


def main() -> None:
    """Run the command line; what is expected to fail is told in one line, with exit code 1."""
    try:
        app()
    except (ConfigurationError, EngineError) as error:
        sys.exit(str(error))
    except DomainError as error:
        sys.exit(f"{error.message} ({error.code})")
