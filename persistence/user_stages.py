"""Steps in which the users that a search finds are read, tier by tier."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, union_all

from domain.models.relevance import Tier
from persistence.user_rows import Rows
from persistence.user_seek import Seek
from persistence.user_sources import Sources


@dataclass(frozen=True, slots=True)
class Stage:
    """A step of reading: some tiers, and the statement that reads what is left of them."""

    tiers: Sequence[Tier]
    statement: Callable[[Seek, int], Any]


def all_of(tiers: Sequence[Tier], lists: Sequence[Select[Any]]) -> Stage:
    """All rows of these lists, sorted."""
    together = lists[0] if len(lists) == 1 else union_all(*lists)
    return Stage(tiers, lambda _seek, _limit: together)


def together(stages: Sequence[Stage]) -> Stage:
    """Several stages that each cost little, read at once."""

    def statement(seek: Seek, limit: int) -> Any:
        lists = [stage.statement(seek, limit) for stage in stages if seek.reaches(stage.tiers)]
        return lists[0] if len(lists) == 1 else union_all(*lists)

    return Stage([tier for stage in stages for tier in stage.tiers], statement)


def by_vocabulary(sources: Sources, rows: Rows, tier: Tier) -> Stage:
    """The first rows of each of the words."""
    return Stage((tier,), lambda seek, limit: sources.by_vocabulary(rows, tier, seek, limit))
