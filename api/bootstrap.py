"""The composition root: settings in, one frozen container out. The only module that knows the adapters."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

import structlog
from broadcaster import Broadcast
from graphql import GraphQLError
from starlette.types import Scope

from api.addresses import DatabaseAddress
from api.auth.authenticator import Authenticator
from api.auth.cookies import NoCookies
from api.auth.passwords import Argon2Hasher
from api.auth.principals import PrincipalCache
from api.auth.tokens import SignedTokens
from api.clock import SystemClock
from api.http.document_budget import DocumentBudget
from api.http.fair import Fairness
from api.http.health import Check, Fault
from api.http.operations import Operations
from api.jobs.failures import FailureQueue
from api.jobs.last_seen import write_seen
from api.jobs.retention import Retention
from api.revisions import shipped
from api.settings import ConfigurationError, Settings
from api.sockets.registry import Sockets
from api.telemetry import Metrics
from domain.errors import Taken, ValidationFailed
from domain.models.actor import Actor, Origin, Role, system
from domain.models.directory import UserFilter
from domain.models.event import NewEvent
from domain.models.session import Principal
from domain.models.user import User
from domain.services.attempts import AttemptLimits, Attempts
from domain.services.event import EventService
from domain.services.history import HistoryService
from domain.services.importing import ImportService
from domain.services.retention import RetentionService
from domain.services.session import SessionService
from domain.services.sign_in import SessionRules
from domain.services.sign_in_failure import SignInFailureService
from domain.services.user import CreateUser, UserService
from domain.tasks import end
from persistence.database import READ_SECONDS, Database, count_values, fault_of, revision_of
from persistence.health import DatabaseHealth, RedisHealth
from persistence.log.hub import Hub
from persistence.log.relay import Relay
from persistence.log.trim import PruneLock
from persistence.redis.broadcast import NUDGE, Publisher, RedisBackend
from persistence.redis.namespace import RedisNamespace
from persistence.redis.presence import RedisPresence
from persistence.redis.rate_limit import RedisRateLimiter
from persistence.store import SqlStore
from schema.context import Context
from schema.errors import format_error
from schema.execution.documents import Documents
from schema.live.stream import Live
from schema.root import build_schema
from schema.services import Services

NOWHERE, NO_COOKIES = Origin(), NoCookies()
"""Of a context that belongs to no request: made once, because each live message has a context of its own."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Core:
    """What needs no live parts: enough for the command line."""

    settings: Settings
    database: Database
    store: SqlStore
    users: UserService
    sessions: SessionService
    events: EventService
    imports: ImportService
    retention: RetentionService
    history: HistoryService
    pruning: PruneLock
    hasher: Argon2Hasher
    tokens: SignedTokens
    namespace: RedisNamespace
    limiter: RedisRateLimiter
    failures: FailureQueue
    presence: RedisPresence
    clock: SystemClock
    effects: Effects

    async def close(self) -> None:
        """Write what waits, and close every connection and thread."""
        await self.failures.stop()
        await self.limiter.close()
        self.hasher.close()
        await self.database.dispose()


@dataclass
class Effects:
    """What follows from a commit in this process; the live parts register themselves here."""

    on_commit: list[Any] = field(default_factory=list)
    sockets: Sockets | None = None

    def committed(self, events: Sequence[NewEvent]) -> None:
        """Tell everybody."""
        for listener in self.on_commit:
            listener(events)

    async def settle(self, user_id: UUID) -> None:
        """See domain.services.live.LiveSessions."""
        if self.sockets is not None:
            await self.sockets.settle(user_id)


def build_core(settings: Settings, *, read_seconds: float | None = None) -> Core:
    """Connections and services; nothing is started or reached for. A command may read as long as it takes."""
    replicas = [u.dsn for u in settings.database_replica_urls]
    database = Database(settings.database_url.dsn, replicas, settings.database_pool_size, read_seconds)
    effects = Effects()
    store = SqlStore(database, effects.committed)
    clock = SystemClock()
    hasher = Argon2Hasher(settings.hash_threads)
    tokens = SignedTokens(settings.secret_key.get_secret_value(), timedelta(seconds=settings.access_token_seconds))
    redis_url = settings.redis_url.get_secret_value()
    namespace = RedisNamespace(settings.secret_key.get_secret_value())
    limiter, presence = RedisRateLimiter(redis_url, namespace), RedisPresence(redis_url, namespace)
    rules = SessionRules(timedelta(days=settings.refresh_token_days), settings.sign_up_enabled)
    attempts = Attempts(limiter, AttemptLimits(per_address=(settings.sign_ins_per_address, 300)))
    failures = FailureQueue(SignInFailureService(store).record)
    return Core(
        settings=settings,
        database=database,
        store=store,
        users=UserService(store, clock, hasher, tokens, presence, effects, attempts),
        sessions=SessionService(store, clock, hasher, tokens, attempts, failures, rules, effects),
        events=EventService(store, clock),
        imports=ImportService(store, clock),
        retention=RetentionService(store),
        history=HistoryService(store),
        pruning=PruneLock(settings.database_url.dsn),
        hasher=hasher,
        tokens=tokens,
        namespace=namespace,
        limiter=limiter,
        failures=failures,
        presence=presence,
        clock=clock,
        effects=effects,
    )


@dataclass(frozen=True)
class Container:
    """Everything a serving process has; `stack` ends it in the reverse order of its start."""

    core: Core
    services: Services
    fairness: Fairness
    operations: Operations
    authenticator: Authenticator
    principals: PrincipalCache
    backend: RedisBackend
    publisher: Publisher
    relay: Relay
    retention: Retention
    hub: Hub
    live: Live
    sockets: Sockets
    metrics: Metrics

    def database_checks(self) -> Mapping[str, Check]:
        """What health tries of the database."""
        database = DatabaseHealth(self.core.database)

        async def schema() -> Fault | None:
            found = await database.revision()
            words = shipped().fault(found)
            return None if words is None else Fault(words, serves=shipped().is_newer(found))

        return {"reads": database.reads, "schema": schema, "writes": database.writes}

    def redis_checks(self) -> Mapping[str, Check]:
        """What health tries of Redis."""
        redis = RedisHealth(self.core.settings.redis_url.get_secret_value(), lambda: self.core.namespace.name("health"))

        async def listening() -> str | None:
            return None if self.backend.connected else "it does not send messages to this process"

        return {"redis_listening": listening, "redis_publishing": redis.publishes, "redis_writing": redis.writes}


def _knowing(context: Context, users: Mapping[UUID, User | None]) -> Context:
    context.loaders.known = users
    return context


async def start(settings: Settings, stack: AsyncExitStack) -> Container:
    """Build and start the live parts; `stack` stops them. Raises Unavailable while the database cannot be reached."""
    core = build_core(settings, read_seconds=READ_SECONDS)
    stack.push_async_callback(core.close)
    redis_url = settings.redis_url.get_secret_value()
    backend = RedisBackend(redis_url, core.namespace)
    broadcast = await stack.enter_async_context(Broadcast(backend=backend))
    publisher = Publisher(backend)
    hub = Hub(core.store, broadcast, bind=core.namespace.bind)
    relay = Relay(settings.database_url.dsn, publisher, hub)
    publisher.start()
    stack.push_async_callback(publisher.stop)
    await hub.start()
    stack.push_async_callback(hub.stop)
    services = Services(core.users, core.sessions, core.events, core.presence, hub)
    metrics = Metrics()
    documents, fairness = Documents(build_schema(), debug=settings.debug), Fairness()
    operations = Operations(documents, metrics, DocumentBudget(time.monotonic), fairness)
    principals = PrincipalCache(_principals(core))
    authenticator = Authenticator(settings, core.tokens, principals, core.clock)

    def live_context(actor: Actor, users: Mapping[UUID, User | None]) -> Context:
        return _knowing(Context(services, actor, NOWHERE, NO_COOKIES, hub.position), users)

    def socket_context(actor: Actor, scope: Scope) -> Context:
        return Context(services, actor, authenticator.origin(scope), NO_COOKIES, hub.position)

    async def authenticate(scope: Scope, payload: Mapping[str, Any]) -> tuple[Actor, float]:
        identity = await authenticator.require(scope, payload)
        return identity.actor, identity.expires_at

    def shown(error: GraphQLError) -> Mapping[str, Any]:
        return format_error(error)

    live = Live(hub, core.users.as_stored, live_context, shown)
    sockets = Sockets(
        operations=operations,
        live=live,
        sessions=core.sessions,
        presence=core.presence,
        clock=core.clock,
        authenticate=authenticate,
        context=socket_context,
    )
    core.effects.sockets = sockets

    def forget(events: Sequence[NewEvent]) -> None:
        for user_id in {e.user_id for e in events if e.user_id is not None}:
            principals.forget(user_id)

    core.effects.on_commit += [forget, metrics.committed, lambda _: relay.nudge()]
    hub.listen(forget)
    hub.on_renewal(lambda _: principals.clear())
    hub.on_renewal(lambda _: sockets.recheck())
    live.start()
    stack.push_async_callback(live.stop)
    live.follow_presence(core.presence)
    core.failures.start()
    sockets.start()
    stack.push_async_callback(sockets.stop)
    core.presence.start()
    stack.push_async_callback(core.presence.stop)
    relay.start()
    stack.push_async_callback(relay.stop)
    retention = Retention(core.retention, core.pruning.alone, settings.log_retention_days)
    retention.start()
    stack.push_async_callback(retention.stop)
    tasks = [
        asyncio.create_task(_hear_nudges(broadcast, relay), name="nudges"),
        asyncio.create_task(write_seen(authenticator, core.sessions), name="last-seen"),
    ]
    stack.push_async_callback(end, tasks)
    container = Container(
        core=core,
        services=services,
        fairness=fairness,
        operations=operations,
        authenticator=authenticator,
        principals=principals,
        backend=backend,
        publisher=publisher,
        relay=relay,
        retention=retention,
        hub=hub,
        live=live,
        sockets=sockets,
        metrics=metrics,
    )
    _gauges(container)
    return container


def _gauges(container: Container) -> None:
    """What Prometheus is told of a serving process."""
    gauge = container.metrics.gauge
    gauge("sockets", "Open sockets", lambda: container.sockets.count)
    gauge("log_head", "Newest sequence this process has seen", lambda: container.hub.head)
    gauge("relay_leading", "Whether this process numbers events", lambda: int(container.relay.leading))
    gauge("log_pruned", "Old events that this process has deleted", lambda: container.retention.pruned)
    gauge("redis_connected", "Whether the subscription to Redis stands", lambda: int(container.backend.connected))
    gauge("redis_shared", "Whether presence was written to Redis and read", lambda: int(container.core.presence.shared))
    gauge("redis_dropped", "Messages not published while Redis was away", lambda: container.publisher.dropped)
    gauge("redis_refused", "Messages and leases not sealed for this log", lambda: container.core.namespace.refused)
    gauge("hub_holes", "Holes seen in the live stream and read from the table", lambda: container.hub.holes)
    gauge("live_groups", "Different subscriptions rendered", lambda: container.live.group_count)
    documents = container.operations.documents
    gauge("documents_bytes", "Memory of the documents that are kept, as estimated", lambda: documents.bytes_kept)
    turns = container.fairness.turns
    gauge("operations_waiting", "Operations that wait for others of their session", lambda: turns.waiting)
    gauge("sign_in_failures_waiting", "Failed sign-ins not yet in the log", lambda: container.core.failures.waiting)
    gauge("hashes_waiting", "Passwords that wait to be hashed", lambda: container.core.hasher.waiting)


def _principals(core: Core) -> Any:
    async def find(session_ids: Sequence[UUID]) -> Mapping[UUID, Principal]:
        return await core.sessions.principals(session_ids)

    return find


async def _hear_nudges(broadcast: Broadcast, relay: Relay) -> None:
    async with broadcast.subscribe(NUDGE) as stream:
        while True:
            await stream.get()
            relay.wake()


@asynccontextmanager
async def open_core(settings: Settings) -> AsyncIterator[Core]:
    """The services for a command, closed afterwards."""
    core = build_core(settings)
    try:
        yield core
    finally:
        await core.close()


async def check_database(address: DatabaseAddress) -> None:
    """Raise ConfigurationError unless DATABASE_URL leads to a database at the schema revision of this release."""
    found = await schema_revision(address)
    fault = shipped().fault(found)
    if fault is not None:
        raise ConfigurationError(unusable(fault))


async def schema_revision(address: DatabaseAddress) -> str | None:
    """The revision that a database is at, None where it was never migrated.

    Raises ConfigurationError where DATABASE_URL leads to no database that can be connected to.
    """
    fault = await fault_of(address.dsn)
    if fault is not None:
        raise ConfigurationError(unusable(fault))
    return await revision_of(address.dsn)


async def count_in_database(address: DatabaseAddress, columns: Sequence[tuple[str, str | None]]) -> list[int]:
    """How many rows each table has, or values each (table, column); 0 for what does not exist."""
    return await count_values(address.dsn, columns)


def unusable(fault: str) -> str:
    """How a command says what is wrong with the database."""
    return f"Rollcall cannot use this database:\n  DATABASE_URL: {fault}"


async def ensure_first_admin(settings: Settings) -> str | None:
    """Make the first admin where the directory has none of any status; the password that was made up for it, or None.

    Raises ConfigurationError where ADMIN_EMAIL or ADMIN_PASSWORD cannot be used, and Unavailable.
    """
    given = settings.admin_password
    password = given.get_secret_value() if given else secrets.token_urlsafe(12)
    command = CreateUser(settings.admin_email or "admin@example.com", "Admin", Role.ADMIN, password)
    async with open_core(settings) as core:
        if await _count_admins(core):
            return None
        try:
            await core.users.create(system(), command)
        except ValidationFailed as error:
            lines = "\n".join(f"  ADMIN_{f.field.upper()}: {f.message}" for f in error.faults)
            raise ConfigurationError(f"The first admin cannot be made:\n{lines}") from None
        except Taken:
            if await _count_admins(core):  # another server that starts at this moment was first
                return None
            raise ConfigurationError("ADMIN_EMAIL: belongs to a user who is no admin") from None
    return None if given else password


async def _count_admins(core: Core) -> int:
    return await core.users.count(core.users.query(system(), filter_=UserFilter(role=frozenset({Role.ADMIN}))))
