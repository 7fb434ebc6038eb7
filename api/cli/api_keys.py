"""`rollcall api-keys`: the keys with which services act as their owners, on the machine itself."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Annotated
from uuid import UUID

import typer

from api.bootstrap.core import Core, open_core
from api.cli.local.access import directory
from api.cli.local.accounts import user_of
from api.settings import Settings
from domain.errors import NotFound
from domain.models.actor import ApiKeyScope, Role, system
from domain.models.api_key import PREFIX, PUBLIC_LENGTH, ApiKey
from domain.services.api_key import CreateApiKey, NewApiKey

DAYS_MAX = 36_500

api_keys = typer.Typer(help="API keys of services: list, create, revoke.", no_args_is_help=True)


@api_keys.command("list")
def list_keys(email: str) -> None:
    """List an account's keys, newest first: the first characters, role, scopes, last use, end and name."""
    with directory() as settings:
        found = asyncio.run(_list(settings, email))
    for key in found:
        scopes = ",".join(sorted(key.scopes)) or "-"
        used, end = _day(key.last_used_at), _day(key.expires_at)
        typer.echo(f"{key.hint}  {key.role:<7}  {scopes:<10}  used {used:<10}  ends {end:<10}  {key.name}")


async def _list(settings: Settings, email: str) -> Sequence[ApiKey]:
    async with open_core(settings) as core:
        return await core.api_keys.of_user(system(), (await user_of(core, email)).id)


def _day(moment: datetime | None) -> str:
    return "never" if moment is None else f"{moment:%Y-%m-%d}"


@api_keys.command()
def create(
    email: str,
    *,
    name: Annotated[str, typer.Option(help="What to call the key.")],
    role: Annotated[
        Role, typer.Option(help="The highest role with which it acts; not above its owner's.")
    ] = Role.MEMBER,
    scope: Annotated[list[ApiKeyScope] | None, typer.Option(help="What else it may be used for.")] = None,
    days: Annotated[int | None, typer.Option(help="Days until it expires.", min=1, max=DAYS_MAX)] = None,
) -> None:
    """Make a key for an account. Only the key is printed to standard output, once; it is stored nowhere."""
    with directory() as settings:
        made = asyncio.run(_create(settings, email, name, role, frozenset(scope or ()), days))
    typer.echo(made.secret)
    typer.echo(f"{made.key.name}: {made.key.role} of {email}, ends {_day(made.key.expires_at)}", err=True)


async def _create(
    settings: Settings, email: str, name: str, role: Role, scopes: frozenset[ApiKeyScope], days: int | None
) -> NewApiKey:
    async with open_core(settings) as core:
        end = None if days is None else core.clock.now() + timedelta(days=days)
        owner = await user_of(core, email)
        return (await core.api_keys.create_for(system(), owner.id, CreateApiKey(name, role, scopes, end))).value


@api_keys.command()
def revoke(
    key: Annotated[str, typer.Argument(help="The first characters of the key, from `rollcall api-keys list`.")],
) -> None:
    """End a key; servers refuse it within seconds, and close its sockets."""
    hint = key[: len(PREFIX) + PUBLIC_LENGTH]
    with directory() as settings:
        ended = asyncio.run(_revoke(settings, hint))
    typer.echo(f"{hint} is revoked" if ended else f"{hint} was revoked before")


async def _revoke(settings: Settings, hint: str) -> bool:
    async with open_core(settings) as core:
        return (await core.api_keys.revoke(system(), await _key_of(core, hint))).position is not None


async def _key_of(core: Core, hint: str) -> UUID:
    """The id of the key that begins so. Raises NotFound."""
    found = await core.api_keys.find(hint.removeprefix(PREFIX))
    if found is None:
        raise NotFound(f"There is no API key that begins with {hint}")
    return found.id
