"""Two releases run side by side during an upgrade: a migration leaves what the release before it uses (docs/how-to/upgrade.md)."""

from __future__ import annotations

import io
import re

import pytest
from alembic import command

from api.addresses import DatabaseAddress
from api.cli.local.upgrade import alembic_config
from api.revisions import shipped

PROMISED_SINCE = "0018"
"""Migrations up to this one were made before the promise; 0003 cannot run beside the release before it."""
CONTRACTS: dict[str, str] = {}
"""Migrations that remove what the release before them no longer uses, with the release that stopped using it."""

BREAKING = (
    (r"\bDROP\s+TABLE\b", "drops a table"),
    (r"\bDROP\s+COLUMN\b", "drops a column"),
    (r"\bRENAME\b", "renames"),
    (r"\bALTER\s+(?:COLUMN\s+)?\w+\s+(?:SET\s+DATA\s+)?TYPE\b", "changes a type"),
    (r"\bALTER\s+(?:COLUMN\s+)?\w+\s+SET\s+NOT\s+NULL\b", "refuses nulls that the release before writes"),
    (r"\bALTER\s+(?:COLUMN\s+)?\w+\s+DROP\s+DEFAULT\b", "drops a default that the release before relies on"),
    (
        r"\bADD\s+(?:COLUMN\s+)?\w+\s+(?!.*\bDEFAULT\b)[^;,]*\bNOT\s+NULL\b",
        "adds a column that the release before does not fill",
    ),
    (r"\bTRUNCATE\b", "deletes rows"),
)
STEP = re.compile(r"^-- Running upgrade (\w*) -> (\w+)", re.MULTILINE)


def faults(sql: str) -> list[str]:
    """What of a migration the release before it would not survive."""
    statements = re.sub(r"--[^\n]*", "", sql).split(";")
    existing = [s for s in statements if not re.match(r"\s*CREATE\s+TABLE\b", s, re.IGNORECASE)]
    return [
        words for pattern, words in BREAKING if any(re.search(pattern, s, re.IGNORECASE | re.DOTALL) for s in existing)
    ]


def steps(since: str) -> dict[str, str]:
    """The SQL of each migration after this one."""
    config = alembic_config(DatabaseAddress("postgresql://localhost/none"))
    config.output_buffer = io.StringIO()
    command.upgrade(config, f"{since}:head", sql=True)
    _, *parts = STEP.split(config.output_buffer.getvalue())
    return dict(zip(parts[1::3], parts[2::3], strict=True))


def test_migrations_keep_what_the_release_before_them_uses() -> None:
    found = {revision: words for revision, sql in steps(PROMISED_SINCE).items() if (words := faults(sql))}
    assert found.keys() <= CONTRACTS.keys(), found


def test_the_migrations_are_read() -> None:
    assert list(steps("base")) == list(shipped().known)
    assert faults(steps("base")["0003"]) == ["renames", "refuses nulls that the release before writes"]


@pytest.mark.parametrize(
    "sql",
    [
        "DROP TABLE users",
        "ALTER TABLE users DROP COLUMN role",
        "ALTER TABLE users RENAME TO accounts",
        "ALTER TABLE users RENAME COLUMN role TO rank",
        "ALTER TABLE users ALTER COLUMN role TYPE INTEGER",
        "ALTER TABLE users ALTER role SET NOT NULL",
        "ALTER TABLE users ALTER COLUMN role DROP DEFAULT",
        "ALTER TABLE users ADD COLUMN rank INTEGER NOT NULL",
        "ALTER TABLE users ADD rank INTEGER CHECK (rank > 0) NOT NULL",
        "CREATE TABLE a (b INTEGER NOT NULL); TRUNCATE TABLE users",
    ],
)
def test_a_breaking_migration_is_found(sql: str) -> None:
    assert len(faults(sql)) == 1


@pytest.mark.parametrize(
    "sql",
    [
        "CREATE TABLE ranks (id INTEGER NOT NULL, name TEXT)",
        "ALTER TABLE users ADD COLUMN rank INTEGER",
        "ALTER TABLE users ADD COLUMN rank BOOLEAN DEFAULT false NOT NULL",
        "ALTER TABLE users ADD COLUMN rank BOOLEAN NOT NULL DEFAULT false",
        "CREATE INDEX ix_users_rank ON users (rank)",
        "ALTER TABLE users ALTER COLUMN role DROP NOT NULL",
        "UPDATE users SET rank = 1 WHERE role = 'admin'",
    ],
)
def test_an_expanding_migration_is_allowed(sql: str) -> None:
    assert faults(sql) == []
