"""TOTP secrets, encrypted, and the hashes of recovery codes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import UUID

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "totp_secrets",
        sa.Column("user_id", UUID(as_uuid=True), nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True)),
        sa.Column("last_step", sa.BigInteger),
        sa.PrimaryKeyConstraint("user_id", name="pk_totp_secrets"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], "fk_totp_secrets_user_id", ondelete="CASCADE"),
    )
    op.create_table(
        "recovery_codes",
        sa.Column("user_id", UUID(as_uuid=True), nullable=False),
        sa.Column("code_hash", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("user_id", "code_hash", name="pk_recovery_codes"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], "fk_recovery_codes_user_id", ondelete="CASCADE"),
    )


def downgrade() -> None:
    """Drop the tables: who has a second factor signs in with the password alone."""
    op.drop_table("recovery_codes")
    op.drop_table("totp_secrets")
