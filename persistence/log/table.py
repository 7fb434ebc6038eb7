"""The tables of the log: its entries, and the one row with its head, horizon and epoch."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Identity,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from persistence.metadata import ID, TIME, metadata

events = Table(
    "events",
    metadata,
    Column("id", ID, primary_key=True, server_default=text("uuidv7()")),
    Column("ord", BigInteger, Identity(always=True), nullable=False),
    Column("seq", BigInteger),
    Column("type", String(40), nullable=False),
    Column("subject_kind", String(32), nullable=False),
    Column("subject_id", ID, nullable=False),
    Column("user_id", ID),
    Column("actor_id", ID),
    Column("session_id", ID),
    Column("changes", JSONB, nullable=False, server_default=text("'[]'::jsonb")),
    Column("audience_before", String(16)),
    Column("audience_after", String(16)),
    Column("user_version", Integer),
    Column("request_id", Text),
    Column("ip_address", Text),
    Column("occurred_at", TIME, nullable=False, server_default=text("clock_timestamp()")),
    UniqueConstraint("ord"),
    UniqueConstraint("seq"),
    Index("ix_events_unsequenced", "ord", postgresql_where=text("seq IS NULL")),
    Index("ix_events_subject_id_seq", "subject_id", "seq"),
    Index("ix_events_user_id_seq", "user_id", "seq"),
    Index("ix_events_actor_id_seq", "actor_id", "seq"),
    Index("ix_events_type_seq", "type", "seq"),
)

log_state = Table(
    "log_state",
    metadata,
    Column("one", Boolean, primary_key=True, server_default=text("true")),
    Column("epoch", ID, nullable=False, server_default=text("gen_random_uuid()")),
    Column("last_seq", BigInteger, nullable=False, server_default=text("0")),
    Column("horizon", BigInteger, nullable=False, server_default=text("0")),
    Column("identity", Text),
    Column("ancestors", JSONB, nullable=False, server_default=text("'[]'::jsonb")),
    CheckConstraint("one", name="one"),
)
