"""Triggers that keep counts in step with a table, created with the tables of the metadata."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import DDL, MetaData, event

FUNCTION = "CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ {variables}BEGIN {body} RETURN NULL; END $$"
TRIGGER = "CREATE TRIGGER {name} AFTER {occasion} EXECUTE FUNCTION {name}()"


def declare(metadata: MetaData, bodies: Mapping[str, str], occasions: Mapping[str, str], variables: str = "") -> None:
    """Create functions with these bodies, which share the declared variables, and triggers of the same names after the tables."""
    statements = [FUNCTION.format(name=n, variables=variables, body=b) for n, b in bodies.items()]
    statements += [TRIGGER.format(name=n, occasion=o) for n, o in occasions.items()]
    for statement in statements:
        ddl = DDL(statement.replace("%", "%%"))  # type: ignore[no-untyped-call]
        event.listen(metadata, "after_create", ddl)
