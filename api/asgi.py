"""The application for an ASGI server: `uvicorn api.asgi:app`."""

from __future__ import annotations

from api.app import Application
from api.settings import Settings

app = Application(Settings.load())
