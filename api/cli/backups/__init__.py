"""Backups: their file, the programs of PostgreSQL that write and read dumps, and both directions."""
