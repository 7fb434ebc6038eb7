"""Domain errors in GraphQL: as data if the result union has a member for them, otherwise in `errors` with a code.

Unexpected errors are masked: the client gets the request id, the details go to the log.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from enum import Enum
from functools import cached_property
from typing import Any

import strawberry
import structlog
from graphql import GraphQLError
from strawberry.extensions import FieldExtension
from strawberry.types.field import StrawberryField
from strawberry.types.union import StrawberryUnion

from domain import errors, policies
from domain.errors import DomainError
from domain.models import user as domain
from schema.context import Context
from schema.marks import SHORT_LIST, price
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
    """One rejected field."""

    field: str
    message: str


@strawberry.type
class ValidationProblem(Problem):
    """One or more fields were rejected."""

    fields: list[FieldProblem] = strawberry.field(metadata=price(items=SHORT_LIST))


@strawberry.type
class ConflictProblem(Problem):
    """The write conflicts with stored data."""

    current: User | None = strawberry.field(
        description="The object as it is now; of a value that is taken, the object that has it. Null if the viewer may not see it."
    )


@strawberry.type
class NotFoundProblem(Problem):
    """The object does not exist, or the viewer may not see it."""


@strawberry.type
class ForbiddenProblem(Problem):
    """The viewer may not do this, or nobody may at the moment."""


@strawberry.type
class CredentialsProblem(Problem):
    """The credentials are not accepted."""


@strawberry.type
class RateLimitProblem(Problem):
    """Too many attempts."""

    retry_after_seconds: int


PLAIN: Mapping[type[DomainError], type[Problem]] = {
    errors.NotFound: NotFoundProblem,
    errors.Forbidden: ForbiddenProblem,
    errors.LastAdmin: ForbiddenProblem,
    errors.InvalidCredentials: CredentialsProblem,
    errors.SecondFactorRequired: CredentialsProblem,
    errors.AccountDisabled: CredentialsProblem,
    errors.TokenInvalid: CredentialsProblem,
    errors.TokenExpired: CredentialsProblem,
    errors.SessionRevoked: CredentialsProblem,
}
"""The problems that have only the code and message of their errors; a subclass is shown as its base."""


def problem_of(error: DomainError, context: Context) -> Problem | None:
    """The member of a result union for an error; None if the error belongs in the top-level `errors`."""
    match error:
        case errors.ValidationFailed():
            return _refused(error.message, [(camel(f.field), f.message) for f in error.faults])
        case errors.IdempotencyMismatch():
            return _refused(error.message, [("idempotencyKey", error.message)])
        case errors.VersionConflict() | errors.Taken():
            return ConflictProblem(code=_code(error), message=error.message, current=_seen(error.current, context))
        case errors.RateLimited():
            return RateLimitProblem(code=_code(error), message=error.message, retry_after_seconds=error.retry_after)
    kind = next((PLAIN[base] for base in type(error).__mro__ if base in PLAIN), None)
    return None if kind is None else kind(code=_code(error), message=error.message)


def _code(error: DomainError) -> ProblemCode:
    return ProblemCode[error.code]


def _refused(message: str, faults: Sequence[tuple[str, str]]) -> ValidationProblem:
    fields = [FieldProblem(field=field, message=text) for field, text in faults]
    return ValidationProblem(code=ProblemCode.VALIDATION_ERROR, message=message, fields=fields)


def _seen(current: object, context: Context) -> User | None:
    """The entity of a conflict, if it is a user whom the viewer may see."""
    if not isinstance(current, domain.User) or context.actor is None or not policies.can_see(context.actor, current):
        return None
    return User(entity=current)


class AsData(FieldExtension):
    """Returns the error that a mutation raised as a member of its result union, if the union has that member.

    Problems that are `raised` stay errors: the union got them after clients of the mutation relied on that.
    """

    def __init__(self, raised: tuple[type[Problem], ...] = ()) -> None:
        self._raised = raised

    def apply(self, field: StrawberryField) -> None:
        """Remember the field; its type is only known once the schema is complete."""
        self._field = field

    @cached_property
    def members(self) -> tuple[type[Problem], ...]:
        """The problems in the mutation's result union."""
        returned = self._field.type
        assert isinstance(returned, StrawberryUnion), self._field.python_name
        return tuple([t for t in returned.types if isinstance(t, type) and issubclass(t, Problem)])

    async def resolve_async(
        self, next_: Callable[..., Awaitable[Any]], source: Any, info: strawberry.Info[Context, None], **arguments: Any
    ) -> Any:
        """Run the resolver."""
        try:
            return await next_(source, info, **arguments)
        except DomainError as error:
            problem = problem_of(error, info.context)
            if isinstance(problem, self.members) and not isinstance(problem, self._raised):
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
