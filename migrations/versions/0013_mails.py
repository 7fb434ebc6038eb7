"""Mails: requests for them, the queue of those that are not sent yet, and the links in them."""

from __future__ import annotations

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

UPGRADE = (
    """
CREATE TABLE links (
  kind VARCHAR(32) NOT NULL,
  owner_id UUID NOT NULL,
  user_id UUID,
  email TEXT NOT NULL,
  requested_at TIMESTAMP WITH TIME ZONE NOT NULL,
  language VARCHAR(8),
  token_hash BYTEA,
  expires_at TIMESTAMP WITH TIME ZONE,
  CONSTRAINT pk_links PRIMARY KEY (kind, owner_id),
  CONSTRAINT uq_links_token_hash UNIQUE (token_hash),
  CONSTRAINT fk_links_user_id FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
)
    """,
    "CREATE INDEX ix_links_user_id ON links (user_id)",
    "CREATE INDEX ix_links_expires_at ON links (expires_at)",
    """
CREATE TABLE mail_requests (
  id UUID NOT NULL,
  kind VARCHAR(32) NOT NULL,
  email TEXT NOT NULL,
  language VARCHAR(8),
  requested_at TIMESTAMP WITH TIME ZONE NOT NULL,
  request_id TEXT,
  ip_address TEXT,
  CONSTRAINT pk_mail_requests PRIMARY KEY (id)
)
    """,
    "CREATE INDEX ix_mail_requests_requested_at ON mail_requests (requested_at)",
    """
CREATE TABLE mail_position (
  one BOOLEAN DEFAULT true NOT NULL,
  seq BIGINT NOT NULL,
  CONSTRAINT pk_mail_position PRIMARY KEY (one),
  CONSTRAINT ck_mail_position_one CHECK (one)
)
    """,
    # Events of before are not announced.
    "INSERT INTO mail_position (seq) SELECT coalesce(max(last_seq), 0) FROM log_state",
    """
CREATE TABLE mails (
  id UUID NOT NULL,
  ord BIGINT GENERATED ALWAYS AS IDENTITY,
  kind VARCHAR(32) NOT NULL,
  owner_id UUID NOT NULL,
  user_id UUID,
  occurred_at TIMESTAMP WITH TIME ZONE NOT NULL,
  attempts INTEGER DEFAULT 0 NOT NULL,
  due_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
  CONSTRAINT pk_mails PRIMARY KEY (id),
  CONSTRAINT uq_mails_ord UNIQUE (ord),
  CONSTRAINT fk_mails_user_id FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
)
    """,
    "CREATE INDEX ix_mails_owner_id_ord ON mails (owner_id, ord)",
    "CREATE INDEX ix_mails_user_id ON mails (user_id)",
    "CREATE INDEX ix_mails_due_at ON mails (due_at)",
)


def upgrade() -> None:
    """Add the tables; mails begin with the next event."""
    for statement in UPGRADE:
        op.execute(statement)


def downgrade() -> None:
    """Remove them; mails that are not sent yet are lost, and every link that was sent becomes invalid."""
    for table in ("mails", "mail_position", "mail_requests", "links"):
        op.execute(f"DROP TABLE {table}")
