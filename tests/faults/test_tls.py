"""TLS to PostgreSQL: verify-full with sslrootcert works, and each fault is described by its cause."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import pytest

from api.addresses import DatabaseAddress, check_database
from api.bootstrap.database import schema_revision
from api.cli.local.upgrade import upgrade
from api.settings import ConfigurationError
from persistence.database import Database
from persistence.preflight import fault_of
from tests.faults.tls import Certificates, tls_before


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    """Certificates of this run."""
    made = Certificates(tmp_path_factory.mktemp("certificates"))
    made.make()
    return made


@pytest.fixture
async def port(fresh_database_url: str, certificates: Certificates) -> AsyncIterator[int]:
    """Where the database of the test is served over TLS."""
    async with tls_before(fresh_database_url, certificates) as port:
        yield port


def address_of(database_url: str, host: str, port: int | None, **options: str) -> str:
    """The address of a database as it is accepted in DATABASE_URL."""
    parts = urlsplit(database_url)
    netloc = f"{parts.username}:{parts.password}@{host}:{port or parts.port}"
    return check_database(DatabaseAddress(parts._replace(netloc=netloc, query=urlencode(options)).geturl())).dsn


async def test_commands_and_pools_connect_with_a_verified_certificate(
    fresh_database_url: str, port: int, certificates: Certificates
) -> None:
    options = {"sslmode": "verify-full", "sslrootcert": certificates.root("ours")}
    url = address_of(fresh_database_url, "localhost", port, **options)
    assert await fault_of(url) is None
    await asyncio.to_thread(upgrade, DatabaseAddress(url))
    async with Database(url, pool_size=1) as database:
        await database.ping()
        async with database.primary.connect() as connection:
            driver = (await connection.get_raw_connection()).driver_connection
            assert driver is not None
            assert driver._transport.get_extra_info("peercert")["subjectAltName"] == (("DNS", "localhost"),)


async def test_a_certificate_for_another_name_is_refused(
    fresh_database_url: str, port: int, certificates: Certificates
) -> None:
    root = certificates.root("ours")
    full, ca = (
        address_of(fresh_database_url, "127.0.0.1", port, sslmode=mode, sslrootcert=root)
        for mode in ("verify-full", "verify-ca")
    )
    words = "its certificate is for another host name, which sslmode=verify-full refuses (SSLCertVerificationError)"
    assert await fault_of(full) == words
    assert await fault_of(ca) is None


@pytest.mark.parametrize("mode", ["verify-ca", "verify-full"])
async def test_a_certificate_of_another_authority_is_refused(
    fresh_database_url: str, port: int, certificates: Certificates, mode: str
) -> None:
    url = address_of(fresh_database_url, "localhost", port, sslmode=mode, sslrootcert=certificates.root("another"))
    words = "its certificate is not signed by an authority in sslrootcert (SSLCertVerificationError)"
    assert await fault_of(url) == words
    assert await fault_of(address_of(fresh_database_url, "localhost", port, sslmode="require")) is None


async def test_an_authority_is_needed_to_verify(
    fresh_database_url: str, port: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("PGSSLROOTCERT", raising=False)
    words = "the root certificate that its sslmode needs is missing: set sslrootcert (ClientConfigurationError)"
    assert await fault_of(address_of(fresh_database_url, "localhost", port, sslmode="verify-full")) == words


async def test_a_server_without_tls_is_refused_at_the_start(
    fresh_database_url: str, certificates: Certificates
) -> None:
    options = {"sslmode": "verify-full", "sslrootcert": certificates.root("ours")}
    with pytest.raises(ConfigurationError) as raised:
        await schema_revision(DatabaseAddress(address_of(fresh_database_url, "127.0.0.1", None, **options)))
    words = "DATABASE_URL: its server does not offer TLS, which sslmode demands (ConnectionError)"
    assert words in str(raised.value)
    assert str(urlsplit(fresh_database_url).password) not in str(raised.value)
