"""The subject of an event, the user concerned if any, and who could see it, instead of a user and their status."""

from __future__ import annotations

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

ABOUT_SESSION = "(session_id IS NOT NULL AND left(type, 8) = 'session_')"
UPGRADE = [
    "ALTER TABLE events ADD COLUMN subject_kind VARCHAR(32)",
    "ALTER TABLE events ADD COLUMN subject_id UUID",
    "ALTER TABLE events RENAME COLUMN status_before TO audience_before",
    "ALTER TABLE events RENAME COLUMN status_after TO audience_after",
    f"""
UPDATE events SET
  subject_kind = CASE WHEN {ABOUT_SESSION} THEN 'session' ELSE 'user' END,
  subject_id = CASE WHEN {ABOUT_SESSION} THEN session_id ELSE user_id END,
  audience_before = CASE
    WHEN {ABOUT_SESSION} THEN CASE WHEN type <> 'session_started' THEN 'owner' END
    WHEN audience_before = 'active' THEN 'everyone'
    WHEN audience_before IS NOT NULL THEN 'auditors' END,
  audience_after = CASE
    WHEN {ABOUT_SESSION} THEN CASE WHEN type = 'session_started' THEN 'owner' END
    WHEN audience_after = 'active' THEN 'everyone'
    WHEN audience_after IS NOT NULL THEN 'auditors' END
    """,  # noqa: S608 - a constant of this module only
    "ALTER TABLE events ALTER COLUMN subject_kind SET NOT NULL",
    "ALTER TABLE events ALTER COLUMN subject_id SET NOT NULL",
    "ALTER TABLE events ALTER COLUMN user_id DROP NOT NULL",
    "CREATE INDEX ix_events_subject_id_seq ON events (subject_id, seq)",
]
DOWNGRADE = [
    "DROP INDEX ix_events_subject_id_seq",
    """
UPDATE events SET
  user_id = coalesce(user_id, subject_id),
  audience_before = CASE
    WHEN subject_kind = 'session' THEN 'active'
    WHEN audience_before = 'everyone' THEN 'active'
    WHEN audience_before IS NOT NULL THEN coalesce(
      jsonb_path_query_first(changes, '$[*] ? (@.field == "status").before') #>> '{}', 'disabled') END,
  audience_after = CASE
    WHEN subject_kind = 'session' THEN 'active'
    WHEN audience_after = 'everyone' THEN 'active'
    WHEN audience_after IS NOT NULL THEN coalesce(
      jsonb_path_query_first(changes, '$[*] ? (@.field == "status").after') #>> '{}', 'disabled') END
    """,
    "ALTER TABLE events ALTER COLUMN user_id SET NOT NULL",
    "ALTER TABLE events RENAME COLUMN audience_before TO status_before",
    "ALTER TABLE events RENAME COLUMN audience_after TO status_after",
    "ALTER TABLE events DROP COLUMN subject_id",
    "ALTER TABLE events DROP COLUMN subject_kind",
]


def upgrade() -> None:
    """Add the subject. Every entry is written anew: on a large log this takes as long as copying the table."""
    for statement in UPGRADE:
        op.execute(statement)


def downgrade() -> None:
    """Go back to a user and their status.

    An event that concerned no user then names a user who does not exist. A change of a hidden user that left the status
    alone records them as disabled: whether they were deleted is no longer known, and members can see neither.
    """
    for statement in DOWNGRADE:
        op.execute(statement)
