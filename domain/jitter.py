"""Random numbers that are no secret: what spreads load or pauses."""

from __future__ import annotations

from random import Random

JITTER = Random()  # noqa: S311 - no secret comes of it
"""Not the functions of the module `random`: tests seed that one, and expect no other user of it."""
