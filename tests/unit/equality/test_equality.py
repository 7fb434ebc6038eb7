"""A plan gives the response that the executor gives, byte for byte: data, errors, their paths and codes."""

from __future__ import annotations

import asyncio
import json
import re
from collections import Counter
from collections.abc import Mapping
from typing import Any

import orjson
from hypothesis import strategies as st

from schema.execution.documents import DocumentRefused, Documents
from schema.execution.executions import Executions
from schema.root import build_schema
from tests.unit.equality.world import FAULTS, context

SCHEMA = build_schema()
CORE = SCHEMA._schema
UUID_TEXT = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
KINDS = st.sampled_from(["expected", "unexpected"])
faults = st.dictionaries(st.sampled_from(FAULTS), KINDS, max_size=2)
paths = Counter[str]()


def numbered(answer: bytes) -> str:
    """The response with ids that are made anew for each execution replaced by the order in which they appear."""
    known: dict[str, str] = {}
    text = UUID_TEXT.sub(
        lambda m: m[0] if m[0].startswith("00000000-0000-0000-") else known.setdefault(m[0], f"id{len(known)}"),
        answer.decode(),
    )
    return re.sub(r'"cursor":"[^"]*"', '"cursor":"…"', text) if "mutation" in text else text


def ask(
    executions: Executions,
    text: str,
    variables: dict[str, Any],
    viewer: str,
    broken: int | None,
    failing: Mapping[str, str],
) -> bytes:
    """The response over rows of its own."""
    seen = context(viewer, failing, broken=broken)
    document = executions.documents.get(text, stranger=seen.actor is None)

    async def execute() -> dict[str, Any]:
        answer = await executions.execute(document, None, variables, seen)
        await asyncio.sleep(0)  # lets the executor cancel what it has left behind
        return answer

    return orjson.dumps(asyncio.run(execute()), default=str)


def check(text: str, variables: dict[str, Any], viewer: str, broken: int | None, failing: Mapping[str, str]) -> str:
    """Compare the executor with a plan that is compiled, and one that is used again; returns how it was answered."""
    found: list[str] = []
    plain = Executions(Documents(SCHEMA, None))
    planned = Executions(Documents(SCHEMA, 0), answered=found.append)
    try:
        expected = ask(plain, text, variables, viewer, broken, failing)
    except DocumentRefused:
        return "refused"
    for _ in range(2):
        given_ = ask(planned, text, variables, viewer, broken, failing)
        assert same(given_, expected), f"{text}\n{variables} {viewer} {broken} {failing}\n{given_!r}\n{expected!r}"
    return found[-1] if found else "refused"


def same(given_: bytes, expected: bytes) -> bool:
    """Whether two responses are equal. Errors that occur at the same time may come in any order."""
    if numbered(given_) == numbered(expected):
        return True
    one, other = json.loads(numbered(given_)), json.loads(numbered(expected))
    errors = [sorted(json.dumps(e) for e in r.pop("errors", ())) for r in (one, other)]
    return errors[0] == errors[1] and orjson.dumps(one) == orjson.dumps(other)
