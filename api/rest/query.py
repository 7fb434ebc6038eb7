"""The query parameters of a v1 route, checked against a model."""

from __future__ import annotations

from typing import TypeVar

from pydantic import BaseModel, ValidationError
from starlette.requests import Request

from api.http.body import BodyRefused
from api.rest.requests import Parameters
from domain.errors import ECHO_LIMIT

M = TypeVar("M", bound=BaseModel)


def query_parameters(request: Request, model: type[M]) -> M:
    """The parameters. Raises BodyRefused for one that is unknown, given twice or not valid, with its name."""
    names = [name for name, _ in request.query_params.multi_items()]
    known = {field.alias or name for name, field in model.model_fields.items()}
    for name in names:
        if name not in known:
            raise BodyRefused(400, "MALFORMED_REQUEST", f"There is no query parameter {name[:ECHO_LIMIT]}")
        if names.count(name) > 1:
            raise BodyRefused(400, "MALFORMED_REQUEST", f"The query parameter {name} is given more than once")
    try:
        return model.model_validate(dict(request.query_params))
    except ValidationError as error:
        field = str(error.errors()[0]["loc"][0])
        raise BodyRefused(400, "MALFORMED_REQUEST", f"The query parameter {field} is not valid") from None


def refuse_parameters(request: Request) -> None:
    """Raise BodyRefused if the request has a query parameter: for the routes that take none."""
    if request.scope["query_string"]:
        query_parameters(request, Parameters)
