"""`rollcall import`: what is imported, what is refused and reported, and that no interruption loses or duplicates a user."""

from __future__ import annotations

import csv
import re
import signal

import pytest

from api.files.reader import LOST
from tests.api.commands import Rollcall, until

MANY = 3000
HELD, DONE = "u999@example.com", 999
"""A user in the middle of the long file, at whom an import is stopped, and the number of users written by then."""


def refusals(rollcall: Rollcall, name: str) -> list[tuple[int, str, str]]:
    """Line, field and reason of the refused rows in a list."""
    header, *rows = csv.reader(rollcall.read(name).splitlines())
    assert header == ["line", "field", "reason"]
    return [(int(line), field, reason) for line, field, reason in rows]


def users(rollcall: Rollcall) -> list[tuple[str, str, str]]:
    return [(e, n, r) for e, n, r in rollcall.fetch("select email, display_name, role from users order by email")]


def events(rollcall: Rollcall) -> list[str]:
    """The types of all entries of the log."""
    return [t for (t,) in rollcall.fetch("select type from events order by ord")]


USERS_CSV = b"".join(
    [
        b"\xef\xbb\xbfemail,display_name,role\r\n",
        b"ada@example.com,Ada King,admin\r\n",
        b'bo@example.com,"Bo\r\nthe Second",\r\n',
        b"ADA@Example.com ,Ada Again,member\r\n",
        b"cy@example.com,Cy,king\r\n",
        b"dee@example.com,D\xef\xbf\xbde,\r\n",
        b"nonsense,Eve,\r\n",
        b"fay@example.com," + b"f" * 300_000 + b",\r\n",
        b"gil@example.com\r\n",
        b"hal@example.com,'=1+1,auditor\r\n",
        b"ivy@example.com,,\r\n",
    ]
)


def test_a_file_is_checked_imported_repeated_and_changed(rollcall: Rollcall) -> None:
    file = rollcall.write("people.csv", USERS_CSV)
    tried = rollcall.run("import", file, "--dry-run", code=3)
    assert "2 would be created, 0 would be updated, 0 unchanged, 8 refused" in tried.out
    assert (rollcall.count(), rollcall.count("events")) == (0, 0)

    # Batches of two rows, so that the repeated address is in another batch than the first one.
    done = rollcall.run("import", file, "--batch", "2", code=3)
    assert "2 created, 0 updated, 0 unchanged, 8 refused (listed in people.refused.csv)" in done.out
    all_users = [("ada@example.com", "Ada King", "admin"), ("hal@example.com", "=1+1", "auditor")]
    assert users(rollcall) == all_users
    assert refusals(rollcall, "people.refused.csv") == [
        (3, "display_name", "This goes on over a line break"),
        (5, "email", "This e-mail address is also on an earlier line"),
        (6, "role", "Unknown role; use one of member, auditor, admin"),
        (7, "display_name", LOST),
        (8, "email", "Invalid email format"),
        (9, "line", "This line is too long"),
        (10, "line", "1 fields instead of 3"),
        (12, "display_name", "Nobody has this e-mail address, and a new user needs a name"),
    ]
    assert events(rollcall) == ["user_created"] * 2

    again = rollcall.run("import", file, code=3)
    assert "0 created, 0 updated, 2 unchanged, 8 refused" in again.out
    assert (users(rollcall), len(events(rollcall))) == (all_users, 2)

    changed = rollcall.write(
        "people.csv", USERS_CSV.replace(b"Ada King", b"Ada Lovelace").replace(b"auditor", b"member")
    )
    assert "0 created, 2 updated, 0 unchanged" in rollcall.run("import", changed, code=3).out
    assert events(rollcall)[2:] == ["user_updated", "user_role_changed"]


def test_what_a_file_does_not_say_stays_and_what_changes_rights_is_named(rollcall: Rollcall) -> None:
    rows = "ada@example.com,Ada,admin,\nbo@example.com,Bo,auditor,disabled\ncy@example.com,Cy,,\n"
    rollcall.run("import", rollcall.write("all.csv", "email,display_name,role,status\n" + rows))
    before = rollcall.fetch("select email, display_name, role, status from users order by email")
    silent = rollcall.write("silent.csv", "Email,Name\nada@example.com,\nbo@example.com,Bo\ncy@example.com,Cy\n")
    assert "0 created, 0 updated, 3 unchanged" in rollcall.run("import", silent).out
    assert rollcall.fetch("select email, display_name, role, status from users order by email") == before

    loud = rollcall.write(
        "loud.csv", "email;role;status;team\nbo@example.com;member;active;x\ncy@example.com;;disabled;y\n"
    )
    for dry in (["--dry-run"], []):
        said = rollcall.run("import", loud, *dry).out
        assert "line 2: bo@example.com: role auditor -> member" in said
        assert "line 2: bo@example.com: status disabled -> active" in said
        assert "line 3: cy@example.com: status active -> disabled" in said
        would = "would be " if dry else ""
        assert f"Of these, roles {would}changed: 1, statuses {would}changed: 2" in said
        assert "Columns that are not used: team" in said
    assert rollcall.fetch("select role, status from users order by email") == [
        ("admin", "active"),
        ("member", "active"),
        ("member", "disabled"),
    ]


def test_ndjson_comes_from_standard_input(rollcall: Rollcall) -> None:
    lines = (
        b'{"email": "ada@example.com", "display_name": "Ada", "role": "admin"}\n'
        b'{"email": "bo@example.com", "display_name": ["Bo"]}\n'
        b'{"email": "cy@example.com", "display_name": "Cy", "age": 7}\n'
        b'{"email": "dee@example.com", "display_name": "Zo\xc3\xab"}\n'
    )
    done = rollcall.run("import", "-", "--format", "ndjson", "--refused", "left out.csv", stdin=lines, code=3)
    assert "3 created, 0 updated, 0 unchanged, 1 refused (listed in left out.csv)" in done.out
    assert refusals(rollcall, "left out.csv") == [(2, "display_name", "This field is not text")]
    assert users(rollcall) == [
        ("ada@example.com", "Ada", "admin"),
        ("cy@example.com", "Cy", "member"),
        ("dee@example.com", "Zoë", "member"),
    ]


def test_a_file_of_another_encoding_is_refused_whole_or_read_as_that(rollcall: Rollcall) -> None:
    rollcall.write("zoe.csv", "email,name\nada@example.com,Ada\nzoe@example.com,Zoë\n".encode("cp1252"))
    said = rollcall.run("import", "zoe.csv", code=1).err
    assert "The file is not UTF-8: byte 0xEB on line 3; save it as" in said
    assert rollcall.count() == 0
    assert "2 created" in rollcall.run("import", "zoe.csv", "--encoding", "windows-1252").out
    assert users(rollcall)[1] == ("zoe@example.com", "Zoë", "member")


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("people.csv",), 1, "lacks the column email"),
        (("nowhere.csv",), 2, "nowhere.csv is not a readable file"),
        (("people.csv", "--format", "xml"), 2, "'xml' is not one of"),
    ],
    ids=["header", "file", "format"],
)
def test_a_file_that_cannot_be_imported_is_explained(
    rollcall: Rollcall, words: tuple[str, ...], code: int, said: str
) -> None:
    rollcall.write("people.csv", "ada@example.com,Ada,member\nbo@example.com,Bo,member\n")
    assert said in " ".join(rollcall.run("import", *words, code=code).err.split())
    assert rollcall.count() == 0


def many(rollcall: Rollcall) -> str:
    """A long file; its tenth user is repeated near its end."""
    rows = [f"u{i}@example.com,User {i},member\n" for i in range(MANY - 1)] + ["u9@example.com,Another Nine,member\n"]
    rows.insert(5, "nonsense,Nobody,\n")
    return rollcall.write("many.csv", "email,display_name,role\n" + "".join(rows))


def is_complete(rollcall: Rollcall) -> bool:
    """Whether each user of the long file exists once, was created by one event and never changed."""
    found = rollcall.fetch(
        "select count(*), count(distinct email), max(version), count(*) filter (where e.type = 'user_created'),"
        " count(distinct e.user_id) from users u join events e on e.user_id = u.id"
    )
    return found == [(MANY - 1, MANY - 1, 1, MANY - 1, MANY - 1)] and rollcall.count("events") == MANY - 1


def test_repeating_a_killed_import_loses_and_duplicates_no_user(rollcall: Rollcall) -> None:
    file = many(rollcall)
    with rollcall.holding(HELD):
        process = rollcall.start("import", file, "--batch", "5")
        until(rollcall.is_waiting)
        process.kill()
        process.communicate()
        before = rollcall.count()
    assert before == DONE
    again = rollcall.run("import", file, code=3)
    assert f"{MANY - 1 - before} created, 0 updated, {before} unchanged, 2 refused" in again.out
    assert is_complete(rollcall)


def test_an_interrupted_import_reports_where_to_continue(rollcall: Rollcall) -> None:
    file = many(rollcall)
    with rollcall.holding(HELD):
        process = rollcall.start("import", file, "--batch", "5")
        until(rollcall.is_waiting)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate()
    assert process.returncode == 130, err
    assert "Traceback" not in err
    found = re.search(r"continue with: rollcall import many\.csv --start (\d+)", err)
    assert found, err
    created, line = int(out.split()[0]), int(found[1])
    assert created == rollcall.count() == DONE
    assert line == created + 2
    done = rollcall.run("import", file, "--start", str(line), code=3)
    assert is_complete(rollcall)
    assert "1 refused" in done.out
    assert [number for number, _, _ in refusals(rollcall, "many.refused.csv")] == [7, MANY + 2]


def test_an_import_continues_after_its_connection_is_killed(rollcall: Rollcall) -> None:
    file = many(rollcall)
    with rollcall.holding(HELD):
        process = rollcall.start("import", file, "--batch", "5")
        until(rollcall.is_waiting)
        killed = rollcall.fetch(
            "select pg_terminate_backend(pid) from pg_stat_activity"
            " where application_name = 'rollcall' and datname = current_database()"
        )
    assert killed
    out, err = process.communicate()
    assert process.returncode == 3, err
    assert rollcall.count() == MANY - 1, out
    assert is_complete(rollcall)
