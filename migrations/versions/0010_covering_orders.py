"""Orders of users that a search reads from their index alone, and no index of what `traits` has already."""

from __future__ import annotations

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

NAMES = "(traits, name_key, id, substr((email)::text, strpos((email)::text, '@'::text)))"
SEEN = "(traits, COALESCE(last_seen_at, '1970-01-01 00:00:00+00'::timestamptz), id)"
BEFORE = {
    "status_role": "(status, role)",
    "traits_email": "(traits, email)",
    "traits_name_key_id_at_domain": NAMES,
    "traits_last_seen_at_id": SEEN,
}
AFTER = {
    "traits_email_id": "(traits, email, id) INCLUDE (name_key, email_key)",
    "traits_name_key_id_at_domain": f"{NAMES} INCLUDE (email_key)",
    "traits_last_seen_at_id": f"{SEEN} INCLUDE (last_seen_at)",
}


def upgrade() -> None:
    """Replace them. Writers wait meanwhile: five seconds or so for a million users."""
    _replace(BEFORE, AFTER)


def downgrade() -> None:
    """Bring the former ones back."""
    _replace(AFTER, BEFORE)


def _replace(old: dict[str, str], new: dict[str, str]) -> None:
    for name in old:
        op.execute(f"DROP INDEX ix_users_{name}")
    for name, columns in new.items():
        op.execute(f"CREATE INDEX ix_users_{name} ON users {columns}")
