"""The address of Redis: one server, Sentinels, or nodes of a Cluster; only options that redis-py accepts."""

from __future__ import annotations

from urllib.parse import SplitResult, parse_qsl, urlencode

from redis.asyncio.connection import ConnectionPool, SSLConnection
from redis.exceptions import RedisError

from api.addresses import Address, each_host, parts_of

REDIS_SCHEMES = {"redis": "redis", "valkey": "redis", "rediss": "rediss", "valkeys": "rediss", "unix": "unix"}
SEVERAL = {f"{scheme}+{kind}": f"{scheme}+{kind}" for kind in ("sentinel", "cluster") for scheme in ("redis", "rediss")}
SENTINEL_OPTIONS = frozenset({"service", "sentinel_username", "sentinel_password"})
"""The name of the primary, and the account at the Sentinels themselves."""
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


def check_redis(address: Address) -> Address:
    """A Redis or Valkey address, checked to have only options that redis-py accepts."""
    if "+" in address.get_secret_value().partition("://")[0]:
        return _check_several(address)
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


def _check_several(address: Address) -> Address:
    """The address of Sentinels or of nodes of a Cluster."""
    whole, *others = [parts_of(each, SEVERAL) for each in each_host(address.get_secret_value())]
    if not all(parts.hostname for parts in (whole, *others)):
        raise ValueError("names no host")
    scheme, _, kind = whole.scheme.partition("+")
    given = parse_qsl(whole.query, keep_blank_values=True)
    own = [(name, value) for name, value in given if name not in SENTINEL_OPTIONS or kind == "cluster"]
    if kind == "sentinel" and not dict(given).get("service"):
        raise ValueError("names no service: end it with ?service=NAME, as the Sentinels call the primary")
    if kind == "cluster" and (whole.path.strip("/") or "db" in dict(given)):
        raise ValueError("names a database, of which a Cluster has only one")
    check_redis(Address(whole._replace(scheme=scheme, query=urlencode(own)).geturl()))
    return address


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
