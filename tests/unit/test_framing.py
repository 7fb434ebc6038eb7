"""WebSocket frames: what another implementation writes is read alike however it is cut, and what breaks the rules is refused."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.frames import Close as TheirClose
from websockets.frames import Frame as TheirFrame
from websockets.frames import Opcode as TheirOpcode
from websockets.streams import StreamReader

from api.sockets.framing import NO_CODE, BrokenFrame, FrameReader, Opcode, close_frame, frame, read_close

MOST = 70_000
PAYLOADS = st.binary(max_size=200) | st.sampled_from([b"x" * n for n in (125, 126, 127, 65_535, 65_536, MOST)])
MESSAGES = st.tuples(st.sampled_from([Opcode.TEXT, Opcode.BINARY]), st.lists(PAYLOADS, min_size=1, max_size=3))
CONTROLS = st.tuples(st.sampled_from([Opcode.PING, Opcode.PONG]), st.binary(max_size=125))


def masked(payload: bytes, opcode: int, *, fin: bool = True) -> bytes:
    """A frame as another implementation's client writes it."""
    return TheirFrame(TheirOpcode(opcode), payload, fin=fin).serialize(mask=True)


def read_in_pieces(data: bytes, size: int) -> list[tuple[int, bytes]]:
    """What is read of data that comes in pieces."""
    reader = FrameReader(MOST)
    return [found for at in range(0, len(data), size) for found in reader.read(data[at : at + size])]


@given(
    st.lists(st.tuples(MESSAGES, st.lists(CONTROLS, max_size=2)), max_size=4),
    st.lists(st.integers(1, 5_000), min_size=1, max_size=8),
)
def test_messages_are_read_alike_however_they_are_cut(
    sent: list[tuple[tuple[Opcode, list[bytes]], list[tuple[Opcode, bytes]]]], cuts: list[int]
) -> None:
    written, expected = b"", []
    for (opcode, parts), controls in sent:
        pieces = parts if sum(map(len, parts)) <= MOST else parts[:1]
        for number, part in enumerate(pieces):
            last = number == len(pieces) - 1
            written += masked(part, Opcode.MORE if number else opcode, fin=last)
            if not last:
                written += b"".join(masked(payload, kind) for kind, payload in controls)
                expected += controls
        expected.append((opcode, b"".join(pieces)))
    reader, read, at, turn = FrameReader(MOST), list[tuple[int, bytes]](), 0, 0
    while at < len(written):
        size = cuts[turn % len(cuts)]
        read += reader.read(written[at : at + size])
        at, turn = at + size, turn + 1
    assert read == expected


@given(PAYLOADS, st.sampled_from([Opcode.TEXT, Opcode.BINARY]))
def test_another_implementation_reads_what_is_written(payload: bytes, opcode: Opcode) -> None:
    reader = StreamReader()
    reader.feed_data(frame(payload, opcode))
    parsing = TheirFrame.parse(reader.read_exact, mask=False)
    with pytest.raises(StopIteration) as ended:
        next(parsing)
    assert (ended.value.value.opcode, ended.value.value.data, ended.value.value.fin) == (opcode, payload, True)


@given(st.sampled_from([1000, 1001, 1011, 1012, 3000, 4401, 4999]), st.text(max_size=40))
def test_a_close_is_read_by_another_implementation_and_by_itself(code: int, reason: str) -> None:
    reason = reason.encode("utf-8", "ignore").decode()
    written = close_frame(code, reason)
    theirs = TheirClose.parse(written[2:])
    assert (theirs.code, theirs.reason) == (code, reason)
    assert read_close(written[2:]) == (code, reason)


def test_a_close_without_a_code_is_one() -> None:
    assert read_close(b"") == (NO_CODE, "")
    assert close_frame(NO_CODE) == b"\x88\x00"


@pytest.mark.parametrize(
    "payload", [b"\x03", b"\x03\xed", b"\x03\xee", b"\x03\xf7", b"\x03\xec", b"\x00\x01", b"\x13\x88"]
)
def test_a_close_code_that_may_not_be_sent_is_refused(payload: bytes) -> None:
    with pytest.raises(BrokenFrame) as refused:
        read_close(payload)
    assert refused.value.code == 1002


def test_a_reason_that_is_not_utf_8_is_refused() -> None:
    with pytest.raises(BrokenFrame) as refused:
        read_close((1000).to_bytes(2, "big") + b"\xff")
    assert refused.value.code == 1007


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (frame(b"{}"), 1002),
        (bytes((0xC1,)) + masked(b"{}", Opcode.TEXT)[1:], 1002),
        (b"\x83\x80\0\0\0\0", 1002),
        (b"\x8b\x80\0\0\0\0", 1002),
        (b"\x09\x80\0\0\0\0", 1002),
        (b"\x89\xfe\x00\x7e", 1002),
        (masked(b"more", Opcode.MORE), 1002),
        (masked(b"a", Opcode.TEXT, fin=False) + masked(b"b", Opcode.TEXT), 1002),
        (b"\x81\xff" + (MOST + 1).to_bytes(8, "big"), 1009),
        (b"\x81\xff" + b"\xff" * 8, 1009),
        (masked(b"x" * MOST, Opcode.TEXT, fin=False) + masked(b"y", Opcode.MORE), 1009),
    ],
    ids=[
        *("unmasked", "reserved bit", "unknown opcode", "unknown control", "control in pieces", "long control"),
        *("nothing to continue", "message in a message", "too large", "far too large", "too large in pieces"),
    ],
)
def test_a_frame_that_breaks_the_rules_is_refused_before_the_rest_of_it_comes(data: bytes, code: int) -> None:
    for size in (len(data), 1):
        with pytest.raises(BrokenFrame) as refused:
            read_in_pieces(data, size)
        assert refused.value.code == code


def test_what_comes_before_a_broken_frame_is_read() -> None:
    reading = FrameReader(MOST).read(masked(b"good", Opcode.TEXT) + frame(b"bad"))
    assert next(reading) == (Opcode.TEXT, b"good")
    with pytest.raises(BrokenFrame):
        next(reading)


@given(st.binary(max_size=300))
def test_no_bytes_break_the_reader(data: bytes) -> None:
    with suppress(BrokenFrame):
        for opcode, payload in FrameReader(MOST).read(data):
            assert opcode in set(Opcode) - {Opcode.MORE}
            assert len(payload) <= MOST
