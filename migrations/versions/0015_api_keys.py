"""API keys: what is stored is the SHA-256 of each."""

from __future__ import annotations

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table."""
    op.execute("""
CREATE TABLE api_keys (
  id UUID NOT NULL,
  user_id UUID NOT NULL,
  name TEXT NOT NULL,
  role VARCHAR(16) NOT NULL,
  scopes VARCHAR(16)[] NOT NULL,
  public_id VARCHAR(8) NOT NULL,
  secret_hash BYTEA NOT NULL,
  created_at TIMESTAMPTZ NOT NULL,
  expires_at TIMESTAMPTZ,
  last_used_at TIMESTAMPTZ,
  revoked_at TIMESTAMPTZ,
  CONSTRAINT pk_api_keys PRIMARY KEY (id),
  CONSTRAINT uq_api_keys_public_id UNIQUE (public_id),
  CONSTRAINT fk_api_keys_user_id FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
)
    """)
    op.execute("CREATE INDEX ix_api_keys_user_id_created_at ON api_keys (user_id, created_at)")


def downgrade() -> None:
    """Remove the keys: no service can use one any more."""
    op.execute("DROP TABLE api_keys")
