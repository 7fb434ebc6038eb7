"""Expected failures, each defined once with its code and status; GraphQL, REST and the CLI render that definition."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

ECHO_LIMIT = 200
"""The most characters of a caller's own value that an error repeats."""


@dataclass(frozen=True, slots=True)
class FieldFault:
    """One rejected field; `value` is what was sent, cut to ECHO_LIMIT, or None if it must not be repeated."""

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
    reason: str | None = None
    """For the audit trail, and never shown to the client."""

    def __init__(self, message: str | None = None) -> None:
        self.message = message or self.default
        super().__init__(self.message)

    @property
    def details(self) -> Mapping[str, Any]:
        """Machine-readable details beyond the code; empty if there are none."""
        return {}


class ValidationFailed(DomainError):
    """One or more fields were rejected."""

    code = "VALIDATION_ERROR"
    status = 422
    default = "The input is not valid"

    def __init__(self, faults: Sequence[FieldFault]) -> None:
        self.faults = tuple(faults)
        super().__init__(self.faults[0].message if self.faults else None)

    @classmethod
    def one(cls, field: str, message: str, value: object = None) -> ValidationFailed:
        """Reject a single field."""
        return cls([FieldFault.of(field, message, value)])

    @property
    def details(self) -> Mapping[str, Any]:
        """The first fault, and all of them under `errors` if there are several."""
        if not self.faults:
            return {}
        entries = [
            {"field": f.field, "message": f.message} | ({} if f.value is None else {"value": f.value})
            for f in self.faults
        ]
        first = {k: v for k, v in entries[0].items() if k != "message"}
        return first | ({"errors": entries} if len(entries) > 1 else {})


class IdempotencyMismatch(DomainError):
    """An idempotency key was reused with a different body."""

    code = "IDEMPOTENCY_MISMATCH"
    status = 422
    default = "This idempotency key was already used with different input"


class Versioned(Protocol):
    """An entity whose version grows with every change."""

    @property
    def version(self) -> int:
        """The version, from 1."""
        ...


class Taken(DomainError):
    """Another row already has this value of the unique `field`; for `email` the code is EMAIL_TAKEN.

    `current` is the entity that has it, if the caller may know that.
    """

    code = "TAKEN"
    status = 409
    default = "This is taken"

    def __init__(self, field: str, current: Versioned | None = None, message: str | None = None) -> None:
        self.field, self.current = field, current
        self.code = f"{field}_taken".upper()
        super().__init__(message or f"This {FIELD_WORDS.get(field, field.replace('_', ' '))} is taken")


FIELD_WORDS: Mapping[str, str] = {"email": "e-mail address"}
"""How messages call a field whose name does not read well."""


class VersionConflict(DomainError):
    """The row has changed since the caller read it; `current` is the entity as it is now."""

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
    """It does not exist, or the viewer may not know that it does."""

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
    default = "This is the last active admin who can sign in; make another one first"


class Unauthenticated(DomainError):
    """The request has no session."""

    code = "UNAUTHENTICATED"
    status = 401
    default = "Sign in first"


class InvalidCredentials(DomainError):
    """The e-mail and password do not match; the error does not say which of them is wrong."""

    code = "INVALID_CREDENTIALS"
    status = 401
    default = "The e-mail address or the password is wrong"

    def __init__(self, message: str | None = None, reason: str | None = None) -> None:
        super().__init__(message)
        self.reason = reason


class SecondFactorRequired(DomainError):
    """The password was right, but the account has a second factor and none was sent."""

    code = "SECOND_FACTOR_REQUIRED"
    status = 401
    default = "Enter the code of your authenticator app or a recovery code, or use a passkey"


class EnrolmentRequired(DomainError):
    """A second factor is required here, and the user of this session has to set one up before anything else."""

    code = "ENROLMENT_REQUIRED"
    status = 403
    default = "A second factor is required here; sign in to the console and set one up, then go on"


class AccountDisabled(DomainError):
    """The password was right, but the account is disabled."""

    code = "ACCOUNT_DISABLED"
    status = 403
    default = "This account is disabled"


class TokenInvalid(DomainError):
    """This service did not issue the token, or it was altered."""

    code = "TOKEN_INVALID"
    status = 401
    default = "The token is not valid"


class TokenExpired(DomainError):
    """This service issued the token, but it has expired."""

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
    """A database or Redis that this needs cannot be reached; nothing was written."""

    code = "UNAVAILABLE"
    status = 503
    default = "The directory is temporarily unavailable; try again"
    retry_after: ClassVar[int] = 1


class PositionPruned(Exception):
    """The entries after a position are no longer in the log. Never shown to a client: it gets `ResyncRequired` instead."""
