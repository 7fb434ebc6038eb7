"""Files that only their owner can read, whatever the umask, and logs of bounded size."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from api.cli.local.embedded import kept_secret
from api.cli.local.embedded.private import BoundedLog, earlier, make_directory, new_log, write_text
from api.cli.local.embedded.process import wait_until


@pytest.fixture(params=[0o022, 0o000])
def _umask(request: pytest.FixtureRequest) -> Iterator[None]:
    """The permission bits that the process removes from new files."""
    before = os.umask(request.param)
    yield
    os.umask(before)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.usefixtures("_umask")
def test_new_files_are_readable_by_their_owner_only(tmp_path: Path) -> None:
    folder = tmp_path / "one" / "two"
    make_directory(folder)
    assert (mode(folder), mode(folder.parent)) == (0o700, 0o700)
    write_text(folder / "text", "said")
    new_log(folder / "log").close()
    kept_secret(folder / "secret")
    assert {mode(path) for path in folder.iterdir()} == {0o600}


@pytest.mark.usefixtures("_umask")
def test_permissions_of_existing_files_are_corrected(tmp_path: Path) -> None:
    for name in ("text", "secret"):
        (tmp_path / name).write_text("x" * 43)
        (tmp_path / name).chmod(0o644)
    write_text(tmp_path / "text", "said")
    assert kept_secret(tmp_path / "secret") == "x" * 43
    assert {mode(path) for path in tmp_path.iterdir()} == {0o600}
    assert (tmp_path / "text").read_text() == "said"


def test_an_existing_directory_is_left_unchanged(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    make_directory(tmp_path)
    assert mode(tmp_path) == 0o755


def test_one_earlier_log_is_kept_unless_others_could_read_it(tmp_path: Path) -> None:
    path = tmp_path / "engine.log"
    path.write_text("duplicate key: (email)=(ada@example.com)")
    path.chmod(0o644)
    for number in range(3):
        with new_log(path) as log:
            log.write(b"run %d" % number)
    assert (earlier(path).read_text(), path.read_text()) == ("run 1", "run 2")
    assert sorted(tmp_path.iterdir()) == [path, earlier(path)]
    path.chmod(0o644)
    new_log(path).close()
    assert earlier(path).read_text() == "run 1"


def test_a_log_that_grows_is_truncated_while_its_process_continues(tmp_path: Path) -> None:
    path = tmp_path / "engine.log"
    with new_log(path) as log:
        bound = BoundedLog(path, most=1000, every=0.01)
        bound.start()
        try:
            for _ in range(3):
                os.write(log.fileno(), b"x" * 1001)
                assert wait_until(lambda: path.stat().st_size == 0, 60)
                assert earlier(path).read_bytes() == b"x" * 1001
            os.write(log.fileno(), b"end")
            assert path.read_bytes() == b"end", "the process appends and does not write at its old offset"
        finally:
            bound.stop()
    assert (mode(path), mode(earlier(path))) == (0o600, 0o600)
