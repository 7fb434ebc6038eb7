"""A core that can sign tokens: a command reads no signing keys, and a test that signs in over one needs them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from api.bootstrap.core import Core, open_core
from api.settings import Settings


@asynccontextmanager
async def signing_core(settings: Settings, **replaced: Any) -> AsyncIterator[Core]:
    """As `open_core`, with the keys of the database, of which the first is made if there is none."""
    async with open_core(settings, **replaced) as core:
        await core.read_signing_keys()
        yield core
