"""Names and seals in Redis for tests without a log."""

from __future__ import annotations

from uuid import UUID

from persistence.redis.namespace import RedisNamespace

EPOCH = UUID(int=7)


def namespace(secret: str = "secret of a test", epoch: UUID = EPOCH) -> RedisNamespace:
    """A deployment's namespace, bound to a log."""
    made = RedisNamespace(secret)
    made.bind(epoch)
    return made
