"""`rollcall export`: writes the directory to a file."""

from __future__ import annotations

import asyncio
import sys
from dataclasses import replace
from pathlib import Path
from typing import Annotated, TextIO

import typer

from api.bootstrap import open_core
from api.cli.local.access import directory
from api.files.reader import Form
from api.files.writer import Writer
from api.settings import Settings
from domain.models.actor import system
from domain.models.directory import UserFilter
from domain.models.user import Status
from domain.pagination import PAGE_MAX, Window


def export(
    *,
    form: Annotated[Form, typer.Option("--format", help="The format of the file.")] = Form.CSV,
    output: Annotated[Path | None, typer.Option(help="Write to this file instead of standard output.")] = None,
    status: Annotated[list[Status] | None, typer.Option(help="Only users with this status; may be repeated.")] = None,
) -> None:
    """Export all users, oldest first. The result can be imported again.

    The output file appears only once it is complete.
    """
    wanted = UserFilter(status=frozenset(status) if status else None)
    if output is not None and (output.is_dir() or not output.parent.is_dir()):
        raise typer.BadParameter(f"{output} is a directory, or its folder does not exist")
    with directory() as settings:
        if output is None:
            sys.stdout.reconfigure(newline="")  # type: ignore[union-attr]
            asyncio.run(_run(settings, sys.stdout, form, wanted))
            return
        partial = output.with_name(output.name + ".partial")
        try:
            with partial.open("w", encoding="utf-8", newline="") as stream:
                count = asyncio.run(_run(settings, stream, form, wanted))
            partial.replace(output)
        except OSError as error:
            sys.exit(f"Cannot write {output}: {error.strerror}")
        finally:
            partial.unlink(missing_ok=True)
        typer.echo(f"Exported {count} users to {output}")


async def _run(settings: Settings, stream: TextIO, form: Form, wanted: UserFilter) -> int:
    writer, count = Writer(stream, form), 0
    async with open_core(settings) as core:
        query = core.users.query(system(), Window(PAGE_MAX), filter_=wanted)
        while True:
            page = await core.users.page(query)
            for user in page.items:
                writer.write(user.email, user.display_name, user.role)
            count += len(page.items)
            if not page.has_next:
                return count
            query = replace(query, window=Window(PAGE_MAX, after=page.cursors[-1]))
