"""The messages of graphql-transport-ws, read strictly: anything else ends the connection with its code."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

PROTOCOL = "graphql-transport-ws"
MESSAGE_MAX = 64 * 1024
ID_MAX = 128
REASON_MAX = 123
"""Bytes of a close reason: a control frame has 125, two of them for the code (RFC 6455 sections 5.5 and 5.5.1)."""
CREDENTIAL = "authorization"
CREDENTIAL_NAMES = (CREDENTIAL, "token")
CREDENTIAL_SIGNS = ("bearer ", "bearer\t", "eyj")
"""The scheme that goes before a token, and how each JWT begins (the base64url of `{\"`), in small letters."""


class Refused(Exception):
    """The connection must end with this code and reason."""

    def __init__(self, code: int, reason: str) -> None:
        self.code, self.reason = code, reason
        super().__init__(reason)


def object_of(message: Mapping[str, Any]) -> dict[str, Any]:
    text = message.get("text")
    if text is None:
        raise Refused(4400, "Messages must be text in UTF-8")
    if len(text) > MESSAGE_MAX:
        raise Refused(4400, "This message is too large")
    try:
        value = orjson.loads(text)
    except ValueError:
        raise Refused(4400, "Messages must be JSON") from None
    if not isinstance(value, dict):
        raise Refused(4400, "Messages must be JSON objects")
    return value


def payload_of(message: dict[str, Any]) -> dict[str, Any] | None:
    payload = message.get("payload")
    if payload is not None and not isinstance(payload, dict):
        raise Refused(4400, "The payload must be an object")
    return payload


def id_of(message: dict[str, Any]) -> str:
    id_ = message.get("id")
    if not isinstance(id_, str) or not 0 < len(id_) <= ID_MAX:
        raise Refused(4400, "The id must be a text of 1 to 128 characters")
    return id_


def request_of(payload: object) -> tuple[str, dict[str, Any] | None, str | None]:
    if not isinstance(payload, dict):
        raise Refused(4400, "The payload must be an object")
    query, variables, name = payload.get("query"), payload.get("variables"), payload.get("operationName")
    extensions = payload.get("extensions")
    if (
        not isinstance(query, str)
        or not isinstance(variables, dict | None)
        or not isinstance(name, str | None)
        or not isinstance(extensions, dict | None)
    ):
        raise Refused(4400, "Invalid subscribe message")
    return query, variables, name


def credentials_of(payload: Mapping[str, Any]) -> dict[str, Any]:
    """The payload with its credential under the name `authorization`, in whatever case the client wrote it."""
    plain = {k: v for k, v in payload.items() if k.lower() != CREDENTIAL}
    given = [v for k, v in payload.items() if k.lower() == CREDENTIAL and v]
    return plain | ({CREDENTIAL: given[0]} if given else {})


def holds_credential(payload: Any) -> bool:
    """Whether anything in a payload, however deep, is named or looks like a credential."""
    waiting = [payload]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            if any(name in key.lower() for key in value for name in CREDENTIAL_NAMES):
                return True
            waiting += value.values()
        elif isinstance(value, list):
            waiting += value
        elif isinstance(value, str) and any(sign in value.lower() for sign in CREDENTIAL_SIGNS):
            return True
    return False


def cut_reason(reason: str) -> str:
    """A close reason of at most REASON_MAX bytes of UTF-8, cut between two characters."""
    return reason.encode()[:REASON_MAX].decode(errors="ignore")
