"""A file is short enough to read at once: none of our own is longer than 300 lines, half of the modules have at most 120."""

from __future__ import annotations

import statistics
from pathlib import Path

from tests.architecture.sources import ROOT, tracked

LINES_MAX, MEDIAN_MAX = 300, 120
WRITTEN = {".py", ".js", ".mjs", ".ts", ".svelte", ".css", ".html", ".sh", ".md", ".toml", ".yaml"}
NOT_READ = {
    Path("CHANGELOG.md"): "grows with every release",
    Path("docs/reference/commands.md"): "generated",
    Path("docs/reference/graphql.md"): "generated",
    Path("frontend/src/lib/graphql/documents.ts"): "generated",
    Path("frontend/src/lib/messages/de.ts"): "a catalogue",
    Path("frontend/src/lib/messages/en.ts"): "a catalogue",
}
"""Files that are not read from the beginning, and why."""


def lengths() -> dict[Path, int]:
    """The number of lines of every file of our own."""
    written = [path for path in tracked() if path.suffix in WRITTEN and path not in NOT_READ]
    return {path: len((ROOT / path).read_text().splitlines()) for path in written}


def test_no_file_is_too_long() -> None:
    long = {path.as_posix(): lines for path, lines in lengths().items() if lines > LINES_MAX}
    assert not long, "Split these by subject, not by their lines"


def test_most_modules_are_short() -> None:
    modules = [lines for path, lines in lengths().items() if path.suffix == ".py" and lines]
    assert statistics.median(modules) <= MEDIAN_MAX


def test_every_exception_exists() -> None:
    assert not NOT_READ.keys() - set(tracked())
