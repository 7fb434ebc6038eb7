"""Webhooks: endpoints, how far the log was read for them, and the queue of deliveries."""

from __future__ import annotations

from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

UPGRADE = (
    """
CREATE TABLE webhook_endpoints (
  id UUID NOT NULL,
  name TEXT NOT NULL,
  url TEXT NOT NULL,
  types VARCHAR(40)[] NOT NULL,
  enabled BOOLEAN NOT NULL,
  secret BYTEA NOT NULL,
  created_at TIMESTAMP WITH TIME ZONE NOT NULL,
  updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
  old_secret BYTEA,
  old_secret_until TIMESTAMP WITH TIME ZONE,
  since BIGINT NOT NULL,
  CONSTRAINT pk_webhook_endpoints PRIMARY KEY (id)
)
    """,
    """
CREATE TABLE webhook_position (
  one BOOLEAN DEFAULT true NOT NULL,
  seq BIGINT NOT NULL,
  CONSTRAINT pk_webhook_position PRIMARY KEY (one),
  CONSTRAINT ck_webhook_position_one CHECK (one)
)
    """,
    "INSERT INTO webhook_position (seq) SELECT coalesce(max(last_seq), 0) FROM log_state",
    """
CREATE TABLE webhook_deliveries (
  id UUID NOT NULL,
  ord BIGINT GENERATED ALWAYS AS IDENTITY,
  endpoint_id UUID NOT NULL,
  event_id UUID NOT NULL,
  type VARCHAR(40) NOT NULL,
  owner_id UUID NOT NULL,
  queued_at TIMESTAMP WITH TIME ZONE NOT NULL,
  state VARCHAR(16) DEFAULT 'pending' NOT NULL,
  attempts INTEGER DEFAULT 0 NOT NULL,
  next_at TIMESTAMP WITH TIME ZONE DEFAULT now(),
  last_at TIMESTAMP WITH TIME ZONE,
  last_status INTEGER,
  last_fault TEXT,
  CONSTRAINT pk_webhook_deliveries PRIMARY KEY (id),
  CONSTRAINT uq_webhook_deliveries_ord UNIQUE (ord),
  CONSTRAINT fk_webhook_deliveries_endpoint_id FOREIGN KEY (endpoint_id) REFERENCES webhook_endpoints (id)
    ON DELETE CASCADE
)
    """,
    "CREATE INDEX ix_webhook_deliveries_endpoint_id_ord ON webhook_deliveries (endpoint_id, ord)",
    "CREATE INDEX ix_webhook_deliveries_failed ON webhook_deliveries (endpoint_id, ord) WHERE state = 'failed'",
    "CREATE INDEX ix_webhook_deliveries_pending_due ON webhook_deliveries (endpoint_id, next_at) WHERE state = 'pending'",
    """
CREATE INDEX ix_webhook_deliveries_pending_owner ON webhook_deliveries (endpoint_id, owner_id, ord)
  WHERE state = 'pending'
    """,
    "CREATE INDEX ix_webhook_deliveries_ended ON webhook_deliveries (state, last_at) WHERE state <> 'pending'",
)


def upgrade() -> None:
    """Add the tables; webhooks begin with the next event."""
    for statement in UPGRADE:
        op.execute(statement)


def downgrade() -> None:
    """Remove them: nothing is sent any more, and the secrets are lost."""
    for table in ("webhook_deliveries", "webhook_position", "webhook_endpoints"):
        op.execute(f"DROP TABLE {table}")
