"""The rows of an import: as they are read, and checked into the form in which they are written."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import TypeVar

from domain.errors import ValidationFailed
from domain.models.actor import Role
from domain.models.text import canonical_email, clean_name
from domain.models.user import Status

T = TypeVar("T")

STATUSES = {Status.ACTIVE.value: Status.ACTIVE, Status.DISABLED.value: Status.DISABLED}
ROLES = {role.value: role for role in Role}
TRUTHS = {"true": True, "false": False}


@dataclass(frozen=True, slots=True)
class ImportRow:
    """One record of an import: the line on which it begins, and its fields as text; an empty field says nothing."""

    line: int
    email: str
    display_name: str = ""
    role: str = ""
    status: str = ""
    email_verified: str = ""
    password_hash: str = dataclasses.field(default="", repr=False)

    @property
    def cells(self) -> Mapping[str, str]:
        """The fields that the row names, by name, without a password hash."""
        names = ("email", "display_name", "role", "status", "email_verified")
        return {name: value for name in names if (value := getattr(self, name)) or name == "email"}


@dataclass(frozen=True, slots=True)
class ImportRefusal:
    """Why a row was left out: the line on which it begins, the field (`line` for the whole), a sentence and a code.

    `row` has its fields, if they could be read; otherwise `text` has the beginning of the line.
    """

    line: int
    field: str
    reason: str
    code: str = "VALIDATION_ERROR"
    row: ImportRow | None = dataclasses.field(default=None, compare=False)
    text: str = dataclasses.field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A row in canonical form; None says nothing about that field."""

    line: int
    email: str
    display_name: str | None
    role: Role | None
    status: Status | None
    email_verified: bool | None
    password_hash: str | None = dataclasses.field(default=None, repr=False)

    @property
    def role_or_default(self) -> Role:
        """The role of a new user."""
        return self.role or Role.MEMBER


@dataclass(frozen=True, slots=True)
class CheckedRows:
    """Rows of a batch: as they were read, those that may be written in canonical form, by address, and the refusals.

    `seen` has the hashes of the addresses in earlier batches.
    """

    seen: AbstractSet[int] = frozenset()
    rows: list[ImportRow] = dataclasses.field(default_factory=list)
    wanted: dict[str, Wanted] = dataclasses.field(default_factory=dict)
    refused: list[ImportRefusal] = dataclasses.field(default_factory=list)

    def add(self, rows: Sequence[ImportRow], accepts: Callable[[str], bool]) -> None:
        """Check further rows; those that break a rule or repeat an e-mail of the file are refused."""
        self.rows.extend(rows)
        for row in rows:
            try:
                clean = _checked(row, accepts)
            except ValidationFailed as error:
                self.refused.append(ImportRefusal(row.line, error.faults[0].field, error.faults[0].message))
                continue
            if clean.email in self.wanted:
                self._repeats(row, f"line {self.wanted[clean.email].line}")
            elif hash(clean.email) in self.seen:
                self._repeats(row, "an earlier line")
            else:
                self.wanted[clean.email] = clean

    def _repeats(self, row: ImportRow, where: str) -> None:
        reason = f"This e-mail address is also on {where}"
        self.refused.append(ImportRefusal(row.line, "email", reason, "DUPLICATE"))


def _checked(row: ImportRow, accepts: Callable[[str], bool]) -> Wanted:
    """Raises ValidationFailed for the first field that breaks a rule."""
    email = canonical_email(row.email)
    name = clean_name(row.display_name) if row.display_name and not row.display_name.isspace() else None
    if row.status and row.status.strip().lower() == Status.DELETED.value:
        raise ValidationFailed.one("status", "Deleted users are not imported", row.status)
    role = _chosen("role", row.role, ROLES) if row.role else None
    status = _chosen("status", row.status, STATUSES) if row.status else None
    verified = _chosen("email_verified", row.email_verified, TRUTHS) if row.email_verified else None
    hashed = row.password_hash.strip() or None
    if hashed is not None and not accepts(hashed):
        raise ValidationFailed.one(
            "password_hash", "This form of password hash is not known, or costs too much to verify"
        )
    return Wanted(row.line, email, name, role, status, verified, hashed)


def _chosen(name: str, text: str, values: Mapping[str, T]) -> T | None:
    word = text.strip().lower()
    if not word:
        return None
    if word not in values:
        shown = name.replace("_", " ")
        raise ValidationFailed.one(name, f"Unknown {shown}; use one of {', '.join(values)}", text)
    return values[word]
