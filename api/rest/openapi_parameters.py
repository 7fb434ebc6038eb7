"""The parameters of the OpenAPI document: those of the query from the models that check them, and the others."""

from __future__ import annotations

from typing import Any

from api.rest.openapi_schemas import ID, Json, text
from api.rest.operations import Operation
from api.rest.requests import Parameters
from domain.services.user import KEY_MAX

TAG = r'(W/)?"[0-9]{1,9}"'
TAGS = rf"^(\*|{TAG}(, ?{TAG})*)$"
NONE_MATCH = "Answer 304 if one of these ETags is still current. What is no ETag of this API matches nothing"


def parameters_of(operation: Operation) -> list[Json]:
    """All parameters of an operation."""
    others = [{"$ref": f"#/components/parameters/{name}"} for name in operation.parameters]
    return others + (query_parameters(operation.query) if operation.query else [])


def query_parameters(model: type[Parameters]) -> list[Json]:
    """The query parameters that a model checks; null has no form in a query, it is the absence of a parameter."""
    described = model.model_json_schema()
    return [_query(name, dict(schema), described.get("$defs", {})) for name, schema in described["properties"].items()]


def _query(name: str, schema: Json, definitions: Json) -> Json:
    inner = dict(next(s for s in schema.get("anyOf", [schema]) if s.get("type") != "null"))
    if "$ref" in inner:
        inner = {"enum": definitions[inner["$ref"].rpartition("/")[2]]["enum"]}
    meaning = schema.get("description") or inner.get("description")
    kept = {k: v for k, v in inner.items() if k not in ("title", "description", "default")}
    if schema.get("default") is not None:
        kept["default"] = schema["default"]
    return _parameter(name, "query", kept, meaning)


def shared_parameters() -> Json:
    """The parameters in the path and the headers."""
    tags = text(pattern=TAGS)
    key = text(minLength=1, maxLength=KEY_MAX, pattern="^[!-~]+$")
    return {
        "id": _parameter("id", "path", ID, "The user's id", required=True),
        "If-Match": _parameter("If-Match", "header", tags, "Only change the version with this ETag"),
        "If-None-Match": _parameter("If-None-Match", "header", text(), NONE_MATCH),
        "Idempotency-Key": _parameter(
            "Idempotency-Key", "header", key, "A repeated request with the same key and body returns the first result"
        ),
    }


def _parameter(name: str, place: str, schema: Json, meaning: Any, *, required: bool = False) -> Json:
    return {"name": name, "in": place, "required": required, "schema": schema, "description": meaning}
