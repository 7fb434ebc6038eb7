"""Domain errors as the schema shows them: as data where a union has a place for them, otherwise in `errors` with a code.

Whatever was not expected is masked: the client gets the request id, the log gets the rest.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from enum import Enum
from typing import Any

import strawberry
import structlog
from graphql import GraphQLError
from strawberry.extensions import FieldExtension

from domain import errors, policies
from domain.errors import DomainError
from schema.context import Context
from schema.node import camel
from schema.user import User

log = structlog.get_logger(__name__)


@strawberry.enum
class ProblemCode(Enum):
    """Why a mutation was refused."""

    VALIDATION_ERROR = "VALIDATION_ERROR"
    EMAIL_TAKEN = "EMAIL_TAKEN"
    VERSION_CONFLICT = "VERSION_CONFLICT"
    NOT_FOUND = "NOT_FOUND"
    FORBIDDEN = "FORBIDDEN"
    LAST_ADMIN = "LAST_ADMIN"
    INVALID_CREDENTIALS = "INVALID_CREDENTIALS"
    ACCOUNT_DISABLED = "ACCOUNT_DISABLED"
    TOKEN_INVALID = "TOKEN_INVALID"  # noqa: S105
    TOKEN_EXPIRED = "TOKEN_EXPIRED"  # noqa: S105
    SESSION_REVOKED = "SESSION_REVOKED"
    RATE_LIMITED = "RATE_LIMITED"
    SECOND_FACTOR_REQUIRED = "SECOND_FACTOR_REQUIRED"


@strawberry.interface
class Problem:
    """A refusal: the code for programs, the message for people."""

    code: ProblemCode
    message: str


@strawberry.type
class FieldProblem:
    """One field that was refused."""

    field: str
    message: str


@strawberry.type
class ValidationProblem(Problem):
    """Fields were refused."""

    fields: list[FieldProblem]


@strawberry.type
class ConflictProblem(Problem):
    """Something else is already there."""

    current: User | None = strawberry.field(description="As it is now, where the viewer may see it.")


@strawberry.type
class NotFoundProblem(Problem):
    """There is no such thing, or the viewer may not know of it."""


@strawberry.type
class ForbiddenProblem(Problem):
    """The viewer may not do this, or nobody may just now."""


@strawberry.type
class CredentialsProblem(Problem):
    """The credentials do not serve."""


@strawberry.type
class RateLimitProblem(Problem):
    """Too many tries."""

    retry_after_seconds: int


def problem_of(error: DomainError, context: Context) -> Problem | None:  # noqa: PLR0911 - one line a kind
    """The member of a result union that tells of an error, or None where the schema has none for it."""
    if isinstance(error, errors.IdempotencyMismatch):
        fields = [FieldProblem(field="idempotencyKey", message=error.message)]
        return ValidationProblem(code=ProblemCode.VALIDATION_ERROR, message=error.message, fields=fields)
    if error.code not in ProblemCode.__members__:
        return None
    code = ProblemCode[error.code]
    match error:
        case errors.ValidationFailed():
            fields = [FieldProblem(field=camel(f.field), message=f.message) for f in error.faults]
            return ValidationProblem(code=code, message=error.message, fields=fields)
        case errors.VersionConflict():
            seen = context.actor is not None and policies.can_see(context.actor, error.current)
            current = User(entity=error.current) if seen else None
            return ConflictProblem(code=code, message=error.message, current=current)
        case errors.EmailTaken():
            return ConflictProblem(code=code, message=error.message, current=None)
        case errors.NotFound():
            return NotFoundProblem(code=code, message=error.message)
        case errors.Forbidden() | errors.LastAdmin():
            return ForbiddenProblem(code=code, message=error.message)
        case errors.RateLimited():
            return RateLimitProblem(code=code, message=error.message, retry_after_seconds=error.retry_after)
        case _:
            return CredentialsProblem(code=code, message=error.message)


class AsData(FieldExtension):
    """Answers a mutation with the union member of the error it raised, where its union has that member."""

    def __init__(self, *members: type[Problem]) -> None:
        self._members = members

    async def resolve_async(
        self, next_: Callable[..., Awaitable[Any]], source: Any, info: strawberry.Info[Context, None], **arguments: Any
    ) -> Any:
        """Run the resolver."""
        try:
            return await next_(source, info, **arguments)
        except DomainError as error:
            problem = problem_of(error, info.context)
            if isinstance(problem, self._members):
                return problem
            raise


def format_error(error: GraphQLError, request_id: str | None = None) -> dict[str, Any]:
    """An error as a client may see it (GraphQL specification, section 7.1.2), always with extensions.code."""
    original = error.original_error
    while isinstance(original, GraphQLError) and original.original_error is not None:
        original = original.original_error
    formatted: dict[str, Any] = dict(error.formatted)
    if isinstance(original, DomainError):
        details = {camel(k): v for k, v in original.details.items() if k in ("field", "retry_after")}
        if "field" in details:
            details["field"] = camel(details["field"])
        formatted["message"] = original.message
        formatted["extensions"] = {"code": original.code, **details}
    elif original is None or isinstance(original, GraphQLError):
        formatted.setdefault("extensions", {"code": "BAD_REQUEST"})
    else:
        log.error("graphql.unexpected", request_id=request_id, path=error.path, exc_info=original)
        formatted["message"] = "Internal error"
        formatted["extensions"] = {"code": "INTERNAL_ERROR", "requestId": request_id}
    return formatted
