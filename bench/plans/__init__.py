"""`make plans`: how PostgreSQL reads each main statement at 100,000 users, written to docs/reference/plans.md and compared by a test."""
