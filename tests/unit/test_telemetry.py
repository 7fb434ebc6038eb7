"""Secrets never reach the logs, by name or by looks, from us or from libraries."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
import structlog

from api.telemetry import Metrics, Struck, configure_logs, strike_secrets

JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl"


@pytest.fixture(params=["json", "console"])
def form(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch, form: str) -> Iterator[StringIO]:
    """What is logged, in each of the two forms."""
    out = StringIO()
    monkeypatch.setattr(sys, "stderr", out)
    before = structlog.get_config()
    configure_logs("debug", form)
    yield out
    structlog.configure(**before)


@pytest.mark.parametrize(
    "fields",
    [
        {"password": "hunter2"},
        {"new_password": "hunter2"},
        {"refresh_token": "hunter2"},
        {"Authorization": "Bearer hunter2"},
        {"set_cookie": "rollcall=hunter2"},
        {"password_hash": b"hunter2"},
        {"body": {"user": [{"token": "hunter2"}]}},
        {"header": "Bearer hunter2"},
        {"url": "postgresql://rollcall:hunter2@localhost/rollcall"},
        {"url": "redis://:hunter2@localhost:6379/0"},
        {"text": "the hash is $argon2id$v=19$m=19456,t=2,p=1$hunter2$hunter2"},
        {"raw": b"hunter2"},
        {"deep": {"a": {"a": {"a": {"a": {"a": {"a": {"a": "hunter2"}}}}}}}},
    ],
)
def test_a_secret_is_struck_out(written: StringIO, fields: dict[str, Any]) -> None:
    structlog.get_logger().warning("something", **fields)
    assert "something" in written.getvalue()
    assert "hunter2" not in written.getvalue()
    assert "***" in written.getvalue()


def test_what_is_no_secret_stays(written: StringIO, form: str) -> None:
    structlog.get_logger().info("kept", path="/api/v1/users", count=3, address="127.0.0.1")
    if form == "json":
        line = json.loads(written.getvalue())
        assert (line["path"], line["count"], line["address"]) == ("/api/v1/users", 3, "127.0.0.1")
    assert all(part in written.getvalue() for part in ("kept", "/api/v1/users", "127.0.0.1"))


def fail(password: str) -> None:
    """Raise with a secret in a local variable and a token in the message."""
    copy = password.upper()
    assert copy
    raise RuntimeError(f"refused {JWT}")


def test_a_traceback_has_no_local_variables_and_no_tokens(written: StringIO) -> None:
    secret = "hunter2"
    try:
        fail(secret)
    except RuntimeError:
        structlog.get_logger().exception("failed")
    text = written.getvalue()
    assert "RuntimeError: refused ***" in text
    assert "in fail" in text
    assert not any(secret in text for secret in ("hunter2", "HUNTER2", JWT))


def test_what_libraries_log_is_struck_out_too() -> None:
    formatter = Struck("%(message)s")
    try:
        fail("hunter2")
    except RuntimeError:
        record = logging.LogRecord("uvicorn.error", logging.ERROR, "", 1, "Bearer %s", (JWT,), sys.exc_info())
    text = formatter.format(record)
    assert text.startswith("Bearer ***")
    assert JWT not in text


def test_striking_leaves_the_caller_s_own_values_alone() -> None:
    given = {"headers": {"cookie": "rollcall=x"}}
    strike_secrets(None, "", {"event": "e", **given})
    assert given == {"headers": {"cookie": "rollcall=x"}}


def test_each_registry_is_its_own() -> None:
    one, two = Metrics(), Metrics()
    one.requests.labels("/x", "GET", 200).inc()
    labels = {"route": "/x", "method": "GET", "status": "200"}
    assert one.registry.get_sample_value("rollcall_requests_total", labels) == 1.0
    assert two.registry.get_sample_value("rollcall_requests_total", labels) is None
