"""Triggers that keep other tables in step with `users`, created with the tables of the metadata."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import DDL, MetaData, event

TRIGGER = "CREATE TRIGGER {name} AFTER {occasion} EXECUTE FUNCTION {name}()"


def declare(metadata: MetaData, functions: Mapping[str, str], occasions: Mapping[str, str]) -> None:
    """Create these functions (name and statement) and their triggers of the same names after the tables."""
    statements = [*functions.values(), *(TRIGGER.format(name=n, occasion=o) for n, o in occasions.items())]
    for statement in statements:
        ddl = DDL(statement.replace("%", "%%"))  # type: ignore[no-untyped-call]
        event.listen(metadata, "after_create", ddl)
