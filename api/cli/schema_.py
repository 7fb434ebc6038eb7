"""`rollcall schema`: the served GraphQL schema in SDL."""

from __future__ import annotations

import typer

from schema.root import export


def schema() -> None:
    """Print the GraphQL schema."""
    typer.echo(export(), nl=False)
