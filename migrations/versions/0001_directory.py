"""The directory, its sessions and its log."""

from __future__ import annotations

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

UPGRADE = [
    "CREATE EXTENSION IF NOT EXISTS pg_trgm",
    """
CREATE TABLE events (
  id UUID DEFAULT uuidv7() NOT NULL,
  ord BIGINT GENERATED ALWAYS AS IDENTITY,
  seq BIGINT,
  type VARCHAR(40) NOT NULL,
  user_id UUID NOT NULL,
  actor_id UUID,
  session_id UUID,
  changes JSONB DEFAULT '[]'::jsonb NOT NULL,
  status_before VARCHAR(16),
  status_after VARCHAR(16),
  user_version INTEGER,
  request_id TEXT,
  ip_address TEXT,
  occurred_at TIMESTAMP WITH TIME ZONE DEFAULT clock_timestamp() NOT NULL,
  CONSTRAINT pk_events PRIMARY KEY (id),
  CONSTRAINT uq_events_ord UNIQUE (ord),
  CONSTRAINT uq_events_seq UNIQUE (seq)
)
    """,
    "CREATE INDEX ix_events_actor_id_seq ON events (actor_id, seq)",
    "CREATE INDEX ix_events_type_seq ON events (type, seq)",
    "CREATE INDEX ix_events_unsequenced ON events (ord) WHERE seq IS NULL",
    "CREATE INDEX ix_events_user_id_seq ON events (user_id, seq)",
    """
CREATE TABLE idempotency_keys (
  actor_id UUID NOT NULL,
  key VARCHAR(200) NOT NULL,
  fingerprint BYTEA NOT NULL,
  user_id UUID NOT NULL,
  position BIGINT NOT NULL,
  created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
  CONSTRAINT pk_idempotency_keys PRIMARY KEY (actor_id, key)
)
    """,
    "CREATE INDEX ix_idempotency_keys_created_at ON idempotency_keys (created_at)",
    """
CREATE TABLE log_state (
  one BOOLEAN DEFAULT true NOT NULL,
  epoch UUID DEFAULT gen_random_uuid() NOT NULL,
  last_seq BIGINT DEFAULT 0 NOT NULL,
  horizon BIGINT DEFAULT 0 NOT NULL,
  CONSTRAINT pk_log_state PRIMARY KEY (one),
  CONSTRAINT ck_log_state_one CHECK (one)
)
    """,
    """
CREATE TABLE users (
  id UUID DEFAULT gen_random_uuid() NOT NULL,
  email VARCHAR(255) COLLATE "C" NOT NULL,
  password_hash TEXT,
  display_name VARCHAR(200) NOT NULL,
  name_key TEXT COLLATE "C" NOT NULL,
  role VARCHAR(16) DEFAULT 'member' NOT NULL,
  status VARCHAR(16) DEFAULT 'active' NOT NULL,
  version INTEGER DEFAULT 1 NOT NULL,
  email_verified_at TIMESTAMP WITH TIME ZONE,
  last_seen_at TIMESTAMP WITH TIME ZONE,
  created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
  updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
  search TSVECTOR GENERATED ALWAYS AS (setweight(to_tsvector('simple'::regconfig, name_key), 'A'::"char") || setweight(to_tsvector('simple'::regconfig, translate((email)::text, '@._+-'::text, '     '::text)), 'B'::"char")) STORED,
  CONSTRAINT pk_users PRIMARY KEY (id),
  CONSTRAINT uq_users_email UNIQUE (email),
  CONSTRAINT ck_users_role CHECK (role IN ('member', 'auditor', 'admin')),
  CONSTRAINT ck_users_status CHECK (status IN ('active', 'disabled', 'deleted')),
  CONSTRAINT ck_users_version CHECK (version > 0)
)
    """,
    "CREATE INDEX ix_users_created_at_id ON users (created_at, id)",
    "CREATE INDEX ix_users_email_id ON users (email, id)",
    "CREATE INDEX ix_users_email_trgm ON users USING gin (email gin_trgm_ops)",
    "CREATE INDEX ix_users_last_seen_at_id ON users (COALESCE(last_seen_at, '1970-01-01 00:00:00+00'::timestamptz), id)",
    "CREATE INDEX ix_users_name_key_id ON users (name_key, id)",
    "CREATE INDEX ix_users_name_key_trgm ON users USING gin (name_key gin_trgm_ops)",
    "CREATE INDEX ix_users_search ON users USING gin (search)",
    "CREATE INDEX ix_users_status_role ON users (status, role)",
    "CREATE INDEX ix_users_updated_at_id ON users (updated_at, id)",
    """
CREATE TABLE sessions (
  id UUID DEFAULT gen_random_uuid() NOT NULL,
  user_id UUID NOT NULL,
  created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
  last_seen_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
  expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
  user_agent TEXT,
  ip_address TEXT,
  ended_at TIMESTAMP WITH TIME ZONE,
  end_reason VARCHAR(32),
  generation INTEGER DEFAULT 1 NOT NULL,
  refresh_hash BYTEA NOT NULL,
  CONSTRAINT pk_sessions PRIMARY KEY (id),
  CONSTRAINT fk_sessions_user_id FOREIGN KEY(user_id) REFERENCES users (id) ON DELETE CASCADE
)
    """,
    "CREATE INDEX ix_sessions_expires_at ON sessions (expires_at)",
    "CREATE INDEX ix_sessions_user_id_created_at_id ON sessions (user_id, created_at, id)",
    "INSERT INTO log_state DEFAULT VALUES",
]
DOWNGRADE = [
    "DROP TABLE sessions",
    "DROP TABLE users",
    "DROP TABLE log_state",
    "DROP TABLE idempotency_keys",
    "DROP TABLE events",
]


def upgrade() -> None:
    """Make the tables."""
    for statement in UPGRADE:
        op.execute(statement)


def downgrade() -> None:
    """Drop the tables; the extension stays, as others may use it."""
    for statement in DOWNGRADE:
        op.execute(statement)
