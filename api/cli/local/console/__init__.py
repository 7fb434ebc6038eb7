"""The web console of a local run: built from `frontend/` with the Node of its wheel, and started as the front door."""

from api.cli.local.console.build import Build, find_console
from api.cli.local.console.door import Console, end_earlier_console
from api.cli.local.console.node import ConsoleError

__all__ = ["Build", "Console", "ConsoleError", "end_earlier_console", "find_console"]
