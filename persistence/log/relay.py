"""The relay: assigns a sequence number to every committed event, then publishes the events.

Why a relay instead of a database sequence: commits do not happen in the order in which numbers are drawn, so a reader
that has seen 2 may never see a 1 that commits later. Here a writer leaves `seq` null, and one leader numbers the
committed events, densely, in one statement with the counter row. For one user, the order of `ord` is the order of the
row's versions, because the row is written, and so locked, before its event is inserted.

Every instance runs a relay; a session advisory lock on a direct connection elects the leader and is released with the
connection. If a leader holds the lock but has stopped working (a frozen process), another instance terminates its
connection once committed events have waited for STALL_SECONDS without progress.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable, Sequence
from typing import Protocol, Self
from uuid import UUID

import asyncpg
import orjson
import structlog

from domain.backoff import Backoff
from domain.models.event import NIL, PLACED, Event
from domain.tasks import Tasks
from persistence.hosts import Hosts, server_address
from persistence.log.epoch import DatabaseIdentity, identity_of
from persistence.log.wire import encode
from persistence.redis.broadcast import EVENTS, NUDGE, Publisher

LOCK = 0x526F6C6C63616C6C
"""The advisory lock of the leader ("Rollcall" in ASCII)."""

BATCH = 500
BUSY_POLL, IDLE_POLL = 0.02, 0.1
"""Seconds between reads of the table without a nudge: shortly after an event, and in quiet periods."""
STANDBY_SECONDS, STALL_SECONDS = 1.0, 3.0
FIRST_DELAY, LAST_DELAY = 0.2, 1.0
"""Seconds before the next attempt, doubled each time until the database accepts a write."""

_COLUMNS = ", ".join(f"e.{name}" for name in PLACED)
ASSIGN = f"""
with head as materialized (
       select last_seq, epoch, identity is distinct from {{identity}} as moved,
              epoch = $2 and last_seq < $3 as rewound
       from log_state for update),
     batch as materialized (
       select ord from events where seq is null and exists (select from head where not moved and not rewound)
       order by ord limit {BATCH}),
     numbered as (select ord, (select last_seq from head) + row_number() over (order by ord) as seq from batch),
     assigned as (update events e set seq = n.seq from numbered n where e.ord = n.ord returning {_COLUMNS}),
     counted as (update log_state set last_seq = last_seq + (select count(*) from batch)
                 where exists (select 1 from batch))
select head.epoch, head.moved, head.rewound, assigned.* from head left join assigned on true order by assigned.seq
"""  # noqa: S608 - built from constants of this module only
"""Numbers nothing if the epoch belongs to another database (`moved`), or the head is behind events that were already
numbered (`rewound`): see persistence/log/epoch.py."""
WAITING = """
select (select last_seq from log_state) as head,
       exists (select 1 from events
               where seq is null and uuid_extract_timestamp(id) < now() - interval '1 second') as waiting
"""
TERMINATE_LEADER = """
select pg_terminate_backend(pid) from pg_locks
where locktype = 'advisory' and granted and classid = $1 and objid = $2 and objsubid = 1 and pid <> pg_backend_pid()
  and database = (select oid from pg_database where datname = current_database())
"""

log = structlog.get_logger(__name__)


class LogView(Protocol):
    """The part of this process's hub that the relay uses."""

    @property
    def epoch(self) -> UUID: ...
    @property
    def head(self) -> int: ...
    def offer(self, events: Sequence[Event], epoch: UUID | None = None) -> None:
        """Accept entries that were just numbered in an epoch."""
        ...

    def recheck(self) -> None:
        """Compare the table with what was already sent, because it has gone back."""
        ...


class Relay:
    """One per process; `leading` says whether this one is numbering events."""

    def __init__(self, dsn: str, publisher: Publisher, hub: LogView) -> None:
        self._hosts, self._server = Hosts(dsn), server_address(dsn)
        self._publisher, self._hub = publisher, hub
        self._numbered: tuple[UUID, int] = (NIL, 0)
        self._wake = asyncio.Event()
        self._tasks = Tasks()
        self._backoff = Backoff(FIRST_DELAY, LAST_DELAY)
        self._observers: list[Callable[[Sequence[Event], float], None]] = []
        self.leading = False
        self.elections = 0

    async def __aenter__(self) -> Self:
        """Start taking part in the election."""
        self._tasks.spawn(self._run(), name="relay")
        return self

    async def __aexit__(self, *_: object) -> None:
        """Step down."""
        await self._tasks.end()

    def observe(self, report: Callable[[Sequence[Event], float], None]) -> None:
        """Call `report` with each batch of events after it was numbered, and the seconds of the statement."""
        self._observers.append(report)

    def wake(self) -> None:
        """Read the table now: another instance has committed."""
        self._wake.set()

    def nudge(self) -> None:
        """An event was committed here: number it now, or ask the leader to."""
        if self.leading:
            self._wake.set()
        else:
            self._publisher.send(NUDGE, "")

    async def _run(self) -> None:
        while True:
            connection: asyncpg.Connection | None = None
            try:
                connection = await self._hosts.connect(
                    command_timeout=30, server_settings={"application_name": "rollcall-relay"}
                )
                await connection.set_type_codec("jsonb", schema="pg_catalog", encoder=_json, decoder=orjson.loads)
                await self._wait_for_leadership(connection)
                await self._lead(connection)
            except (
                OSError,
                TimeoutError,
                asyncpg.PostgresError,
                asyncpg.InterfaceError,
                asyncpg.InternalClientError,
            ) as lost:
                log.warning("relay.connection_lost", server=self._server, error=type(lost).__name__)
                await self._backoff.wait()
            except Exception:
                log.exception("relay.failed")
                await asyncio.sleep(1.0)
            finally:
                self.leading = False
                if connection is not None:
                    connection.terminate()

    async def _wait_for_leadership(self, connection: asyncpg.Connection) -> None:
        """Return once this process holds the lock, terminating the connection of a stalled leader."""
        stalled_at, stalled_for = -1, 0.0
        while not await connection.fetchval("select pg_try_advisory_lock($1)", LOCK):
            [row] = await connection.fetch(WAITING)
            stalled_for = stalled_for + STANDBY_SECONDS if row["waiting"] and row["head"] == stalled_at else 0.0
            stalled_at = row["head"]
            if stalled_for >= STALL_SECONDS:
                log.warning("relay.stalled_leader_terminated", head=stalled_at)
                await connection.fetch(TERMINATE_LEADER, LOCK >> 32, LOCK & 0xFFFFFFFF)
            await asyncio.sleep(STANDBY_SECONDS)

    async def _lead(self, connection: asyncpg.Connection) -> None:
        identity = await identity_of(connection)
        assign = await connection.prepare(ASSIGN.format(identity=identity.sql))
        quiet = 0.0
        while True:
            self._wake.clear()
            began = time.perf_counter()
            rows = await assign.fetch(identity.fixed, *self._reached())
            if not self.leading:  # only now, because a read-only database fails above
                self._begin()
            if rows and rows[0]["moved"]:
                await self._renew(connection, identity)
                continue
            if rows and rows[0]["rewound"]:
                self._hub.recheck()
            elif rows and rows[0]["seq"] is not None:
                quiet = 0.0
                seconds = time.perf_counter() - began
                self._announce(rows[0]["epoch"], [Event.from_record(row) for row in rows], seconds)
                continue
            pause = BUSY_POLL if quiet < 2.0 else IDLE_POLL
            quiet += pause
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await self._wake.wait()

    def _reached(self) -> tuple[UUID, int]:
        """The epoch and the newest sequence number that this process knows."""
        epoch, head = self._hub.epoch, self._hub.head
        return (epoch, max(head, self._numbered[1])) if epoch == self._numbered[0] else (epoch, head)

    async def _renew(self, connection: asyncpg.Connection, identity: DatabaseIdentity) -> None:
        for row in await connection.fetch(identity.renew, identity.fixed):
            say = log.warning if row["last_seq"] else log.info
            say("relay.epoch_bound", epoch=str(row["epoch"]), shared_head=row["last_seq"])
        self._hub.recheck()

    def _begin(self) -> None:
        self.leading = True
        self.elections += 1
        self._backoff.reset()
        log.info("relay.leading")

    def _announce(self, epoch: UUID, events: Sequence[Event], seconds: float) -> None:
        self._numbered = (epoch, events[-1].seq)
        self._hub.offer(events, epoch)
        for start in range(0, len(events), 64):
            self._publisher.send(EVENTS, encode(events[start : start + 64], epoch))
        for report in self._observers:
            report(events, seconds)


def _json(value: object) -> str:
    return orjson.dumps(value).decode()
