"""`rollcall serve`: the API with the database and Redis from the settings."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import structlog
from pydantic import ValidationError

from api.app import Application
from api.bootstrap import check_database
from api.http.server import Server, server_config
from api.logs import configure_logs
from api.settings import ConfigurationError, LogSettings, Settings

log = structlog.get_logger("server")


def serve() -> None:
    """Serve the API; after SIGTERM it stops within SHUTDOWN_SECONDS."""
    with start_faults_logged():
        run(Settings.load())


@contextmanager
def start_faults_logged() -> Iterator[None]:
    """With LOG_FORMAT=json, log why the server cannot start instead of printing it; it exits with 1 either way."""
    try:
        yield
    except ConfigurationError as error:
        try:
            given = LogSettings()
        except ValidationError:
            raise error from None
        if given.log_format == "console":
            raise
        configure_logs(given.log_level, given.log_format)
        log.critical("server.cannot_start", reason=str(error))
        sys.exit(1)


def run(settings: Settings, ready: Callable[[], None] | None = None) -> None:
    """Serve until a signal; `ready` is called once requests are answered.

    Raises ConfigurationError if the database of DATABASE_URL cannot be used.
    """
    asyncio.run(check_database(settings.database_url))
    Server(server_config(Application(settings), settings), ready).run()
