"""POST /api/v1/users/import: a file of users in, one NDJSON line for each row and a summary out."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import AbstractAsyncContextManager, ExitStack, aclosing
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from api.files.importing import Batch, Tally, import_file
from api.files.reader import Form, Row, UserFile
from api.files.refused import FileRefused
from api.http.body import BodyRefused
from api.http.spool import read_file, spool
from api.rest.exchange import Exchange, route
from api.rest.query import query_parameters
from api.rest.shapes import ImportQuery
from domain import policies
from domain.errors import DomainError, RateLimited
from domain.models.actor import Actor
from domain.models.event import Change
from domain.services.importing import ImportChange, ImportRefusal, ImportService
from domain.tasks import background

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
        given, form, encoding = query_parameters(request, ImportQuery), _form(request), _charset(request)
        with ExitStack() as stack:
            source = stack.enter_context(spool())
            await read_file(request.scope, request.receive, self._limit, source)
            if self._running >= IMPORTS_MAX:
                raise RateLimited(5, "Other imports are running; try again when one is done")
            size = source.tell()
            try:
                file = await asyncio.to_thread(
                    UserFile, source, form, encoding=given.encoding or encoding, vendor=given.vendor
                )
            except FileRefused as error:
                raise BodyRefused(400, "MALFORMED_REQUEST", str(error)) from None
            self._running += 1
            stack.callback(self._ended)
            return ImportResponse(
                self._turn(request, actor), self._work(request, actor, file, given), file, size, given, stack.pop_all()
            )

    def _ended(self) -> None:
        self._running -= 1

    def _turn(self, request: Request, actor: Actor) -> AbstractAsyncContextManager[None]:
        return self._exchange.turn(request, actor)

    async def _work(
        self, request: Request, actor: Actor, file: UserFile, given: ImportQuery
    ) -> AsyncGenerator[Batch, None]:
        """The batches; between them, the admin's rights are checked again. Raises DomainError."""
        batches = import_file(
            self._imports, actor, file, start=given.start, size=BATCH, dry_run=given.dry_run, attempts=3
        )
        async with aclosing(batches):
            async for batch in batches:
                yield batch
                policies.require_admin(await self._exchange.identity(request))


class ImportResponse(Response):
    """The lines of a running import. It stops between two batches when the client disconnects."""

    def __init__(
        self,
        turn: AbstractAsyncContextManager[None],
        batches: AsyncGenerator[Batch, None],
        file: UserFile,
        size: int,
        given: ImportQuery,
        resources: ExitStack,
    ) -> None:
        super().__init__(media_type=NDJSON, headers={"cache-control": "no-store", "x-accel-buffering": "no"})
        del self.headers["content-length"]
        self._turn, self._batches, self._file, self._size = turn, batches, file, size
        self._given, self._resources = given, resources
        self._disconnected = asyncio.Event()

    async def __call__(self, _: Scope, receive: Receive, send: Send) -> None:
        """Import, and send what became of each row."""

        async def watch() -> None:
            while (await receive())["type"] != "http.disconnect":
                pass
            self._disconnected.set()

        with self._resources:
            await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
            async with background(watch, "import-watch"):
                await self._import(send)

    async def _import(self, send: Send) -> None:
        tally = Tally(line=self._given.start)
        await _send(send, [self._start()])
        stopped: DomainError | None = None
        try:
            async with self._turn, aclosing(self._batches) as batches:
                async for batch in batches:
                    tally.add(batch)
                    await _send(send, [*_rows(batch), self._progress(batch.line)])
                    if self._disconnected.is_set():
                        return
        except DomainError as error:
            stopped = error
        await _send(send, [self._summary(tally, stopped)], more=False)

    def _start(self) -> dict[str, Any]:
        file = self._file
        return {
            "type": "start",
            "format": str(file.form),
            "encoding": file.encoding,
            "separator": file.separator,
            "from": file.vendor and str(file.vendor),
            "unused": file.unused,
            "start": self._given.start,
            "dry_run": self._given.dry_run,
            "bytes": self._size,
        }

    def _progress(self, line: int) -> dict[str, Any]:
        return {"type": "progress", "line": line, "bytes_read": self._file.position, "bytes": self._size}

    def _summary(self, tally: Tally, stopped: DomainError | None) -> dict[str, Any]:
        error = None if stopped is None else {"code": stopped.code, "message": stopped.message}
        return {
            "type": "summary",
            "complete": stopped is None,
            "error": error,
            "created": tally.created,
            "updated": tally.updated,
            "unchanged": tally.unchanged,
            "refused": tally.refused,
            "role_changes": tally.role_changes,
            "status_changes": tally.status_changes,
            "unused": self._file.unused,
            "line": tally.line,
            "dry_run": self._given.dry_run,
        }


async def _send(send: Send, lines: list[dict[str, Any]], *, more: bool = True) -> None:
    body = b"".join(orjson.dumps(line) + b"\n" for line in lines)
    await send({"type": "http.response.body", "body": body, "more_body": more})


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
