"""With `--without-compiler`, the servers of tests/api execute every document as it is; without it, they compile each at once.

So the same tests hold for both ways of answering, which clients must not be able to tell apart.
"""

from __future__ import annotations

import pytest

from schema.execution.documents import Documents
from schema.root import build_schema

worth: list[int | None] = [0]
"""What an operation has to cost before it is compiled; None compiles nothing (schema/execution/plans.py)."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add our own option."""
    parser.addoption("--without-compiler", action="store_true", help="tests/api: execute every document, compile none")


def pytest_configure(config: pytest.Config) -> None:
    """Read it."""
    if config.getoption("--without-compiler"):
        worth[0] = None


def documents() -> Documents:
    """The documents of a test's server."""
    return Documents(build_schema(), worth[0])
