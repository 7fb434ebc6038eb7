"""`rollcall keys`: the keys that sign access tokens, which running servers change without a restart."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Annotated, TypeVar

import typer

from api.bootstrap.core import open_core
from api.cli.local.access import directory
from domain.models.actor import system
from domain.models.signing_key import PUBLISHED_BEFORE
from domain.services.resealing import ResealingService
from domain.services.signing_key import SigningKeyService

T = TypeVar("T")
keys = typer.Typer(help="The keys that sign access tokens: list, rotate, revoke.", no_args_is_help=True)


def _with_service(work: Callable[[SigningKeyService], Awaitable[T]]) -> T:
    async def run() -> T:
        async with open_core(settings) as core:
            return await work(core.signing_keys)

    with directory() as settings:
        return asyncio.run(run())


@keys.command("list")
def list_keys() -> None:
    """List the keys: state, name, algorithm, and from when each signs."""
    for key, state in _with_service(lambda service: service.states(system())):
        typer.echo(f"{state:<8} {key.kid}  {key.algorithm}  signs from {key.signs_from:%Y-%m-%d %H:%M:%S} UTC")


@keys.command()
def rotate(
    *,
    after: Annotated[
        int,
        typer.Option(
            help="Seconds until the new key signs. Services that keep the published keys for longer refuse its first tokens."
        ),
    ] = int(PUBLISHED_BEFORE.total_seconds()),
) -> None:
    """Publish a new key, which signs later. The present key verifies until its last token has expired."""
    key = _with_service(lambda service: service.rotate(system(), timedelta(seconds=after))).value
    typer.echo(f"{key.kid} signs from {key.signs_from:%Y-%m-%d %H:%M:%S} UTC")


@keys.command()
def reseal() -> None:
    """Encrypt everything under the first of SECRET_KEYS, so that the others can be dropped."""

    async def run() -> int:
        async with open_core(settings) as core:
            return await ResealingService(core.store, core.sealed_keys, core.authenticator_app).reseal(system())

    with directory() as settings:
        count = asyncio.run(run())
    typer.echo(f"{count} secrets are encrypted under the first key now")


@keys.command()
def revoke(kid: Annotated[str, typer.Argument(help="The key's name, from `rollcall keys list`.")]) -> None:
    """Refuse the tokens of a key from now on; sessions continue with their refresh tokens."""
    _with_service(lambda service: service.revoke(system(), kid))
    typer.echo(f"{kid} is revoked")
