"""`rollcall log import`: all events of an export are read into an empty log, or none."""

from __future__ import annotations

import asyncio
import json
import signal

import asyncpg
import orjson
import pytest

from tests.api.commands import Rollcall, until
from tests.api.test_commands_log import epoch_of, lines, old, on_connection, shared

PRUNE = ("log", "prune", "--older-than", "9", "--export")
STATE = "select epoch, last_seq, horizon from log_state"
LOCK = 4242
HOLD = f"""
create function hold() returns trigger language plpgsql as $$ begin
  perform pg_advisory_xact_lock({LOCK}); return new; end $$;
create trigger hold before insert on events for each row when (new.seq = 3000) execute function hold()
"""


def exported(rollcall: Rollcall, name: str, count: int = 20) -> list[bytes]:
    """Write the log's old events to a file, and remove them from the log; returns the lines."""
    old(rollcall, count)
    rollcall.run(*PRUNE, name)
    assert rollcall.count("events") == 0
    return lines(rollcall.folder / name)


def without_position(found: list[bytes]) -> list[dict[str, object]]:
    """Lines without their cursor, which has the log's epoch."""
    return [{k: v for k, v in orjson.loads(line).items() if k != "cursor"} for line in found]


@pytest.mark.parametrize("name", ["old.ndjson", "old.ndjson.gz"])
def test_an_imported_export_can_be_exported_unchanged(rollcall: Rollcall, name: str) -> None:
    found, former = exported(rollcall, name, 5_000), epoch_of(rollcall)
    done = rollcall.run("log", "import", name)
    assert done.out == f"5000 events read back (1 to 5000); the log now has the epoch {epoch_of(rollcall)}\n"
    assert rollcall.count("events") == 5_000
    assert epoch_of(rollcall) != former
    assert shared(rollcall, former) == 0, "earlier positions are refused"
    rollcall.run(*PRUNE, f"again-{name}")
    assert without_position(lines(rollcall.folder / f"again-{name}")) == without_position(found)


def test_the_numbers_of_a_partial_log_are_kept_and_continued(rollcall: Rollcall) -> None:
    exported(rollcall, "first.ndjson", 30)
    exported(rollcall, "second.ndjson", 12)
    assert "31 to 42" in rollcall.run("log", "import", "second.ndjson").out
    assert rollcall.fetch("select last_seq, horizon from log_state") == [(42, 30)]
    old(rollcall, 3)
    assert rollcall.fetch("select max(seq), count(distinct ord) from events") == [(45, 15)]
    assert "has events already" in rollcall.run("log", "import", "first.ndjson", code=1).err
    rollcall.fetch("delete from events")
    refused = rollcall.run("log", "import", "first.ndjson", code=1).err
    assert "given numbers up to 45, and the export ends with 30" in refused


def test_a_file_that_is_not_a_complete_export_changes_nothing(rollcall: Rollcall) -> None:
    whole = exported(rollcall, "old.ndjson")
    before = rollcall.fetch(STATE)
    twin = orjson.dumps({**orjson.loads(whole[5]), "id": orjson.loads(whole[4])["id"]}) + b"\n"
    for content, words in (
        (b"Dear Ada,\n", "bad.ndjson, line 1: this is not an exported event"),
        (b"".join(whole[:4] + whole[5:]), "Event 6 comes where event 5 was expected"),
        (b"".join([*whole[:5], twin, *whole[6:]]), "another event has it too"),
    ):
        rollcall.write("bad.ndjson", content)
        said = rollcall.run("log", "import", "bad.ndjson", code=1).err
        assert words in said, said
        assert said.splitlines()[-1].endswith("; nothing was read back"), said
    assert rollcall.run("log", "import", "nowhere.ndjson", code=2).err
    assert rollcall.count("events") == 0
    assert rollcall.fetch(STATE) == before


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT], ids=["killed", "interrupted"])
def test_an_interrupted_import_leaves_the_log_empty_and_can_be_repeated(
    rollcall: Rollcall, how: signal.Signals
) -> None:
    exported(rollcall, "old.ndjson", 5_000)
    before = rollcall.fetch(STATE)

    async def meanwhile(connection: asyncpg.Connection) -> None:
        await connection.execute(HOLD)
        await connection.execute(f"select pg_advisory_lock({LOCK})")
        process = rollcall.start("log", "import", "old.ndjson")
        await asyncio.to_thread(until, rollcall.is_waiting)
        process.send_signal(how)
        _, said = await asyncio.to_thread(process.communicate)
        if how is signal.SIGINT:
            assert (process.returncode, "Traceback" in said) == (130, False), said
            assert "Interrupted; nothing was read back" in said
        await connection.execute(f"select pg_advisory_unlock({LOCK})")
        await connection.execute("drop trigger hold on events")  # once the transaction has ended on the server too

    on_connection(rollcall, meanwhile)
    assert rollcall.count("events") == 0
    assert rollcall.fetch(STATE) == before
    assert "5000 events read back" in rollcall.run("log", "import", "old.ndjson").out


def test_data_erased_after_an_export_are_not_restored(rollcall: Rollcall) -> None:
    exported(rollcall, "old.ndjson", 3)
    records = [orjson.loads(line) for line in lines(rollcall.folder / "old.ndjson")]
    subject = records[0]["subject_id"]
    records[0] |= {"user_id": subject, "ip_address": "192.0.2.77", "request_id": "of-a-request"}
    records[2] |= {"user_id": subject, "subject_id": subject, "type": "user_erased", "changes": []}
    rollcall.write("old.ndjson", b"".join(orjson.dumps(record) + b"\n" for record in records))
    rollcall.run("log", "import", "old.ndjson")
    [(changes, ip, request)] = rollcall.fetch("select changes, ip_address, request_id from events where seq = 1")
    assert json.loads(changes) == [{"field": "display_name", "before": None, "after": None}]
    assert (ip, request) == (None, None)
    [(kept,)] = rollcall.fetch("select changes from events where seq = 2")
    assert "né 2" in kept
