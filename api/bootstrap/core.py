"""The connections and use cases, without the live parts: enough for the command line."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from functools import cached_property
from typing import Any

from api.auth.access_tokens import TokenRules
from api.auth.authenticator_app import AuthenticatorApp
from api.auth.key_ring import KeyRing
from api.auth.passwords import Argon2Hasher
from api.auth.sealed_keys import SealedKeys
from api.auth.tokens import SignedTokens
from api.bootstrap.commits import Commits
from api.bootstrap.database import statement_limits
from api.bootstrap.parts import Parts
from api.clock import SystemClock
from api.jobs.failures import FailureQueue
from api.mails.transport import transport_of
from api.settings import Settings
from api.sockets.registry import SocketRegistry
from api.sockets.revocation import Bounds, Revocation
from domain.models.mail import MailTransport
from domain.services.api_key import ApiKeyService
from domain.services.attempts import AttemptLimits, Attempts
from domain.services.event import EventService
from domain.services.history import HistoryService
from domain.services.importing import ImportService
from domain.services.mail import MailService
from domain.services.principal import PrincipalService
from domain.services.reset import ResetService
from domain.services.restoring import RestoreService
from domain.services.results import Results
from domain.services.retention import RetentionService
from domain.services.second_factor import SecondFactorService
from domain.services.session import SessionService
from domain.services.sign_in import SessionRules
from domain.services.sign_in_failure import SignInFailureService
from domain.services.signing_key import SigningKeyService
from domain.services.unit import Clock, Store
from domain.services.user import UserService
from domain.services.verification import VerificationService
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


class Core(Parts):
    """One per process. With `serving`, statements that read for too long are ended, and a pooler and replicas are used."""

    settings: Settings
    serving: bool

    def __init__(self, settings: Settings, *, serving: bool = False, **replaced: Any) -> None:
        super().__init__(replaced, settings=settings, serving=serving)

    def in_order(self) -> Sequence[AbstractAsyncContextManager[object]]:
        """See Parts: those with connections and threads, and the queue that is written with them."""
        return self.database, self.hasher, self.limiter, self.result_store, self.failures

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
        return ConnectionTurns(self.settings.database_pool_size)

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
    def tokens(self) -> SignedTokens:
        """Makes and reads access and refresh tokens."""
        settings = self.settings
        rules = TokenRules(settings.public_url, settings.token_audience, self.access_lifetime)
        return SignedTokens(settings.secret_key.get_secret_value(), self.key_ring, rules)

    @cached_property
    def access_lifetime(self) -> timedelta:
        """How long an access token lives."""
        return timedelta(seconds=self.settings.access_token_seconds)

    @cached_property
    def sealed_keys(self) -> SealedKeys:
        """Makes signing keys, and encrypts them."""
        return SealedKeys([self.settings.secret_key.get_secret_value()])

    @cached_property
    def signing_keys(self) -> SigningKeyService:
        """The use cases of signing keys."""
        return SigningKeyService(
            self.store, self.clock, self.sealed_keys, self.access_lifetime, self.settings.token_algorithm
        )

    @cached_property
    def api_keys(self) -> ApiKeyService:
        """The use cases of API keys."""
        return ApiKeyService(self.store, self.clock, self.revocation)

    @cached_property
    def key_ring(self) -> KeyRing:
        """The signing keys as this process knows them; a command reads none."""
        return KeyRing(self.sealed_keys, self.signing_keys.usable, self.access_lifetime)

    async def read_signing_keys(self) -> None:
        """Read the signing keys, after making the first one if there is none: no token is issued without. Raises Unavailable."""
        self.key_ring.replace(await self.signing_keys.ensure())

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
    def registry(self) -> SocketRegistry:
        """The open sockets; a command has none."""
        return SocketRegistry(self.presence)

    @cached_property
    def principals(self) -> PrincipalService:
        """Reads the current principals of sessions."""
        return PrincipalService(self.store)

    @cached_property
    def revocation_bounds(self) -> Bounds:
        """How late a socket may be closed."""
        return Bounds()

    @cached_property
    def revocation(self) -> Revocation:
        """Closes sockets that have lost their right."""
        return Revocation(self.registry, self.principals.get_many, self.clock, self.revocation_bounds)

    @cached_property
    def failures(self) -> FailureQueue:
        """Failed sign-ins that wait to be written."""
        return FailureQueue(SignInFailureService(self.store).record)

    @cached_property
    def users(self) -> UserService:
        """The use cases of the directory."""
        return UserService(
            self.store, self.clock, self.hasher, self.tokens, self.presence, self.revocation, self.attempts
        )

    @cached_property
    def sessions(self) -> SessionService:
        """The use cases of sessions."""
        settings = self.settings
        longest = timedelta(days=settings.session_days) if settings.session_days else None
        rules = SessionRules(timedelta(days=settings.refresh_token_days), longest, settings.sign_up_enabled)
        return SessionService(
            self.store,
            self.clock,
            self.hasher,
            self.tokens,
            self.attempts,
            self.failures,
            rules,
            self.revocation,
            self.second_factors,
        )

    @cached_property
    def second_factors(self) -> SecondFactorService:
        """The use cases of second factors."""
        app = AuthenticatorApp([self.settings.secret_key.get_secret_value()], self.settings.app_name)
        return SecondFactorService(self.store, self.clock, self.hasher, app, self.attempts, self.revocation)

    @cached_property
    def mails(self) -> MailService:
        """The queue of mails."""
        return MailService(self.store, self.clock)

    @cached_property
    def mail_transport(self) -> MailTransport:
        """Delivers mails: by SMTP, or as files."""
        return transport_of(self.settings, self.clock)

    @cached_property
    def resets(self) -> ResetService:
        """Resetting forgotten passwords."""
        return ResetService(self.store, self.clock, self.hasher, self.attempts, self.revocation, self.mails.wake)

    @cached_property
    def verifications(self) -> VerificationService:
        """Verifying e-mail addresses."""
        return VerificationService(self.store, self.clock, self.attempts, self.mails.wake)

    @cached_property
    def result_store(self) -> RedisResults:
        """Where they are kept for all instances."""
        return RedisResults(self.redis_url, self.namespace, self.redis_times)

    @cached_property
    def results(self) -> Results:
        """Dear results that are kept for a while; a command follows no log, and keeps none."""
        return Results(self.result_store)

    @cached_property
    def events(self) -> EventService:
        """The audit trail."""
        return EventService(self.store, self.clock, self.results)

    @cached_property
    def imports(self) -> ImportService:
        """Users and events from files."""
        return ImportService(self.store, self.clock, self.hasher)

    @cached_property
    def retention(self) -> RetentionService:
        """Pruning the log, and deleting old sessions."""
        return RetentionService(self.store)

    @cached_property
    def restoring(self) -> RestoreService:
        """Reading exported events back."""
        return RestoreService(self.store)

    @cached_property
    def history(self) -> HistoryService:
        """The log against the directory."""
        return HistoryService(self.store)

    @cached_property
    def pruning(self) -> PruneLock:
        """Held by the one process that prunes."""
        return PruneLock(self.settings.direct_database_url.dsn)


def open_core(settings: Settings, **replaced: Any) -> AbstractAsyncContextManager[Core]:
    """The use cases for a command, which may read for as long as it takes. Raises TypeError for a name that is not a part."""
    return Core(settings, **replaced).running()
