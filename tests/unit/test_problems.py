"""Domain errors as GraphQL shows them: every one has its place, and a mutation answers with what its type says."""

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

AT_THE_TOP = {errors.Unauthenticated, errors.Unavailable}
"""Faults of the request or of the server, which no union has a member for."""
PLACES: dict[type[DomainError], type[Problem]] = {
    errors.ValidationFailed: ValidationProblem,
    errors.IdempotencyMismatch: ValidationProblem,
    errors.Taken: ConflictProblem,
    errors.VersionConflict: ConflictProblem,
    errors.NotFound: NotFoundProblem,
    errors.Forbidden: ForbiddenProblem,
    errors.LastAdmin: ForbiddenProblem,
    errors.InvalidCredentials: CredentialsProblem,
    errors.AccountDisabled: CredentialsProblem,
    errors.TokenInvalid: CredentialsProblem,
    errors.TokenExpired: CredentialsProblem,
    errors.SessionRevoked: CredentialsProblem,
    errors.RateLimited: RateLimitProblem,
}
OURS = [k for k in KINDS if k.__module__ == "domain.errors"]


def context(actor: Actor | None = None) -> Context:
    """As much of a context as a problem needs."""
    return cast("Context", SimpleNamespace(actor=actor))


def mutations() -> list[StrawberryField]:
    """Every mutation."""
    root = build_schema().get_type_by_name("Mutation")
    assert isinstance(root, StrawberryObjectDefinition)
    return list(root.fields)


@pytest.mark.parametrize("kind", OURS)
def test_every_domain_error_has_its_place(kind: type[DomainError]) -> None:
    error = example(kind)
    problem = problem_of(error, context())
    if kind in AT_THE_TOP:
        assert problem is None
        return
    assert type(problem) is PLACES[kind], "say in schema.errors what it is shown as, or here that it goes to the top"
    assert problem.message == error.message
    code = "VALIDATION_ERROR" if kind is errors.IdempotencyMismatch else error.code
    assert problem.code is ProblemCode[code]


def test_an_error_that_nobody_placed_is_no_matter_of_credentials() -> None:
    class Unplaced(DomainError):
        code, status, default = "INVALID_CREDENTIALS", 409, "Something else"

    assert problem_of(Unplaced(), context()) is None


def test_an_error_is_shown_as_what_it_is_a_kind_of() -> None:
    class Wider(errors.TokenInvalid):
        default = "Two tokens came"

    assert isinstance(problem_of(Wider(), context()), CredentialsProblem)


def test_every_unique_field_has_its_code_and_its_message() -> None:
    fields = [c.info[TAKEN] for t in metadata.tables.values() for c in t.constraints if TAKEN in c.info]
    assert "email" in fields
    for field in fields:
        problem = problem_of(errors.Taken(field), context())
        assert isinstance(problem, ConflictProblem)
        assert problem.code is ProblemCode[f"{field.upper()}_TAKEN"]
    assert errors.Taken("email").message == "This e-mail address is taken"
    assert errors.Taken("signing_name").message == "This signing name is taken"


UNREPORTED = {"uq_events_ord", "uq_events_seq"}
"""Constraints over numbers that the database draws itself: a violation is a fault, not a refusal."""


def test_every_unique_constraint_says_which_field_it_reports() -> None:
    unique = [c for t in metadata.tables.values() for c in t.constraints if isinstance(c, UniqueConstraint)]
    assert {c.name for c in unique if TAKEN not in c.info} == UNREPORTED


@dataclass(frozen=True)
class ApiKey:
    """An entity that is no user."""

    version: int


def test_a_conflict_tells_of_any_entity_and_shows_a_user_to_who_may_see_one() -> None:
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
def test_every_mutation_answers_with_the_problems_of_its_own_type(field: StrawberryField) -> None:
    (as_data,) = [e for e in field.extensions if isinstance(e, AsData)]
    assert isinstance(field.type, StrawberryUnion)
    problems = [t for t in field.type.types if isinstance(t, type) and issubclass(t, Problem)]
    assert as_data.members == tuple(problems)
    assert problems
    assert len(problems) == len(field.type.types) - 1, "one payload, and problems"


@strawberry.type
class Made:
    """A payload."""

    ok: bool


Told = Annotated[Made | NotFoundProblem, strawberry.union("Told")]
Untold = Annotated[Made | ForbiddenProblem, strawberry.union("Untold")]


async def _told() -> Told:
    raise errors.NotFound


async def _untold() -> Untold:
    raise errors.NotFound


@strawberry.type
class Trial:
    """Two mutations that fail alike, of which one says so."""

    told: Told = strawberry.mutation(resolver=_told, extensions=[AsData()])
    untold: Untold = strawberry.mutation(resolver=_untold, extensions=[AsData()])


@strawberry.type
class Empty:
    """A schema needs a query."""

    ok: bool = True


async def test_only_the_members_of_the_union_are_data() -> None:
    schema = strawberry.Schema(Empty, Trial)
    told = await schema.execute("mutation { told { ... on Problem { code } } }", context_value=context())
    assert told.data == {"told": {"code": "NOT_FOUND"}}
    untold = await schema.execute("mutation { untold { __typename } }", context_value=context())
    assert untold.data is None
    assert untold.errors is not None
    assert isinstance(untold.errors[0].original_error, errors.NotFound)
