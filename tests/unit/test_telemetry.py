"""Secrets never reach the logs, by name or by their form, from this project or from libraries."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from io import StringIO
from typing import Any
from uuid import UUID

import pytest
import structlog

from api import logs
from api.logs import JsonLines, Struck, configure_logs, cut, log_sign_ins, strike_secrets, strike_text
from api.telemetry import Metrics
from domain.models.event import NewEvent, Subject
from domain.models.event_types import EventType, SubjectKind
from tests.logged import logged

API_KEY = "rck_0aB1cD2e_" + "x9Y8z7W6" * 4 + "0aB1cD"
JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl"


@pytest.fixture(params=["json", "console"])
def form(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def written(capsys: pytest.CaptureFixture[str], form: str) -> Iterator[Callable[[], str]]:
    """What was logged since the last call, in each of the two formats."""
    before = structlog.get_config()
    configure_logs("debug", form)
    yield lambda: capsys.readouterr().err
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
def test_a_secret_is_redacted(written: Callable[[], str], fields: dict[str, Any]) -> None:
    structlog.get_logger().warning("something", **fields)
    text = written()
    assert "something" in text
    assert "hunter2" not in text
    assert "***" in text


def test_other_values_are_not_redacted(written: Callable[[], str], form: str) -> None:
    structlog.get_logger().info("kept", path="/api/v1/users", count=3, address="127.0.0.1")
    text = written()
    if form == "json":
        line = json.loads(text)
        assert (line["path"], line["count"], line["address"]) == ("/api/v1/users", 3, "127.0.0.1")
    assert all(part in text for part in ("kept", "/api/v1/users", "127.0.0.1"))


@pytest.mark.parametrize(
    ("text", "redacted"),
    [
        ("no user ada.king+x@example.com here", "no user *** here"),
        ("/api/v1/users/ada@example.com", "/api/v1/users/***"),
        ("(ada@bücher.example)", "(***)"),
        ("postgresql://rollcall@db.example.com/x", "postgresql://rollcall@db.example.com/x"),
        ("postgresql://rollcall:hunter2@db.example.com/x", "postgresql://rollcall:***@db.example.com/x"),
        ("rollcall@localhost", "rollcall@localhost"),
    ],
)
def test_email_addresses_are_redacted_and_those_of_servers_are_not(text: str, redacted: str) -> None:
    assert strike_text(text) == redacted


@pytest.mark.parametrize("name", ["email", "display_name", "ip_address", "user_agent"])
def test_personal_fields_are_redacted_at_any_depth(name: str) -> None:
    assert strike_secrets(None, "", {"user": {name: "x", "id": "7"}}) == {"user": {name: "***", "id": "7"}}


def fail(password: str) -> None:
    """Raise with a secret in a local variable and a token in the message."""
    copy = password.upper()
    assert copy
    raise RuntimeError(f"refused {JWT}")


def test_a_traceback_has_neither_local_variables_nor_tokens(written: Callable[[], str]) -> None:
    secret = "hunter2"
    try:
        fail(secret)
    except RuntimeError:
        structlog.get_logger().exception("failed")
    text = written()
    assert "RuntimeError: refused ***" in text
    assert "in fail" in text
    assert not any(secret in text for secret in ("hunter2", "HUNTER2", JWT))


def test_the_logs_of_libraries_are_redacted() -> None:
    try:
        fail("hunter2")
    except RuntimeError:
        found = sys.exc_info()
        record = logging.LogRecord("uvicorn.error", logging.ERROR, "", 1, "Bearer %s", (JWT,), found)
        text = Struck("%(message)s").format(record)
    else:
        pytest.fail("the call did not fail")
    assert text.startswith("Bearer ***")
    assert JWT not in text


def test_a_record_of_a_library_is_one_line_of_json_with_its_traceback() -> None:
    with pytest.raises(RuntimeError) as raised:
        fail("hunter2")
    found = (raised.type, raised.value, raised.tb)
    record = logging.LogRecord("uvicorn.error", logging.ERROR, "", 1, "two\nlines %s", (JWT,), found)
    text = JsonLines().format(record)
    assert "\n" not in text
    line = json.loads(text)
    assert (line["logger"], line["level"], line["event"]) == ("uvicorn.error", "error", "two\nlines ***")
    assert "RuntimeError: refused ***" in line["exception"]
    assert line["timestamp"].endswith("Z")
    assert JWT not in text


@pytest.mark.parametrize(("kind", "shown"), [(EventType.SIGN_IN_FAILED, True), (EventType.USER_UPDATED, False)])
def test_sign_ins_are_logged_by_id_alone(kind: EventType, shown: bool) -> None:
    user = UUID(int=7)
    event = NewEvent(kind, Subject(SubjectKind.USER, user), user, datetime.now(UTC), ip_address="192.0.2.7")
    with logged(logs.log) as lines:
        log_sign_ins([event])
    assert [(line["event"], line["user"]) for line in lines] == [(str(kind), str(user))] * shown
    assert "192.0.2.7" not in str(lines)


def test_a_log_that_cannot_be_written_raises_no_error(
    written: Callable[[], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = StringIO()
    closed.close()
    monkeypatch.setattr(sys, "stderr", closed)
    structlog.get_logger().warning("lost")
    monkeypatch.undo()
    structlog.get_logger().warning("kept")
    assert "kept" in written()


def test_redaction_leaves_the_caller_s_values_unchanged() -> None:
    given = {"headers": {"cookie": "rollcall=x"}}
    strike_secrets(None, "", {"event": "e", **given})
    assert given == {"headers": {"cookie": "rollcall=x"}}


def test_each_registry_is_independent() -> None:
    one, two = Metrics(), Metrics()
    one.requests.labels("/x", "GET", 200).inc()
    labels = {"route": "/x", "method": "GET", "status": "200"}
    assert one.registry.get_sample_value("rollcall_requests_total", labels) == 1.0
    assert two.registry.get_sample_value("rollcall_requests_total", labels) is None


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("postgresql+asyncpg://u:hunter2@db/x", "postgresql+asyncpg://u:***@db/x"),
        ("1https://u:hunter2@h", "1https://u:***@h"),
        ("a Bearer\thunter2 b", "a Bearer\t*** b"),
        (f"({JWT})", "(***)"),
        (f"/x/{API_KEY}?y", "/x/***?y"),
        ("a whsec_MfKQ9r8GKYqr/wjUPD8ILPZIo2La+aSw== b", "a *** b"),
        (f"a.{JWT}", "a.***"),
        (f"token-{JWT} b", "*** b"),
        ("broken\nDETAIL:  Failing row contains (ada@example.com).\nHINT", "broken\nDETAIL:***\nHINT"),
        ("in detail: x", "in detail: x"),
        ("see eyjafjallajokull.example.com", "see eyjafjallajokull.example.com"),
        ("http://localhost:8000/a@b", "http://localhost:8000/a@b"),
    ],
)
def test_only_the_secret_is_removed(text: str, kept: str) -> None:
    assert strike_text(text) == kept


def test_a_path_is_shortened_before_it_is_logged() -> None:
    assert cut("/api/v1/users") == "/api/v1/users"
    assert cut("/" + "x" * 60_000) == "/" + "x" * 199 + "…"
