"""The process of a worker, which only a supervisor starts (api/workers/process.py)."""

from __future__ import annotations

import socket
import sys
from pathlib import Path

import api.lean  # noqa: F401 - first
from api.app import Application
from api.cli.faults import reported
from api.cli.serving import check
from api.http.server import server_config
from api.settings import Settings
from api.workers.server import WorkerServer
from api.workers.siblings import Siblings


def main() -> None:
    """Serve the connections that are handed over; the arguments are those of Worker.start."""
    number, count, channel, folder = sys.argv[1:]
    with reported(), socket.socket(fileno=int(channel)) as handed:
        settings = Settings.load()
        check(settings)
        application = Application(settings, siblings=Siblings(int(number), int(count), Path(folder)))
        WorkerServer(server_config(application, settings), handed, application.drain, settings.drain_seconds).run()
