"""What callers ask of the services: imperatives with raw input, checked and put into canonical form by the service."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Generic, TypeVar
from uuid import UUID

from domain.models.session import Session
from domain.models.user import Role, Status, User

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Written(Generic[T]):
    """What a write made, and the insertion number of its last event; None where nothing had to change."""

    value: T
    position: int | None


@dataclass(frozen=True, slots=True)
class CreateUser:
    """Make a user; without a password the account cannot be signed in to until one is set."""

    email: str
    display_name: str
    role: Role = Role.MEMBER
    password: str | None = field(default=None, repr=False)
    idempotency_key: str | None = None


@dataclass(frozen=True, slots=True)
class UpdateUser:
    """Set the fields that are not None; `expected_version` refuses to write over a change the caller has not seen."""

    id: UUID
    email: str | None = None
    display_name: str | None = None
    role: Role | None = None
    status: Status | None = None
    password: str | None = field(default=None, repr=False)
    expected_version: int | None = None


@dataclass(frozen=True, slots=True)
class SignUp:
    """Make an account for oneself and sign in to it."""

    email: str
    password: str = field(repr=False)
    display_name: str = ""


@dataclass(frozen=True, slots=True)
class SignIn:
    """Sign in with e-mail and password."""

    email: str
    password: str = field(repr=False)
    totp_code: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A session with its tokens; the edge decides whether they travel in the payload or in cookies."""

    user: User
    session: Session
    access_token: str = field(repr=False)
    access_expires_at: datetime
    refresh_token: str = field(repr=False)
    position: int | None = None
    access_expires_in: int = 0


@dataclass(frozen=True, slots=True)
class ImportRow:
    """One record of an import: its line in the file, and its fields as text."""

    line: int
    email: str
    display_name: str
    role: str


@dataclass(frozen=True, slots=True)
class ImportRefusal:
    """Why a row was left out."""

    line: int
    field: str
    reason: str


@dataclass(frozen=True, slots=True)
class ImportResult:
    """What one batch came to; with `dry_run` these are what would have happened."""

    created: int
    updated: int
    unchanged: int
    refused: Sequence[ImportRefusal]
