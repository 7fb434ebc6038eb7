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


def test_the_secret_key_is_replaced_without_losing_a_key(rollcall: Rollcall) -> None:
    kid = rollcall.run("keys", "rotate", "--after", "0").out.split()[0]
    old, new = rollcall.environment["SECRET_KEY"], "the new secret key of this deployment"
    rollcall.environment["SECRET_KEYS"] = f"{new},{old}"
    assert states(rollcall) == {kid: "current"}
    assert "1 secrets are encrypted" in rollcall.run("keys", "reseal").out
    assert "0 secrets are encrypted" in rollcall.run("keys", "reseal").out
    rollcall.environment |= {"SECRET_KEYS": "", "SECRET_KEY": new}
    assert states(rollcall) == {kid: "current"}
    rollcall.environment["SECRET_KEY"] = old
    assert states(rollcall) == {}, "the old key opens nothing any more"
