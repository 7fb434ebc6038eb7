"""`rollcall admin`: creating admins, setting passwords and resetting second factors on the machine itself."""

from __future__ import annotations

import asyncio
import secrets
import sys
from typing import Annotated

import typer

from api.bootstrap.core import open_core
from api.cli.local.access import directory
from api.cli.local.accounts import user_of
from api.settings import Settings
from domain.models.actor import Role, system
from domain.services.user import CreateUser, UpdateUser

admin = typer.Typer(
    help="Create an admin, set an account's password, or reset its second factor.", no_args_is_help=True
)

FromStdin = Annotated[bool, typer.Option("--password-stdin", help="Read the password from standard input.")]


def _password(*, stdin: bool) -> tuple[str, bool]:
    """The password, and whether it was generated here."""
    return (sys.stdin.readline().rstrip("\r\n"), False) if stdin else (secrets.token_urlsafe(12), True)


@admin.command()
def create(
    email: str,
    *,
    name: Annotated[str, typer.Option(help="The name to show.")] = "Admin",
    password_stdin: FromStdin = False,
) -> None:
    """Create an admin. A generated password is printed once."""
    password, made_up = _password(stdin=password_stdin)
    with directory() as settings:
        asyncio.run(_create(settings, CreateUser(email, name, Role.ADMIN, password)))
    typer.echo(f"{email} is an admin" + (f" with the password {password}" if made_up else ""))


async def _create(settings: Settings, command: CreateUser) -> None:
    async with open_core(settings) as core:
        await core.users.create(system(), command)


@admin.command("password")
def set_password(email: str, *, password_stdin: FromStdin = False) -> None:
    """Set an account's password and end its sessions. A generated password is printed once."""
    password, made_up = _password(stdin=password_stdin)
    with directory() as settings:
        asyncio.run(_set_password(settings, email, password))
    typer.echo(
        "The password is set and all sessions have ended" + (f". The new password is {password}" if made_up else "")
    )


async def _set_password(settings: Settings, email: str, password: str) -> None:
    async with open_core(settings) as core:
        user = await user_of(core, email)
        await core.users.update(system(), UpdateUser(user.id, password=password))


@admin.command("reset-second-factor")
def reset_second_factor(email: str) -> None:
    """Remove an account's second factor and recovery codes, and end its sessions."""
    with directory() as settings:
        removed = asyncio.run(_reset_second_factor(settings, email))
    typer.echo("The second factor is removed and all sessions have ended" if removed else "There is no second factor")


async def _reset_second_factor(settings: Settings, email: str) -> bool:
    async with open_core(settings) as core:
        user = await user_of(core, email)
        return (await core.second_factors.reset(system(), user.id)).position is not None
