"""PostgreSQL as it really fails: no acknowledged write is lost, refusals are clean, streams go on, all of it heals by itself."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from functools import partial
from typing import Any

import asyncpg
import pytest

from tests.api.conftest import ADMIN, PASSWORD, SIGN_IN
from tests.faults.work import Duo, Work, at_work, codes, duo, health, metric

ANSWER_SECONDS = 25.0
"""No answer takes longer: a connection is waited for five seconds at most, and no statement for COMMAND_SECONDS."""
END_ALL = "select count(pg_terminate_backend(pid)) from pg_stat_activity where usename = 'rollcall'"
BACKENDS = "select array_agg(pid) from pg_stat_activity where usename = 'rollcall'"
ANY_OF = "select exists (select from pg_stat_activity where pid = any($1::int[]))"
READ_ONLY = "alter system set default_transaction_read_only = on"
WRITABLE = "alter system reset default_transaction_read_only"
FEED = "subscription($search: String) { userFeed(search: $search) { ... on UserEntered { user { displayName } } ... on UserChanged { user { displayName } } } }"
OWN = """subscription($user: ID) { userEvents(filter: {userId: $user}) {
  ... on Event { user { displayName lastSeenAt } actor { displayName } } } }"""
RELOAD = "select pg_reload_conf()"


@pytest.fixture(scope="module")
def place() -> Iterator[Duo]:
    """Two instances, which are well again after each test."""
    with duo() as running:
        yield running


@pytest.fixture
async def work(place: Duo) -> AsyncIterator[Work]:
    """Three writers and a reader at each instance, and watchers of what asks the database at each event."""
    async with at_work(place, writers=3) as running:
        await running.watch(FEED, search=running.writers[0].name)
        await running.watch(OWN, user=running.writers[0].user_id)
        await running.more(5)
        yield running


async def run(place: Duo, *statements: str) -> Any:
    """Run statements as the superuser, each by itself; the value of the last one."""
    connection = await asyncpg.connect(place.engines.postgres.address("rollcall", "postgres"))
    try:
        return [await connection.fetchval(s) for s in statements][-1]
    finally:
        await connection.close()


async def end_all(place: Duo, work: Work) -> None:
    """End every connection, and return once the server has closed them and both instances have seen it.

    A backend tells its end before it closes; what reaches a connection in between is refused, as in the middle of a write.
    """
    connection = await asyncpg.connect(place.engines.postgres.address("rollcall", "postgres"))
    try:
        ended = await connection.fetchval(BACKENDS)
        await connection.execute(END_ALL)

        async def closed() -> bool:
            return not await connection.fetchval(ANY_OF, ended)

        await work.until(closed)
    finally:
        await connection.close()
    await work.until(partial(healthy, work))


async def refused(work: Work, count: int = 3) -> None:
    """Return once each writer has been refused so often."""
    wanted = {w: len(w.refused) + count for w in work.writers}
    await work.until(lambda: all(len(w.refused) >= n for w, n in wanted.items()))


async def anyone_refused(work: Work, count: int = 3) -> None:
    """Return once the writers together have been refused so often: where some connections are left, some writers get one."""
    wanted = sum(len(w.refused) for w in work.writers) + count
    await work.until(lambda: sum(len(w.refused) for w in work.writers) >= wanted)


async def says_unavailable(work: Work) -> None:
    """Assert that each instance says so through every door."""
    for api in work.apis:
        path = f"/api/v1/users/{work.admin.id}"
        put = await api.rest("PUT", path, work.admin, json={"display_name": "Never"})
        assert codes(put) == (503, "UNAVAILABLE")
        assert put.headers["retry-after"] == "1"
        entered = await api.graphql(SIGN_IN, {"email": ADMIN, "password": PASSWORD})
        assert entered["errors"][0]["extensions"]["code"] == "UNAVAILABLE", entered


async def one_says_so(work: Work) -> bool:
    """Whether one of the relays is told to lead."""
    return sum([await metric(api, "relay_leading") for api in work.apis]) == 1


async def healthy(work: Work) -> bool:
    """Whether both instances say so."""
    return all([(await health(api))["status"] == "healthy" for api in work.apis])


async def well(work: Work) -> None:
    """Wait until all is as if nothing had been, and hold everything against the log."""
    place = work.duo
    await work.until(place.one_leads)
    await work.until(partial(one_says_so, work))
    await work.until(partial(healthy, work))
    for api in work.apis:
        await api.sign_in(ADMIN, PASSWORD)
    await work.more(5)
    await work.told()
    await work.judged()
    for writer in work.writers:
        assert writer.slowest < ANSWER_SECONDS
        for answer in writer.refused:
            assert [e["extensions"]["code"] for e in answer["errors"]] == ["UNAVAILABLE"], answer
            assert answer.get("data") is None, answer


async def test_killed_in_the_middle_of_writing(place: Duo, work: Work) -> None:
    for _ in range(2):
        await asyncio.to_thread(place.engines.postgres.kill)
        try:
            await refused(work)
            await says_unavailable(work)
            for api in work.apis:
                assert (await health(api))["checks"]["database"] is False
        finally:
            await asyncio.to_thread(place.engines.postgres.start)
        await work.more(5)
        await work.told()
    await well(work)


async def test_every_connection_is_ended_again_and_again(place: Duo, work: Work) -> None:
    for _ in range(6):
        assert await run(place, END_ALL) >= 2
        await work.more(3)
    await work.told()
    await well(work)


async def test_connections_that_end_while_nobody_uses_them_are_not_noticed(place: Duo) -> None:
    async with at_work(place, writers=3) as work:
        await work.more(5)
        await work.judged()
        await end_all(place, work)
        await work.until(place.one_leads)
        for writer in work.writers:
            await writer.write()
            assert not writer.refused


async def test_a_database_that_is_not_as_expected_is_waited_out_too(place: Duo) -> None:
    async with at_work(place) as work:
        await work.more()
        await work.judged()
        await run(place, "alter table users rename to users_elsewhere")
        try:
            await run(
                place,
                "insert into events (type, subject_kind, subject_id, user_id) select 'user_updated', 'user', id, id from gen_random_uuid() id",
            )
            log = place.engines.postgres.log
            await work.until(lambda: log.read_text().count('relation "users" does not exist') >= 4)
        finally:
            await run(place, "alter table users_elsewhere rename to users")
        await work.judged()


async def test_read_only(place: Duo, work: Work) -> None:
    await run(place, READ_ONLY, RELOAD)
    try:
        await refused(work)
        await says_unavailable(work)
        for api in work.apis:
            assert (await api.ask("{ me { email } }", by=work.admin))["me"]["email"] == ADMIN, "reading goes on"
        await work.until(lambda: not any(c.relay.leading for c in place.containers))
    finally:
        await run(place, WRITABLE, RELOAD)
    await work.more(5)
    await work.told()
    await well(work)


@pytest.mark.parametrize("limit", [0, 4])
async def test_no_more_connections(place: Duo, work: Work, limit: int) -> None:
    await run(place, f"alter role rollcall connection limit {limit}", END_ALL)
    try:
        if limit == 0:
            await refused(work)
            await says_unavailable(work)
        else:
            await anyone_refused(work)
    finally:
        await run(place, "alter role rollcall connection limit -1")
    await work.more(5)
    await work.told()
    await well(work)
