"""The core of a serving process, which has sockets."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from api.bootstrap.core import Core
from api.settings import Settings
from api.sockets.registry import SocketRegistry
from api.sockets.revocation import Bounds, Revocation


class ServingCore(Core):
    """One per serving process: statements that read for too long are ended, and a pooler and replicas are used."""

    def __init__(self, settings: Settings, **replaced: Any) -> None:
        super().__init__(settings, serving=True, **replaced)

    @cached_property
    def registry(self) -> SocketRegistry:
        """The open sockets."""
        return SocketRegistry(self.presence)

    @cached_property
    def revocation_bounds(self) -> Bounds:
        """How late a socket may be closed."""
        return Bounds()

    @cached_property
    def revocation(self) -> Revocation:
        """Closes sockets that have lost their right."""
        return Revocation(self.registry, self.principals.get_many, self.clock, self.revocation_bounds)
