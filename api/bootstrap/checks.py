"""The health checks of a serving process (api/http/health.py)."""

from __future__ import annotations

from collections.abc import Mapping

from api.bootstrap.container import Container
from api.bootstrap.core import Core
from api.http.health import Check, Fault
from api.revisions import shipped
from persistence.health import DatabaseHealth, RedisHealth


def database_checks(core: Core) -> Mapping[str, Check]:
    """The checks of the database."""
    database = DatabaseHealth(core.database)

    async def schema() -> Fault | None:
        found = await database.revision()
        words = shipped().fault(found)
        return None if words is None else Fault(words, serves=shipped().is_newer(found))

    return {"reads": database.reads, "schema": schema, "writes": database.writes}


def redis_checks(container: Container) -> Mapping[str, Check]:
    """The checks of Redis."""
    core, backend = container.core, container.backend
    redis = RedisHealth(core.redis_url, lambda: core.namespace.name("health"))

    async def listening() -> str | None:
        return None if backend.connected else "it does not send messages to this process"

    return {"redis_listening": listening, "redis_publishing": redis.publishes, "redis_writing": redis.writes}
