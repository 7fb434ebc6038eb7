"""Addresses: their validation, and how they are shown without a password. Redis has its own file (redis_address.py)."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from urllib.parse import SplitResult, parse_qsl, urlsplit

from pydantic import SecretStr

from domain.models.hosts import split_hosts

SSL_MODES = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")
"""The sslmodes of libpq, from the least strict."""
DATABASE_OPTIONS = frozenset({"host", "port", "sslmode", "sslrootcert", "target_session_attrs"})
WRITABLE = ("primary", "read-write")
"""The values of target_session_attrs by which, of several hosts, the one that accepts writes is used."""


class Address(SecretStr):
    """A URL that may contain a password and is shown without it."""

    def _display(self) -> str:
        parts = split_hosts(self.get_secret_value())
        host = parts.netloc.rpartition("@")[2]
        return parts._replace(netloc=f"***@{host}" if parts.password else parts.netloc, query="").geturl()


class ExternalAddress(Address):
    """The address of another service, shown with its host alone: its path and query may contain a credential."""

    def _display(self) -> str:
        parts = urlsplit(self.get_secret_value())
        return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"


class DatabaseAddress(Address):
    """A PostgreSQL address as libpq and asyncpg write it: `postgresql://…`."""

    @property
    def dsn(self) -> str:
        """For asyncpg itself."""
        return self.get_secret_value()


def parts_of(address: str, schemes: Mapping[str, str]) -> SplitResult:
    """The parts of an address, its scheme replaced as `schemes` says; raises ValueError without repeating the value."""
    try:
        parts = urlsplit(address)
        _ = parts.port
    except ValueError:
        raise ValueError("is not an address: its host or port cannot be read") from None
    if parts.scheme not in schemes:
        raise ValueError(f"must begin with {' or '.join(f'{scheme}://' for scheme in dict.fromkeys(schemes.values()))}")
    return parts._replace(scheme=schemes[parts.scheme])


def check_database(address: DatabaseAddress) -> DatabaseAddress:
    """The address in canonical form; refuses options that were not tested with asyncpg."""
    schemes = dict.fromkeys(("postgresql", "postgres", "postgresql+asyncpg"), "postgresql")
    first, *others = each_host(address.get_secret_value())
    parts = parts_of(first, schemes)
    options = dict(parse_qsl(parts.query))
    if others and not all(parts_of(other, schemes).hostname for other in others):
        raise ValueError("names no host")
    if unknown := sorted(options.keys() - DATABASE_OPTIONS):
        known = ", ".join(sorted(DATABASE_OPTIONS))
        raise ValueError(f"has unsupported options (supported are {known}): {', '.join(unknown)}")
    if options.get("sslmode", "prefer") not in SSL_MODES:
        raise ValueError(f"has an sslmode that does not exist; the modes are {', '.join(SSL_MODES)}")
    if not _is_certificate(options.get("sslrootcert")):
        raise ValueError("has an sslrootcert that is not a readable file of certificates in PEM format")
    if options.get("target_session_attrs", WRITABLE[0] if not others else "any") not in WRITABLE:
        raise ValueError(f"names several hosts or a target_session_attrs, which must be {' or '.join(WRITABLE)}")
    if not (parts.hostname or "host" in options):
        raise ValueError("names no host")
    if not parts.path.strip("/"):
        raise ValueError("names no database: end it with /NAME")
    whole = split_hosts(address.get_secret_value())
    return DatabaseAddress(whole._replace(scheme=parts.scheme).geturl())


def each_host(address: str) -> list[str]:
    """The address once for each of its hosts, which are separated by commas."""
    parts = split_hosts(address)
    user, at, hosts = parts.netloc.rpartition("@")
    if "," not in hosts:
        return [address]
    return [parts._replace(netloc=f"{user}{at}{host}").geturl() for host in hosts.split(",")]


def _is_certificate(file: str | None) -> bool:
    """Whether a file has root certificates; None is not checked."""
    try:
        if file is not None:
            ssl.create_default_context(cafile=file)
    except (OSError, ValueError):
        return False
    return True


def check_external(address: ExternalAddress) -> ExternalAddress:
    """An http or https address with a host."""
    if not parts_of(address.get_secret_value(), {"http": "http", "https": "https"}).hostname:
        raise ValueError("names no host")
    return address


def check_smtp(address: Address) -> Address:
    """An SMTP address: smtp:// for STARTTLS, smtps:// for TLS from the first byte."""
    parts = parts_of(address.get_secret_value(), {"smtp": "smtp", "smtps": "smtps"})
    if not parts.hostname or parts.path.strip("/") or parts.query:
        raise ValueError("must consist of a scheme, a host and optionally a user, password and port")
    if (parts.username is None) != (parts.password is None):
        raise ValueError("has a user without a password, or a password without a user")
    return address
