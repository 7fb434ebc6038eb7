"""The file of a backup: whole under its name or absent, readable without Rollcall, and refused if a byte of it differs."""

from __future__ import annotations

import hashlib
import io
import tarfile
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest

from api.addresses import DatabaseAddress
from api.bootstrap.backups import Contents
from api.cli.backups.archive import DUMP, Backup, NewBackup, _header
from api.cli.backups.manifest import LogPosition, Manifest
from api.cli.backups.programs import NAMES, Programs, Reports, find_programs, without_password
from api.cli.backups.restoring import check_target
from api.files.refused import FileRefused
from api.revisions import shipped
from api.settings import ConfigurationError

DUMPED = bytes(range(256)) * 4100 + b"end"
EMPTY = Contents(18, ())


def manifest(data: bytes = DUMPED, **values: object) -> Manifest:
    """The manifest of a dump."""
    own = {
        "rollcall_version": "0.1.0",
        "schema_revision": shipped().head,
        "taken_at": datetime(2026, 11, 27, tzinfo=UTC),
        "server_version": "18.6",
        "programs_version": "18.6",
        "log": LogPosition(epoch=UUID(int=1), position=7, horizon=0),
        "rows": {"users": 3},
        "dump_bytes": len(data),
        "dump_sha256": hashlib.sha256(data).hexdigest(),
    }
    return Manifest.model_validate({**own, **values})


def written(path: Path, data: bytes = DUMPED, **values: object) -> Path:
    """A whole backup."""
    with NewBackup(path) as backup:
        for start in range(0, len(data), 100_000):
            backup.write(data[start : start + 100_000])
        assert not path.exists()
        backup.complete(manifest(data, **values))
        backup.finish()
    return path


@pytest.mark.parametrize("size", [0, 1, 512, len(DUMPED)])
def test_a_backup_is_read_as_it_was_written(tmp_path: Path, size: int) -> None:
    path = written(tmp_path / "a.backup", DUMPED[:size])
    backup = Backup(path)
    sizes: list[int] = []
    backup.verify(sizes.append)
    assert (b"".join(backup.chunks()), sum(sizes)) == (DUMPED[:size], size)
    assert backup.manifest == manifest(DUMPED[:size])
    assert path.stat().st_mode & 0o077 == 0
    assert list(tmp_path.iterdir()) == [path]


def test_a_backup_is_an_ordinary_archive_with_ordinary_checksums(tmp_path: Path) -> None:
    with tarfile.open(written(tmp_path / "a.backup")) as archive:
        assert archive.getnames() == ["rollcall.dump", "manifest.json", "SHA256SUMS"]
        texts = {name: archive.extractfile(name).read() for name in archive.getnames()}  # type: ignore[union-attr]
    sums = [line.split("  ") for line in texts["SHA256SUMS"].decode().splitlines()]
    assert [(digest, name) for digest, name in sums] == [
        (hashlib.sha256(texts[name]).hexdigest(), name) for name in ("rollcall.dump", "manifest.json")
    ]


def test_a_dump_larger_than_old_archives_allow_has_a_header() -> None:
    size = 20 << 30
    assert tarfile.TarInfo.frombuf(_header(DUMP, size), "utf-8", "strict").size == size
    assert len(_header(DUMP, size)) == tarfile.BLOCKSIZE, "as long as the one that it replaces"


def test_nothing_is_left_of_a_backup_that_was_not_finished(tmp_path: Path) -> None:
    path = tmp_path / "a.backup"
    with NewBackup(path) as backup:
        backup.write(DUMPED)
        backup.complete(manifest())
    assert list(tmp_path.iterdir()) == []


def test_two_processes_do_not_write_the_same_backup(tmp_path: Path) -> None:
    path = tmp_path / "a.backup"
    with NewBackup(path) as first:
        first.write(DUMPED)
        with pytest.raises(FileRefused, match="another process"):
            NewBackup(path)
        first.complete(manifest())
        first.finish()
    Backup(path).verify(lambda _: None)


def test_a_changed_byte_anywhere_is_noticed(tmp_path: Path) -> None:
    data = written(tmp_path / "a.backup", DUMPED[:2000]).read_bytes()
    changed = tmp_path / "changed"
    end = 3072 + len(Backup(tmp_path / "a.backup").manifest.model_dump_json(indent=2))
    for place in (512, 700, 2511, *range(3072, end, 7)):
        changed.write_bytes(data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :])
        with pytest.raises(FileRefused):
            Backup(changed).verify(lambda _: None)


def test_a_part_of_a_backup_is_refused(tmp_path: Path) -> None:
    data = written(tmp_path / "a.backup", DUMPED[:2000]).read_bytes()
    part = tmp_path / "part"
    for size in range(0, 3072 + 512, 100):
        part.write_bytes(data[:size])
        with pytest.raises(FileRefused, match="whole backup"):
            Backup(part)


def test_other_files_are_refused(tmp_path: Path) -> None:
    other = tmp_path / "other"
    with tarfile.open(other, "w") as archive:
        archive.addfile(tarfile.TarInfo("x"), io.BytesIO())
    with pytest.raises(FileRefused, match="whole backup"):
        Backup(other)
    with pytest.raises(FileRefused, match="does not know"):
        Backup(written(tmp_path / "later", version=2))


def test_a_database_is_written_to_only_if_that_is_safe() -> None:
    assert check_target(manifest(), EMPTY, replace=False, setting="DATABASE_URL") == ()
    full = Contents(18, ("users", "alembic_version"))
    with pytest.raises(ConfigurationError, match=r"DATABASE_URL: it is not empty.* --replace"):
        check_target(manifest(), full, replace=False, setting="DATABASE_URL")
    assert check_target(manifest(), full, replace=True, setting="DATABASE_URL") == full.tables
    for contents in (Contents(18, ("users", "invoices")), Contents(18, ("invoices",))):
        with pytest.raises(ConfigurationError, match="not of this release: invoices;"):
            check_target(manifest(), contents, replace=True, setting="DATABASE_URL")
    with pytest.raises(ConfigurationError, match="schema revision 9000, which a newer release made"):
        check_target(manifest(schema_revision="9000"), EMPTY, replace=True, setting="DATABASE_URL")
    assert check_target(manifest(schema_revision="0001"), EMPTY, replace=False, setting="DATABASE_URL") == ()


def programs(directory: Path, said: str, *names: str) -> Path:
    """A directory with programs that print this version."""
    directory.mkdir()
    for name in names or NAMES:
        (directory / name).write_text(f"#!/bin/sh\necho '{name} (PostgreSQL) {said}'\n")
        (directory / name).chmod(0o755)
    return directory


def test_the_first_programs_that_are_new_enough_are_used(tmp_path: Path) -> None:
    old = programs(tmp_path / "old", "15.18 (Debian 15.18-0+deb12u1)")
    partial = programs(tmp_path / "partial", "18.6", "pg_dump")
    ours = programs(tmp_path / "ours", "18.6")
    beta = programs(tmp_path / "beta", "19beta2")
    every = [tmp_path / "missing", old, partial, ours, beta]
    assert find_programs(18, every) == Programs(ours, "18.6")
    assert find_programs(15, every) == Programs(old, "15.18")
    assert find_programs(19, every) == Programs(beta, "19beta2")
    with pytest.raises(ConfigurationError, match=r"PostgreSQL 18 needs .* version 18 or later.*old/pg_dump is 15\.18"):
        find_programs(18, [old, partial])
    with pytest.raises(ConfigurationError, match=r"\(there are none\): install postgresql-client-18"):
        find_programs(18, [])


def test_neither_a_command_line_nor_an_environment_shows_a_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY", "the-key")
    monkeypatch.setenv("PGOPTIONS", "-c search_path=other")
    address = DatabaseAddress("postgresql://rollcall:p%40ss@one:5432,[::1]:5433/x?target_session_attrs=primary")
    assert without_password(address) == "postgresql://rollcall@one:5432,[::1]:5433/x?target_session_attrs=primary"
    environment = Programs(Path("/bin"), "18.6").environment(address)
    assert environment["PGPASSWORD"] == "p@ss"
    assert "the-key" not in environment.values()
    assert "PGOPTIONS" not in environment
    assert "PGPASSWORD" not in Programs(Path("/bin"), "18.6").environment()


def test_of_what_a_program_reports_the_faults_are_kept() -> None:
    reports = Reports()
    for line in ("pg_dump: reading schemas", 'pg_dump: dumping contents of table "public.users"', ""):
        reports.add(line)
    assert (reports.item, reports.fault()) == ("users", 'pg_dump: dumping contents of table "public.users"')
    for line in ("psql:<stdin>:3: ERROR:  no", "pg_dump: error: one", "pg_dump: detail: two"):
        reports.add(line)
    assert reports.fault() == "psql:<stdin>:3: ERROR:  no\npg_dump: error: one\npg_dump: detail: two"
