"""When a session ended or expired, indexed, so that old ones are found to be deleted."""

from __future__ import annotations

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Index when a session ended or expired, instead of when it expires, which nothing reads."""
    op.execute("CREATE INDEX ix_sessions_end ON sessions (LEAST(ended_at, expires_at))")
    op.execute("DROP INDEX ix_sessions_expires_at")


def downgrade() -> None:
    """Index the expiry again."""
    op.execute("CREATE INDEX ix_sessions_expires_at ON sessions (expires_at)")
    op.execute("DROP INDEX ix_sessions_end")
