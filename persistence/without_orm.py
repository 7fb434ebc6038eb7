"""SQLAlchemy's asyncio package without its ORM, which it imports for its sessions, and which nothing here uses.

The ORM is 6 MiB of a server, and a sixth of the time in which it is loaded.
"""

from __future__ import annotations

import sys
from importlib import import_module
from importlib.util import find_spec, module_from_spec
from typing import Any

PACKAGE = "sqlalchemy.ext.asyncio"
ENGINES = ("AsyncConnection", "AsyncEngine", "AsyncTransaction", "create_async_engine")


def load_engines() -> None:
    """Load the package's engines and connections alone; the rest follows when another of its names is asked for (PEP 562).

    It does nothing once the package is loaded.
    """
    if PACKAGE in sys.modules:
        return
    spec = find_spec(PACKAGE)
    assert spec is not None
    assert spec.loader is not None
    loader, package = spec.loader, module_from_spec(spec)

    def complete(name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        del package.__dict__["__getattr__"]
        loader.exec_module(package)
        return getattr(package, name)

    sys.modules[PACKAGE] = package
    engine = import_module(f"{PACKAGE}.engine")
    package.__dict__.update({name: getattr(engine, name) for name in ENGINES}, __getattr__=complete)
