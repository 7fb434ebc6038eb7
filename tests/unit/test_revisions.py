"""The revisions that ship, read without Alembic."""

from __future__ import annotations

from alembic.script import ScriptDirectory

from api.revisions import MIGRATIONS, shipped


def test_they_are_those_of_alembic_oldest_first() -> None:
    scripts = ScriptDirectory(str(MIGRATIONS)).walk_revisions()
    assert shipped().known == tuple(script.revision for script in scripts)[::-1]
