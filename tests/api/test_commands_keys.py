"""`rollcall keys`: listing, rotating and revoking the keys of access tokens."""

from __future__ import annotations

from tests.api.commands import Rollcall


def states(rollcall: Rollcall) -> dict[str, str]:
    """The state of each key by its name."""
    lines = rollcall.run("keys", "list").out.splitlines()
    return {name: state for state, name, *_ in (line.split() for line in lines)}


def test_keys_are_rotated_and_revoked(rollcall: Rollcall) -> None:
    assert states(rollcall) == {}
    first = rollcall.run("keys", "rotate", "--after", "0").out.split()[0]
    second = rollcall.run("keys", "rotate").out.split()[0]
    assert states(rollcall) == {first: "current", second: "next"}
    assert "waits to sign" in rollcall.run("keys", "rotate", code=1).err
    rollcall.run("keys", "revoke", first)
    assert states(rollcall) == {first: "revoked", second: "current"}
    assert "no such key" in rollcall.run("keys", "revoke", first, code=1).err
