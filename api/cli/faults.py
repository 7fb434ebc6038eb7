"""How a command reports what it cannot do: one sentence on standard error, or one line of JSON if LOG_FORMAT says so."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import structlog
from pydantic import ValidationError

from api.cli.local.errors import EngineError
from api.logs import configure_logs
from api.settings import ConfigurationError, LogSettings
from domain.errors import DomainError

log = structlog.get_logger("command")


@contextmanager
def reported() -> Iterator[None]:
    """Report an expected failure, and exit with 1."""
    try:
        yield
    except (ConfigurationError, EngineError) as error:
        _fail(str(error))
    except DomainError as error:
        _fail(f"{error.message} ({error.code})", code=error.code)


def _fail(reason: str, **fields: str) -> None:
    form = _log_settings()
    if form is None or form.log_format == "console":
        sys.exit(reason)
    configure_logs(form.log_level, form.log_format)
    log.critical("command.failed", command=" ".join(sys.argv[1:2]), reason=reason, **fields)
    sys.exit(1)


def _log_settings() -> LogSettings | None:
    """How to log, or None if that is what is wrong."""
    try:
        return LogSettings()
    except ValidationError:
        return None
