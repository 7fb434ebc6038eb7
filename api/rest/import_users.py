"""POST /api/v1/users/import: a file of users in, one NDJSON line for each row and a summary out."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, ExitStack, aclosing, contextmanager
from dataclasses import asdict
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.files.importing import Batch, Tally, import_file
from api.files.reader import Form, Row, UserFile
from api.files.refused import FileRefused
from api.http.body import BodyRefused
from api.http.spool import read_file, spool
from api.rest.exchange import Exchange, route
from api.rest.query import query_parameters
from api.rest.requests import ImportQuery
from api.rest.stream import StreamedResponse
from domain import policies
from domain.errors import DomainError, RateLimited
from domain.models.actor import Actor
from domain.models.event import Change
from domain.services.importing import ImportChange, ImportRefusal, ImportService

BATCH = 200
"""Rows of a transaction: reading and checking them keeps the event loop for about 10 ms."""
IMPORTS_MAX = 2
"""Imports of this process at once."""
FORMS = {
    "text/csv": Form.CSV,
    "text/tab-separated-values": Form.CSV,
    "application/x-ndjson": Form.NDJSON,
    "application/ndjson": Form.NDJSON,
    "application/jsonl": Form.NDJSON,
}
"""The format by media type; with `format`, application/octet-stream is taken as well."""
NDJSON = "application/x-ndjson"


class ImportRoutes:
    """Importing over REST."""

    def __init__(self, exchange: Exchange, imports: ImportService, limit: int) -> None:
        self._exchange, self._imports, self._limit = exchange, imports, limit
        self._running = 0

    def routes(self) -> list[Route]:
        """The one route."""
        return [route("/api/v1/users/import", POST=self.import_users)]

    async def import_users(self, request: Request) -> Response:
        """Read the whole file; refuse it as a whole, or import it while the response is sent."""
        actor = await self._exchange.actor(request)
        policies.require_admin(actor)
        given, form, encoding = query_parameters(request.scope, ImportQuery), _form(request), _charset(request)
        with ExitStack() as stack:
            source = stack.enter_context(spool())
            await read_file(request.scope, request.receive, self._limit, source)
            stack.enter_context(self._place())
            size = source.tell()
            try:
                file = await asyncio.to_thread(
                    UserFile, source, form, encoding=given.encoding or encoding, vendor=given.vendor
                )
            except FileRefused as error:
                raise BodyRefused(400, "MALFORMED_REQUEST", str(error)) from None
            turn, batches = self._exchange.turn(actor), self._batches(request, actor, file, given)
            lines = import_lines(turn, batches, file, given, size)
            return StreamedResponse(lines, NDJSON, {"x-accel-buffering": "no"}, stack.pop_all())

    @contextmanager
    def _place(self) -> Iterator[None]:
        """One of the imports that may run at once. Raises RateLimited."""
        if self._running >= IMPORTS_MAX:
            raise RateLimited(5, "Other imports are running; try again when one is done")
        self._running += 1
        try:
            yield
        finally:
            self._running -= 1

    async def _batches(
        self, request: Request, actor: Actor, file: UserFile, given: ImportQuery
    ) -> AsyncGenerator[Batch, None]:
        """The batches; between them, the admin's rights are checked again. Raises DomainError."""
        batches = import_file(
            self._imports, actor, file, start=given.start, size=BATCH, dry_run=given.dry_run, attempts=3
        )
        async with aclosing(batches):
            async for batch in batches:
                yield batch
                policies.require_admin(await self._exchange.identity(request.scope))


async def import_lines(
    turn: AbstractAsyncContextManager[None],
    batches: AsyncGenerator[Batch, None],
    file: UserFile,
    given: ImportQuery,
    size: int,
) -> AsyncGenerator[bytes, None]:
    """The lines of the response; those of a batch are one part, and follow its transaction."""
    tally, stopped = Tally(line=given.start), None
    yield _written([_start(file, given, size)])
    try:
        async with turn, aclosing(batches):
            async for batch in batches:
                tally.add(batch)
                progress = {"type": "progress", "line": batch.line, "bytes_read": batch.position, "bytes": size}
                yield _written([*_rows(batch), progress])
    except DomainError as error:
        stopped = {"code": error.code, "message": error.message}
    yield _written([_summary(file, given, tally, stopped)])


def _written(lines: Sequence[Mapping[str, Any]]) -> bytes:
    return b"".join(orjson.dumps(line) + b"\n" for line in lines)


def _start(file: UserFile, given: ImportQuery, size: int) -> Mapping[str, Any]:
    return {
        "type": "start",
        "format": str(file.form),
        "encoding": file.encoding,
        "separator": file.separator,
        "from": file.vendor and str(file.vendor),
        "unused": file.unused,
        "start": given.start,
        "dry_run": given.dry_run,
        "bytes": size,
    }


def _summary(file: UserFile, given: ImportQuery, tally: Tally, stopped: Mapping[str, str] | None) -> Mapping[str, Any]:
    about = {"type": "summary", "complete": stopped is None, "error": stopped}
    return {**about, **asdict(tally), "unused": file.unused, "dry_run": given.dry_run}


def _rows(batch: Batch) -> list[dict[str, Any]]:
    """A line for each row of a batch, in the order of the file."""
    refused = {r.line: r for r in batch.refused}
    changes = {c.line: c for c in batch.changes}
    return [_row(row, refused.get(row.line), changes.get(row.line)) for row in batch.rows]


def _row(row: Row, refused: ImportRefusal | None, change: ImportChange | None) -> dict[str, Any]:
    line = {"type": "row", "line": row.line}
    if refused is not None:
        cells = refused.row.cells if refused.row else None
        fault = {"code": refused.code, "field": refused.field, "reason": refused.reason}
        return {**line, "outcome": "refused", **fault, "cells": cells, "text": refused.text or None}
    if change is None:
        assert not isinstance(row, ImportRefusal)
        return {**line, "outcome": "unchanged", "email": row.email.strip()}
    return {
        **line,
        "outcome": "created" if change.before is None else "updated",
        "id": str(change.user.id),
        "email": change.user.email,
        "changes": [_change(c) for c in change.changes],
    }


def _change(change: Change) -> Mapping[str, Any]:
    return {"field": change.field, "before": change.before, "after": change.after}


def _form(request: Request) -> Form:
    """The format that `format` or the media type says. Raises BodyRefused (415)."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    given = request.query_params.get("format")
    if given in set(Form) and (kind in FORMS or kind in ("application/octet-stream", "")):
        return Form(given)
    if kind in FORMS:
        return FORMS[kind]
    raise BodyRefused(415, "UNSUPPORTED_MEDIA_TYPE", f"The body must be one of {', '.join(FORMS)}")


def _charset(request: Request) -> str | None:
    """The encoding that the media type names (RFC 9110 section 8.3.2), None for UTF-8, which is checked anyway."""
    found = [
        value.strip(' "')
        for name, _, value in (p.partition("=") for p in request.headers.get("content-type", "").split(";")[1:])
        if name.strip().lower() == "charset"
    ]
    return found[0] if found and found[0].lower() not in ("utf-8", "utf8", "") else None
