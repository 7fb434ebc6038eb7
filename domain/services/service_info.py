"""What the service reports about itself, limited to what the actor may know."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from domain import policies
from domain.models.actor import Actor
from domain.models.service_info import Check, Setting

Checks = Callable[[], Awaitable[Sequence[Check]]]
"""Returns the latest results of the health checks; frequent calls cost nothing."""


class ServiceInfoService:
    """`settings` are those in force since the process was started; secrets have no value in them."""

    def __init__(self, version: str, settings: Sequence[Setting], checks: Checks) -> None:
        self.version, self._settings, self._checks = version, settings, checks

    def settings(self, actor: Actor) -> Sequence[Setting] | None:
        """The settings in force; None for actors who may not see them."""
        return self._settings if policies.can_see_settings(actor) else None

    async def checks(self) -> Sequence[Check]:
        """The latest results of the health checks, which are public, as at /readyz."""
        return await self._checks()
