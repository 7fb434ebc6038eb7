"""Rows handed over as one JSON array: how a statement names and types their columns, read from the table."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Column
from sqlalchemy.dialects import postgresql

_DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]


def names(columns: Iterable[Column[Any]], alias: str = "") -> str:
    """The columns' names, as a statement lists them; `alias` is the table's where the statement has several."""
    return ", ".join(f"{alias}.{c.name}" if alias else c.name for c in columns)


def recordset(columns: Iterable[Column[Any]]) -> str:
    """The rows of the parameter `rows`, a JSON array of objects, as an item of a FROM clause that is called `r`."""
    definitions = ", ".join(f"{c.name} {c.type.compile(_DIALECT)}" for c in columns)
    return (
        f"rows from (jsonb_to_recordset(cast(:rows as jsonb)) as ({definitions})) with ordinality "
        f"as r({names(columns)}, ordinality)"
    )
