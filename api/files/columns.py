"""From a header, or the names of a JSON object, to the fields of a user: which column holds what."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from functools import partial

from api.files.refused import FileRefused
from api.files.vendors import ANY, VENDORS, Columns, Keys, Vendor, vendor_of
from domain.services.importing import ImportRow

KNOWN = frozenset({"id", "createdat", "lastseenat"})
"""What an export writes besides, and an import takes back without naming it."""
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\uff1d", "\uff0b", "\uff0d", "\uff20")
NAME_SHOWN = 60
TRUE, FALSE = frozenset({"true", "1", "yes", "y", "t", "on"}), frozenset({"false", "0", "no", "n", "f", "off"})
ACTIVE = frozenset({"active", "enabled", "provisioned", "password_expired", "password_reset", "locked_out", "recovery"})
"""Statuses of accounts that may sign in, of which some must do something first (Okta's lifecycle)."""
DISABLED = frozenset(
    {"disabled", "inactive", "suspended", "blocked", "archived", "deactivated", "deprovisioned", "staged"}
)
_BRACKETS = re.compile(r"\[[^\[\]]*\]|\([^()]*\)")
Cells = Sequence[str]
Pick = Callable[[Cells], str]


def column_key(name: str) -> str:
    """A column's name without what people write differently: case, spaces, brackets, hyphens and what they hold."""
    text = unicodedata.normalize("NFKC", _BRACKETS.sub("", name[:200])).casefold()
    return "".join(c for c in text if c.isalnum())


def unescape_formula(cell: str) -> str:
    """The cell without the apostrophe that keeps a spreadsheet from running it as a formula."""
    rest = cell[1:]
    return rest if cell.startswith("'") and (rest.startswith((*FORMULA_STARTS, "'"))) else cell


def shown(name: str) -> str:
    """A column's name for a message."""
    return "".join(c if c.isprintable() else "\u00b7" for c in name.strip()[:NAME_SHOWN])


class Mapping:
    """Which column of a file holds which field. Raises FileRefused for names without an e-mail, or with a column twice."""

    def __init__(self, names: Sequence[str], vendor: Vendor | None = None) -> None:
        keys = [column_key(name) for name in names]
        self.vendor = vendor or vendor_of(keys)
        columns = VENDORS[self.vendor] if self.vendor else ANY
        self._keys, self._taken = keys, set[int]()
        self.email = self._all(columns.email) if self.vendor else self._first(columns.email)
        if not self.email:
            raise FileRefused(_without_address(names, self.vendor))
        self.display_name = self._all(columns.display_name)
        self.first_name, self.last_name = self._all(columns.first_name), self._all(columns.last_name)
        self.role, self.email_verified = self._first(columns.role), self._first(columns.email_verified)
        self.password_hash = self._first(columns.password_hash)
        self._find_status(columns)
        self._refuse_twice(names)
        self.used = frozenset(self._taken)
        self.unused = [
            shown(n) for i, n in enumerate(names) if i not in self._taken and keys[i] and keys[i] not in KNOWN
        ]

    def _find_status(self, columns: Columns) -> None:
        self.status, self.active, self.inactive = self._first(columns.status), [], []
        if not self.status:
            self.active = self._first(columns.active)
        if not self.status and not self.active:
            self.inactive = self._first(columns.inactive)

    def _all(self, keys: Keys) -> list[int]:
        found = [self._keys.index(key) for key in keys if key in self._keys]
        self._taken.update(found)
        return found

    def _first(self, keys: Keys) -> list[int]:
        return self._all(next(((key,) for key in keys if key in self._keys), ()))

    def _refuse_twice(self, names: Sequence[str]) -> None:
        for index in sorted(self._taken):
            if self._keys.count(self._keys[index]) > 1:
                raise FileRefused(f"The header has the column {shown(names[index])} twice")

    def row_maker(self, *, escaped: bool = True) -> Callable[[int, Cells], ImportRow]:
        """A function from a line and its cells, which may be `escaped` for spreadsheets, to a row."""
        pick = partial(_pick, escaped=escaped)
        email, display_name, named = pick(self.email), pick(self.display_name), bool(self.display_name)
        first, last = pick(self.first_name), pick(self.last_name)
        parts = bool(self.first_name or self.last_name)
        is_auth0 = self.vendor is Vendor.AUTH0
        role, verified, status = pick(self.role), pick(self.email_verified), self._status_of(pick)
        hashed = pick(self.password_hash)

        def row(line: int, cells: Cells) -> ImportRow:
            name = display_name(cells) if named else ""
            if parts and (not name or name.isspace() or (is_auth0 and "@" in name)):
                name = " ".join(filter(None, (first(cells).strip(), last(cells).strip()))) or name
            return ImportRow(
                line, email(cells), name, role(cells), status(cells), _truth(verified(cells)), hashed(cells)
            )

        return row

    def _status_of(self, pick: Callable[[Sequence[int]], Pick]) -> Pick:
        word, active, inactive = pick(self.status), pick(self.active), pick(self.inactive)
        if self.status:
            return lambda cells: _status_word(word(cells))
        if self.active:
            return lambda cells: _status_if(active(cells), "active", "disabled")
        if self.inactive:
            return lambda cells: _status_if(inactive(cells), "disabled", "active")
        return lambda _: ""


def _without_address(names: Sequence[str], vendor: Vendor | None) -> str:
    whose = f" of {vendor}" if vendor else ""
    listed = ", ".join(filter(None, map(shown, names[:20])))
    return f"The header lacks the column email{whose}; it has: {listed or 'nothing'}"


def _pick(indexes: Sequence[int], *, escaped: bool) -> Pick:
    """The first cell of these that is not empty."""
    if not indexes:
        return lambda _: ""
    if len(indexes) == 1:
        (only,) = indexes
        if not escaped:
            return lambda cells: cells[only]
        return lambda cells: unescape_formula(cells[only]) if cells[only][:1] == "'" else cells[only]
    read = unescape_formula if escaped else str
    return lambda cells: next((read(cells[i]) for i in indexes if cells[i].strip()), "")


def _status_word(text: str) -> str:
    word = text.strip().casefold().replace(" ", "_")
    return "active" if word in ACTIVE else "disabled" if word in DISABLED else _status_if(text, "active", "disabled")


def _status_if(text: str, true: str, false: str) -> str:
    """The status that a truth value says; other text as it is, for the row to be refused with it."""
    word = text.strip().casefold()
    return true if word in TRUE else false if word in FALSE else text


def _truth(text: str) -> str:
    return _status_if(text, "true", "false")
