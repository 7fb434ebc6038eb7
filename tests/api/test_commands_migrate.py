"""Releases and schemas that do not match: no command runs on them, and a downgrade lists what it deletes first."""

from __future__ import annotations

import os
import pty
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from api.revisions import Revisions, shipped
from tests.api.commands import PATIENCE, ROOT, Rollcall, until

NEWER = f'''"""What a later release adds."""

from alembic import op

revision = "9000"
down_revision = "{shipped().head}"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("CREATE TABLE badges (id INT)")
    op.execute("ALTER TABLE users ADD COLUMN nickname TEXT")
    op.execute("CREATE INDEX ix_users_nickname ON users (nickname)")


def downgrade() -> None:
    op.execute("DROP INDEX ix_users_nickname")
    op.execute("ALTER TABLE users DROP COLUMN nickname")
    op.execute("DROP TABLE badges")
'''
LOSSES = [
    f"Downgrading from schema revision 9000 to {shipped().head} deletes permanently:",
    "  column users.nickname: 1 value",
    "  table badges: 2 rows",
]


@pytest.fixture(scope="module")
def later(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project of a release with one more migration."""
    tree = tmp_path_factory.mktemp("later")
    for package in ("api", "schema", "domain", "persistence", "migrations"):
        shutil.copytree(ROOT / package, tree / package, ignore=shutil.ignore_patterns("__pycache__"))
    (tree / "migrations" / "versions" / "9000_later.py").write_text(NEWER)
    return tree


@pytest.fixture
def newer(tmp_path: Path, later: Path, fresh_database_url: str, redis_url: str) -> Iterator[Rollcall]:
    """The command line of the later release."""
    (tmp_path / "later").mkdir()
    newer = Rollcall(tmp_path / "later", fresh_database_url, redis_url, {"PYTHONPATH": str(later)})
    yield newer
    newer.close()


@pytest.fixture
def migrated(newer: Rollcall) -> Rollcall:
    """The later release after it migrated the database and wrote to what it added."""
    newer.run("migrate")
    newer.fetch("insert into badges values (1), (2) returning 1")
    newer.fetch(
        "insert into users (email, display_name, name_key, nickname) values ('a@b.example', 'A', 'a', 'x'), "
        "('b@b.example', 'B', 'b', null) returning 1"
    )
    return newer


def revision(rollcall: Rollcall) -> str:
    """The schema revision of the database."""
    return str(rollcall.fetch("select version_num from alembic_version")[0][0])


@pytest.mark.parametrize("words", [("serve",), ("export",)])
def test_no_command_runs_on_an_older_schema(newer: Rollcall, words: tuple[str, ...]) -> None:
    said = newer.run(*words, code=1).err
    assert f"DATABASE_URL: this database is at schema revision {shipped().head} and this release needs 9000" in said
    assert "run rollcall migrate" in said


@pytest.mark.parametrize("words", [("serve",), ("export",), ("migrate",), ("migrate", "--down", "--yes"), ("up",)])
def test_no_command_runs_on_a_newer_schema(rollcall: Rollcall, migrated: Rollcall, words: tuple[str, ...]) -> None:
    rollcall.environment["CONSOLE"] = "false"
    (line,) = [line for line in rollcall.run(*words, code=1).err.splitlines() if "DATABASE_URL" in line]
    assert "is at schema revision 9000, which a newer release made" in line
    assert f"those up to {shipped().head}" in line
    assert revision(migrated) == "9000"


def test_a_revision_that_does_not_exist_is_reported_in_one_line(rollcall: Rollcall) -> None:
    for words in (("7777",), ("--down", "7777", "--yes"), ("--sql", "7777")):
        (line,) = rollcall.run("migrate", *words, code=1).err.splitlines()
        assert "7777" in line


def test_a_downgrade_needs_confirmation(migrated: Rollcall) -> None:
    ended = migrated.run("migrate", "--down", code=1)
    assert ended.err.splitlines()[:3] == LOSSES
    assert "--yes" in ended.err.splitlines()[3]
    assert revision(migrated) == "9000"
    assert migrated.count("badges") == 2


def test_a_downgrade_is_confirmed_by_an_option(migrated: Rollcall) -> None:
    migrated.run("migrate", "--down", "--yes")
    assert revision(migrated) == shipped().head
    assert migrated.count("users") == 2
    migrated.run("migrate", "--down", "--yes", "base")
    assert "no schema to downgrade" in migrated.run("migrate", "--down", code=1).err


def test_a_downgrade_to_the_start_names_every_table(migrated: Rollcall) -> None:
    said = migrated.run("migrate", "--down", "base", code=1).err
    assert "Downgrading from schema revision 9000 to an empty schema deletes permanently:" in said
    tables = migrated.fetch(
        "select tablename from pg_tables where schemaname = 'public' and tablename not like 'alembic%'"
    )
    for (table,) in tables:
        assert f"  table {table}: " in said
    assert "  table users: 2 rows\n" in said


def downgraded_interactively(rollcall: Rollcall, answer: str) -> tuple[int, str]:
    """The exit code and output of a downgrade at a terminal, with this answer to its question."""
    ours, theirs = pty.openpty()
    command = [str(Path(sys.executable).parent / "rollcall"), "migrate", "--down"]
    shown = rollcall.folder / "shown"
    with shown.open("wb") as errors:
        process = subprocess.Popen(
            command, cwd=rollcall.folder, env=rollcall.environment, stdin=theirs, stdout=errors, stderr=errors
        )
    os.close(theirs)
    try:
        until(lambda: "Downgrade? [y/N]" in shown.read_text() or process.poll() is not None)
        os.write(ours, f"{answer}\n".encode())
        return process.wait(PATIENCE), shown.read_text()
    finally:
        os.close(ours)


def test_a_terminal_prompts_for_confirmation(migrated: Rollcall) -> None:
    code, shown = downgraded_interactively(migrated, "n")
    assert (code, revision(migrated)) == (1, "9000")
    assert shown.splitlines()[:3] == LOSSES
    code, _ = downgraded_interactively(migrated, "y")
    assert (code, revision(migrated)) == (0, shipped().head)


def test_a_release_knows_which_schemas_it_supports() -> None:
    revisions = Revisions(("0001", "0002"))
    assert revisions.fault("0002") is None
    assert "no tables" in str(revisions.fault(None))
    assert "needs 0002" in str(revisions.fault("0001"))
    assert "newer release" in str(revisions.fault("0003"))
    assert [revisions.is_newer(found) for found in (None, "0001", "0002", "0003")] == [False, False, False, True]
