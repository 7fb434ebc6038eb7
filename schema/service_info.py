"""What the service reports about itself: its version, health checks and settings."""

from __future__ import annotations

import strawberry

from schema.context import Info
from schema.marks import SHORT_LIST, price

SETTINGS_MAX = 100
"""The maximum number of settings."""


@strawberry.type
class ServiceCheck:
    """The latest result of a health check."""

    name: str = strawberry.field(description="What was checked, as at /readyz; a replica by its place in the list.")
    reason: str | None = strawberry.field(description="Why it failed, as text for people; null if all is well.")


@strawberry.type
class ServiceSetting:
    """A setting in force. Of a secret, this only says whether it is set."""

    name: str = strawberry.field(description="The name of its environment variable.")
    value: str | None = strawberry.field(description="The value as text; null if it is not set, and for every secret.")
    is_set: bool = strawberry.field(description="Whether it has a value, also one by default.")


@strawberry.type
class ServiceInfo:
    """What this instance of the service reports about itself."""

    @strawberry.field
    def version(self, info: Info) -> str:
        """The release of Rollcall that this instance runs."""
        return info.context.services.service_info.version

    @strawberry.field(metadata=price(cost=SHORT_LIST, items=SHORT_LIST))
    async def checks(self, info: Info) -> list[ServiceCheck]:
        """The health checks with their results, which are at most a second old."""
        checks = await info.context.services.service_info.checks()
        return [ServiceCheck(name=check.name, reason=check.fault) for check in checks]

    @strawberry.field(metadata=price(items=SETTINGS_MAX))
    def settings(self, info: Info) -> list[ServiceSetting] | None:
        """The settings in force since the process was started, for admins; null for others."""
        settings = info.context.services.service_info.settings(info.context.viewer)
        if settings is None:
            return None
        return [ServiceSetting(name=s.name, value=s.value, is_set=s.is_set) for s in settings]


@strawberry.type
class ServiceInfoQueries:
    """The service itself."""

    @strawberry.field
    def service_info(self, info: Info) -> ServiceInfo:
        """What this instance of the service reports about itself."""
        info.context.viewer  # noqa: B018 - raises without a session
        return ServiceInfo()
