"""`rollcall api-keys`: keys are made, listed and revoked on the server's machine, and their text is shown once."""

from __future__ import annotations

from tests.api.commands import Rollcall

EMAIL = "root@example.com"


def test_keys_are_made_listed_and_revoked(rollcall: Rollcall) -> None:
    rollcall.run("admin", "create", EMAIL)
    made = rollcall.run(
        "api-keys", "create", EMAIL, "--name", "Gateway", "--role", "auditor", "--scope", "introspect", "--days", "30"
    )
    key = made.out.strip()
    assert len(key) == 51
    assert key not in made.err
    assert f"Gateway: auditor of {EMAIL}, ends 2" in made.err

    (line,) = rollcall.run("api-keys", "list", EMAIL).out.splitlines()
    assert line.split()[:5] == [key[:12], "auditor", "introspect", "used", "never"]
    assert line.endswith("  Gateway")
    assert key not in line

    assert rollcall.run("api-keys", "revoke", key).out.strip() == f"{key[:12]} is revoked"
    assert rollcall.run("api-keys", "list", EMAIL).out == ""
    assert rollcall.run("api-keys", "revoke", key[:12]).out.strip() == f"{key[:12]} was revoked before"


def test_what_is_not_possible_is_said(rollcall: Rollcall) -> None:
    rollcall.run("admin", "create", EMAIL)
    assert "There is no account" in rollcall.run("api-keys", "list", "nobody@example.com", code=1).err
    assert "There is no API key" in rollcall.run("api-keys", "revoke", "rck_00000000", code=1).err
    rollcall.run("api-keys", "create", EMAIL, "--name", "Key", "--days", "0", code=2)
    assert rollcall.count("api_keys") == 0
