"""`rollcall export` and `rollcall log export`: who is in the file, and that what goes wrong is one sentence."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from pathlib import Path

import pytest

from api.cli.files.events import event_of
from tests.api.commands import Rollcall
from tests.api.test_commands_log import old

SIX = (
    "email,display_name,role,status,email_verified\n"
    "ada@example.com,Ada,admin,active,true\n"
    "bo@example.com,Bo,auditor,disabled,false\n"
    "cy@example.com,Cy,member,active,\n"
    "dee@example.com,=Dee,member,active,\n"
)
STATE = "select email, display_name, role, status, email_verified_at is not null from users order by email"


def emails(content: str) -> list[str]:
    """Whom an export has."""
    return [row["email"] for row in csv.DictReader(content.splitlines())]


def test_statuses_and_verifications_come_back_and_deleted_users_do_not(rollcall: Rollcall) -> None:
    rollcall.run("import", rollcall.write("six.csv", SIX))
    before = rollcall.fetch(STATE)
    assert [row[3:] for row in before] == [("active", True), ("disabled", False), ("active", False), ("active", False)]
    rollcall.fetch("update users set status = 'deleted' where email = 'cy@example.com'")
    for form in ("csv", "ndjson"):
        rollcall.run("export", "--format", form, "--output", f"all.{form}")
        rollcall.run("export", "--format", form, "--status", "deleted", "--output", f"deleted.{form}")
        assert (rollcall.folder / f"all.{form}").stat().st_mode & 0o077 == 0
    assert sorted(emails(rollcall.read("all.csv"))) == ["ada@example.com", "bo@example.com", "dee@example.com"]
    assert emails(rollcall.read("deleted.csv")) == ["cy@example.com"]
    for form in ("csv", "ndjson"):
        rollcall.fetch("truncate users, events cascade")
        assert "3 created, 0 updated, 0 unchanged, 0 refused" in rollcall.run("import", f"all.{form}").out
        assert rollcall.fetch(STATE) == [row for row in before if row[0] != "cy@example.com"]
        refused = rollcall.run("import", f"deleted.{form}", code=3)
        assert "0 created, 0 updated, 0 unchanged, 1 refused" in refused.out


def test_an_export_has_the_users_that_are_asked_for(rollcall: Rollcall) -> None:
    rollcall.run("import", rollcall.write("six.csv", SIX))
    asked = {
        ("--role", "auditor"): {"bo@example.com"},
        ("--role", "member", "--role", "admin"): {"ada@example.com", "cy@example.com", "dee@example.com"},
        ("--status", "disabled"): {"bo@example.com"},
        ("--verified",): {"ada@example.com"},
        ("--search", "cy"): {"cy@example.com"},
    }
    for words, expected in asked.items():
        assert set(emails(rollcall.run("export", *words).out)) == expected, words


def test_hashes_are_exported_only_when_asked_for(rollcall: Rollcall) -> None:
    rollcall.run("import", rollcall.write("six.csv", SIX))
    rollcall.fetch("update users set password_hash = '$argon2id$secret' where email = 'ada@example.com'")
    assert "argon2" not in rollcall.run("export").out
    rows = list(csv.DictReader(rollcall.run("export", "--with-hashes").out.splitlines()))
    assert {r["email"]: r["password_hash"] for r in rows if r["password_hash"]} == {
        "ada@example.com": "$argon2id$secret"
    }


def test_the_audit_log_is_exported_as_ndjson_and_csv(rollcall: Rollcall) -> None:
    events = old(rollcall, 230)[::-1]
    lines = rollcall.run("log", "export").out.encode().splitlines()
    assert [event_of(line) for line in lines] == events
    rows = list(csv.DictReader(rollcall.run("log", "export", "--format", "csv").out.splitlines()))
    assert [(int(r["seq"]), r["type"], r["user_id"] or None) for r in rows] == [
        (e.seq, e.type.value, e.user_id and str(e.user_id)) for e in events
    ]
    assert [json.loads(r["changes"]) for r in rows] == [
        [{"field": c.field, "before": c.before, "after": c.after} for c in e.changes] for e in events
    ]
    wanted = [e for e in events if e.type is events[0].type]
    done = rollcall.run("log", "export", "--type", events[0].type.value, "--output", "log.ndjson")
    assert f"Exported {len(wanted)} events to log.ndjson" in done.out
    assert [event_of(line) for line in rollcall.read("log.ndjson").encode().splitlines()] == wanted


COMMANDS = [("export",), ("export", "--format", "ndjson"), ("log", "export")]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no device that is full")
@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_a_full_disk_is_one_sentence(rollcall: Rollcall, words: tuple[str, ...]) -> None:
    rollcall.run("import", rollcall.write("six.csv", SIX))
    old(rollcall, 5)
    command = Path(sys.executable).parent / "rollcall"
    done = subprocess.run(
        ["/bin/sh", "-c", f"'{command}' {' '.join(words)} > /dev/full"],
        cwd=rollcall.folder,
        env=rollcall.environment,
        capture_output=True,
        check=False,
    )
    assert (done.returncode, done.stderr.decode()) == (1, "Cannot write standard output: No space left on device\n")


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_a_closed_pipe_is_one_sentence(rollcall: Rollcall, words: tuple[str, ...]) -> None:
    rollcall.run("import", rollcall.write("six.csv", SIX))
    old(rollcall, 5)
    command = Path(sys.executable).parent / "rollcall"
    process = subprocess.Popen(
        [str(command), *words],
        cwd=rollcall.folder,
        env=rollcall.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    said = process.stderr.read().decode()
    process.stderr.close()
    assert (process.wait(), said) == (1, "The export was not read to its end\n")
