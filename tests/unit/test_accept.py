"""The content type of a GraphQL response, by what the client accepts (RFC 9110 section 12.5.1)."""

from __future__ import annotations

import pytest

from api.http.accept import JSON_TYPE, RESPONSE_TYPE, response_type

MODERN, PLAIN = RESPONSE_TYPE, JSON_TYPE


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        ("", PLAIN),
        ("*/*", PLAIN),
        ("application/*", PLAIN),
        ("application/json", PLAIN),
        ("text/html", PLAIN),
        (",", PLAIN),
        (MODERN, MODERN),
        (MODERN.upper(), MODERN),
        (f"{MODERN}; charset=utf-8", MODERN),
        (f"{MODERN}, {PLAIN};q=0.9", MODERN),
        (f"{PLAIN}, {MODERN}", MODERN),
        (f"{PLAIN}, {MODERN};q=0.9", PLAIN),
        (f"{PLAIN};q=0.5,{MODERN} ; Q=0.9", MODERN),
        (f"{MODERN};q=0", PLAIN),
        (f"{MODERN};q=0, */*", PLAIN),
        (f"{MODERN};q=0.000, {PLAIN}", PLAIN),
        (f"{PLAIN};q=0, */*", MODERN),
        (f"{PLAIN};q=0, application/*;q=0.1", MODERN),
        (f"*/*;q=0.1, {MODERN};q=0.2", MODERN),
        (f"*/*, {MODERN};q=0.2", PLAIN),
        (f"{PLAIN};q=0, {MODERN};q=0", PLAIN),
        (f"{MODERN};q=1.5, {PLAIN};q=0.1", PLAIN),
        (f"{MODERN};q=nan, {PLAIN}", PLAIN),
        (f"{MODERN};q=, {PLAIN}", PLAIN),
        (f"x{MODERN}", PLAIN),
        (f"{MODERN}x", PLAIN),
        (f'text/html;a="{MODERN}"', PLAIN),
        ("," * 16_000, PLAIN),
    ],
)
def test_the_response_has_the_type_that_the_client_prefers(accept: str, kind: str) -> None:
    assert response_type(accept) == kind
