"""The query parameters of a v1 route, checked against a model."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import TypeVar
from urllib.parse import parse_qsl

from pydantic import BaseModel, ValidationError
from starlette.types import Scope

from api.http.body import BodyRefused
from api.rest.requests import Parameters
from domain.errors import ECHO_LIMIT

M = TypeVar("M", bound=BaseModel)


def query_parameters(scope: Scope, model: type[M]) -> M:
    """The parameters of a request. Raises BodyRefused for one that is unknown, given twice or not valid, with its name."""
    return parsed_parameters(given_parameters(scope), model)


def given_parameters(scope: Scope) -> Sequence[tuple[str, str]]:
    """The parameters of a request as they are given."""
    return parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)


def parsed_parameters(given: Sequence[tuple[str, str]], model: type[M]) -> M:
    """As `query_parameters`, of parameters as they are given."""
    names, known = [name for name, _ in given], _names(model)
    for name in names:
        if name not in known:
            raise BodyRefused(400, "MALFORMED_REQUEST", f"There is no query parameter {name[:ECHO_LIMIT]}")
        if names.count(name) > 1:
            raise BodyRefused(400, "MALFORMED_REQUEST", f"The query parameter {name} is given more than once")
    try:
        return model.model_validate(dict(given))
    except ValidationError as error:
        field = str(error.errors()[0]["loc"][0])
        raise BodyRefused(400, "MALFORMED_REQUEST", f"The query parameter {field} is not valid") from None


@cache
def _names(model: type[BaseModel]) -> frozenset[str]:
    return frozenset(field.alias or name for name, field in model.model_fields.items())


def refuse_parameters(scope: Scope) -> None:
    """Raise BodyRefused if the request has a query parameter: for the routes that take none."""
    if scope["query_string"]:
        query_parameters(scope, Parameters)
