"""Entity tags and conditional requests (RFC 9110 sections 8.8.3 and 13.1): the tag of a user is its version."""

from __future__ import annotations

import re

from domain.models.user import User

TAG = re.compile(r'\s*(?P<weak>W/)?"(?P<version>[0-9]{1,9})"\s*')


def etag(user: User) -> str:
    """The entity tag of a user's current version."""
    return f'"{user.version}"'


def versions(condition: str | None, *, weak: bool) -> frozenset[int] | None:
    """The versions that a condition names; None if there is no condition, or if it is `*`, which matches everything.

    Tags that this API did not issue match nothing. If-Match compares strongly, If-None-Match weakly (`weak`).
    """
    if condition is None or condition.strip() == "*":
        return None
    found = (TAG.fullmatch(tag) for tag in condition.split(","))
    return frozenset(int(tag["version"]) for tag in found if tag and (weak or not tag["weak"]))


def is_known(condition: str | None, user: User) -> bool:
    """Whether the caller already has this version of the user (If-None-Match)."""
    named = versions(condition, weak=True)
    return condition is not None and (named is None or user.version in named)
