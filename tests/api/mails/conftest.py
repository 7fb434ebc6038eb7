"""Servers that send their mails to a server of the test."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from api.bootstrap.first_admin import ensure_first_admin
from tests.api.conftest import ADMIN, PASSWORD, Api, Person, Server, settings_for
from tests.smtp import MailServer, mail_server


@pytest.fixture
async def smtp() -> AsyncIterator[MailServer]:
    async with mail_server() as running:
        yield running


@pytest.fixture
def more_settings() -> dict[str, Any]:
    """What a module sets besides."""
    return {}


@pytest.fixture
async def api(
    fresh_database_url: str, redis_url: str, smtp: MailServer, more_settings: dict[str, Any]
) -> AsyncIterator[Api]:
    """A client of a server of the test's own, which sends to `smtp`."""
    address = f"smtp://127.0.0.1:{smtp.port}"
    settings = settings_for(fresh_database_url, redis_url, smtp_url=address, **more_settings)
    await ensure_first_admin(settings)
    with Server(settings) as running:
        client = Api(running)
        async with client.http:
            yield client


@pytest.fixture
async def admin(api: Api) -> Person:
    return await api.sign_in(ADMIN, PASSWORD)
