"""`rollcall`: the command line; each command has a file in api/cli/."""

from __future__ import annotations

import typer

from api.cli.admin import admin
from api.cli.api_keys import api_keys
from api.cli.backup import backup
from api.cli.console import console
from api.cli.export import export
from api.cli.faults import reported
from api.cli.import_ import import_users
from api.cli.invite import invite
from api.cli.keys import keys
from api.cli.log import log
from api.cli.migrate import migrate
from api.cli.restore import restore
from api.cli.schema_ import schema
from api.cli.seed import seed
from api.cli.serve import serve
from api.cli.tail import tail
from api.cli.up import up
from api.cli.verify import verify

app = typer.Typer(name="rollcall", no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
app.command("up")(up)
app.command("serve")(serve)
app.command("migrate")(migrate)
app.command("backup")(backup)
app.command("restore")(restore)
app.add_typer(admin, name="admin")
app.add_typer(api_keys, name="api-keys")
app.add_typer(console, name="console")
app.add_typer(keys, name="keys")
app.add_typer(log, name="log")
app.command("invite")(invite)
app.command("import")(import_users)
app.command("export")(export)
app.command("tail")(tail)
app.command("seed")(seed)
app.command("schema")(schema)
app.command("verify")(verify)


@app.callback()
def rollcall() -> None:
    """Rollcall: the live directory of users and their rights."""


def main() -> None:
    """Run the command line; expected failures are reported in one line, with exit code 1."""
    with reported():
        app()
