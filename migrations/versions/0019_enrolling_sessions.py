"""Sessions in which a required second factor has to be set up before anything else."""

from __future__ import annotations

from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; sessions that exist go on as they are."""
    op.execute("ALTER TABLE sessions ADD COLUMN enrolling BOOLEAN DEFAULT false NOT NULL")


def downgrade() -> None:
    """Remove it, after ending such sessions, which would otherwise have every right of their users."""
    op.execute(
        "UPDATE sessions SET ended_at = now(), end_reason = 'revoked' "
        "WHERE enrolling AND ended_at IS NULL AND expires_at > now()"
    )
    op.execute("ALTER TABLE sessions DROP COLUMN enrolling")
