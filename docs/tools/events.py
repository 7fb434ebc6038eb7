"""Types of events, in the log, in GraphQL and in webhooks, with the traits that api and console read."""

from __future__ import annotations

from docs.tools.markdown import code, page, table
from domain.models.event_types import EventType

INTRO = """\
Every change is an event of one of these types. GraphQL (`EventType`), `userEvents(filter:)` and the console name them in capitals;
webhooks, exported files (`rollcall log prune --export`) and `rollcall tail --type` in lower case. A
[webhook](../how-to/webhooks.md) gets all of them, unless its `types` names some; types are added in later releases.

An event is *public* if everyone who may see its subject may see it; auditors and admins see every event, and users those that concern
themselves. An event that *ends sessions* has the sessions and sockets of the user concerned checked again at once. The fields under
*erased* lose their values in every event of a user who is erased."""
HEAD = ("type", "in the log and in webhooks", "about", "public", "ends sessions", "erased", "what happened")


def render() -> str:
    """The page."""
    return page("Event types", "`domain/models/event_types.py`", INTRO, table(HEAD, [_row(kind) for kind in EventType]))


def _row(kind: EventType) -> tuple[str, ...]:
    traits = kind.traits
    erased = ", ".join(code(name) for name in sorted(traits.personal))
    marks = ("yes" if mark else "" for mark in (traits.is_public, traits.ends_sessions))
    return (code(kind.name), code(kind.value), traits.about.value.replace("_", " "), *marks, erased, kind.description)
