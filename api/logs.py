"""Logs: what a line has and what it never has. Secrets and personal data do not reach them.

Fields whose name suggests a secret are redacted at any depth, and so is text that looks like a secret: a token, a
password in a URL, or an e-mail address. Users are named by id. Tracebacks are written without local variables.
"""

from __future__ import annotations

import json
import logging
import re
import sys
from collections.abc import Callable, Mapping, MutableMapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, TextIO, cast

import structlog

from api.tracing.spans import add_trace_ids
from domain.models.event import NewEvent
from domain.models.event_types import EventType
from domain.times import write_time

PERSONAL_NAMES = frozenset({"email", "display_name", "ip_address", "user_agent"})
"""Logs name people by id."""
SECRET_NAMES = ("password", "token", "secret", "authorization", "cookie", "hash", "dsn", "database_url", "redis_url")
STRUCK = "***"
SECRET_TEXTS = re.compile(
    r"(?P<url>(?<![a-z0-9+])[a-z0-9+]++://[^\s:/@]*+:)[^\s@/]++(?=@)"  # the password of an address
    r"|(?P<bearer>\bBearer\s++)\S++"
    r"|(?<![\w-])(?=(?:[\w-]*-)?(?-i:eyJ))[\w-]{11,}+\.[\w-]++\.[\w-]*+"  # a JWT
    r"|(?<!\w)rck_\w{8}_\w++"  # an API key
    r"|(?<!\w)whsec_[\w+/]++=*+"  # the secret of a webhook
    r"|\$argon2\w*+\$\S++"
    r"|(?<!://)(?<![\w.+%-])[\w.+%-]++@[\w-]++(?:\.[\w-]++)++"  # an e-mail address, but not the user of a URL
    r"|(?P<detail>(?-i:\bDETAIL:))[^\n]++",  # of an error of PostgreSQL's: the row that it is about
    re.IGNORECASE,
)
"""Linear in the text: each alternative begins only where a run of its characters begins, and never gives back any of it
(tests/architecture/test_patterns.py). A path is text that a stranger chose."""
PATH_MAX = 200
DEEPEST = 6
SIGN_INS = frozenset({EventType.SESSION_STARTED, EventType.SIGN_IN_FAILED, EventType.SESSION_REUSE_DETECTED})
LEVELS = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}

log = structlog.get_logger("sign_in")


def strike_text(text: str) -> str:
    """The text with everything redacted that looks like a secret or an e-mail address."""
    if text.replace("-", "").isalnum():  # an id: everything that is redacted has other characters
        return text
    return SECRET_TEXTS.sub(lambda m: (m["url"] or m["bearer"] or m["detail"] or "") + STRUCK, text)


class Verbatim:
    """Text that is logged as it is, such as the name of a file that an operator must find."""

    def __init__(self, text: str) -> None:
        self._text = text

    def __repr__(self) -> str:
        return self._text


def cut(path: str) -> str:
    """As much of a request's path as a log needs."""
    return path if len(path) <= PATH_MAX else path[:PATH_MAX] + "…"


def _struck(value: Any, depth: int = 0) -> Any:
    if isinstance(value, bytes) or depth > DEEPEST:
        return STRUCK
    if isinstance(value, str):
        return strike_text(value)
    if isinstance(value, Mapping):
        return {k: STRUCK if _is_secret(str(k)) else _struck(v, depth + 1) for k, v in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_struck(v, depth + 1) for v in value]
    return value


@lru_cache(1024)
def _is_secret(name: str) -> bool:
    return name in PERSONAL_NAMES or any(part in name.lower() for part in SECRET_NAMES)


def strike_secrets(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Redact secrets in an event; a structlog processor."""
    for name, value in event.items():
        event[name] = STRUCK if _is_secret(name) else _struck(value)
    return event


class StandardError:
    """The current standard error; output that it cannot accept is dropped, so that no request fails."""

    def write(self, text: str) -> None:
        """Write a line."""
        with suppress(OSError, ValueError):
            sys.stderr.write(text)

    def flush(self) -> None:
        """Flush it."""
        with suppress(OSError, ValueError):
            sys.stderr.flush()


class JsonLines(logging.Formatter):
    """One JSON object for each record of a library, with the same names as our own, and secrets redacted.

    With `traced`, a line within a trace has its ids.
    """

    def __init__(self, *, traced: bool = False) -> None:
        super().__init__()
        self._traced = traced

    def format(self, record: logging.LogRecord) -> str:
        """One record; a traceback is its `exception`."""
        at = write_time(datetime.fromtimestamp(record.created, UTC))
        line: dict[str, Any] = {
            **structlog.contextvars.get_contextvars(),
            "logger": record.name,
            "event": record.getMessage(),
            "level": record.levelname.lower(),
            "timestamp": at,
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        if self._traced:
            add_trace_ids(None, "", line)
        return json.dumps(strike_secrets(None, "", line), default=str)


class Struck(logging.Formatter):
    """The standard library's format for the logs of libraries, with secrets redacted."""

    def format(self, record: logging.LogRecord) -> str:
        """One record, with its traceback."""
        return strike_text(super().format(record))


def configure_logs(level: str, form: str, *, traced: bool = False) -> None:
    """Write structured logs to standard error: one JSON object a line, or for people. Levels are those of LOG_LEVEL.

    With `traced`, a line within a trace has its ids.
    """
    output = StandardError()
    renderer: Callable[..., Any] = structlog.processors.JSONRenderer()
    if form == "console":
        renderer = structlog.dev.ConsoleRenderer(colors=False)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            *([add_trace_ids] if traced else []),
            structlog.processors.format_exc_info,
            strike_secrets,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(LEVELS[level]),
        logger_factory=structlog.PrintLoggerFactory(cast("TextIO", output)),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(output)
    handler.setFormatter(
        Struck("%(levelname)s %(name)s: %(message)s") if form == "console" else JsonLines(traced=traced)
    )
    logging.basicConfig(level=logging.WARNING, handlers=[handler])
    logging.captureWarnings(form != "console")


def log_sign_ins(events: Sequence[NewEvent]) -> None:
    """Log sign-ins and failed ones, once they are durable: who, by id, and in which request."""
    for event in events:
        if event.type in SIGN_INS:
            user, session = event.user_id, event.session_id
            reasons = {c.field: c.after for c in event.changes if c.field == "reason"}
            log.info(
                str(event.type),
                user=user and str(user),
                session=session and str(session),
                request_id=event.request_id,
                **reasons,
            )
