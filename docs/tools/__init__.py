"""Programs for the documentation: the reference that is written from the code, and the configuration of the site."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from docs.tools import commands, errors, events, graphql, metrics, rest, settings

REFERENCE = Path(__file__).parents[1] / "reference"
PAGES: dict[str, Callable[[], str]] = {
    "commands.md": commands.render,
    "errors.md": errors.render,
    "events.md": events.render,
    "graphql.md": graphql.render,
    "metrics.md": metrics.render,
    "rest.md": rest.render,
    "settings.md": settings.render,
}
"""The pages that come from the code."""
