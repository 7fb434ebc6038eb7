"""What the use cases stand on: the connections, the clock, and the limits."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from api.auth.passwords import Argon2Hasher
from api.bootstrap.commits import Commits
from api.bootstrap.database import statement_limits
from api.bootstrap.parts import Parts
from api.clock import SystemClock
from api.jobs.failures import FailureQueue
from api.settings import Settings
from api.workers.siblings import Siblings
from domain.services.attempts import AttemptLimits, Attempts
from domain.services.live import LiveSessions, NoLiveSessions
from domain.services.principal import PrincipalService
from domain.services.sign_in_failure import SignInFailureService
from domain.services.unit import Clock, Store
from persistence.database import Database
from persistence.log.trim import PruneLock
from persistence.redis.namespace import RedisNamespace
from persistence.redis.presence import RedisPresence
from persistence.redis.rate_limit import RedisRateLimiter
from persistence.redis.results import RedisResults
from persistence.redis.times import RedisTimes
from persistence.slow import SlowStatements
from persistence.store import SqlStore
from persistence.turns import ConnectionTurns


class Engines(Parts):
    """The base of Core. With `serving`, statements that read for too long are ended, and a pooler and replicas are used."""

    settings: Settings
    serving: bool

    def __init__(self, settings: Settings, *, serving: bool = False, **replaced: Any) -> None:
        super().__init__(replaced, settings=settings, serving=serving)

    @cached_property
    def database(self) -> Database:
        """The pools of the primary and the replicas."""
        settings = self.settings
        pooled = self.serving and settings.database_direct_url is not None
        primary = settings.database_url if pooled else settings.direct_database_url
        replicas = [u.dsn for u in settings.database_replica_urls if self.serving]
        limits = statement_limits(settings, serving=self.serving)
        return Database(primary.dsn, replicas, settings.database_pool_size, limits, pooled=pooled)

    @cached_property
    def slow_statements(self) -> SlowStatements:
        """Logs the slow ones."""
        settings = self.settings
        return SlowStatements(self.database, settings.slow_query_milliseconds / 1000, explain=settings.debug)

    @cached_property
    def connection_turns(self) -> ConnectionTurns:
        """Shares the connections of the pools among sessions."""
        return ConnectionTurns.of(self.database)

    @cached_property
    def commits(self) -> Commits:
        """Announces what the store has committed."""
        return Commits()

    @cached_property
    def store(self) -> Store:
        """Where units of work come from."""
        return SqlStore(self.database, self.commits.announce, self.connection_turns)

    @cached_property
    def clock(self) -> Clock:
        """The time."""
        return SystemClock()

    @cached_property
    def hasher(self) -> Argon2Hasher:
        """Hashes passwords on its own threads."""
        return Argon2Hasher(self.settings.hash_threads)

    @cached_property
    def redis_url(self) -> str:
        """With its password."""
        return self.settings.redis_url.get_secret_value()

    @cached_property
    def namespace(self) -> RedisNamespace:
        """The names and the key of this log in Redis."""
        return RedisNamespace(self.settings.secret_key.get_secret_value())

    @cached_property
    def redis_times(self) -> RedisTimes:
        """Measures the round trips."""
        return RedisTimes()

    @cached_property
    def limiter(self) -> RedisRateLimiter:
        """Counts attempts."""
        return RedisRateLimiter(self.redis_url, self.namespace, times=self.redis_times)

    @cached_property
    def attempts(self) -> Attempts:
        """The limits of attempts."""
        return Attempts(self.limiter, AttemptLimits(per_address=(self.settings.sign_ins_per_address, 300)))

    @cached_property
    def presence(self) -> RedisPresence:
        """Which users are online on any instance; a command does not enter it, because it has no sockets."""
        return RedisPresence(self.redis_url, self.namespace, self.redis_times)

    @cached_property
    def principals(self) -> PrincipalService:
        """Reads the current principals of sessions."""
        return PrincipalService(self.store)

    @cached_property
    def revocation(self) -> LiveSessions:
        """The sockets that use cases wait for; a command has none."""
        return NoLiveSessions()

    @cached_property
    def failures(self) -> FailureQueue:
        """Failed sign-ins that wait to be written."""
        return FailureQueue(SignInFailureService(self.store).record)

    @cached_property
    def result_store(self) -> RedisResults:
        """Where they are kept for all instances."""
        return RedisResults(self.redis_url, self.namespace, self.redis_times)

    @cached_property
    def pruning(self) -> PruneLock:
        """Held by the one process that prunes."""
        return PruneLock(self.settings.direct_database_url.dsn)

    @cached_property
    def siblings(self) -> Siblings:
        """The workers of the same port: one, unless it is replaced."""
        return Siblings(1, 1, None)
