"""Files of users: CSV (RFC 4180) and NDJSON, read line by line and written so that no spreadsheet runs a formula.

A spreadsheet treats a cell that begins with one of FORMULA_STARTS as a formula; such a cell is written with a leading
apostrophe, which is removed again when it is read.
"""

from __future__ import annotations

import csv
import io
import itertools
import re
from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import TextIO

import orjson

from domain.services.importing import ImportRefusal, ImportRow

COLUMNS = ("email", "display_name", "role")
REQUIRED = frozenset({"email", "display_name"})
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\uff1d", "\uff0b", "\uff0d", "\uff20")
FIELD_MAX = 10_000
LINE_MAX = 100_000
"""Characters. A longer line has a field over FIELD_MAX or too many fields, and is not kept in memory as a whole."""
STRAY_BYTES = "surrogateescape"
"""The error handler for decoding a stream: invalid bytes become characters that no valid name contains."""
NOT_UTF8, TOO_LONG = "Not UTF-8", "This line is too long"
_NOT_UTF8 = re.compile("[\ud800-\udfff]")


class Form(StrEnum):
    """The formats."""

    CSV = "csv"
    NDJSON = "ndjson"


class FileRefused(Exception):
    """The whole file is rejected; the message says why."""


class Lines:
    """The lines of a text stream, in bounded memory; `bytes` is the number of bytes read."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self.bytes = 0

    def __iter__(self) -> Iterator[str]:
        """Each line with its line break. A line over LINE_MAX is cut, and an open quote in it is closed."""
        while line := self._read():
            if len(line) <= LINE_MAX:
                yield line
                continue
            quotes, part = 0, line
            while not part.endswith(("\n", "\r")) and (part := self._read()):
                quotes += part.count('"')
            yield line.rstrip("\r\n") + '"' * (quotes % 2) + "\n"

    def _read(self) -> str:
        line = self._stream.readline(LINE_MAX + 1)
        self.bytes += len(line.encode("utf-8", STRAY_BYTES))
        return line


def escape_formula(cell: str) -> str:
    """The cell, escaped so that no spreadsheet treats it as a formula."""
    return f"'{cell}" if cell.startswith(FORMULA_STARTS) or cell.startswith("'") else cell


def unescape_formula(cell: str) -> str:
    """The inverse of `escape_formula`."""
    rest = cell[1:]
    return rest if cell.startswith("'") and (rest.startswith(FORMULA_STARTS) or rest.startswith("'")) else cell


def read_csv(stream: Iterable[str]) -> Iterator[ImportRow | ImportRefusal]:
    """The rows of a CSV file with a header, each with the number of its last line. Raises FileRefused for a wrong header."""
    reader = csv.reader(_without_mark(stream), strict=True)
    try:
        header = [c.strip().lower() for c in next(reader, [])]
    except csv.Error as error:
        raise FileRefused(f"The header is not CSV: {error}") from None
    unknown, missing = set(header) - set(COLUMNS), REQUIRED - set(header)
    if missing or unknown or len(set(header)) != len(header):
        wrong = [f"lacks {', '.join(sorted(missing))}"] if missing else []
        wrong += (
            [f"has the unknown column {', '.join(ascii(name[:60]) for name in sorted(unknown))}"] if unknown else []
        )
        raise FileRefused(f"The header {' and '.join(wrong) or 'repeats a column'}; it must be {','.join(COLUMNS)}")
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield ImportRefusal(reader.line_num, "line", f"Not CSV: {error}")
            continue
        if cells:
            yield _csv_row(reader.line_num, header, cells)


def _without_mark(stream: Iterable[str]) -> Iterator[str]:
    """The lines without a byte order mark, which would break the quotes of the first cell."""
    lines = iter(stream)
    return itertools.chain((line.removeprefix("\ufeff") for line in itertools.islice(lines, 1)), lines)


def _csv_row(line: int, header: list[str], cells: list[str]) -> ImportRow | ImportRefusal:
    if any(len(cell) > FIELD_MAX for cell in cells):
        return ImportRefusal(line, "line", TOO_LONG)
    if len(cells) != len(header):
        return ImportRefusal(line, "line", f"{len(cells)} fields instead of {len(header)}")
    values = dict(zip(header, map(unescape_formula, cells), strict=True))
    return _row(line, values["email"], values["display_name"], values.get("role", ""))


def read_ndjson(stream: Iterable[str]) -> Iterator[ImportRow | ImportRefusal]:
    """The rows of a file with one JSON object a line."""
    for line, text in enumerate(stream, 1):
        if not text.strip("\ufeff \r\n\t"):
            continue
        if len(text) > LINE_MAX:
            yield ImportRefusal(line, "line", TOO_LONG)
            continue
        if _NOT_UTF8.search(text):
            yield ImportRefusal(line, "line", NOT_UTF8)
            continue
        try:
            value = orjson.loads(text.lstrip("\ufeff"))
        except ValueError:
            yield ImportRefusal(line, "line", "Not JSON")
            continue
        if not isinstance(value, dict) or not all(isinstance(v, str) for v in value.values()):
            yield ImportRefusal(line, "line", "Not a JSON object with only text values")
        elif unknown := set(value) - set(COLUMNS):
            yield ImportRefusal(line, ascii(min(unknown)[:60])[1:-1], "Unknown field")
        elif missing := REQUIRED - set(value):
            yield ImportRefusal(line, min(missing), "This field is missing")
        else:
            yield _row(line, value["email"], value["display_name"], value.get("role", ""))


def _row(line: int, email: str, display_name: str, role: str) -> ImportRow | ImportRefusal:
    if any(_NOT_UTF8.search(text) for text in (email, display_name, role)):
        return ImportRefusal(line, "line", NOT_UTF8)
    return ImportRow(line, email, display_name, role)


class Writer:
    """Writes users to a text stream in one format."""

    def __init__(self, stream: TextIO, form: Form) -> None:
        self._stream, self._form = stream, form
        if form is Form.CSV:
            stream.write(",".join(COLUMNS) + "\r\n")

    def write(self, email: str, display_name: str, role: str) -> None:
        """Write one user."""
        if self._form is Form.CSV:
            cells = io.StringIO()
            csv.writer(cells).writerow([escape_formula(c) for c in (email, display_name, role)])
            self._stream.write(cells.getvalue())
        else:
            record = {"email": email, "display_name": display_name, "role": role}
            self._stream.write(orjson.dumps(record).decode() + "\n")
