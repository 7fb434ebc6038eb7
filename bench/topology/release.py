"""A made-up next release: a copy of this one with one migration more, to which the topology is upgraded."""

from __future__ import annotations

import shutil
from pathlib import Path

from api.revisions import shipped
from bench.process import ROOT

PACKAGES = ("api", "domain", "migrations", "persistence", "schema")
MIGRATION = '''"""What a next release may add (docs/how-to/upgrade.md)."""

from alembic import op

revision = "{revision}"
down_revision = "{before}"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE users ADD COLUMN made_up text")
    op.execute("CREATE TABLE made_up (id uuid PRIMARY KEY, at timestamptz NOT NULL DEFAULT now())")


def downgrade() -> None:
    op.execute("DROP TABLE made_up")
    op.execute("ALTER TABLE users DROP COLUMN made_up")
'''
NEWER_EVENT = """insert into events (type, subject_kind, subject_id, user_id)
  select 'user_of_next_release_moved', 'user', id, id from users limit 1 returning id"""
"""An event of a type that only the next release knows."""


def next_revision() -> str:
    """The revision after the newest one."""
    return f"{int(shipped().head) + 1:04d}"


def make_next_release(folder: Path) -> Path:
    """The folder of the copy."""
    target = folder / "next-release"
    without = shutil.ignore_patterns("__pycache__")
    for package in PACKAGES:
        shutil.copytree(ROOT / package, target / package, ignore=without)
    shutil.copy2(ROOT / "pyproject.toml", target)
    text = MIGRATION.format(revision=next_revision(), before=shipped().head)
    (target / "migrations" / "versions" / f"{next_revision()}_made_up.py").write_text(text)
    return target
