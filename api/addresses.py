"""The addresses of the engines: their validation, and how they are shown without a password."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from urllib.parse import SplitResult, parse_qsl, urlencode, urlsplit

from pydantic import SecretStr
from redis.asyncio.connection import ConnectionPool, SSLConnection
from redis.exceptions import RedisError

SSL_MODES = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")
"""The sslmodes of libpq, from the least strict."""
DATABASE_OPTIONS = frozenset({"host", "port", "sslmode", "sslrootcert", "target_session_attrs"})
WRITABLE = ("primary", "read-write")
"""The values of target_session_attrs by which, of several hosts, the one that accepts writes is used."""
REDIS_SCHEMES = {"redis": "redis", "valkey": "redis", "rediss": "rediss", "valkeys": "rediss", "unix": "unix"}
REDIS_OPTIONS = frozenset({"client_name", "db", "health_check_interval", "password", "protocol", "username"})
"""Options for every scheme. Timeouts are excluded, because they would replace Rollcall's own."""
TLS_OPTIONS = frozenset(
    f"ssl_{name}"
    for name in (
        "ca_certs",
        "ca_data",
        "ca_path",
        "cert_reqs",
        "certfile",
        "check_hostname",
        "ciphers",
        "keyfile",
        "min_version",
        "password",
    )
)


class Address(SecretStr):
    """A URL that may contain a password and is shown without it."""

    def _display(self) -> str:
        parts = urlsplit(self.get_secret_value())
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
    whole = urlsplit(address.get_secret_value())
    return DatabaseAddress(whole._replace(scheme=parts.scheme).geturl())


def each_host(address: str) -> list[str]:
    """The address once for each of its hosts, which are separated by commas."""
    scheme, slashes, rest = address.partition("://")
    netloc, slash, path = rest.partition("/")
    user, at, hosts = netloc.rpartition("@")
    return [f"{scheme}{slashes}{user}{at}{host}{slash}{path}" for host in hosts.split(",")]


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


def check_redis(address: Address) -> Address:
    """A Redis or Valkey address for redis-py, checked to have only options that redis-py accepts."""
    parts = parts_of(address.get_secret_value(), REDIS_SCHEMES)
    if parts.scheme == "unix":
        if not parts.path.strip("/"):
            raise ValueError("names no socket: it must end with the path to one")
    elif not parts.hostname:
        raise ValueError("names no host")
    elif not (database := parts.path.strip("/")).isdecimal() and database:
        raise ValueError("ends with a database that is not a number: redis://HOST:PORT/0")
    _check_redis_options(parts)
    return Address(parts.geturl())


def _check_redis_options(parts: SplitResult) -> None:
    """Raise ValueError with the names of the options that cannot be used, never with a value."""
    given = parse_qsl(parts.query, keep_blank_values=True)
    names = {name for name, _ in given}
    if unknown := sorted(names - REDIS_OPTIONS - TLS_OPTIONS):
        known = ", ".join(sorted(REDIS_OPTIONS))
        raise ValueError(f"has unsupported options (supported are {known} and ssl_…): {', '.join(unknown)}")
    if parts.scheme != "rediss" and (tls := sorted(names & TLS_OPTIONS)):
        raise ValueError(f"has options that need rediss://: {', '.join(tls)}")
    if unusable := [name for name in sorted(names - TLS_OPTIONS) if not _redis_takes(parts, {name}, given)]:
        raise ValueError(f"has options whose values cannot be used: {', '.join(unusable)}")
    # Together: a certificate is of no use without its key.
    if (tls := sorted(names & TLS_OPTIONS)) and not _redis_takes(parts, set(tls), given):
        raise ValueError(f"has options that cannot be used, or files that cannot be read: {', '.join(tls)}")


def _redis_takes(parts: SplitResult, names: set[str], given: list[tuple[str, str]]) -> bool:
    """Whether redis-py makes a connection with these options; nothing is connected."""
    query = urlencode([(name, value) for name, value in given if name in names])
    try:
        pool = ConnectionPool.from_url(parts._replace(query=query).geturl())
        connection = pool.make_connection()  # type: ignore[no-untyped-call]
        if isinstance(connection, SSLConnection):
            connection.ssl_context.get()
    except (RedisError, ValueError, TypeError, AttributeError, OSError):
        return False
    return True
