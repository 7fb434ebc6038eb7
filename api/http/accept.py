"""Which of two media types a client would rather have (RFC 9110 section 12.5.1)."""

from __future__ import annotations

from functools import lru_cache

JSON_TYPE = "application/json"
RESPONSE_TYPE = "application/graphql-response+json"
RANGES_MAX = 64
"""Media ranges that are read of one header; no client names as many."""


@lru_cache(maxsize=64)
def response_type(accept: str) -> str:
    """The type of a GraphQL answer for an Accept header, "" without one.

    `application/graphql-response+json` goes to clients that know it, so it must be named, or be all that is left;
    between equals it is preferred. A client that accepts neither gets JSON all the same, as the same section allows:
    an error it may not understand is better than no answer.
    """
    ranges = _ranges(accept)
    modern, plain = _quality(ranges, RESPONSE_TYPE), _quality(ranges, JSON_TYPE)
    named = any(kind == RESPONSE_TYPE for kind, _ in ranges)
    return RESPONSE_TYPE if modern > plain or (named and modern == plain > 0) else JSON_TYPE


def _ranges(accept: str) -> list[tuple[str, float]]:
    found = []
    for part in accept.lower().split(",")[:RANGES_MAX]:
        kind, *parameters = (piece.strip() for piece in part.split(";"))
        if kind:
            found.append((kind, min((_weight(p) for p in parameters if p.startswith("q=")), default=1.0)))
    return found


def _weight(parameter: str) -> float:
    """The weight of `q=0.5`; an invalid weight counts as 0."""
    try:
        weight = float(parameter[2:])
    except ValueError:
        return 0.0
    return weight if 0 <= weight <= 1 else 0.0


def _quality(ranges: list[tuple[str, float]], kind: str) -> float:
    """The weight of the range that fits most closely; 0 if none matches, 1 for everything if none is given."""
    if not ranges:
        return 1.0
    by_kind = dict(ranges)
    return next((by_kind[r] for r in (kind, "application/*", "*/*") if r in by_kind), 0.0)
