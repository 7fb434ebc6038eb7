"""The checks of every v1 response: its envelope, and that OpenAPI lists the refusal."""

from __future__ import annotations

import re

import httpx

from api.rest.operations import OPERATIONS


def check_envelope(response: httpx.Response) -> None:
    """Assert that a response has exactly the keys of the v1 contract."""
    body = response.json()
    assert response.headers["content-type"] == "application/json"
    assert str(body["timestamp"]).endswith("Z")
    assert body["success"] is response.is_success
    if response.is_success:
        assert set(body) == {"success", "data", "message", "timestamp"}
    else:
        assert set(body) == {"success", "error", "timestamp"}
        assert set(body["error"]) == {"code", "message", "details"}
        assert isinstance(body["error"]["details"], dict)
    assert ("www-authenticate" in response.headers) == (response.status_code == 401)


def check_documented(method: str, path: str, response: httpx.Response) -> None:
    """Assert that the OpenAPI document lists a refusal by its status and code for this route."""
    literal = [o for o in OPERATIONS if o.path == path]
    for operation in literal or OPERATIONS:
        pattern = re.escape(operation.path).replace(re.escape("{id}"), "[^/]+")
        if method.lower() == operation.method and re.fullmatch(pattern, path) and not response.is_success:
            listed = operation.refusals.get(response.status_code, [])
            assert response.json()["error"]["code"] in listed, (operation.id, response.text)
