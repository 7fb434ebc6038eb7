"""What a serving process has: the core, and the live parts around it.

Parts depend only on the parts they are made of. Listeners, which would make a cycle of that, are registered in `_follow`.
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from functools import cached_property, partial
from typing import Any

from broadcaster import Broadcast

from api.auth.api_keys import ApiKeys
from api.auth.authenticator import Authenticator
from api.auth.principals import PrincipalCache
from api.bootstrap.answers import answers_of
from api.bootstrap.checks import database_checks, external_checks, log_checks, redis_checks, replica_checks
from api.bootstrap.contexts import live_contexts, socket_contexts
from api.bootstrap.parts import Parts
from api.bootstrap.serving_core import ServingCore
from api.http.document_budget import DocumentBudget
from api.http.fair import Fairness
from api.http.health import EXTERNAL_KEPT_SECONDS, Health, HealthProbes, Probe, each_apart, results
from api.http.operations import Operations
from api.jobs.last_seen import write_seen
from api.jobs.mails import MailJobs
from api.jobs.retention import Retention
from api.jobs.webhooks import WebhookJobs
from api.logs import log_sign_ins
from api.settings import Settings
from api.settings_in_force import settings_in_force
from api.sockets.endpoint import SocketEndpoint
from api.sockets.watchdog import Watchdog
from api.telemetry import Metrics
from api.tracing.export import Tracing, tracing_of
from api.tracing.requests import TracedOperations
from api.version import VERSION
from domain.services.personal_data import PersonalDataService
from domain.services.service_info import ServiceInfoService
from domain.tasks import background
from persistence.log.backlog import LogBacklog
from persistence.log.hub import Hub
from persistence.log.relay import Relay
from persistence.redis.broadcast import NUDGE, Publisher, RedisBackend
from schema.errors import format_error
from schema.execution.answers import Answers
from schema.execution.documents import Documents
from schema.execution.executions import Executions
from schema.live.stream import Live
from schema.root import build_schema
from schema.services import Services


class Container(Parts):
    """One per serving process; `running` starts it and stops it."""

    core: ServingCore

    def __init__(self, core: ServingCore, **replaced: Any) -> None:
        super().__init__(replaced, core=core)

    def in_order(self) -> Sequence[AbstractAsyncContextManager[object]]:
        """See Parts: a dependency starts before its dependents, and ends after them."""
        core = self.core
        return (
            nullcontext() if self.tracing is None else self.tracing.running(),
            core.running(),
            core.slow_statements,
            core.failures.writing(),
            self._signing_keys(),
            self.broadcast,
            self.publisher,
            self.hub,
            self._follow(),
            self.live,
            core.revocation,
            self.sockets,
            self.watchdog,
            core.presence,
            self.relay,
            self.pruner,
            self.mail_jobs,
            self.webhook_jobs,
            core.siblings.asked(lambda: self.health.own_metrics()),  # noqa: PLW0108 - made when it is asked
            background(self._listen_for_nudges, "nudges"),
            background(partial(write_seen, self.authenticator, core.sessions, core.api_keys), "last-seen"),
        )

    @asynccontextmanager
    async def _follow(self) -> AsyncIterator[None]:
        """Register the listeners: cached rights are dropped before subscribers receive the events that change them."""
        principals, revocation = self.principal_cache, self.core.revocation
        self.hub.listen(principals.forget_users)
        self.hub.listen(self.answers.received)
        self.hub.on_renewal(lambda _: self.answers.forget())
        self.hub.listen(self.metrics.delivered)
        self.hub.listen(self.core.mails.follow)
        self.hub.listen(self.core.webhook_sending.noticed)
        self.core.results.follow(lambda: self.hub.position)
        self.hub.listen(self.core.results.noticed)
        self.hub.on_renewal(lambda _: self.core.results.forget())
        self.hub.on_renewal(lambda _: principals.clear())
        self.hub.on_renewal(lambda _: revocation.recheck())
        self.hub.listen(self.core.key_ring.noticed)
        self.live.after_batch(revocation.written)
        self.live.follow_presence(self.core.presence)
        with self.core.commits.notifying(
            principals.forget_users,
            revocation.committed,
            self.metrics.committed,
            self.core.key_ring.noticed,
            log_sign_ins,
            lambda _: self.relay.nudge(),
        ):
            yield

    @asynccontextmanager
    async def _signing_keys(self) -> AsyncIterator[None]:
        """Make the first key if there is none, and follow the keys of the database."""
        await self.core.read_signing_keys()
        async with background(self.core.key_ring.follow, "signing-keys"):
            yield

    async def _listen_for_nudges(self) -> None:
        async with self.broadcast.subscribe(NUDGE) as stream:
            while True:
                await stream.get()
                self.relay.wake()

    @cached_property
    def backend(self) -> RedisBackend:
        """The subscription to Redis."""
        return RedisBackend(self.core.redis_url, self.core.namespace, self.core.redis_times)

    @cached_property
    def broadcast(self) -> Broadcast:
        """The messages of other instances."""
        return Broadcast(backend=self.backend)

    @cached_property
    def publisher(self) -> Publisher:
        """Publishes to other instances."""
        return Publisher(self.backend)

    @cached_property
    def hub(self) -> Hub:
        """The log as this process sees it."""
        return Hub(self.core.store, self.broadcast, bind=self.core.namespace.bind)

    @cached_property
    def relay(self) -> Relay:
        """Numbers events while this process leads."""
        return Relay(self.core.settings.direct_database_url.dsn, self.publisher, self.hub)

    @cached_property
    def pruner(self) -> Retention:
        """The schedule that deletes what is old."""
        core, settings = self.core, self.core.settings
        return Retention(
            core.retention, core.pruning.alone, settings.log_retention_days, settings.session_retention_days
        )

    @cached_property
    def mail_jobs(self) -> MailJobs:
        """Fill the queue of mails and empty it."""
        return MailJobs(self.core.mails, self.core.mail_transport)

    @cached_property
    def webhook_jobs(self) -> WebhookJobs:
        """Fill the queue of webhooks and empty it."""
        return WebhookJobs(self.core.webhook_sending, self.core.webhook_transport)

    @cached_property
    def tracing(self) -> Tracing | None:
        """Records traces, None if no collector is set."""
        return tracing_of(self.core.settings)

    @cached_property
    def metrics(self) -> Metrics:
        """The counters and gauges for Prometheus."""
        return Metrics()

    @cached_property
    def fairness(self) -> Fairness:
        """Limits what one session runs at once."""
        return Fairness()

    @cached_property
    def documents(self) -> Documents:
        """Parses, validates, measures and compiles documents, and caches them."""
        return Documents(build_schema())

    @cached_property
    def operations(self) -> Operations:
        """Executes documents."""
        debug, answered = self.core.settings.debug, self.metrics.compiled
        executions = Executions(self.documents, debug=debug, answered=answered, answers=self.answers)
        given = executions, self.metrics, DocumentBudget(time.monotonic), self.fairness
        return Operations(*given) if self.tracing is None else TracedOperations(self.tracing.tracer, *given)

    @cached_property
    def answers(self) -> Answers:
        """The answers that are given again."""
        return answers_of(self.core, self.hub)

    @cached_property
    def principal_cache(self) -> PrincipalCache:
        """Caches principals for seconds."""
        return PrincipalCache(self.core.principals.get_many)

    @cached_property
    def authenticator(self) -> Authenticator:
        """From a credential to an actor."""
        core = self.core
        keys = ApiKeys(core.api_keys.find)
        return Authenticator(core.settings, core.tokens, keys, self.principal_cache, core.clock)

    @cached_property
    def probes(self) -> HealthProbes:
        """The health checks."""
        core = self.core
        return HealthProbes(
            Probe(database_checks(core)),
            Probe(redis_checks(core, lambda: self.backend.connected), lambda: self.backend.connected),
            Probe(log_checks(core, lambda: self.hub.advanced_at)),
            each_apart(replica_checks(core, lambda: self.hub.head)),
            each_apart(external_checks(core.settings), EXTERNAL_KEPT_SECONDS),
        )

    @cached_property
    def backlog(self) -> LogBacklog:
        """What /metrics asks the databases about the log."""
        return LogBacklog(self.core.database, lambda: self.hub.head)

    @cached_property
    def health(self) -> Health:
        """The routes by which this process is watched."""
        token = self.core.settings.metrics_token
        return Health(self.probes, self.metrics, token, self.backlog.measure, self.core.siblings.together)

    @cached_property
    def service_info(self) -> ServiceInfoService:
        """What this process reports about itself."""
        return ServiceInfoService(VERSION, settings_in_force(self.core.settings), lambda: results(*self.probes.all))

    @cached_property
    def services(self) -> Services:
        """The use cases that resolvers call."""
        core = self.core
        return Services(
            users=core.users,
            sessions=core.sessions,
            second_factors=core.second_factors,
            passkeys=core.passkeys,
            resets=core.accounts.resets,
            verifications=core.accounts.verifications,
            email_changes=core.accounts.email_changes,
            invitations=core.accounts.invitations,
            events=core.events,
            api_keys=core.api_keys,
            personal_data=PersonalDataService(core.store, core.clock),
            webhooks=core.webhooks,
            signing_keys=core.signing_keys,
            presence=core.presence,
            log=self.hub,
            service_info=self.service_info,
        )

    @cached_property
    def live(self) -> Live:
        """Serves subscriptions; identical ones are rendered once."""
        return Live(self.hub, self.core.users.as_stored, live_contexts(self.services), format_error)

    @cached_property
    def sockets(self) -> SocketEndpoint:
        """The WebSocket route."""
        contexts = socket_contexts(self.services, self.authenticator)
        return SocketEndpoint(self.core.registry, self.operations, self.live, self.authenticator.require, contexts)

    @cached_property
    def watchdog(self) -> Watchdog:
        """Checks every socket once a second."""
        return Watchdog(self.core.registry)


def build(settings: Settings, **replaced: Any) -> Container:
    """A serving process that is not started yet: `async with build(settings).running() as container`.

    `replaced` has parts of the core or of the container by name, in place of the real ones. Raises TypeError for a name
    that is not a part.
    """
    own = {name: part for name, part in replaced.items() if name in ServingCore.names()}
    rest = {name: part for name, part in replaced.items() if name not in own}
    return Container(ServingCore(settings, **own), **rest)
