"""`rollcall serve`: the API with the database and Redis from the settings, in one process or in several workers."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Annotated

import typer

from api.logs import configure_logs
from api.settings import ConfigurationError, Settings

WORKERS_MAX = 64
Workers = Annotated[
    int,
    typer.Option(min=1, max=WORKERS_MAX, help="processes behind the port, each an instance with its own connections"),
]


def serve(workers: Workers = 1) -> None:
    """Serve the API; after SIGTERM it stops within SHUTDOWN_SECONDS. With workers, SIGHUP restarts them one by one."""
    settings = Settings.load()
    # What is not used is not loaded: a supervisor has no application, and one process no supervisor.
    if workers == 1:
        import_module("api.cli.serving").run(settings)
        return
    if sys.platform == "win32":
        raise ConfigurationError("Workers need an operating system on which processes can share connections")
    configure_logs(settings.log_level, settings.log_format)
    listening = import_module("api.workers.handout").listen(settings.api_host, settings.api_port)
    sys.exit(import_module("api.workers.supervisor").supervise(settings, workers, listening))
