"""The encoding of a file: found by its byte order mark or named, and checked against every byte before a row is read.

The whole file is checked first because a file that is not what it says it is must not be imported by half.
"""

from __future__ import annotations

import codecs
import io
from typing import BinaryIO

from api.files.refused import FileRefused

CHUNK = 1 << 18
HEAD = 200
"""Characters by which UTF-16 without a mark is known: every other one of its header is a zero."""
MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
"""Byte order marks (Unicode 17, section 23.8); UTF-32's little-endian one begins as UTF-16's does."""
NAMED = frozenset(
    [
        "ascii",
        "big5",
        "big5hkscs",
        "cp037",
        "cp437",
        "cp500",
        "cp720",
        "cp737",
        "cp775",
        "cp850",
        "cp852",
        "cp855",
        "cp857",
        "cp858",
        "cp860",
        "cp861",
        "cp862",
        "cp863",
        "cp864",
        "cp865",
        "cp866",
        "cp869",
        "cp874",
        "cp932",
        "cp949",
        "cp950",
        "cp1006",
        "cp1026",
        "cp1125",
        "cp1140",
        "cp1250",
        "cp1251",
        "cp1252",
        "cp1253",
        "cp1254",
        "cp1255",
        "cp1256",
        "cp1257",
        "cp1258",
        "euc_jp",
        "euc_kr",
        "gb2312",
        "gbk",
        "gb18030",
        "iso2022_jp",
        "iso8859-1",
        "iso8859-2",
        "iso8859-3",
        "iso8859-4",
        "iso8859-5",
        "iso8859-6",
        "iso8859-7",
        "iso8859-8",
        "iso8859-9",
        "iso8859-10",
        "iso8859-11",
        "iso8859-13",
        "iso8859-14",
        "iso8859-15",
        "iso8859-16",
        "johab",
        "koi8-r",
        "koi8-u",
        "kz1048",
        "mac-cyrillic",
        "mac-greek",
        "mac-iceland",
        "mac-latin2",
        "mac-roman",
        "mac-turkish",
        "ptcp154",
        "shift_jis",
        "utf-8",
        "utf-16",
        "utf-16-le",
        "utf-16-be",
        "utf-32",
        "utf-32-le",
        "utf-32-be",
    ]
)
"""Python's own names of the encodings of text; its others (rot13, unicode_escape, punycode) are no encodings of files."""
ADVICE = "save it as “CSV UTF-8”, or name its encoding (such as windows-1252)"


def encoding_of(name: str) -> str:
    """Python's name of an encoding. Raises FileRefused for one that is unknown."""
    try:
        found = codecs.lookup(name).name
    except (LookupError, ValueError):
        found = ""
    if found not in NAMED:
        raise FileRefused(f"{name[:40]!a} is not a known encoding; use a name such as windows-1252 or utf-16")
    return found


def open_text(source: BinaryIO, named: str | None = None) -> tuple[io.TextIOWrapper, str]:
    """The file's text from its beginning, with its line breaks as they are, and the name of its encoding.

    `source` can be read again from its start. Raises FileRefused for a file with bytes that the encoding does not have.
    """
    source.seek(0)
    head = source.read(4)
    mark, marked = next(((m, e) for m, e in MARKS if head.startswith(m)), (b"", None))
    encoding = encoding_of(named) if named else marked or "utf-8"
    start = len(mark) if marked and (named is None or encoding.partition("-")[0] == marked.partition("-")[0]) else 0
    if start and marked and marked != encoding:
        encoding = marked  # the mark knows the order of bytes
    _check(source, start, encoding, by_name=named is not None)
    source.seek(start)
    return io.TextIOWrapper(source, encoding=encoding, errors="strict", newline=""), encoding


def _check(source: BinaryIO, start: int, encoding: str, *, by_name: bool) -> None:
    """Decode all of it once. Raises FileRefused that names the line and the byte."""
    source.seek(start)
    decoder, lines = codecs.getincrementaldecoder(encoding)("strict"), 1
    while True:
        data = source.read(CHUNK)
        try:
            text = decoder.decode(data, final=not data)
        except UnicodeDecodeError as error:
            before = codecs.decode(error.object[: error.start], encoding, "ignore")
            lines += _line_breaks(before)
            byte = error.object[error.start]
            advice = "name another encoding" if by_name else ADVICE
            shown = "UTF-8" if encoding == "utf-8" else encoding
            raise FileRefused(f"The file is not {shown}: byte 0x{byte:02X} on line {lines}; {advice}") from None
        if lines == 1 and encoding == "utf-8" and text[:HEAD].count("\0") * 3 > len(text[:HEAD]):
            raise FileRefused(f"The file is not UTF-8, but looks like UTF-16 without a mark; {ADVICE}")
        lines += _line_breaks(text)
        if not data:
            return


def _line_breaks(text: str) -> int:
    """Lines end with LF, CR LF or CR; a pair cut in two by a chunk counts twice, in a message that nobody counts on."""
    return text.count("\n") + (text.count("\r") - text.count("\r\n") if "\r" in text else 0)
