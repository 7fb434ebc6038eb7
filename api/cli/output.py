"""Where a command writes a file: to standard output, or to a file that appears only once it is complete.

A full disk, a reader that has disconnected and anything else of that kind is one sentence, not a traceback.
"""

from __future__ import annotations

import contextlib
import errno
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

import typer


def check_output(output: Path | None) -> None:
    """Raise BadParameter for a path that cannot be written to."""
    if output is not None and (output.is_dir() or not output.parent.is_dir()):
        raise typer.BadParameter(f"{output} is a directory, or its folder does not exist")


@contextmanager
def written_file(output: Path | None) -> Iterator[TextIO]:
    """A stream in UTF-8; exits with code 1 and one sentence if it cannot be written to its end."""
    try:
        with _standard_output() if output is None else _whole_file(output) as stream:
            yield stream
    except OSError as error:
        _fail(error, output)


def _fail(error: OSError, output: Path | None) -> None:
    where = "standard output" if output is None else str(output)
    if output is None:
        _silence_standard_output()
    if error.errno == errno.EPIPE:
        sys.exit("The export was not read to its end")
    sys.exit(f"Cannot write {where}: {error.strerror or error}")


@contextmanager
def _standard_output() -> Iterator[TextIO]:
    sys.stdout.reconfigure(encoding="utf-8", newline="")  # type: ignore[union-attr]
    yield sys.stdout
    sys.stdout.flush()


def _silence_standard_output() -> None:
    """Python would try to flush it once more as it exits, and report that with a traceback."""
    with contextlib.suppress(OSError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


@contextmanager
def _whole_file(output: Path) -> Iterator[TextIO]:
    """Only its owner can read the file, because it contains personal data."""
    partial = output.with_name(output.name + ".partial")
    try:
        descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        partial.replace(output)
    finally:
        partial.unlink(missing_ok=True)
