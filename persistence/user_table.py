"""The table of users, and the expressions of it that queries repeat."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Computed,
    Index,
    Integer,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from persistence.metadata import ID, TAKEN, TIME, metadata

NEVER = "'1970-01-01 00:00:00+00'::timestamptz"
"""The sort key of `last_seen_at` for users who were never seen."""

DOMAIN = "split_part((email)::text, '@'::text, 2)"
AT_DOMAIN = "substr((email)::text, strpos((email)::text, '@'::text))"
"""The domain with its `@`: another expression than DOMAIN, so that neither index serves where the other is meant."""

TRAITS = (
    "(((CASE status WHEN 'active' THEN 0 WHEN 'disabled' THEN 6 ELSE 12 END"
    " + CASE role WHEN 'member' THEN 0 WHEN 'auditor' THEN 2 ELSE 4 END)"
    " + CASE WHEN email_verified_at IS NULL THEN 0 ELSE 1 END)"
    " + CASE WHEN password_hash IS NULL AND NOT has_passkey THEN 0 ELSE 18 END)::smallint"
)
"""Status, role, whether the address is verified and whether the user can sign in, as one number (see `traits_of`)."""

users = Table(
    "users",
    metadata,
    Column("id", ID, primary_key=True, server_default=text("gen_random_uuid()")),
    Column("email", String(255, collation="C"), nullable=False),
    Column("password_hash", Text),
    Column("display_name", String(200), nullable=False),
    Column("name_key", Text(collation="C"), nullable=False),
    Column("email_key", Text(collation="C"), nullable=False, server_default=text("''")),
    Column("role", String(16), nullable=False, server_default=text("'member'")),
    Column("status", String(16), nullable=False, server_default=text("'active'")),
    Column("version", Integer, nullable=False, server_default=text("1")),
    Column("email_verified_at", TIME),
    Column("last_seen_at", TIME),
    Column("created_at", TIME, nullable=False, server_default=text("now()")),
    Column("updated_at", TIME, nullable=False, server_default=text("now()")),
    Column("has_passkey", Boolean, nullable=False, server_default=text("false")),
    Column("traits", SmallInteger, Computed(TRAITS, persisted=True), nullable=False),
    UniqueConstraint("email", info={TAKEN: "email"}),
    CheckConstraint("role IN ('member', 'auditor', 'admin')", name="role"),
    CheckConstraint("status IN ('active', 'disabled', 'deleted')", name="status"),
    CheckConstraint("version > 0", name="version"),
    # Every order begins with the traits: a filter on them is then a few of these lists, read at the same price at any
    # depth and however few it leaves (`persistence/user_walk.py`).
    Index("ix_users_traits_created_at_id", "traits", "created_at", "id"),
    Index("ix_users_traits_updated_at_id", "traits", "updated_at", "id"),
    # With what a search compares, so that it is read along the orders in which its users may be far apart from the index
    # alone; that of names has the domain too.
    Index("ix_users_traits_email_id", "traits", "email", "id", postgresql_include=["name_key", "email_key"]),
    Index(
        "ix_users_traits_name_key_id_at_domain",
        "traits",
        "name_key",
        "id",
        text(AT_DOMAIN),
        postgresql_include=["email_key"],
    ),
    # With the column as it is: PostgreSQL does not read an expression from an index alone.
    Index(
        "ix_users_traits_last_seen_at_id",
        "traits",
        text(f"COALESCE(last_seen_at, {NEVER})"),
        "id",
        postgresql_include=["last_seen_at"],
    ),
    Index("ix_users_domain", text(DOMAIN)),
)
