"""PostgreSQL with several hosts: the one that accepts writes is found, over TLS too, and found again after a failover."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import pytest

from api.addresses import DatabaseAddress, check_database
from api.bootstrap.first_admin import ensure_first_admin
from api.cli.local.embedded import Embedded
from api.cli.local.embedded.process import free_port
from api.cli.local.upgrade import upgrade
from persistence.hosts import Hosts
from persistence.preflight import fault_of
from tests.api.conftest import ADMIN, PASSWORD, Api, Person, Server, settings_for
from tests.faults.databases import Clusters, Copy, clusters, promoted
from tests.faults.proxy import Proxy
from tests.faults.tls import Certificates, tls_before
from tests.integration.logs import until

WRITES = "target_session_attrs=read-write"
RENAME = "mutation($i: UpdateUserInput!) { updateUser(input: $i) { __typename } }"
PORT = "select inet_server_port()"


@pytest.fixture
def pair(own_engines: Embedded) -> Iterator[tuple[Clusters, Copy]]:
    """A primary, and its standby."""
    with clusters(own_engines) as made:
        upgrade(DatabaseAddress(own_engines.postgres.url))
        yield made, made.standby()


def at(url: str, *ports: int | None, host: str = "127.0.0.1", options: str = WRITES) -> str:
    """The address of a database on several ports, as it is accepted in DATABASE_URL."""
    parts = urlsplit(url)
    hosts = ",".join(f"{host}:{port}" for port in ports)
    netloc = f"{parts.username}:{parts.password}@{hosts}"
    return check_database(DatabaseAddress(parts._replace(netloc=netloc, query=options).geturl())).dsn


async def port_of(hosts: Hosts) -> int:
    """The port of the server that is connected to."""
    connection = await hosts.connect()
    try:
        return int(await connection.fetchval(PORT))
    finally:
        await connection.close()


async def test_the_host_that_accepts_writes_is_found_and_tried_first(pair: tuple[Clusters, Copy]) -> None:
    made, standby = pair
    primary, nothing = made.postgres.port, free_port()
    assert primary is not None
    hosts = Hosts(at(made.postgres.url, nothing, standby.port, primary))
    assert await port_of(hosts) == primary
    assert urlsplit(hosts._addresses[0]).port == primary
    await asyncio.to_thread(made.postgres.kill)
    with pytest.raises((OSError, asyncpg.TargetServerAttributeNotMatched)):
        await hosts.connect()
    await promoted(made, standby)
    assert await port_of(hosts) == standby.port


async def test_a_host_that_is_silent_leaves_time_for_the_others(fresh_database_url: str) -> None:
    port = urlsplit(fresh_database_url).port
    assert port is not None
    with Proxy(port) as silent:
        silent.hold()
        assert await port_of(Hosts(at(fresh_database_url, silent.port, port))) == port


async def test_each_host_is_verified(fresh_database_url: str, tmp_path: Path) -> None:
    certificates = Certificates(tmp_path)
    certificates.make()
    verified = f"{WRITES}&sslmode=verify-full&sslrootcert="
    async with tls_before(fresh_database_url, certificates) as port:
        for host, root, right in (
            ("localhost", "ours", True),
            ("localhost", "another", False),
            ("127.0.0.1", "ours", False),
        ):
            ports = (free_port(), port)
            url = at(fresh_database_url, *ports, host=host, options=verified + certificates.root(root))
            fault = await fault_of(url)
            assert (fault is None) is right, fault
            assert right or "certificate" in str(fault)


async def test_a_standby_alone_is_refused_at_the_start(pair: tuple[Clusters, Copy]) -> None:
    made, standby = pair
    fault = await fault_of(at(made.postgres.url, standby.port))
    assert fault == "no host that it names accepts writes (TargetServerAttributeNotMatched)"


async def test_a_server_follows_a_failover(pair: tuple[Clusters, Copy], redis_url: str) -> None:
    made, standby = pair
    settings = settings_for(at(made.postgres.url, standby.port, made.postgres.port), redis_url)
    await ensure_first_admin(settings)
    with Server(settings) as server:
        api = Api(server)
        async with api.http:
            admin = await api.sign_in(ADMIN, PASSWORD)
            await api.new_user(admin)
            await until(lambda: server.container.relay.leading)
            await until(lambda: follows(made, standby))
            elections = server.container.relay.elections
            await asyncio.to_thread(made.postgres.kill)
            await promoted(made, standby)
            await until(lambda: writes(api, admin))
            await until(lambda: server.container.relay.elections > elections)
            await until(lambda: server.container.relay.leading)


async def writes(api: Api, admin: Person) -> bool:
    """Whether a write is answered."""
    name = {"i": {"id": admin.id, "displayName": "Renamed"}}
    return "errors" not in await api.graphql(RENAME, name, admin)


async def follows(made: Clusters, standby: Copy) -> bool:
    """Whether the standby has everything."""
    newest = await made.superuser(made.postgres, "select pg_current_wal_lsn()::text")
    return bool(await made.superuser(standby, f"select pg_last_wal_replay_lsn() >= '{newest}'"))
