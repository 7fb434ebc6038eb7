"""`Rollcall-Position` names only positions that the log has, whatever `Rollcall-Read-After` requests."""

from __future__ import annotations

from uuid import UUID, uuid4

import asyncpg

from domain.cursors import LogCursor, parse_cursor, sequence_cursor, unfinished_cursor, written_cursor
from tests.api.conftest import Api, Person
from tests.api.test_live import rename
from tests.api.test_resync import HORIZON, pruned
from tests.integration.logs import session, until


async def position(api: Api, admin: Person, requested: str) -> LogCursor:
    """The position in a response."""
    headers = {**admin.bearer, "rollcall-read-after": requested}
    response = await api.http.post("/graphql", json={"query": "{ me { id } }"}, headers=headers)
    assert response.status_code == 200
    found = parse_cursor(response.headers["rollcall-position"])
    assert found is not None
    return found


async def aborted(address: str) -> int:
    """An insertion number of a write that was rolled back."""
    connection = await asyncpg.connect(address)
    try:
        transaction = connection.transaction()
        await transaction.start()
        ord_ = await connection.fetchval(
            "insert into events (type, subject_kind, subject_id, user_id) select 'user_updated', 'user', id, id from gen_random_uuid() id returning ord"
        )
        await transaction.rollback()
        return int(ord_)
    finally:
        await connection.close()


async def settled(api: Api, address: str) -> int:
    """The head, once every event is numbered and the server has read it."""
    container = api.server.container
    async with session(address) as connection:

        async def is_settled() -> bool:
            waiting = await connection.fetchval("select exists (select from events where seq is null)")
            return not waiting and container.hub.head == await connection.fetchval("select last_seq from log_state")

        await until(is_settled)
    return container.hub.head


async def test_a_position_that_the_log_does_not_have_is_not_returned(fresh_api: tuple[Api, Person]) -> None:
    api, admin = fresh_api
    state, address = await pruned(api, admin)
    epoch, head = UUID(str(state["epoch"])), await settled(api, address)

    async def knows_of_the_pruning() -> bool:
        return (await position(api, admin, sequence_cursor(epoch, HORIZON - 1))).seq == head

    await until(knows_of_the_pruning)
    for requested in (
        sequence_cursor(epoch, head + 1000),
        sequence_cursor(epoch, 2**62, "admin"),
        sequence_cursor(epoch, HORIZON - 1),
        sequence_cursor(uuid4(), head),
        unfinished_cursor(epoch),
        written_cursor(epoch, 10**15),
        written_cursor(epoch, await aborted(address)),
        written_cursor(uuid4(), 1),
        "nonsense",
        "",
    ):
        found = await position(api, admin, requested)
        assert found.belongs_to(epoch)
        assert found.seq == head, parse_cursor(requested)


async def test_a_position_that_the_log_has_is_returned(fresh_api: tuple[Api, Person]) -> None:
    api, admin = fresh_api
    state, _ = await pruned(api, admin)
    epoch = UUID(str(state["epoch"]))
    for seq in (HORIZON, int(state["last_seq"])):
        assert (await position(api, admin, sequence_cursor(epoch, seq))).seq == seq
    user = await api.new_user(admin)
    before = int(state["last_seq"])
    found = await position(api, admin, (await rename(api, admin, user, "Renamed"))["cursor"])
    assert (found.seq or 0) > before or found.ord is not None, "numbered by now, or still unnumbered"
