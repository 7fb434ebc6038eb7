"""The declared schema: what the migrations build, and what a test compares them with."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Computed,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, TSVECTOR, UUID

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

NEVER = "'1970-01-01 00:00:00+00'::timestamptz"
"""Where a user who was never seen stands in the order of last sight."""

SEARCH = (
    "setweight(to_tsvector('simple'::regconfig, name_key), 'A'::\"char\") || "
    "setweight(to_tsvector('simple'::regconfig, translate((email)::text, '@._+-'::text, '     '::text)), 'B'::\"char\")"
)
"""The words of a user: of the name with weight A, of the e-mail with weight B, so that one index serves both audiences."""

TIME = DateTime(timezone=True)

TAKEN = "taken"
"""In the `info` of a unique constraint: the field that a violation reports as taken (`persistence.errors`)."""

users = Table(
    "users",
    metadata,
    Column("id", UUID(as_uuid=True), primary_key=True, server_default=text("gen_random_uuid()")),
    Column("email", String(255, collation="C"), nullable=False),
    Column("password_hash", Text),
    Column("display_name", String(200), nullable=False),
    Column("name_key", Text(collation="C"), nullable=False),
    Column("role", String(16), nullable=False, server_default=text("'member'")),
    Column("status", String(16), nullable=False, server_default=text("'active'")),
    Column("version", Integer, nullable=False, server_default=text("1")),
    Column("email_verified_at", TIME),
    Column("last_seen_at", TIME),
    Column("created_at", TIME, nullable=False, server_default=text("now()")),
    Column("updated_at", TIME, nullable=False, server_default=text("now()")),
    Column("search", TSVECTOR, Computed(SEARCH, persisted=True), nullable=True),
    UniqueConstraint("email", info={TAKEN: "email"}),
    CheckConstraint("role IN ('member', 'auditor', 'admin')", name="role"),
    CheckConstraint("status IN ('active', 'disabled', 'deleted')", name="status"),
    CheckConstraint("version > 0", name="version"),
    Index("ix_users_search", "search", postgresql_using="gin"),
    Index("ix_users_name_key_trgm", "name_key", postgresql_using="gin", postgresql_ops={"name_key": "gin_trgm_ops"}),
    Index("ix_users_email_trgm", "email", postgresql_using="gin", postgresql_ops={"email": "gin_trgm_ops"}),
    Index("ix_users_created_at_id", "created_at", "id"),
    Index("ix_users_updated_at_id", "updated_at", "id"),
    Index("ix_users_email_id", "email", "id"),
    Index("ix_users_name_key_id", "name_key", "id"),
    Index("ix_users_last_seen_at_id", text(f"COALESCE(last_seen_at, {NEVER})"), "id"),
    Index("ix_users_status_role", "status", "role"),
)

sessions = Table(
    "sessions",
    metadata,
    Column("id", UUID(as_uuid=True), primary_key=True, server_default=text("gen_random_uuid()")),
    Column("user_id", UUID(as_uuid=True), ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("created_at", TIME, nullable=False, server_default=text("now()")),
    Column("last_seen_at", TIME, nullable=False, server_default=text("now()")),
    Column("expires_at", TIME, nullable=False),
    Column("user_agent", Text),
    Column("ip_address", Text),
    Column("ended_at", TIME),
    Column("end_reason", String(32)),
    Column("generation", Integer, nullable=False, server_default=text("1")),
    Column("refresh_hash", LargeBinary, nullable=False),
    Index("ix_sessions_user_id_created_at_id", "user_id", "created_at", "id"),
    Index("ix_sessions_expires_at", "expires_at"),
)

events = Table(
    "events",
    metadata,
    Column("id", UUID(as_uuid=True), primary_key=True, server_default=text("uuidv7()")),
    Column("ord", BigInteger, Identity(always=True), nullable=False),
    Column("seq", BigInteger),
    Column("type", String(40), nullable=False),
    Column("subject_kind", String(32), nullable=False),
    Column("subject_id", UUID(as_uuid=True), nullable=False),
    Column("user_id", UUID(as_uuid=True)),
    Column("actor_id", UUID(as_uuid=True)),
    Column("session_id", UUID(as_uuid=True)),
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
    Column("epoch", UUID(as_uuid=True), nullable=False, server_default=text("gen_random_uuid()")),
    Column("last_seq", BigInteger, nullable=False, server_default=text("0")),
    Column("horizon", BigInteger, nullable=False, server_default=text("0")),
    Column("identity", Text),
    Column("ancestors", JSONB, nullable=False, server_default=text("'[]'::jsonb")),
    CheckConstraint("one", name="one"),
)

idempotency_keys = Table(
    "idempotency_keys",
    metadata,
    Column("actor_id", UUID(as_uuid=True), primary_key=True),
    Column("key", String(200), primary_key=True),
    Column("fingerprint", LargeBinary, nullable=False),
    Column("user_id", UUID(as_uuid=True), nullable=False),
    Column("position", BigInteger, nullable=False),
    Column("created_at", TIME, nullable=False, server_default=text("now()")),
    Index("ix_idempotency_keys_created_at", "created_at"),
)
