"""Two instances of one deployment."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any

from api.bootstrap.first_admin import ensure_first_admin
from api.settings import Settings
from tests.api.conftest import ADMIN, PASSWORD, Api, Person, Server, settings_for


@dataclass(frozen=True, slots=True)
class Pair:
    """Two instances with one directory."""

    one: Api
    two: Api
    admin: Person
    settings: Settings


async def pair_over(stack: AsyncExitStack, settings: Settings, **parts: Any) -> Pair:
    """Two instances with these settings, and with these parts in place of their own."""
    one, two = (Api(stack.enter_context(Server(settings, parts))) for _ in range(2))
    for api in (one, two):
        await stack.enter_async_context(api.http)
    return Pair(one, two, await one.sign_in(ADMIN, PASSWORD), settings)


@asynccontextmanager
async def new_pair(database_url: str, redis_url: str, **parts: Any) -> AsyncIterator[Pair]:
    """Two instances with an empty directory."""
    settings = settings_for(database_url, redis_url)
    await ensure_first_admin(settings)
    async with AsyncExitStack() as stack:
        yield await pair_over(stack, settings, **parts)
