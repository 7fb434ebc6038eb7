"""`rollcall export`, `seed` and `schema`: files that import unchanged, generated users, the schema."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from pathlib import Path

import pytest

from api.files.writer import COLUMNS
from schema.root import export as served
from tests.api.commands import Rollcall

ODD = [
    ("formula@example.com", '=HYPERLINK("http://evil.example")'),
    ("at@example.com", "@SUM(1+1)"),
    ("minus@example.com", "-1"),
    ("quote@example.com", "'quoted'"),
    ("comma@example.com", 'Comma, "Quote"; Semicolon'),
    ("far@example.com", "佐藤 Ⅸ"),
]


def exported_users(rollcall: Rollcall) -> list[tuple[str, str, str]]:
    rows = rollcall.fetch("select email, display_name, role from users order by created_at, id")
    return [(e, n, r) for e, n, r in rows]


@pytest.mark.parametrize("form", ["csv", "ndjson"])
def test_an_export_imports_as_the_same_directory(rollcall: Rollcall, form: str) -> None:
    plain = [(f"u{i}@example.com", f"User {i}") for i in range(130)]
    rows = [{"email": email, "display_name": name, "role": "auditor"} for email, name in ODD + plain]
    rollcall.run("import", rollcall.write("odd.ndjson", "\n".join(json.dumps(r) for r in rows)))
    before = exported_users(rollcall)
    assert [(email, name) for email, name, _ in sorted(before)] == sorted(ODD + plain)

    file = f"all.{form}"
    assert "Exported 136 users" in rollcall.run("export", "--format", form, "--output", file).out
    assert sorted(p.name for p in rollcall.folder.glob("all*")) == [file]
    content = rollcall.read(file)
    if form == "csv":
        header, *cells = csv.reader(content.splitlines())
        assert header == list(COLUMNS)
        assert not [c for row in cells for c in row if c.startswith(("=", "+", "-", "@"))]
        assert ["formula@example.com", "'" + ODD[0][1], "auditor"] in [row[:3] for row in cells]
    else:
        assert [tuple(json.loads(line).values())[:3] for line in content.splitlines()] == before

    rollcall.fetch("truncate users, events cascade")
    assert "136 created" in rollcall.run("import", file).out
    assert sorted(exported_users(rollcall)) == sorted(before)


def test_an_export_is_written_to_standard_output_and_may_be_cut_short(rollcall: Rollcall) -> None:
    rollcall.run("seed", "--users", "300")
    done = rollcall.run("export", "--status", "disabled", "--status", "deleted")
    assert done.out.startswith(",".join(COLUMNS) + "\r\n")
    assert done.out.count("\r\n") == 1 + rollcall.fetch("select count(*) from users where status <> 'active'")[0][0] > 1
    command = Path(sys.executable).parent / "rollcall"
    cut = subprocess.run(
        ["/bin/sh", "-c", f"'{command}' export --format ndjson | head -n 1"],
        cwd=rollcall.folder,
        env=rollcall.environment,
        capture_output=True,
        check=True,
    )
    assert set(json.loads(cut.stdout)) == set(COLUMNS)
    assert b"Traceback" not in cut.stderr
    assert b"BrokenPipe" not in cut.stderr


@pytest.mark.parametrize("words", [("export", "--output"), ("import", "people.csv", "--refused")])
@pytest.mark.parametrize("place", ["nowhere/all.csv", "."])
def test_a_file_that_cannot_be_written_is_refused_first(rollcall: Rollcall, words: tuple[str, ...], place: str) -> None:
    rollcall.write("people.csv", "email,display_name\nada@example.com,Ada\n")
    assert "is a directory, or its folder does not exist" in rollcall.run(*words, place, code=2).err
    assert rollcall.count() == 0
    assert not list(rollcall.folder.parent.glob("*.partial"))


def test_a_failed_export_leaves_the_earlier_file_unchanged(rollcall: Rollcall) -> None:
    file = rollcall.write("all.csv", "the earlier content")
    rollcall.fetch("alter table users rename to renamed")
    done = rollcall.start("export", "--output", file)
    done.communicate()
    assert done.returncode != 0
    assert rollcall.read(file) == "the earlier content"
    assert [p.name for p in rollcall.folder.glob("all*")] == [file]


def test_a_seed_creates_the_same_plausible_users_again(rollcall: Rollcall) -> None:
    rollcall.run("seed", "--users", "200")
    first = exported_users(rollcall)
    roles = [role for _, _, role in first]
    assert len({email for email, _, _ in first}) == 200
    assert 0 < roles.count("admin") < roles.count("auditor") < 50
    statuses = dict(rollcall.fetch("select status, count(*) from users group by status"))
    assert set(statuses) == {"active", "disabled", "deleted"}
    entries = rollcall.count("events")
    rollcall.run("seed", "--users", "200")
    assert exported_users(rollcall) == first
    assert rollcall.count("events") == entries


def test_the_printed_schema_equals_the_served_one(rollcall: Rollcall) -> None:
    assert rollcall.run("schema").out == served()
