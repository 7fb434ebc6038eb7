"""Entries of the ordered log: the event appended with a write, and the event read back once it has a sequence number.

A record is an entry as a flat mapping with the names of the log's columns. The table, the messages between instances
and exported files all contain records. The values are Python objects or their JSON equivalents.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, NamedTuple, Protocol
from uuid import UUID

from domain.models.actor import Actor
from domain.models.event_types import EventType, SubjectKind

NIL = UUID(int=0)
"""The nil UUID (RFC 9562 section 5.9)."""


class Record(Protocol):
    """Anything subscriptable by the names of a record: a mapping, or a row of a database driver."""

    def __getitem__(self, name: str, /) -> Any:
        """The value of this name. Raises KeyError."""
        ...


class Audience(StrEnum):
    """Who may see a subject: everyone with a session, auditors and admins, or its owner together with those two."""

    EVERYONE = "everyone"
    AUDITORS = "auditors"
    OWNER = "owner"


class Subject(NamedTuple):
    """What an event is about."""

    kind: SubjectKind
    id: UUID


@dataclass(frozen=True, slots=True)
class Change:
    """One field before and after; values are JSON scalars and never a secret."""

    field: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class NewEvent:
    """An event to append to the log; it has no sequence number until the relay assigns one.

    `user_id` is the user concerned: the subject itself or its owner; None if the event concerns no user. `user_version`
    is their version after the event. `audience_before` and `audience_after` say who could see the subject before and
    after the event (None before creation and after removal): with them, visibility is decided without reading the row.
    """

    type: EventType
    subject: Subject
    user_id: UUID | None
    occurred_at: datetime
    actor_id: UUID | None = None
    session_id: UUID | None = None
    changes: Sequence[Change] = ()
    audience_before: Audience | None = None
    audience_after: Audience | None = None
    user_version: int | None = None
    request_id: str | None = None
    ip_address: str | None = None

    def names(self, user_id: UUID | None) -> bool:
        """Whether the user is the one concerned, or the actor."""
        return user_id is not None and user_id in (self.user_id, self.actor_id)

    def to_record(self) -> dict[str, Any]:
        """The record to append; `from_record` is the inverse."""
        (kind, subject_id), before, after = self.subject, self.audience_before, self.audience_after
        return {
            "type": self.type._value_,
            "subject_kind": kind._value_,
            "subject_id": subject_id,
            "user_id": self.user_id,
            "occurred_at": self.occurred_at,
            "actor_id": self.actor_id,
            "session_id": self.session_id,
            "changes": [{"field": c.field, "before": c.before, "after": c.after} for c in self.changes],
            "audience_before": before and before._value_,
            "audience_after": after and after._value_,
            "user_version": self.user_version,
            "request_id": self.request_id,
            "ip_address": self.ip_address,
        }


def new_event(
    type_: EventType,
    actor: Actor | None,
    subject_id: UUID,
    now: datetime,
    *,
    user_id: UUID | None = None,
    session_id: UUID | None = None,
    changes: Sequence[Change] = (),
    audience_before: Audience | None = None,
    audience_after: Audience | None = None,
    user_version: int | None = None,
) -> NewEvent:
    """An event of this type, caused by this actor; the type determines the kind of subject."""
    origin = actor.origin if actor else None
    return NewEvent(
        type=type_,
        subject=Subject(type_.traits.about, subject_id),
        user_id=user_id,
        occurred_at=now,
        actor_id=actor.user_id if actor else None,
        session_id=session_id,
        changes=changes,
        audience_before=audience_before,
        audience_after=audience_after,
        user_version=user_version,
        request_id=origin.request_id if origin else None,
        ip_address=origin.ip_address if origin else None,
    )


@dataclass(frozen=True, slots=True)
class Event(NewEvent):
    """An event in the ordered log: `seq` is dense, starts at 1 and never changes; `ord` is the order of insertion."""

    id: UUID = NIL
    seq: int = 0
    ord: int = 0

    def to_record(self) -> dict[str, Any]:
        """The record of the whole entry."""
        record = NewEvent.to_record(self)
        record["id"], record["seq"], record["ord"] = self.id, self.seq, self.ord
        return record

    @classmethod
    def from_record(cls, record: Record) -> Event:
        """The entry of a record. Raises KeyError, TypeError and ValueError for an invalid record.

        A type that this release does not know is not invalid: see event_types.py.
        """
        subject_id, user_id, actor_id = record["subject_id"], record["user_id"], record["actor_id"]
        session_id, occurred_at = record["session_id"], record["occurred_at"]
        is_text = record["id"].__class__ is str
        known = UUID(subject_id) if is_text else subject_id
        kind = _KINDS.get(record["subject_kind"]) or SubjectKind.named(record["subject_kind"])
        return cls(
            _TYPES.get(record["type"]) or EventType.named(record["type"], kind),
            Subject(kind, known),
            (known if user_id == subject_id else user_id and UUID(user_id)) if is_text else user_id,
            datetime.fromisoformat(occurred_at) if occurred_at.__class__ is str else occurred_at,
            actor_id and UUID(actor_id) if is_text else actor_id,
            session_id and UUID(session_id) if is_text else session_id,
            [Change(c["field"], c["before"], c["after"]) for c in record["changes"]],
            _AUDIENCES[record["audience_before"]],
            _AUDIENCES[record["audience_after"]],
            record["user_version"],
            record["request_id"],
            record["ip_address"],
            UUID(record["id"]) if is_text else record["id"],
            record["seq"],
            record["ord"],
        )


_TYPES = {t.value: t for t in EventType}
_KINDS = {k.value: k for k in SubjectKind}
_AUDIENCES: dict[str | None, Audience | None] = {None: None, **{a.value: a for a in Audience}}
"""Enum members by value: three times faster than calling the enum class, and used for every event that is read."""

APPENDED = tuple(NewEvent(EventType.USER_CREATED, Subject(SubjectKind.USER, NIL), NIL, datetime.now(UTC)).to_record())
"""The names of an appended record; PLACED adds the names that the log fills in."""
PLACED = (*APPENDED, "id", "seq", "ord")


@dataclass(frozen=True, slots=True)
class EventCount:
    """How many events of a type occurred in the period that begins at `at`."""

    type: EventType
    at: datetime
    count: int
