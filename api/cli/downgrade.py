"""What a downgrade to an earlier schema deletes, read from the statements that would be executed."""

from __future__ import annotations

import asyncio
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass

from alembic import command
from alembic.config import Config

from api.addresses import DatabaseAddress
from api.bootstrap.database import count_in_database

ALEMBIC_TABLE = "alembic_version"
STATEMENTS = re.compile(
    r"""\bDROP\s+TABLE\s+(?:IF\s+EXISTS\s+)?"?(?P<dropped>\w+)
      |\b(?:DELETE\s+FROM|TRUNCATE(?:\s+TABLE)?)\s+(?:ONLY\s+)?"?(?P<emptied>\w+)
      |\bALTER\s+TABLE\s+(?:IF\s+EXISTS\s+)?(?:ONLY\s+)?"?(?P<table>\w+)"?\s+(?P<changes>[^;]*)""",
    re.IGNORECASE | re.VERBOSE,
)
COLUMN = re.compile(r"\bDROP\s+COLUMN\s+(?:IF\s+EXISTS\s+)?\"?(\w+)", re.IGNORECASE)
STEP = re.compile(r"^-- Running downgrade (\w+) -> (\w*)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Loss:
    """A table that is dropped or emptied, or (with `column`) a dropped column; `count` rows or values are deleted."""

    table: str
    column: str | None = None
    count: int = 0

    def __str__(self) -> str:
        if self.column is None:
            return f"table {self.table}: {self.count:,} row{'s' * (self.count != 1)}"
        return f"column {self.table}.{self.column}: {self.count:,} value{'s' * (self.count != 1)}"


@dataclass(frozen=True, slots=True)
class Losses:
    """What the downgrade from one revision to another deletes."""

    start: str
    end: str
    found: tuple[Loss, ...]

    def describe(self) -> str:
        """The text that the operator is asked to confirm."""
        way = f"Downgrading from schema revision {self.start} to {self.end or 'an empty schema'} deletes"
        if not self.found:
            return f"{way} no table and no column."
        return "\n  ".join([f"{way} permanently:", *map(str, self.found)])


def losses(config: Config, database: DatabaseAddress, found: str, target: str) -> Losses:
    """What a downgrade from revision `found` to `target` deletes, counted in the database.

    Raises alembic's CommandError if there is no such downgrade.
    """
    statements = downgrade_sql(config, f"{found}:{target}")
    named = tuple(dict.fromkeys(named_in(statements)))
    counts = asyncio.run(count_in_database(database, [(loss.table, loss.column) for loss in named]))
    steps = STEP.findall(statements) or [(found, found)]
    counted = (Loss(loss.table, loss.column, count) for loss, count in zip(named, counts, strict=True))
    return Losses(steps[0][0], steps[-1][1], tuple(counted))


def downgrade_sql(config: Config, way: str) -> str:
    """The SQL statements of a downgrade, which is not executed."""
    before, config.output_buffer = config.output_buffer, io.StringIO()
    try:
        command.downgrade(config, way, sql=True)
        return config.output_buffer.getvalue()
    finally:
        config.output_buffer = before


def named_in(statements: str) -> Iterator[Loss]:
    """The tables and columns that are dropped or emptied, in order."""
    for match in STATEMENTS.finditer(statements):
        whole = match["dropped"] or match["emptied"]
        if whole and whole != ALEMBIC_TABLE:
            yield Loss(whole)
        for column in COLUMN.findall(match["changes"] or ""):
            yield Loss(match["table"], column)
