"""The audit log as a file, newest first: NDJSON as `rollcall log prune` writes it, or CSV for spreadsheets."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from uuid import UUID

import orjson

from api.cli.files.events import line_of
from api.files.reader import Form
from api.files.writer import write_csv
from domain.models.actor import Actor
from domain.models.event import Event
from domain.models.log import EventFilter
from domain.pagination import PAGE_MAX, Window
from domain.services.event import EventService
from domain.times import write_time

COLUMNS = (
    "seq",
    "occurred_at",
    "type",
    "subject_kind",
    "subject_id",
    "user_id",
    "actor_id",
    "session_id",
    "changes",
    "request_id",
    "ip_address",
)
"""The columns of the CSV; `changes` is JSON."""


async def export_events(
    events: EventService, actor: Actor, form: Form, wanted: EventFilter
) -> AsyncGenerator[tuple[str, int], None]:
    """The text of the file in parts, each with how many events it has. Raises Forbidden and Unavailable."""
    epoch = (await events.state()).epoch
    yield (write_csv([COLUMNS]) if form is Form.CSV else ""), 0
    window = Window(PAGE_MAX)
    while True:
        page = await events.page(actor, window, wanted)
        yield _text(page.items, form, epoch), len(page.items)
        if not page.has_next:
            return
        window = Window(PAGE_MAX, after=page.cursors[-1])


def _text(events: Sequence[Event], form: Form, epoch: UUID) -> str:
    if form is Form.CSV:
        return write_csv([_cells(event) for event in events])
    return b"".join(line_of(event, epoch) for event in events).decode()


def _cells(event: Event) -> list[str]:
    record = event.to_record() | {"occurred_at": write_time(event.occurred_at)}
    record["changes"] = orjson.dumps(record["changes"], default=str).decode()
    return ["" if (value := record[name]) is None else str(value) for name in COLUMNS]
