"""Adapters of the domain's ports for PostgreSQL and Redis."""

from persistence.without_orm import load_engines

load_engines()
