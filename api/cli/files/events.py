"""Event files: append-only NDJSON, plain or gzip, that an interrupted export can continue.

A batch is on disk before `append` returns. When the file is opened again, an incomplete end is truncated: after the last
complete line or, in a gzip file, the last complete member (RFC 1952 section 2.2). Each batch is one member.
"""

from __future__ import annotations

import gzip
import os
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson

from api.files.refused import FileRefused
from domain.cursors import LogCursor, parse_cursor, sequence_cursor
from domain.models.event import Audience, Event
from domain.models.event_types import EventType, SubjectKind
from domain.models.user import Status

BEGINNING = b'{"cursor":"'
CHUNK = 1 << 20


def line_of(event: Event, epoch: UUID) -> bytes:
    """An event as one line with everything in the log; `cursor` is its position as in the API."""
    record = {"cursor": sequence_cursor(epoch, event.seq), **event.to_record()}
    return orjson.dumps(record, default=str) + b"\n"


def event_of(line: bytes) -> Event:
    """The event of a line written by `line_of`, including before release 1.1. Raises ValueError, KeyError or TypeError."""
    record = orjson.loads(line)
    return Event.from_record(record if "subject_id" in record else _with_subject(record))


def placed_event_of(line: bytes) -> tuple[LogCursor, Event]:
    """The event of a whole line, and its position. Raises ValueError for a line that `line_of` has not written."""
    try:
        cursor, event = parse_cursor(orjson.loads(line)["cursor"]), event_of(line)
    except (KeyError, TypeError, AttributeError):
        raise ValueError("not an exported event") from None
    if cursor is None or cursor.seq != event.seq:
        raise ValueError("not an exported event")
    return cursor, event


def _with_subject(record: Mapping[str, Any]) -> dict[str, Any]:
    """Convert a record from when every event was about a user and had their status (schema revision 0002)."""
    type_ = EventType(record["type"])
    about_session = type_.traits.about is SubjectKind.SESSION and record["session_id"] is not None
    before, after = (s and Status(s).audience for s in (record["status_before"], record["status_after"]))
    if about_session:
        before, after = (None, Audience.OWNER) if type_ is EventType.SESSION_STARTED else (Audience.OWNER, None)
    return {
        **record,
        "subject_kind": SubjectKind.SESSION if about_session else SubjectKind.USER,
        "subject_id": record["session_id" if about_session else "user_id"],
        "audience_before": before,
        "audience_after": after,
    }


class EventFile:
    """One file of one log. `last` is its last sequence number, None while it is empty; `path` ends in .gz for gzip."""

    def __init__(self, path: Path, epoch: UUID) -> None:
        """Open or create the file, readable only by its owner, because it contains personal data.

        Raises OSError, and FileRefused for a file that is not an export of this log, which is left unchanged.
        """
        self._path, self._epoch = path, epoch
        self._packed = path.suffix == ".gz"
        self._file = os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "r+b")
        try:
            whole, self.last = self._end()
            self._file.truncate(whole)
            self._file.seek(whole)
            self._sync()
        except BaseException:
            self._file.close()
            raise

    def append(self, events: Sequence[Event]) -> None:
        """Write the events that the file does not have yet; they are on disk when this returns.

        Raises OSError, and FileRefused if events are missing between the end of the file and these.
        """
        fresh = [e for e in events if self.last is None or e.seq > self.last]
        if not fresh:
            return
        if self.last is not None and fresh[0].seq != self.last + 1:
            raise FileRefused(
                f"{self._path} ends with event {self.last}, and the log begins with {fresh[0].seq}: "
                "the events between them were pruned without this export; use another file"
            )
        data = b"".join(line_of(e, self._epoch) for e in fresh)
        self._file.write(gzip.compress(data, mtime=0) if self._packed else data)
        self._file.flush()
        os.fsync(self._file.fileno())
        self.last = fresh[-1].seq

    def close(self) -> None:
        """Close it."""
        self._file.close()

    def _sync(self) -> None:
        """Flush the file and its directory entry to disk."""
        os.fsync(self._file.fileno())
        directory = os.open(self._path.parent, os.O_RDONLY)
        try:
            os.fsync(directory)
        finally:
            os.close(directory)

    def _end(self) -> tuple[int, int | None]:
        """The length of the complete part in bytes, and the sequence number of its last event."""
        whole, tail, torn = self._packed_end() if self._packed else self._plain_end()
        if whole == 0:
            if not torn.startswith(BEGINNING[: len(torn)]):
                raise self._foreign()
            return 0, None
        try:
            cursor, event = placed_event_of(tail.splitlines()[-1])
        except (IndexError, ValueError):
            raise self._foreign() from None
        if not cursor.belongs_to(self._epoch):
            raise self._foreign()
        return whole, event.seq

    def _foreign(self) -> FileRefused:
        return FileRefused(f"{self._path} already exists and is not an export of this log; use another file")

    def _plain_end(self) -> tuple[int, bytes, bytes]:
        """The length of the complete lines, the last of them (and some before it), and the incomplete rest."""
        position, tail = self._file.seek(0, os.SEEK_END), b""
        while position > 0 and tail.count(b"\n") < 2:
            step = min(CHUNK, position)
            position = self._file.seek(position - step)
            tail = self._file.read(step) + tail
        kept = tail.rfind(b"\n") + 1
        return (position + kept if kept else 0), tail[:kept], tail[kept:]

    def _packed_end(self) -> tuple[int, bytes, bytes]:
        """The same for a gzip file: the length of its complete members, the end of the last one, and the incomplete rest."""
        self._file.seek(0)
        whole, tail, read, data = 0, b"", 0, b""
        member, text = zlib.decompressobj(wbits=31), b""
        while data or (data := self._file.read(CHUNK)):
            read += len(data)
            try:
                text = (text + member.decompress(data))[-CHUNK:]
            except zlib.error:
                raise self._foreign() from None
            data = member.unused_data
            read -= len(data)
            if member.eof:
                whole, tail = read, text
                member, text = zlib.decompressobj(wbits=31), b""
        return whole, tail, text
