"""A server with a directory of its own, for tests that need other settings than the shared one has."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from api.bootstrap.first_admin import ensure_first_admin
from tests.api.conftest import ADMIN, PASSWORD, Api, Person, Server, settings_for

Site = tuple[Api, Person]
"""A client of the server, and its only admin."""


@asynccontextmanager
async def new_site(database_url: str, redis_url: str, **values: Any) -> AsyncIterator[Site]:
    """A server over a migrated and empty database, with these settings."""
    settings = settings_for(database_url, redis_url, **values)
    await ensure_first_admin(settings)
    with Server(settings) as server:
        api = Api(server)
        async with api.http:
            yield api, await api.sign_in(ADMIN, PASSWORD)
