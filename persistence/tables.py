"""The declared schema, whole: what the migrations build, and what a test compares them with.

A table stands beside its repository, and the store knows every repository: once it is there, so are the tables.
"""

from __future__ import annotations

import persistence.store  # noqa: F401 - declares the tables
from persistence.metadata import metadata

__all__ = ["metadata"]
