"""`rollcall invite`: invite somebody to make an account of their own, on the machine itself."""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

from api.bootstrap.core import open_core
from api.cli.local.access import directory
from api.settings import Settings
from domain.models.actor import Origin, Role, system
from domain.models.invitation import Invitation
from domain.models.language import Language
from domain.services.invitation import InviteUser


def invite(
    email: str,
    *,
    name: Annotated[str | None, typer.Option(help="The name that the account gets unless another is chosen.")] = None,
    role: Annotated[Role, typer.Option(help="The role that the account gets.")] = Role.MEMBER,
    language: Annotated[
        Language | None, typer.Option(help="The language of the mail; by default that of MAIL_LANGUAGE.")
    ] = None,
) -> None:
    """Send an invitation, in place of an earlier one to the same address; a running server sends the mail."""
    with directory() as settings:
        sent = asyncio.run(_invite(settings, InviteUser(email, name, role), language))
    typer.echo(f"{sent.email} is invited as {sent.role} until {sent.expires_at:%Y-%m-%d %H:%M} UTC")


async def _invite(settings: Settings, command: InviteUser, language: Language | None) -> Invitation:
    async with open_core(settings) as core:
        return (await core.accounts.invitations.invite(system(Origin(language=language)), command)).value
