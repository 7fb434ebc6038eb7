"""Files of users: CSV (RFC 4180) and NDJSON, written so that no spreadsheet runs a formula.

A spreadsheet treats a cell that begins with one of FORMULA_STARTS as a formula; such a cell is written with a leading
apostrophe, which is removed again when it is read.
"""

from __future__ import annotations

import csv
import io
from typing import TextIO

import orjson

from api.files.columns import FORMULA_STARTS
from api.files.reader import Form

COLUMNS = ("email", "display_name", "role")


def escape_formula(cell: str) -> str:
    """The cell, escaped so that no spreadsheet treats it as a formula."""
    return f"'{cell}" if cell.startswith((*FORMULA_STARTS, "'")) else cell


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
