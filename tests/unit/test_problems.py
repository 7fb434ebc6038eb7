"""Domain errors in GraphQL: each has its problem type, and a mutation returns only the problems of its union."""

from __future__ import annotations

from dataclasses import dataclass
from types import SimpleNamespace
from typing import Annotated, cast
from uuid import UUID

import pytest
import strawberry
from sqlalchemy import UniqueConstraint
from strawberry.types.base import StrawberryObjectDefinition
from strawberry.types.field import StrawberryField
from strawberry.types.union import StrawberryUnion

from domain import errors
from domain.errors import DomainError
from domain.models.actor import Actor, Role
from persistence.metadata import TAKEN
from persistence.tables import metadata
from schema.context import Context
from schema.errors import (
    AsData,
    ConflictProblem,
    CredentialsProblem,
    ForbiddenProblem,
    NotFoundProblem,
    Problem,
    ProblemCode,
    RateLimitProblem,
    ValidationProblem,
    problem_of,
)
from schema.root import build_schema
from tests.unit.domain_errors import KINDS, USER, example

AT_THE_TOP = {errors.Unauthenticated, errors.Unavailable, errors.EnrolmentRequired}
"""Faults of the request or of the server, which are members of no union."""
PLACES: dict[type[DomainError], type[Problem]] = {
    errors.ValidationFailed: ValidationProblem,
    errors.IdempotencyMismatch: ValidationProblem,
    errors.Taken: ConflictProblem,
    errors.VersionConflict: ConflictProblem,
    errors.NotFound: NotFoundProblem,
    errors.Forbidden: ForbiddenProblem,
    errors.LastAdmin: ForbiddenProblem,
    errors.InvalidCredentials: CredentialsProblem,
    errors.SecondFactorRequired: CredentialsProblem,
    errors.AccountDisabled: CredentialsProblem,
    errors.TokenInvalid: CredentialsProblem,
    errors.TokenExpired: CredentialsProblem,
    errors.SessionRevoked: CredentialsProblem,
    errors.RateLimited: RateLimitProblem,
}
OURS = [k for k in KINDS if k.__module__ == "domain.errors"]


def context(actor: Actor | None = None) -> Context:
    """The parts of a context that a problem needs."""
    return cast("Context", SimpleNamespace(actor=actor))


def mutations() -> list[StrawberryField]:
    root = build_schema().get_type_by_name("Mutation")
    assert isinstance(root, StrawberryObjectDefinition)
    return list(root.fields)


@pytest.mark.parametrize("kind", OURS)
def test_every_domain_error_has_its_problem_type(kind: type[DomainError]) -> None:
    error = example(kind)
    problem = problem_of(error, context())
    if kind in AT_THE_TOP:
        assert problem is None
        return
    assert type(problem) is PLACES[kind], "map it in schema.errors, or list it here as a top-level error"
    assert problem.message == error.message
    code = "VALIDATION_ERROR" if kind is errors.IdempotencyMismatch else error.code
    assert problem.code is ProblemCode[code]


def test_an_unmapped_error_is_not_shown_as_a_credentials_problem() -> None:
    class Unplaced(DomainError):
        code, status, default = "INVALID_CREDENTIALS", 409, "Something else"

    assert problem_of(Unplaced(), context()) is None


def test_a_subclass_is_shown_as_its_parent() -> None:
    class Wider(errors.TokenInvalid):
        default = "Two tokens came"

    assert isinstance(problem_of(Wider(), context()), CredentialsProblem)


def test_every_unique_field_has_its_code_and_message() -> None:
    fields = [c.info[TAKEN] for t in metadata.tables.values() for c in t.constraints if TAKEN in c.info]
    assert "email" in fields
    for field in fields:
        problem = problem_of(errors.Taken(field), context())
        assert isinstance(problem, ConflictProblem)
        assert problem.code is ProblemCode[f"{field.upper()}_TAKEN"]
    assert errors.Taken("email").message == "This e-mail address is taken"
    assert errors.Taken("signing_name").message == "This signing name is taken"


UNREPORTED = {
    "uq_api_keys_public_id",
    "uq_events_ord",
    "uq_events_seq",
    "uq_links_token_hash",
    "uq_mails_ord",
    "uq_passkeys_credential_id",
    "uq_signing_keys_kid",
    "uq_webhook_deliveries_ord",
}
"""Constraints over values that are made here, not given by a client: a violation is a fault, not a refusal."""


def test_every_unique_constraint_names_the_field_it_reports() -> None:
    unique = [c for t in metadata.tables.values() for c in t.constraints if isinstance(c, UniqueConstraint)]
    assert {c.name for c in unique if TAKEN not in c.info} == UNREPORTED


@dataclass(frozen=True)
class ApiKey:
    """An entity that is not a user."""

    version: int


def test_a_conflict_reports_any_entity_and_includes_a_user_only_for_permitted_viewers() -> None:
    conflict = errors.VersionConflict(USER)
    assert conflict.message == "The user has changed since you read it"
    for actor, sees in ((None, False), (Actor(UUID(int=9), Role.MEMBER), True)):
        problem = problem_of(conflict, context(actor))
        assert isinstance(problem, ConflictProblem)
        assert (problem.current is not None) is sees
    other = errors.VersionConflict(ApiKey(4))
    assert (other.message, other.details) == ("The api key has changed since you read it", {"version": 4})
    problem = problem_of(other, context(Actor(UUID(int=9), Role.ADMIN)))
    assert isinstance(problem, ConflictProblem)
    assert problem.current is None


@pytest.mark.parametrize("field", mutations(), ids=lambda f: f.python_name)
def test_every_mutation_returns_the_problems_of_its_own_union(field: StrawberryField) -> None:
    (as_data,) = [e for e in field.extensions if isinstance(e, AsData)]
    assert isinstance(field.type, StrawberryUnion)
    problems = [t for t in field.type.types if isinstance(t, type) and issubclass(t, Problem)]
    assert as_data.members == tuple(problems)
    assert problems
    payloads = 2 if field.python_name == "sign_up" else 1  # a session, or that the address has to be proved first
    assert len(problems) == len(field.type.types) - payloads, "one payload, the rest problems"


@strawberry.type
class Made:
    """A payload."""

    ok: bool


Listed = Annotated[Made | NotFoundProblem, strawberry.union("Listed")]
Unlisted = Annotated[Made | ForbiddenProblem, strawberry.union("Unlisted")]


async def _listed() -> Listed:
    raise errors.NotFound


async def _unlisted() -> Unlisted:
    raise errors.NotFound


@strawberry.type
class Trial:
    """Two mutations that fail in the same way; only one lists the problem in its union."""

    listed: Listed = strawberry.mutation(resolver=_listed, extensions=[AsData()])
    unlisted: Unlisted = strawberry.mutation(resolver=_unlisted, extensions=[AsData()])


@strawberry.type
class Empty:
    """A schema needs a query type."""

    ok: bool = True


async def test_only_members_of_the_union_are_returned_as_data() -> None:
    schema = strawberry.Schema(Empty, Trial)
    listed = await schema.execute("mutation { listed { ... on Problem { code } } }", context_value=context())
    assert listed.data == {"listed": {"code": "NOT_FOUND"}}
    unlisted = await schema.execute("mutation { unlisted { __typename } }", context_value=context())
    assert unlisted.data is None
    assert unlisted.errors is not None
    assert isinstance(unlisted.errors[0].original_error, errors.NotFound)
