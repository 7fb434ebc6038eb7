"""The graphql-transport-ws protocol, strictly: every refusal has its close code, and no connection ends with 1006."""

from __future__ import annotations

import contextlib
import json

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from api.sockets.pace import BURST
from tests.api.conftest import Api, Person, Server


@pytest.mark.parametrize(
    "message",
    [
        "{",
        "[]",
        "7",
        '"x"',
        "null",
        "[" * 50_000,
        b"\xff\xfe",
        b"{}",
        '{"type":"nope"}',
        '{"type":7}',
        "{}",
        '{"type":"subscribe","payload":{"query":"{me{id}}"}}',
        '{"id":[1],"type":"subscribe","payload":{"query":"{me{id}}"}}',
        '{"id":"","type":"subscribe","payload":{"query":"{me{id}}"}}',
        '{"id":"1","type":"subscribe","payload":"x"}',
        '{"id":"1","type":"subscribe","payload":{"query":5}}',
        '{"id":"1","type":"subscribe","payload":{"query":"{me{id}}","variables":[1]}}',
        '{"id":"1","type":"subscribe","payload":{"query":"{me{id}}","operationName":5}}',
        '{"type":"ping","payload":[]}',
        '{"id":5,"type":"complete"}',
    ],
)
async def test_an_invalid_message_ends_with_4400(api: Api, admin: Person, message: str | bytes) -> None:
    async with api.socket(admin) as socket:
        await socket.send(message)
        assert await socket.closed() == 4400


async def test_bad_utf8_in_a_text_frame_ends_with_4400(api: Api, admin: Person) -> None:
    async with api.socket(admin) as socket:
        await socket.connection.send(b"\xff\xfe", text=True)
        assert await socket.closed() == 4400


async def test_subscribing_before_the_acknowledgement_ends_with_4401(api: Api) -> None:
    async with api.socket() as socket:
        await socket.subscribe("1", "{ me { id } }")
        assert await socket.closed() == 4401


async def test_a_bad_token_ends_with_4401(api: Api) -> None:
    async with api.socket() as socket:
        await socket.send({"type": "connection_init", "payload": {"authorization": "Bearer nonsense"}})
        assert await socket.closed() == 4401


async def test_no_credential_ends_with_4401(api: Api) -> None:
    async with api.socket() as socket:
        await socket.send({"type": "connection_init"})
        assert await socket.closed() == 4401


async def test_a_second_init_ends_with_4429(api: Api, admin: Person) -> None:
    async with api.socket(admin) as socket:
        await socket.send({"type": "connection_init"})
        assert await socket.closed() == 4429


async def test_a_flood_is_read_slowly_and_then_ends_with_a_code_that_clients_retry(api: Api, admin: Person) -> None:
    """Close codes that graphql-ws does not retry: 4400, 4401, 4406, 4409, 4429 and most of 1xxx, but not 1013."""
    async with api.socket(admin) as socket, api.socket(admin) as calm:
        with contextlib.suppress(ConnectionClosed):
            for _ in range(5000):
                await socket.send('{"type":"pong"}')
        assert await socket.closed() == 1013
        await calm.subscribe("1", "{ me { id } }")
        assert await calm.next("1") == {"me": {"id": admin.id}}


async def test_operations_beyond_a_burst_are_delayed_and_answered(api: Api, admin: Person) -> None:
    async with api.socket(admin) as socket:
        for number in range(BURST + 20):
            await socket.send({"type": "ping", "payload": {"n": number}})
        for number in range(BURST + 20):
            assert (await socket.receive())["payload"] == {"n": number}


async def test_no_init_in_time_ends_with_4408(api: Api) -> None:
    async with api.socket() as socket:
        assert await socket.closed() == 4408


async def test_another_subprotocol_ends_with_4406(server: Server) -> None:
    async with connect(f"ws://127.0.0.1:{server.port}/graphql", compression=None) as connection:
        with pytest.raises(ConnectionClosed):
            await connection.recv()
        assert connection.close_code == 4406


async def test_an_id_in_use_ends_with_4409(api: Api, admin: Person) -> None:
    async with api.socket(admin) as socket:
        for _ in range(2):
            await socket.subscribe("1", "subscription { userEvents { __typename } }")
        assert await socket.closed() == 4409


@pytest.mark.parametrize("id_", ["\N{SNOWMAN}" * 128, "\N{GRINNING FACE}" * 128, "a" + "\N{SNOWMAN}" * 100])
async def test_a_long_or_non_ascii_id_keeps_the_close_frame_valid(api: Api, admin: Person, id_: str) -> None:
    async with api.socket(admin) as socket:
        for _ in range(2):
            await socket.subscribe(id_, "subscription { userEvents { __typename } }")
        assert await socket.closed() == 4409
        reason = socket.connection.close_reason or ""
        assert reason.startswith(f"Subscriber for {id_[:20]}")
        assert len(reason.encode()) <= 123


async def test_queries_mutations_and_errors_leave_the_connection_up(api: Api, admin: Person) -> None:
    async with api.socket(admin) as socket:
        for id_, query in (
            ("a", "{ nope }"),
            ("b", "{ me { id } "),
            ("c", "query A { me { id } } query B { me { id } }"),
        ):
            await socket.subscribe(id_, query)
            message = await socket.receive()
            assert (message["id"], message["type"]) == (id_, "error")
            assert isinstance(message["payload"], list)
        await socket.subscribe("q", "{ me { id } }")
        assert await socket.next("q") == {"me": {"id": admin.id}}
        assert await socket.receive() == {"id": "q", "type": "complete"}
        await socket.subscribe("m", 'mutation { updateUser(input: {id: "x"}) { __typename } }')
        assert await socket.next("m") == {"updateUser": {"__typename": "NotFoundProblem"}}
        assert (await socket.receive())["type"] == "complete"


async def test_ping_is_answered_and_authenticates_again(api: Api, admin: Person) -> None:
    async with api.socket(admin) as socket:
        await socket.send({"type": "ping", "payload": {"x": 1}})
        assert await socket.receive() == {"type": "pong", "payload": {"x": 1}}
        await socket.send({"type": "ping", "payload": {"authorization": f"Bearer {admin.token}"}})
        answer = await socket.receive()
        assert answer["payload"]["authenticated"] is True
        await socket.send({"type": "ping", "payload": {"authorization": "Bearer no"}})
        assert (await socket.receive())["payload"] == {"authenticated": False, "code": "TOKEN_INVALID"}


@pytest.mark.parametrize("name", ["Authorization", "AUTHORIZATION"])
async def test_the_credential_s_name_is_accepted_in_any_case(api: Api, admin: Person, name: str) -> None:
    async with api.socket() as socket:
        await socket.send({"type": "connection_init", "payload": {name: f"Bearer {admin.token}"}})
        assert await socket.receive() == {"type": "connection_ack"}
        await socket.send({"type": "ping", "payload": {name: f"Bearer {admin.token}"}})
        assert (await socket.receive())["payload"]["authenticated"] is True
        await socket.send({"type": "ping", "payload": {name: "Bearer no"}})
        assert (await socket.receive())["payload"] == {"authenticated": False, "code": "TOKEN_INVALID"}


@pytest.mark.parametrize(
    "payload",
    [
        {"authorization": "Bearer secret"},
        {"AuthorizatioN": "Bearer secret", "x": 1},
        {"headers": {"Authorization": "Bearer secret"}},
        {"x": [{"y": {"x-authorization": "Bearer secret"}}]},
        {"refreshToken": "secret"},
        {"x": "bearer\tsecret"},
        {"x": ["eyJhbGciOiJIUzI1NiJ9.secret"]},
    ],
)
async def test_no_pong_contains_a_credential(api: Api, admin: Person, payload: dict[str, object]) -> None:
    async with api.socket() as before, api.socket(admin) as after:
        for socket in (before, after):
            await socket.send({"type": "ping", "payload": payload})
            answer = await socket.connection.recv()
            assert "secret" not in str(answer)
            assert json.loads(answer)["type"] == "pong"


async def test_completing_ends_an_operation(api: Api, admin: Person) -> None:
    async with api.socket(admin) as socket:
        await socket.subscribe("1", "subscription { userEvents { __typename } }")
        assert (await socket.next("1"))["userEvents"]["__typename"] == "Heartbeat"
        await socket.complete("1")
        await socket.subscribe("1", "{ me { id } }")
        assert json.loads(json.dumps(await socket.next("1"))) == {"me": {"id": admin.id}}
