"""When two responses to the same operation are equal: byte for byte, but for what the GraphQL specification leaves open.

Several fields may fail whose errors would make the same position null. Then one error is reported for that position, and
which one depends on the order in which they fail (specification, section 6.4.4). So an error may stand for another, if it
makes the same position null and if it does occur: that is, if the executor reports it when no error ends anything else.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from schema.execution.counting import Counting

MADE = re.compile(
    r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|rck_[0-9A-Za-z]{8}(?:_[0-9A-Za-z]{38})?"
)
"""Ids, and API keys with their hints."""
FIXED = "00000000-0000-0000-"


class EveryError(Counting):
    """Executes an operation so that each error makes only its own field null, and all are reported."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.error_propagation = False


def numbered(answer: bytes) -> str:
    """The response with ids and keys that are made anew for each execution replaced by the order in which they appear."""
    known: dict[str, str] = {}
    return MADE.sub(
        lambda m: m[0] if m[0].startswith(FIXED) else known.setdefault(m[0], f"id{len(known)}"), answer.decode()
    )


def same(one: bytes, other: bytes, every: Callable[[], bytes]) -> bool:
    """Whether two responses are equal; `every` gives the response with every error."""
    if numbered(one) == numbered(other):
        return True
    bodies = [json.loads(numbered(body)) for body in (one, other)]
    errors = [body.pop("errors", []) for body in bodies]
    if json.dumps(bodies[0]) != json.dumps(bodies[1]):
        return False
    nulls = [{_text(null_of(bodies[0].get("data"), e.get("path"))) for e in found} for found in errors]
    occurring = {_text(e) for e in json.loads(numbered(every())).get("errors", [])}
    reported = [_text(e) for e in errors[0]]
    return nulls[0] == nulls[1] and len(set(reported)) == len(reported) and occurring.issuperset(reported)


def null_of(data: Any, path: list[str | int] | None) -> list[str | int] | None:
    """The position that an error has made null; the error's own if that is nullable."""
    for depth, part in enumerate(path or ()):
        if data is None:
            return (path or [])[:depth]
        data = data[part]
    return path


def _text(value: object) -> str:
    return json.dumps(value, sort_keys=True)
