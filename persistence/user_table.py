"""The table of users, and the expressions of it that queries repeat."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, Computed, Index, Integer, String, Table, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import TSVECTOR

from persistence.metadata import ID, TAKEN, TIME, metadata

NEVER = "'1970-01-01 00:00:00+00'::timestamptz"
"""The sort key of `last_seen_at` for users who were never seen."""

SEARCH = (
    "setweight(to_tsvector('simple'::regconfig, name_key), 'A'::\"char\") || "
    "setweight(to_tsvector('simple'::regconfig, translate((email)::text, '@._+-'::text, '     '::text)), 'B'::\"char\")"
)
"""The words of a user: of the name with weight A, of the e-mail with weight B, so that one index serves both audiences."""

users = Table(
    "users",
    metadata,
    Column("id", ID, primary_key=True, server_default=text("gen_random_uuid()")),
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
