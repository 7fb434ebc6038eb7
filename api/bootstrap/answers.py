"""The answers that are given again, over the log as this process sees it."""

from __future__ import annotations

from api.bootstrap.core import Core
from persistence.direct import Direct
from persistence.log.hub import Hub
from persistence.log.unreceived import UnreceivedEvents
from schema.execution.answers import Answers


def answers_of(core: Core, hub: Hub) -> Answers:
    """Those of one process; none with replicas, which may be behind what the primary has committed."""
    unreceived = UnreceivedEvents(Direct(core.database, core.connection_turns), hub)
    return Answers(unreceived.read, 0 if core.database.replicas else core.settings.answer_cache_megabytes << 20)
