"""The health checks of a serving process (api/http/health.py)."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from api.bootstrap.core import Core
from api.http.health import Check, Fault
from api.revisions import shipped
from persistence.health import DatabaseHealth, RedisHealth, ReplicaHealth


def database_checks(core: Core) -> Mapping[str, Check]:
    """The checks of the database."""
    database = DatabaseHealth(core.database)

    async def schema() -> Fault | None:
        found = await database.revision()
        words = shipped().fault(found)
        return None if words is None else Fault(words, serves=shipped().is_newer(found))

    return {"reads": database.reads, "schema": schema, "writes": database.writes}


def redis_checks(core: Core, connected: Callable[[], bool]) -> Mapping[str, Check]:
    """The checks of Redis; `connected` says whether this process receives the messages of others."""
    redis = RedisHealth(core.redis_url, lambda: core.namespace.name("health"))

    async def listening() -> str | None:
        return None if connected() else "it does not send messages to this process"

    return {"redis_listening": listening, "redis_publishing": redis.publishes, "redis_writing": redis.writes}


def replica_checks(core: Core, head: Callable[[], int]) -> Mapping[str, Check]:
    """A check of each replica, in the order of DATABASE_REPLICA_URLS; `head` is what this process has seen of the log.

    They are not part of /health: a replica that lags or is unavailable only costs time.
    """
    replicas = core.database.replicas
    return {f"replica_{n}": ReplicaHealth(replica, head).follows for n, replica in enumerate(replicas, start=1)}
