"""Read by schemathesis: how to generate the formats that v1's document names, and what its schemas cannot say.

A schema cannot say that two parameters belong together (a cursor and its list, a file and its format), nor that the
administrator who sends all requests must stay one. Requests that violate the document are sent as they are generated.

The environment has the values of this run: ST_TOKEN, ST_OTHER_TOKENS, ST_ADMIN, ST_USER, ST_CURSORS, and ST_CALLS, the
file to which the operation, kind and status of each request are written.
"""

from __future__ import annotations

import itertools
import json
import os
from pathlib import Path
from string import ascii_letters, digits
from typing import Any

import schemathesis
from hypothesis import strategies as st

from domain.models.passwords import PASSWORD_MAX, PASSWORD_MIN, is_common

CURSORS = os.environ["ST_CURSORS"].split()
OTHER_TOKENS = itertools.cycle(os.environ["ST_OTHER_TOKENS"].split())
CALLS = Path(os.environ["ST_CALLS"])
numbers = itertools.count()

NAMES = ascii_letters + digits + " '-äøßłđÆçñ" + "ΑΩжЩאشक你界ひ한🙂"
words = st.text(ascii_letters + digits + "äß", min_size=1, max_size=7)
local_parts = st.text(ascii_letters + digits + "_+-'äß例", min_size=1, max_size=30)
domains = st.sampled_from(["example.com", "EXAMPLE.org", "bücher.example", "xn--bcher-kva.example", "例え.jp"])
emails = st.builds("{}@{}".format, local_parts, domains)
files = st.builds(
    lambda rows: "email,mail,primaryemail,display_name\n" + "".join(f"{row},,,Imported\n" for row in rows),
    st.lists(emails, max_size=4),
).map(str.encode)
lines = st.lists(emails, max_size=4).map(
    lambda rows: "".join(json.dumps({"email": row, "display_name": "Imported"}) + "\n" for row in rows).encode()
)

schemathesis.openapi.format("idn-email", emails)
schemathesis.openapi.format("display-name", st.text(NAMES, min_size=1, max_size=200).filter(str.strip))
passwords = st.text(ascii_letters + digits + " ß界", min_size=PASSWORD_MIN, max_size=PASSWORD_MAX)
schemathesis.openapi.format("password", passwords.filter(lambda password: not is_common(password)))
schemathesis.openapi.format("search", st.lists(words, max_size=8).map(" ".join))
schemathesis.openapi.format("cursor", st.sampled_from(CURSORS))
schemathesis.openapi.format("charset", st.sampled_from(["utf-8", "windows-1252", "iso-8859-15", "UTF8"]))
for kind in ("text/csv", "text/tab-separated-values", "application/octet-stream"):
    schemathesis.openapi.media_type(kind, files)
schemathesis.openapi.media_type("application/x-ndjson", lines)


class Bearer:
    """The administrator's access token."""

    def get(self, *_: Any) -> str:
        """The token."""
        return os.environ["ST_TOKEN"]

    def set(self, case: Any, data: str, _: Any) -> None:
        """Send it."""
        case.headers = {**(case.headers or {}), "Authorization": f"Bearer {data}"}


class LeavingBearer(Bearer):
    """A session to sign out of: each request takes the next one."""

    def get(self, *_: Any) -> str:
        """The token."""
        return next(OTHER_TOKENS)


schemathesis.auth(refresh_interval=None).skip_for(operation_id="signOut")(Bearer)
schemathesis.auth(refresh_interval=None).apply_to(operation_id="signOut")(LeavingBearer)


def before_call(context: Any, case: Any, kwargs: dict[str, Any]) -> None:
    """Make what belongs together fit, in requests that are meant to be valid; leave the administrator alone in all."""
    if (case.path_parameters or {}).get("id") == os.environ["ST_ADMIN"]:
        case.path_parameters["id"] = os.environ["ST_USER"]
    if case.meta is None or not case.meta.generation.mode.is_positive:
        return
    query, headers = case.query or {}, case.headers or {}
    if "search" in query:
        query.pop("after", None)
    if query.get("sort") == "relevance" and not query.get("search", "").strip():
        query.pop("sort")
    if case.media_type and case.operation.definition.raw.get("operationId") == "importUsers":
        query["format"] = "ndjson" if case.media_type.endswith("ndjson") else "csv"
        case.query = query
    if "Idempotency-Key" in headers:
        headers["Idempotency-Key"] = f"{headers['Idempotency-Key'][:180]}{next(numbers)}"


def after_call(context: Any, case: Any, response: Any) -> None:
    """Write down what was asked and how it ended."""
    mode = str(case.meta.generation.mode) if case.meta else "none"
    call = [case.operation.definition.raw.get("operationId"), mode, response.status_code]
    with CALLS.open("a") as calls:
        calls.write(json.dumps(call) + "\n")


schemathesis.hook(before_call)
schemathesis.hook(after_call)
