"""`rollcall console`: builds the web console without starting it, and runs its npm scripts with Node from the wheel."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Annotated

import typer

from api.cli.local.console import Build, ConsoleError, find_console
from api.cli.local.console.build import CACHE
from api.cli.local.console.node import npm, npm_environment
from api.settings import LocalSettings

console = typer.Typer(help="Build the web console, or run its npm scripts.", no_args_is_help=True)


@console.command("build")
def build() -> None:
    """Install the console's packages and build it, unless the build is up to date."""
    _build().run()


@console.command("npm", context_settings={"ignore_unknown_options": True})
def run_npm(arguments: Annotated[list[str], typer.Argument(help="The arguments for npm.")]) -> None:
    """Run npm in the console's folder, with its packages installed: `rollcall console npm run check`."""
    builder = _build()
    builder.install()
    environment = npm_environment(LocalSettings.load().data_dir.resolve() / CACHE)
    raise typer.Exit(subprocess.run(npm(*arguments), cwd=builder.folder, env=environment, check=False).returncode)


def _build() -> Build:
    return Build(_folder(), LocalSettings.load().data_dir, typer.echo)


def _folder() -> Path:
    folder = find_console()
    if folder is None:
        raise ConsoleError("The console's sources are missing: Rollcall is installed without the folder frontend")
    return folder
