"""The receiver of docs/how-to/webhooks.md verifies what is sent, and nothing else."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from api.webhooks.messages import write_message
from domain.models.webhook import encode_secret
from domain.models.webhook_delivery import Message
from tests.unit.test_webhook_messages import EVENT

PAGE = (Path(__file__).parents[2] / "docs/how-to/webhooks.md").read_text()
NEW, OLD = b"n" * 32, b"o" * 32


def example() -> Any:
    """The function of the page."""
    [code] = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    names: dict[str, Any] = {}
    exec(code, names)  # noqa: S102 - our own page
    return names["verify"]


def message(now: datetime | None = None, *secrets: bytes) -> Message:
    return write_message(EVENT, UUID(int=7), "https://e.example", secrets or [NEW, OLD], now or datetime.now(UTC))


@pytest.mark.parametrize("secret", [NEW, OLD])
def test_it_verifies_a_message_by_each_secret(secret: bytes) -> None:
    sent = message()
    assert example()(encode_secret(secret), dict(sent.headers), sent.body) == str(EVENT.id)


@pytest.mark.parametrize("change", ["body", "secret", "id", "time", "old", "unsigned"])
def test_it_refuses_everything_else(change: str) -> None:
    sent = message(datetime.now(UTC) - timedelta(hours=1) if change == "old" else None)
    headers, body = dict(sent.headers), sent.body
    if change == "id":
        headers["webhook-id"] = str(UUID(int=1))
    if change == "time":
        headers["webhook-timestamp"] = str(int(headers["webhook-timestamp"]) - 1)
    if change == "unsigned":
        headers["webhook-signature"] = "v1, v1,"
    with pytest.raises(ValueError, match="too old" if change == "old" else "not signed"):
        example()(encode_secret(b"x" * 32 if change == "secret" else NEW), headers, body + b" " * (change == "body"))
