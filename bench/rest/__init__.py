"""`make bench-rest`: v1 and other REST servers over the same PostgreSQL and rows."""
