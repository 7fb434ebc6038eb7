"""The health checks of a serving process (api/http/health.py)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping

from api.bootstrap.core import Core
from api.http.external import ExternalApi
from api.http.health import Check, Fault
from api.revisions import shipped
from api.settings import Settings
from persistence.health import DatabaseHealth, RedisHealth, ReplicaHealth

HUB_SECONDS = 15.0
"""The hub reads the log at least once a second, if the database and this process let it."""


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


def log_checks(core: Core, read_at: Callable[[], float]) -> Mapping[str, Check]:
    """Whether events are numbered, and whether this process reads them (`read_at`, by the loop's clock, is when it last did).

    A relay that lags is not the fault of this process, which stays ready; with a hub that does not read, subscribers
    would miss what others receive.
    """
    database = DatabaseHealth(core.database)

    async def relay() -> Fault | None:
        words = await database.relay()
        return None if words is None else Fault(words, serves=True)

    async def hub() -> str | None:
        seconds = asyncio.get_running_loop().time() - read_at()
        return None if seconds < HUB_SECONDS else f"this process has not read the log for {seconds:,.0f} seconds"

    return {"relay": relay, "hub": hub}


def external_checks(settings: Settings) -> Mapping[str, Check]:
    """A check of each of HEALTH_EXTERNAL_URLS, in their order, by which they are named: they may be secret."""
    urls = enumerate(settings.health_external_urls, start=1)
    return {f"external_api_{n}": ExternalApi(url.get_secret_value()).answers for n, url in urls}


def replica_checks(core: Core, head: Callable[[], int]) -> Mapping[str, Check]:
    """A check of each replica, in the order of DATABASE_REPLICA_URLS; `head` is what this process has seen of the log.

    They never make this process unready: a replica that lags or is unavailable only costs time.
    """
    replicas = core.database.replicas
    return {f"replica_{n}": ReplicaHealth(replica, head).follows for n, replica in enumerate(replicas, start=1)}
