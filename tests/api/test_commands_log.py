"""`rollcall log prune`: each deleted event is completely in the file first, whatever interrupts the command."""

from __future__ import annotations

import asyncio
import gzip
import json
import signal
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar
from uuid import UUID

import asyncpg
import orjson
import pytest

from api.cli.files.events import event_of, line_of
from domain.models.event import PLACED, Event
from domain.models.log import Ancestor, LogState
from persistence.log.trim import LOCK
from tests.api.commands import Rollcall, until
from tests.integration.old_events import add_old, horizon

T = TypeVar("T")
MANY = 60_000


def on_connection(rollcall: Rollcall, work: Callable[[asyncpg.Connection], Awaitable[T]]) -> T:
    """The result of work on a connection to the database."""

    async def run() -> T:
        connection = await asyncpg.connect(rollcall.database_url)
        try:
            return await work(connection)
        finally:
            await connection.close()

    return asyncio.run(run())


def old(rollcall: Rollcall, count: int) -> list[Event]:
    """Old events, as the table has them."""

    async def work(connection: asyncpg.Connection) -> list[Event]:
        await add_old(connection, count)
        rows = await connection.fetch(f"select {', '.join(PLACED)} from events order by seq")  # noqa: S608
        return [Event.from_record({**row, "changes": json.loads(row["changes"])}) for row in rows]

    return on_connection(rollcall, work)


def lines(path: Path) -> list[bytes]:
    """The lines of an export."""
    data = path.read_bytes()
    return (gzip.decompress(data) if path.suffix == ".gz" else data).splitlines(keepends=True)


def check(rollcall: Rollcall, name: str, events: list[Event]) -> None:
    """Assert that an export consists of these events, and that each line can be rebuilt from its event."""
    found, epoch = lines(rollcall.folder / name), epoch_of(rollcall)
    assert [event_of(line) for line in found] == events
    assert [line_of(event_of(line), epoch) for line in found] == found


@pytest.mark.parametrize("name", ["old.ndjson", "old.ndjson.gz"])
def test_pruned_events_are_in_the_file(rollcall: Rollcall, name: str) -> None:
    events = old(rollcall, 12_000)
    assert "12000 events would be pruned" in rollcall.run("log", "prune", "--older-than", "9", "--dry-run").out
    assert rollcall.run("log", "prune", "--older-than", "11", "--export", name).out == "0 events pruned\n"
    assert rollcall.count("events") == 12_000
    done = rollcall.run("log", "prune", "--older-than", "9", "--export", name)
    assert done.out == f"12000 events pruned; they are in {name}\n"
    assert rollcall.count("events") == 0
    check(rollcall, name, events)
    assert (rollcall.folder / name).stat().st_mode & 0o077 == 0, "the file holds personal data"
    record = json.loads(lines(rollcall.folder / name)[6])
    assert (record["seq"], record["changes"][0]["after"]) == (7, "né 7")

    events += old(rollcall, 10)
    assert rollcall.run("log", "prune", "--older-than", "9", "--export", name).out.startswith("10 events pruned")
    check(rollcall, name, events)
    assert "0 events would be pruned" in rollcall.run("log", "prune", "--older-than", "9", "--dry-run").out


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT], ids=["killed", "interrupted"])
@pytest.mark.parametrize("name", ["old.ndjson", "old.ndjson.gz"])
def test_an_interrupted_run_can_be_continued(rollcall: Rollcall, name: str, how: signal.Signals) -> None:
    events = old(rollcall, MANY)
    process = rollcall.start("log", "prune", "--older-than", "9", "--export", name)
    until(lambda: on_connection(rollcall, horizon) > 0)
    process.send_signal(how)
    _, said = process.communicate()
    pruned = on_connection(rollcall, horizon)
    assert 0 < pruned < MANY, "the command was stopped half-way"
    assert rollcall.count("events") == MANY - pruned
    if how is signal.SIGINT:
        assert process.returncode == 130
        assert "run it again to continue" in said
        assert "Traceback" not in said
    done = rollcall.run("log", "prune", "--older-than", "9", "--export", name)
    assert done.out.startswith(f"{MANY - pruned} events pruned")
    check(rollcall, name, events)


@pytest.mark.parametrize("name", ["old.ndjson", "old.ndjson.gz"])
def test_a_partly_written_batch_is_written_again(rollcall: Rollcall, name: str) -> None:
    events = old(rollcall, 300)
    rollcall.run("log", "prune", "--older-than", "9", "--export", name)
    data = (rollcall.folder / name).read_bytes()
    events += old(rollcall, 300)
    # A batch of which a part or nothing had reached the disk when the machine failed; the log still has it.
    torn = gzip.compress(b"".join(line_of(e, epoch_of(rollcall)) for e in events[300:])) if name.endswith("gz") else b""
    torn = torn or b"".join(line_of(e, epoch_of(rollcall)) for e in events[300:])
    (rollcall.folder / name).write_bytes(data + torn[: len(torn) // 2])
    rollcall.run("log", "prune", "--older-than", "9", "--export", name)
    check(rollcall, name, events)

    more = old(rollcall, 5)
    (rollcall.folder / "first").with_suffix(Path(name).suffix).write_bytes(torn[:9])
    first = f"first{Path(name).suffix}"
    rollcall.run("log", "prune", "--older-than", "9", "--export", first)
    check(rollcall, first, more)


def epoch_of(rollcall: Rollcall) -> UUID:
    return UUID(str(rollcall.fetch("select epoch from log_state")[0][0]))


def test_other_files_are_not_overwritten(rollcall: Rollcall) -> None:
    old(rollcall, 20)
    prune = ("log", "prune", "--older-than", "9", "--export")
    for name, content in (
        ("letter.ndjson", b"Dear Ada,\n"),
        ("short.ndjson", b"x"),
        ("people.ndjson", b'{"email":"ada@example.com"}\n'),
        ("letter.ndjson.gz", b"Dear Ada,\n"),
        ("people.ndjson.gz", gzip.compress(b'{"email":"ada@example.com"}\n')),
    ):
        rollcall.write(name, content)
        assert "not an export of this log; use another file" in rollcall.run(*prune, name, code=1).err
        assert (rollcall.folder / name).read_bytes() == content
    assert rollcall.run(*prune, "nowhere/old.ndjson", code=1).err
    assert rollcall.count("events") == 20

    rollcall.run(*prune, "first.ndjson")
    first = (rollcall.folder / "first.ndjson").read_bytes()
    old(rollcall, 20)
    rollcall.run("log", "prune", "--older-than", "9")
    old(rollcall, 20)
    assert "ends with event 20, and the log begins with 41" in rollcall.run(*prune, "first.ndjson", code=1).err
    rollcall.fetch("update log_state set epoch = gen_random_uuid()")
    assert "not an export of this log" in rollcall.run(*prune, "first.ndjson", code=1).err
    assert (rollcall.folder / "first.ndjson").read_bytes() == first
    assert rollcall.count("events") == 20


def test_only_one_pruning_runs_at_a_time(rollcall: Rollcall) -> None:
    old(rollcall, 20)

    async def meanwhile(connection: asyncpg.Connection) -> str:
        await connection.execute("select pg_advisory_lock($1)", LOCK)
        done = await asyncio.to_thread(rollcall.run, "log", "prune", "--older-than", "9", code=1)
        return done.err

    assert "Another process is pruning" in on_connection(rollcall, meanwhile)
    assert rollcall.count("events") == 20


def test_renewing_needs_confirmation_and_refuses_or_keeps_earlier_positions(rollcall: Rollcall) -> None:
    old(rollcall, 5)
    first = epoch_of(rollcall)
    assert "--yes" in rollcall.run("log", "renew", code=1).err
    assert epoch_of(rollcall) == first
    rollcall.run("log", "renew", "--keep-positions", "--yes")
    second = epoch_of(rollcall)
    assert shared(rollcall, first) == 5
    old(rollcall, 2)
    assert str(epoch_of(rollcall)) not in rollcall.run("log", "renew", "--yes").out
    assert shared(rollcall, second) == shared(rollcall, first) == 0
    assert len({first, second, epoch_of(rollcall)}) == 3


def shared(rollcall: Rollcall, epoch: UUID) -> int | None:
    """Up to which position an epoch agrees with the current log."""

    async def work(connection: asyncpg.Connection) -> int | None:
        (row,) = await connection.fetch("select epoch, last_seq, ancestors from log_state")
        ancestors = tuple(Ancestor(*entry) for entry in orjson.loads(row["ancestors"]))
        return LogState(row["epoch"], row["last_seq"], 0, ancestors).shared_head(epoch.hex[:8])

    return on_connection(rollcall, work)
