"""What loggers of modules log, whatever a server of this process has configured before.

A logger keeps the configuration of its first line (`cache_logger_on_first_use`), so `structlog.testing.capture_logs`
alone finds nothing once a server has run in this process.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import structlog
from structlog.testing import LogCapture


@contextmanager
def logged(*loggers: Any) -> Iterator[list[Any]]:
    """The lines of these loggers, of every level, during the block."""
    before, capture = structlog.get_config(), LogCapture()
    structlog.configure(
        processors=[structlog.contextvars.merge_contextvars, capture],
        wrapper_class=structlog.make_filtering_bound_logger(logging.DEBUG),
        cache_logger_on_first_use=False,
    )
    _forget(loggers)
    try:
        yield capture.entries
    finally:
        structlog.configure(**before)
        _forget(loggers)


def _forget(loggers: Any) -> None:
    for logger in loggers:
        vars(logger).pop("bind", None)
