"""What an operator reads when a database cannot be connected to: failures of TLS by their cause."""

from __future__ import annotations

import socket
import ssl

import asyncpg
import pytest

from persistence.preflight import cause_of


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (ssl.SSLCertVerificationError("self-signed certificate"), "not signed by an authority in sslrootcert"),
        (ssl.SSLCertVerificationError("IP address mismatch, certificate is not valid for"), "for another host name"),
        (ssl.SSLCertVerificationError("certificate has expired"), "has expired"),
        (ssl.SSLError("wrong version number"), "TLS handshake fails"),
        (ConnectionError('PostgreSQL server at "db:5432" rejected SSL upgrade'), "does not offer TLS"),
        (
            asyncpg.InvalidAuthorizationSpecificationError('no pg_hba.conf entry for host "h", no encryption'),
            "demands TLS",
        ),
        (asyncpg.InvalidAuthorizationSpecificationError('role "x" is not permitted to log in'), "refuses this user"),
        (asyncpg.ClientConfigurationError('root certificate file "x" does not exist'), "root certificate"),
        (asyncpg.ClientConfigurationError("unexpected sslmode"), "sslmode cannot be used"),
        (ConnectionRefusedError(), "cannot be reached"),
        (TimeoutError(), "cannot be reached"),
        (socket.gaierror(), "host is not known"),
        (asyncpg.InvalidCatalogNameError(), "no database of this name"),
        (asyncpg.CannotConnectNowError(), "lets nobody in"),
    ],
)
def test_a_failure_is_described_by_its_cause(error: Exception, words: str) -> None:
    assert words in cause_of(error)
