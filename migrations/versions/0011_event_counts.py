"""How many events of each type there are in each quarter of an hour, kept by triggers as the relay numbers and retention prunes."""

from __future__ import annotations

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

QUARTER = "date_bin('15 minutes', e.occurred_at, timestamptz '2000-01-01 00:00:00Z')"
FUNCTION = "CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} RETURN NULL; END $$"
FUNCTIONS = {
    "event_counts_numbered": """
  INSERT INTO event_counts (at, type, n)
    SELECT {quarter}, e.type, count(*) FROM new_events e JOIN old_events o USING (id)
    WHERE e.seq IS NOT NULL AND o.seq IS NULL GROUP BY 1, 2
  ON CONFLICT (at, type) DO UPDATE SET n = event_counts.n + excluded.n;
""",
    "event_counts_pruned": """
  UPDATE event_counts c SET n = c.n - p.n FROM (
    SELECT {quarter} AS at, e.type, count(*) AS n FROM old_events e WHERE e.seq IS NOT NULL GROUP BY 1, 2
  ) p WHERE c.at = p.at AND c.type = p.type;
  DELETE FROM event_counts WHERE n <= 0 AND at <= (SELECT max(occurred_at) FROM old_events);
""",
    "event_counts_emptied": " DELETE FROM event_counts;",
}
TRIGGERS = {
    "event_counts_numbered": "UPDATE ON events REFERENCING OLD TABLE AS old_events NEW TABLE AS new_events "
    "FOR EACH STATEMENT",
    "event_counts_pruned": "DELETE ON events REFERENCING OLD TABLE AS old_events FOR EACH STATEMENT",
    "event_counts_emptied": "TRUNCATE ON events FOR EACH STATEMENT",
}
COUNT = """
INSERT INTO event_counts (at, type, n)
  SELECT {quarter}, e.type, count(*) FROM events e WHERE e.seq IS NOT NULL GROUP BY 1, 2
"""
UPGRADE = [
    """
CREATE TABLE event_counts (
  at TIMESTAMP WITH TIME ZONE NOT NULL,
  type VARCHAR(40) NOT NULL,
  n BIGINT NOT NULL,
  CONSTRAINT pk_event_counts PRIMARY KEY (at, type)
)
    """,
    *(FUNCTION.format(name=name, body=body.format(quarter=QUARTER)) for name, body in FUNCTIONS.items()),
    # Before the events are counted: from here on no other transaction numbers or prunes any until this one ends.
    *(f"CREATE TRIGGER {name} AFTER {occasion} EXECUTE FUNCTION {name}()" for name, occasion in TRIGGERS.items()),
    COUNT.format(quarter=QUARTER),
]
DOWNGRADE = [
    *(f"DROP TRIGGER {name} ON events" for name in TRIGGERS),
    *(f"DROP FUNCTION {name}()" for name in FUNCTIONS),
    "DROP TABLE event_counts",
]


def upgrade() -> None:
    """Add them, and count once."""
    for statement in UPGRADE:
        op.execute(statement)


def downgrade() -> None:
    """Count anew each time."""
    for statement in DOWNGRADE:
        op.execute(statement)
