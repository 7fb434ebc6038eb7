"""Every route and every code of the v1 contract has a recorded exchange (tests/api/test_recorded.py replays them)."""

from __future__ import annotations

import re

from api.rest.operations import OPERATIONS, Operation
from tests.api.exchanges import Exchange, records

CODES = {
    400: {"MALFORMED_REQUEST"},
    401: {"UNAUTHENTICATED", "INVALID_CREDENTIALS", "TOKEN_INVALID", "TOKEN_EXPIRED", "SESSION_REVOKED"},
    403: {"FORBIDDEN", "ACCOUNT_DISABLED"},
    404: {"NOT_FOUND"},
    405: {"METHOD_NOT_ALLOWED"},
    409: {"EMAIL_TAKEN", "LAST_ADMIN"},
    412: {"VERSION_CONFLICT"},
    413: {"PAYLOAD_TOO_LARGE"},
    415: {"UNSUPPORTED_MEDIA_TYPE"},
    422: {"VALIDATION_ERROR", "IDEMPOTENCY_MISMATCH"},
    429: {"RATE_LIMITED"},
    500: {"INTERNAL_ERROR"},
    503: {"UNAVAILABLE"},
}
"""The contract's table of codes."""
NOT_OF_THE_TABLE = {(408, "REQUEST_TIMEOUT"), (401, "SECOND_FACTOR_REQUIRED"), (403, "ENROLMENT_REQUIRED")}
"""Codes of ours: for a client that sends half a body, and for a user who has, or has to have, more than v1 knows."""


def is_of(exchange: Exchange, operation: Operation) -> bool:
    """Whether an exchange is of this route; a path of its own is no user's id."""
    path = exchange.path.partition("?")[0]
    literal = {o.path for o in OPERATIONS}
    pattern = re.escape(operation.path).replace(re.escape("{id}"), "[^/]+")
    fits = path == operation.path or (path not in literal and re.fullmatch(pattern, path) is not None)
    return fits and exchange.method.lower() == operation.method


def test_every_route_has_a_recorded_success() -> None:
    found = records().values()
    missing = [o.id for o in OPERATIONS if not any(is_of(e, o) and e.status == o.status for e in found)]
    assert not missing


def test_every_code_of_the_contract_has_a_record_with_its_status() -> None:
    found = {(e.status, e.code) for e in records().values() if e.code}
    assert found == {(status, code) for status, codes in CODES.items() for code in codes}


def test_the_routes_list_no_other_code_than_those_of_the_contract() -> None:
    listed = {(status, code) for o in OPERATIONS for status, codes in o.refusals.items() for code in codes}
    known = {(status, code) for status, codes in CODES.items() for code in codes}
    assert listed <= known | NOT_OF_THE_TABLE
