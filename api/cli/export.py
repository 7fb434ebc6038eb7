"""`rollcall export`: writes the directory to a file."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated, TextIO

import typer

from api.bootstrap.core import open_core
from api.cli.local.access import directory
from api.cli.output import check_output, written_file
from api.files.exporting import export_users
from api.files.reader import Form
from api.settings import Settings
from domain.models.actor import Role, system
from domain.models.directory import UserFilter
from domain.models.user import Status


def export(
    *,
    form: Annotated[Form, typer.Option("--format", help="The format of the file.")] = Form.CSV,
    output: Annotated[Path | None, typer.Option(help="Write to this file instead of standard output.")] = None,
    search: Annotated[str | None, typer.Option(help="Only users whom this search finds.")] = None,
    role: Annotated[list[Role] | None, typer.Option(help="Only users with this role; may be repeated.")] = None,
    status: Annotated[
        list[Status] | None,
        typer.Option(help="Only users with this status; may be repeated. Without it, all but deleted users."),
    ] = None,
    verified: Annotated[
        bool | None, typer.Option(help="Only users whose e-mail address is verified, or not verified.")
    ] = None,
    hashes: Annotated[bool, typer.Option("--with-hashes", help="With password hashes.")] = False,
) -> None:
    """Export users, oldest first. The result can be imported again, here or elsewhere.

    The output file appears only once it is complete. Exit codes: 0 done, 1 failed.
    """
    wanted = UserFilter(
        status=frozenset(status) if status else None,
        role=frozenset(role) if role else None,
        email_verified=verified,
    )
    check_output(output)
    with directory() as settings, written_file(output) as stream:
        count = asyncio.run(_run(settings, stream, form, search, wanted, hashes=hashes))
    if output is not None:
        typer.echo(f"Exported {count} users to {output}")


async def _run(
    settings: Settings, stream: TextIO, form: Form, search: str | None, wanted: UserFilter, *, hashes: bool
) -> int:
    total = 0
    async with open_core(settings) as core:
        parts = export_users(core.users, system(), form, search=search, filter_=wanted, hashes=hashes)
        async for text, count in parts:
            stream.write(text)
            total += count
    return total
