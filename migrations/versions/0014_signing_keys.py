"""Keys that sign access tokens, with their private keys encrypted."""

from __future__ import annotations

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table; a server makes the first key when it starts."""
    op.execute("""
CREATE TABLE signing_keys (
  id UUID NOT NULL,
  kid VARCHAR(64) NOT NULL,
  algorithm VARCHAR(16) NOT NULL,
  sealed BYTEA NOT NULL,
  created_at TIMESTAMPTZ NOT NULL,
  signs_from TIMESTAMPTZ NOT NULL,
  revoked_at TIMESTAMPTZ,
  CONSTRAINT pk_signing_keys PRIMARY KEY (id),
  CONSTRAINT uq_signing_keys_kid UNIQUE (kid)
)
    """)


def downgrade() -> None:
    """Remove the keys: every access token ends, and is renewed by its refresh token."""
    op.execute("DROP TABLE signing_keys")
