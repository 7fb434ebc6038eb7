"""The composition root: settings in, one frozen container out. The only package that knows the adapters.

`build` makes a serving process, `open_core` what a command needs; any part of either can be replaced by its name. See
parts.py for how parts are made, core.py and container.py for which there are and in which order they run.
"""

from api.bootstrap.container import Container, build
from api.bootstrap.core import Core, open_core
from api.bootstrap.database import check_database, check_pool, count_in_database, schema_revision, unusable
from api.bootstrap.first_admin import ensure_first_admin
from api.bootstrap.gauges import add_gauges
from api.bootstrap.traces import add_traces

__all__ = [
    "Container",
    "Core",
    "add_gauges",
    "add_traces",
    "build",
    "check_database",
    "check_pool",
    "count_in_database",
    "ensure_first_admin",
    "open_core",
    "schema_revision",
    "unusable",
]
