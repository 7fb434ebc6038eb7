"""`make bench-queries`: queries and mutations of Rollcall and other GraphQL servers over the same PostgreSQL and rows."""
