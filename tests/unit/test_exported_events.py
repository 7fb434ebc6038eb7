"""Reading an export of events: complete lines of one log, or a refusal with the number of the line."""

from __future__ import annotations

import gzip
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import orjson
import pytest

from api.cli.files.events import line_of
from api.cli.files.exported import ExportedEvents
from api.files.refused import FileRefused
from domain.models.event import Event, Subject
from domain.models.event_types import EventType, SubjectKind

EPOCH, OTHER = UUID(int=7 << 96), UUID(int=8 << 96)


def line(seq: int, epoch: UUID = EPOCH) -> bytes:
    """One event of a log."""
    about = Subject(SubjectKind.USER, UUID(int=1))
    now = datetime(2026, 1, 1, tzinfo=UTC)
    return line_of(Event(EventType.USER_UPDATED, about, about.id, now, id=UUID(int=seq), seq=seq, ord=seq), epoch)


WHOLE = [line(seq) for seq in range(1, 6)]


@pytest.mark.parametrize("name", ["old.ndjson", "old.ndjson.gz"])
def test_an_export_can_be_read_repeatedly(tmp_path: Path, name: str) -> None:
    path, data = tmp_path / name, b"".join(WHOLE)
    members = gzip.compress(b"".join(WHOLE[:2])) + gzip.compress(b"".join(WHOLE[2:]))
    path.write_bytes(members if name.endswith(".gz") else data)
    events = ExportedEvents(path)
    for _ in range(2):
        assert [event.seq for event in events] == [1, 2, 3, 4, 5]
    assert events.bytes == events.size == path.stat().st_size


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"Dear Ada,\n", "line 1: this is not an exported event"),
        (b'{"email":"ada@example.com"}\n', "line 1: this is not an exported event"),
        (b"[]\n", "line 1: this is not an exported event"),
        (b"\xff\n", "line 1: this is not an exported event"),
        (WHOLE[0] + b"\n" + WHOLE[1], "line 2: this is not an exported event"),
        (orjson.dumps({**orjson.loads(WHOLE[0]), "seq": 2}) + b"\n", "line 1: this is not an exported event"),
        (orjson.dumps({**orjson.loads(WHOLE[0]), "type": "unknown"}) + b"\n", "line 1: a newer release wrote it"),
        (b"".join(WHOLE)[:-1], "line 5: the end of the line is missing"),
        (b"".join(WHOLE)[:-9], "line 5: this is not an exported event"),
        (b"".join([*WHOLE, line(6, OTHER)]), "line 6: this event is from another log"),
    ],
)
def test_anything_else_is_refused_with_its_line(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "old.ndjson"
    path.write_bytes(content)
    with pytest.raises(FileRefused, match=words):
        list(ExportedEvents(path))


def test_a_truncated_or_invalid_gzip_file_is_refused(tmp_path: Path) -> None:
    path, packed = tmp_path / "old.ndjson.gz", gzip.compress(b"".join(WHOLE))
    for content in (packed[:-9], packed[: len(packed) // 2], b"".join(WHOLE)):
        path.write_bytes(content)
        with pytest.raises(FileRefused, match="not a whole gzip file"):
            list(ExportedEvents(path))


def test_an_endless_line_is_not_read_as_a_whole(tmp_path: Path) -> None:
    path = tmp_path / "old.ndjson"
    path.write_bytes(b'{"cursor":"' + b"x" * 10_000)
    with pytest.raises(FileRefused, match="line 1: this is not an exported event"):
        list(ExportedEvents(path, line_max=100))
