"""Fakes of the domain's ports: memory in place of a database, and outside systems that a test controls."""

from tests.unit.fakes.outside import FakeClock, FakeHasher, FakeLimiter, FakeLive, FakePresence, FakeTokens
from tests.unit.fakes.store import FakeStore

__all__ = ["FakeClock", "FakeHasher", "FakeLimiter", "FakeLive", "FakePresence", "FakeStore", "FakeTokens"]
