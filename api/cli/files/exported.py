"""Reading an export of events, plain or gzip, line by line and in bounded memory."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from api.cli.files.events import placed_event_of
from api.files.refused import FileRefused
from domain.models.event import Event

LINE_MAX = 1 << 24
"""Bytes; no event that was exported is as long."""


class ExportedEvents:
    """The events of one export, in order; each iteration reads it anew. `bytes` is how much of the file was read."""

    def __init__(self, path: Path, line_max: int = LINE_MAX) -> None:
        self._path, self._line_max = path, line_max
        self.size = path.stat().st_size
        self.bytes = 0

    def __iter__(self) -> Iterator[Event]:
        """Raises OSError, and FileRefused for a file that is not one whole export of one log."""
        epoch = None
        with self._path.open("rb") as file, self._unpacked(file) as stream:
            for number, line in enumerate(iter(lambda: stream.readline(self._line_max), b""), 1):
                try:
                    cursor, event = placed_event_of(line)
                except ValueError:
                    raise self._refused(number, "this is not an exported event") from None
                if not line.endswith(b"\n"):
                    raise self._refused(number, "the end of the line is missing; the export was interrupted")
                if not event.type.is_known:
                    raise self._refused(number, f"a newer release wrote it, and this one does not know {event.type}")
                if epoch not in (None, cursor.epoch):
                    raise self._refused(number, "this event is from another log than those before")
                epoch, self.bytes = cursor.epoch, file.tell()
                yield event

    @contextmanager
    def _unpacked(self, file: BinaryIO) -> Iterator[BinaryIO]:
        if self._path.suffix != ".gz":
            yield file
            return
        try:
            with gzip.GzipFile(fileobj=file) as stream:
                yield stream  # type: ignore[misc]
        except (gzip.BadGzipFile, EOFError, zlib.error):
            raise FileRefused(f"{self._path} is not a whole gzip file") from None

    def _refused(self, number: int, why: str) -> FileRefused:
        return FileRefused(f"{self._path}, line {number}: {why}")
