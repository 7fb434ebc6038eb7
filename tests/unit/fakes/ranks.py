"""Searching and sorting users in memory: by the rules of relevance, or by a field."""

from __future__ import annotations

from domain.models.conditions import texts_of
from domain.models.directory import UserQuery, UserSort
from domain.models.relevance import Tier, rank
from domain.models.user import User
from domain.models.words import email_key, name_key


def tier_of(user: User, query: UserQuery) -> Tier | None:
    """How well a user matches the search of a query; None if there is no search or no match."""
    key = name_key(user.display_name)
    texts = texts_of(user.id, key, email_key(user.email, key), user.email)
    return None if query.search is None else rank(query.search, texts, by_email=query.by_email)


def sort_key(user: User, query: UserQuery) -> tuple[int, str]:
    """The value by which users are sorted."""
    if query.sort is UserSort.RELEVANCE:
        return tier_of(user, query) or 0, name_key(user.display_name)
    by_name = query.sort is UserSort.DISPLAY_NAME
    return 0, name_key(user.display_name) if by_name else str(getattr(user, query.sort))
