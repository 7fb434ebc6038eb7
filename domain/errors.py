"""Expected failures, each defined once with its code and status and rendered by every edge from that definition."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

ECHO_LIMIT = 200
"""The most characters of a caller's own value that an error repeats."""


@dataclass(frozen=True, slots=True)
class FieldFault:
    """One field that was refused; `value` is what was sent, cut to ECHO_LIMIT, or None where it must not be repeated."""

    field: str
    message: str
    value: str | None = None

    @classmethod
    def of(cls, field: str, message: str, value: object = None) -> FieldFault:
        """Build a fault that repeats at most ECHO_LIMIT characters of the value."""
        return cls(field, message, None if value is None else str(value)[:ECHO_LIMIT])


class DomainError(Exception):
    """An expected failure: a stable code, the HTTP status of the REST edge, and a message fit for a person."""

    code: str
    status: ClassVar[int]
    default: ClassVar[str]

    def __init__(self, message: str | None = None) -> None:
        self.message = message or self.default
        super().__init__(self.message)

    @property
    def details(self) -> Mapping[str, Any]:
        """What a client may act on beyond the code; empty where there is nothing to say."""
        return {}


class ValidationFailed(DomainError):
    """One or more fields were refused."""

    code = "VALIDATION_ERROR"
    status = 422
    default = "The input is not valid"

    def __init__(self, faults: Sequence[FieldFault]) -> None:
        self.faults = tuple(faults)
        super().__init__(self.faults[0].message if self.faults else None)

    @classmethod
    def one(cls, field: str, message: str, value: object = None) -> ValidationFailed:
        """Refuse a single field."""
        return cls([FieldFault.of(field, message, value)])

    @property
    def details(self) -> Mapping[str, Any]:
        """The first fault, and all of them under `errors` where there are several."""
        if not self.faults:
            return {}
        entries = [
            {"field": f.field, "message": f.message} | ({} if f.value is None else {"value": f.value})
            for f in self.faults
        ]
        first = {k: v for k, v in entries[0].items() if k != "message"}
        return first | ({"errors": entries} if len(entries) > 1 else {})


class IdempotencyMismatch(DomainError):
    """An idempotency key came again with another body."""

    code = "IDEMPOTENCY_MISMATCH"
    status = 422
    default = "This idempotency key was used before with other input"


class Taken(DomainError):
    """Another row of the kind has this value of `field`, which is unique; the code is EMAIL_TAKEN for `email`."""

    code = "TAKEN"
    status = 409
    default = "This is taken"

    def __init__(self, field: str) -> None:
        self.field = field
        self.code = f"{field}_taken".upper()
        super().__init__(f"This {FIELD_WORDS.get(field, field.replace('_', ' '))} is taken")


FIELD_WORDS: Mapping[str, str] = {"email": "e-mail address"}
"""What fields are called in messages, where that is not their name."""


class Versioned(Protocol):
    """An entity whose version grows with every change."""

    @property
    def version(self) -> int:
        """The version, from 1."""
        ...


class VersionConflict(DomainError):
    """The row has changed since the caller read it; `current` is the entity as it is now, of whatever kind."""

    code = "VERSION_CONFLICT"
    status = 412
    default = "This has changed since you read it"

    def __init__(self, current: Versioned) -> None:
        self.current = current
        kind = "".join(f" {c.lower()}" if c.isupper() else c for c in type(current).__name__)
        super().__init__(f"The{kind} has changed since you read it")

    @property
    def details(self) -> Mapping[str, Any]:
        """The version to read again from."""
        return {"version": self.current.version}


class NotFound(DomainError):
    """There is no such thing, or the viewer may not know of it."""

    code = "NOT_FOUND"
    status = 404
    default = "Not found"


class Forbidden(DomainError):
    """The actor's role does not allow this."""

    code = "FORBIDDEN"
    status = 403
    default = "You are not allowed to do this"


class LastAdmin(DomainError):
    """The change would leave the directory without an active admin."""

    code = "LAST_ADMIN"
    status = 409
    default = "This is the last active admin; make another one first"


class Unauthenticated(DomainError):
    """The request carries no session."""

    code = "UNAUTHENTICATED"
    status = 401
    default = "Sign in first"


class InvalidCredentials(DomainError):
    """The e-mail and password do not match; which of them is wrong is not told."""

    code = "INVALID_CREDENTIALS"
    status = 401
    default = "The e-mail address or the password is wrong"


class AccountDisabled(DomainError):
    """The password was right, but the account is disabled."""

    code = "ACCOUNT_DISABLED"
    status = 403
    default = "This account is disabled"


class TokenInvalid(DomainError):
    """The token is not one of ours, or was altered."""

    code = "TOKEN_INVALID"
    status = 401
    default = "The token is not valid"


class TokenExpired(DomainError):
    """The token was ours, but its time is over."""

    code = "TOKEN_EXPIRED"
    status = 401
    default = "The token has expired"


class SessionRevoked(DomainError):
    """The session of this token has ended."""

    code = "SESSION_REVOKED"
    status = 401
    default = "This session has ended; sign in again"


class RateLimited(DomainError):
    """Too many attempts; `retry_after` is in whole seconds."""

    code = "RATE_LIMITED"
    status = 429
    default = "Too many attempts; try again later"

    def __init__(self, retry_after: int, message: str | None = None) -> None:
        self.retry_after = max(1, retry_after)
        super().__init__(message)

    @property
    def details(self) -> Mapping[str, Any]:
        """How long to wait, in seconds."""
        return {"retry_after": self.retry_after}


class Unavailable(DomainError):
    """A store that this needs cannot be reached just now; nothing was written."""

    code = "UNAVAILABLE"
    status = 503
    default = "The directory is unavailable for a moment; try again"
    retry_after: ClassVar[int] = 1


class PositionPruned(Exception):
    """What follows a position is no longer in the log. Shown to nobody: a reader is told to read anew instead."""
