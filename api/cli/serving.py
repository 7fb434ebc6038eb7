"""Serving in this process: what `rollcall serve` does, and `rollcall up` once its engines run."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import api.lean  # noqa: F401 - first
from api.app import Application
from api.bootstrap.database import check_database, check_pool
from api.http.server import Server, server_config
from api.logs import configure_logs
from api.settings import Settings


def run(settings: Settings, ready: Callable[[], None] = lambda: None) -> None:
    """Serve until a signal; `ready` is called once requests are answered.

    Raises ConfigurationError if the database cannot be used.
    """
    check(settings)
    application = Application(settings)
    Server(server_config(application, settings), ready, application.drain, settings.drain_seconds).run()


def check(settings: Settings) -> None:
    """Raise ConfigurationError if the database cannot be used."""
    configure_logs(settings.log_level, settings.log_format, traced=settings.traced)
    asyncio.run(check_database(settings))
    asyncio.run(check_pool(settings))
